#include "bench/choreography/listeners.hpp"
#include "bench/choreography/open_deliveries.hpp"
#include "config/limits.hpp"

#include <map>
#include <utility>

namespace boxoffice::bench {
namespace {

class point_listener_state {
 public:
  using interface = accepts_also<listener_actor, point_step_reply, continuation>;
  static constexpr auto name = "point_listener";

  point_listener_state(interface::pointer self, point_service_actor point, carried_events& carried,
                       hears_fn hears)
      : self_{self}, point_{std::move(point)}, carried_{carried}, hears_{std::move(hears)} {}

  void on(deliver_purchase_events& m) {
    const auto delivery = open_.add(sender_of(self_), m);
    for (auto& e : m.events) {
      if (hears_ && hears_(e) == reaction::ignores) continue;
      const auto step =
          e.kind == purchase_event_kind::seats_refused ? point_step::refund : point_step::debit;
      e.kind = told_of(step);
      carried_.put(e);
      auto& asked = asked_[{e.payment, step}];
      asked = {std::move(e), delivery};
      ask(step, asked.event);
    }
  }

  void on(const point_step_reply& m) {
    const auto found = asked_.find({m.payment, m.step});
    if (found == asked_.end()) return;
    if (m.fault != fault::none)
      return run_later(self_, limits::store_retry_first, [this, step = m.step, of = m.payment] {
        ask(step, asked_.at({of, step}).event);
      });
    carried_.forget(m.payment, told_of(m.step));
    open_.handled(self_, found->second.delivery);
    asked_.erase(found);
  }

 private:
  struct work {
    purchase_event event;
    std::uint64_t delivery{0};
  };

  static purchase_event_kind told_of(point_step step) {
    return step == point_step::debit ? purchase_event_kind::points_debited
                                     : purchase_event_kind::points_refunded;
  }

  void ask(point_step step, const purchase_event& e) {
    if (step == point_step::debit)
      self_->send(point_, debit_points{0, e.payment, e.user, e.amount, {}});
    else
      self_->send(point_, refund_points{0, e.payment, e.user, {}});
  }

  interface::pointer self_;
  point_service_actor point_;
  carried_events& carried_;
  hears_fn hears_;
  open_deliveries open_;
  std::map<std::pair<payment_id, point_step>, work> asked_;
};

}  // namespace

listener_actor spawn_point_listener(caf::actor_system& system, point_service_actor point,
                                    carried_events& carried, hears_fn hears) {
  return spawn_actor<point_listener_state>(system, std::move(point), carried, std::move(hears));
}

}  // namespace boxoffice::bench
