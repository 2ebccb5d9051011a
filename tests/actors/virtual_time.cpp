#include "tests/actors/virtual_time.hpp"

#include <caf/atom.hpp>
#include <caf/exit_reason.hpp>

namespace boxoffice::testing {

virtual_time::virtual_time(std::uint64_t seed) : random_{seed} {
  config_.set("scheduler.policy", caf::atom("testing"));
  system_ = std::make_unique<caf::actor_system>(config_);
}

virtual_time::~virtual_time() {
  commits_.stop();
  reads_.stop();
  for (const auto& a : owned_)
    caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
  owned_.clear();
  run_actors();
  // A pending timer holds its actor: fire what is left into actors that have ended.
  scheduler().trigger_timeouts();
  run_actors();
}

caf::scheduler::test_coordinator& virtual_time::scheduler() {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
}

void virtual_time::run_actors() { scheduler().run(); }

void virtual_time::run() {
  do {
    run_actors();
  } while (commits_.run_one() || reads_.run_one());
}

void virtual_time::advance(milliseconds by) {
  const auto end = clock_.now() + by;
  run();
  while (clock_.now() < end) {
    const auto& timers = scheduler().clock().schedule();
    auto step = end - clock_.now();
    if (!timers.empty()) {
      const auto until =
          std::chrono::ceil<milliseconds>(timers.begin()->first - scheduler().clock().now());
      step = std::clamp(until, milliseconds{1}, step);
    }
    clock_.set(clock_.now() + step);
    scheduler().advance_time(step);
    run();
  }
}

}  // namespace boxoffice::testing
