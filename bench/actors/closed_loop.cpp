#include "bench/actors/closed_loop.hpp"

#include "actors/caf/message.hpp"

#include <chrono>
#include <future>
#include <memory>

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace boxoffice::bench {
namespace {

struct start_loop {};
using boxoffice::inspect;

// Owned by the driver actor.
struct loop_state {
  workload* work{nullptr};
  std::uint64_t next{0}, end{0};
  std::uint32_t in_flight{1};
  std::chrono::steady_clock::time_point until;
  std::promise<loop_result> finished;
  loop_result result;
  std::uint64_t running{0};

  void fill(const caf::actor& self) {
    while (running < in_flight && next < end) {
      if (std::chrono::steady_clock::now() >= until) end = next;
      if (next >= end) return;
      ++running;
      work->begin(self, next++);
    }
  }

  template <class Reply>
  void on(caf::event_based_actor* self, const Reply& reply) {
    const auto me = caf::actor_cast<caf::actor>(self);
    switch (work->on(me, reply)) {
      case workload::progress::under_way:
        return;
      case workload::progress::done:
        ++result.done;
        break;
      case workload::progress::refused:
        ++result.refused;
        break;
    }
    --running;
    fill(me);
    if (running != 0) return;
    result.next = next;
    finished.set_value(result);
    self->quit();
  }
};

}  // namespace

workload::progress workload::on(const caf::actor&, const charge_reply&) {
  return progress::refused;
}
workload::progress workload::on(const caf::actor&, const hold_reply&) { return progress::refused; }
workload::progress workload::on(const caf::actor&, const payment_reply&) {
  return progress::refused;
}

loop_result run_closed_loop(caf::actor_system& system, workload& work, const loop_plan& plan) {
  auto state = std::make_shared<loop_state>();
  state->work = &work;
  state->next = plan.first;
  state->end = plan.count > UINT64_MAX - plan.first ? UINT64_MAX : plan.first + plan.count;
  state->in_flight = plan.in_flight;
  auto finished = state->finished.get_future();
  const auto driver = system.spawn([state](caf::event_based_actor* self) -> caf::behavior {
    return {[=](const start_loop&) { state->fill(caf::actor_cast<caf::actor>(self)); },
            [=](const charge_reply& m) { state->on(self, m); },
            [=](const hold_reply& m) { state->on(self, m); },
            [=](const payment_reply& m) { state->on(self, m); }};
  });
  const auto begin = std::chrono::steady_clock::now();
  state->until = begin + plan.time;
  caf::anon_send(driver, start_loop{});
  auto result = finished.get();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace boxoffice::bench
