#include "bench/choreography/event_relay.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace boxoffice::bench {
namespace {

constexpr milliseconds remember_every{100};

class event_relay_state {
 public:
  using interface = accepts_also<event_relay_actor, continuation>;
  static constexpr auto name = "event_relay";

  event_relay_state(interface::pointer self, event_relay_context context)
      : self_{self}, context_{std::move(context)} {
    keep_remembering();
  }

  void on(purchase_events_appended& m) {
    last_ = m.events.back().sequence;
    std::map<const caf::actor*, deliver_purchase_events> deliveries;
    for (auto& e : m.events) {
      auto& delivery = deliveries[&listener_of(e.kind)];
      delivery.events.push_back(std::move(e));
    }
    for (auto& [to, delivery] : deliveries) {
      delivery.batch = ++last_batch_;
      under_way_.emplace(delivery.batch, delivery.events.front().sequence);
      answer(self_, *to, std::move(delivery));
    }
  }

  void on(const purchase_events_handled& m) { under_way_.erase(m.batch); }

 private:
  [[nodiscard]] const caf::actor& listener_of(purchase_event_kind kind) const {
    switch (kind) {
      case purchase_event_kind::payment_requested:
      case purchase_event_kind::seats_refused:
        return context_.to.point;
      case purchase_event_kind::points_debited:
        return context_.to.reservation;
      case purchase_event_kind::points_refused:
      case purchase_event_kind::seats_confirmed:
      case purchase_event_kind::points_refunded:
        break;
    }
    return context_.to.payment;
  }

  void keep_remembering() {
    auto handled = last_;
    for (const auto& [batch, first] : under_way_)
      handled = std::min(handled, first - 1);
    if (handled > remembered_) {
      remembered_ = handled;
      auto job = [&table = context_.table, handled] { table.remember(handled); };
      std::ignore = context_.commit_jobs.post(std::move(job));  // or the next time
    }
    run_later(self_, remember_every, [this] { keep_remembering(); });
  }

  interface::pointer self_;
  event_relay_context context_;
  std::unordered_map<std::uint64_t, std::uint64_t> under_way_;  // batch: its first sequence
  std::uint64_t last_batch_{0};
  std::uint64_t last_{0}, remembered_{0};
};

}  // namespace

event_relay_actor spawn_event_relay(caf::actor_system& system, event_relay_context context) {
  return spawn_actor<event_relay_state>(system, std::move(context));
}

}  // namespace boxoffice::bench
