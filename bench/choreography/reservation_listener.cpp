#include "bench/choreography/listeners.hpp"
#include "bench/choreography/open_deliveries.hpp"
#include "config/limits.hpp"

#include <map>
#include <utility>

namespace boxoffice::bench {
namespace {

payment_failure failure_of(confirm_refusal refusal) {
  switch (refusal) {
    case confirm_refusal::reservation_not_found:
      return payment_failure::reservation_not_found;
    case confirm_refusal::reservation_expired:
      return payment_failure::reservation_expired;
    case confirm_refusal::reservation_released:
      return payment_failure::reservation_released;
    case confirm_refusal::already_confirmed:
      return payment_failure::reservation_already_paid;
    case confirm_refusal::none:
    case confirm_refusal::reverted_before:
      break;
  }
  return payment_failure::aborted;
}

class reservation_listener_state {
 public:
  using interface = accepts_also<listener_actor, confirm_reply, revert_reply, continuation>;
  static constexpr auto name = "reservation_listener";

  reservation_listener_state(interface::pointer self, reservation_service_actor reservation,
                             carried_events& carried, hears_fn hears)
      : self_{self},
        reservation_{std::move(reservation)},
        carried_{carried},
        hears_{std::move(hears)} {}

  void on(deliver_purchase_events& m) {
    const auto delivery = open_.add(sender_of(self_), m);
    for (auto& e : m.events) {
      if (hears_ && hears_(e) == reaction::ignores) continue;
      auto& asked = asked_[e.payment];
      asked = {std::move(e), delivery};
      begin(asked, purchase_event_kind::seats_confirmed);
    }
  }

  void on(const confirm_reply& m) {
    const auto found = asked_.find(m.payment);
    if (found == asked_.end()) return;
    if (m.fault != fault::none) return ask_later(m.payment);
    if (m.refusal == confirm_refusal::none) return end(found);
    auto& refused = found->second;
    carried_.forget(m.payment, refused.event.kind);
    refused.event.failure = failure_of(m.refusal);
    begin(refused, purchase_event_kind::seats_refused);
  }

  void on(const revert_reply& m) {
    const auto found = asked_.find(m.payment);
    if (found == asked_.end()) return;
    if (m.fault != fault::none) return ask_later(m.payment);
    end(found);
  }

 private:
  struct work {
    purchase_event event;  // as it will be told
    std::uint64_t delivery{0};
  };
  using works = std::map<payment_id, work>;

  void begin(work& w, purchase_event_kind told) {
    w.event.kind = told;
    carried_.put(w.event);
    ask(w.event);
  }
  void ask(const purchase_event& e) {
    if (e.kind == purchase_event_kind::seats_confirmed)
      return self_->send(reservation_, confirm_reservation{0, e.payment, e.reservation, {}});
    constexpr auto why = revert_reservation::reason::compensation;
    self_->send(reservation_, revert_reservation{0, e.payment, e.reservation, why, {}});
  }
  void ask_later(payment_id of) {
    run_later(self_, limits::store_retry_first, [this, of] { ask(asked_.at(of).event); });
  }
  void end(works::iterator done) {
    carried_.forget(done->first, done->second.event.kind);
    open_.handled(self_, done->second.delivery);
    asked_.erase(done);
  }

  interface::pointer self_;
  reservation_service_actor reservation_;
  carried_events& carried_;
  hears_fn hears_;
  open_deliveries open_;
  works asked_;
};

}  // namespace

listener_actor spawn_reservation_listener(caf::actor_system& system,
                                          reservation_service_actor reservation,
                                          carried_events& carried, hears_fn hears) {
  return spawn_actor<reservation_listener_state>(system, std::move(reservation), carried,
                                                 std::move(hears));
}

}  // namespace boxoffice::bench
