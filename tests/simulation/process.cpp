#include "tests/simulation/process.hpp"

#include <algorithm>
#include <utility>

#include <caf/atom.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

namespace boxoffice::simulation {

job_runner::posted stepped_runner::post(std::function<void()> job) {
  if (stopped_ || (full && full())) return posted::no;
  jobs_.push_back(std::move(job));
  return posted::yes;
}

void stepped_runner::run_one() {
  const auto job = std::move(jobs_.front());
  jobs_.pop_front();
  if (around)
    around(job);
  else
    job();
}

void stepped_runner::stop() {
  stopped_ = true;
  jobs_.clear();
}

time_point own_time(time_point world_now, std::int64_t rate) {
  return testing::beginning + (world_now - testing::beginning) * rate / 1'000;
}

process::process(service what, std::uint64_t number, std::uint64_t epoch, std::uint64_t seed,
                 milliseconds lease)
    : what_{what}, number_{number}, epoch_{epoch}, random_{seed}, board_{metrics_, steady_, lease} {
  config_.set("scheduler.policy", caf::atom("testing"));
  system_ = std::make_unique<caf::actor_system>(config_);
}

process::~process() = default;

caf::scheduler::test_coordinator& process::scheduler() {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
}

std::size_t process::ready() {
  if (dead_ || paused_) return 0;
  if (ending_) return commits_.has_job() ? 1 : 0;
  return scheduler().jobs.size() + (commits_.has_job() ? 1 : 0) + (reads_.has_job() ? 1 : 0);
}

void process::step(dice& random) {
  if (ending_) return commits_.run_one();
  auto& jobs = scheduler().jobs;
  auto at = random.below(ready());
  if (at < jobs.size()) {
    std::rotate(jobs.begin(), jobs.begin() + static_cast<std::ptrdiff_t>(at),
                jobs.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    return scheduler().run_once();
  }
  at -= jobs.size();
  auto& runner = at == 0 && commits_.has_job() ? commits_ : reads_;
  runner.run_one();
}

void process::pass(time_point world_now, milliseconds step) {
  if (dead_) return;
  clock_.set(world_now + skew_);
  steady_.set(own_time(world_now, rate_));
  owed_ += step;
  if (!paused_ && !ending_) scheduler().advance_time(std::exchange(owed_, milliseconds{0}));
}

std::optional<milliseconds> process::next_timer() {
  if (dead_ || paused_ || ending_) return std::nullopt;
  const auto& timers = scheduler().clock().schedule();
  if (timers.empty()) return std::nullopt;
  return std::chrono::ceil<milliseconds>(timers.begin()->first - scheduler().clock().now());
}

void process::go_on() {
  paused_ = false;
  if (!dead_) scheduler().advance_time(std::exchange(owed_, milliseconds{0}));
}

void process::die() {
  dead_ = true;
  commits_.stop();
  reads_.stop();
}

void process::end_actors() {
  die();
  desks_ = {};
  for (const auto& a : owned_)
    caf::anon_send_exit(a, caf::exit_reason::kill);
  owned_.clear();
  entry_ = {};
  scheduler().run();
  // A pending timer holds its actor: fire what is left into actors that have ended.
  scheduler().trigger_timeouts();
  scheduler().run();
}

}  // namespace boxoffice::simulation
