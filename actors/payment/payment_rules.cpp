#include "actors/payment/payment_rules.hpp"

namespace boxoffice {
namespace {

payment_outcome refuse(payment_refusal why) {
  payment_outcome o;
  o.refusal = why;
  return o;
}

payment_outcome in_progress(payment_id other) {
  auto o = refuse(payment_refusal::payment_in_progress);
  o.other = other;
  return o;
}

}  // namespace

payment_outcome decide_purchase(const std::optional<reservation>& held,
                                const std::optional<payment>& running, payment_refusal queue) {
  if (!held) return refuse(payment_refusal::reservation_not_found);
  switch (held->status) {
    case reservation_status::confirmed: {
      // Confirmed by a saga that still runs (or is being refunded) is not yet, or no longer, paid.
      if (running) return in_progress(running->id);
      auto o = refuse(payment_refusal::reservation_already_paid);
      o.other = held->payment;
      return o;
    }
    case reservation_status::released:
    case reservation_status::refunded:
      return refuse(payment_refusal::reservation_released);
    case reservation_status::held:
    case reservation_status::expired:
      break;
  }
  if (running) return in_progress(running->id);
  if (held->status == reservation_status::expired) {
    auto o = refuse(payment_refusal::reservation_expired);
    o.expired_at = held->expires_at;
    return o;
  }
  return refuse(queue);
}

payment_outcome decide_refund(const std::optional<payment>& paid, const user_id& user,
                              time_point starts_at, time_point now) {
  if (!paid || paid->user != user) return refuse(payment_refusal::payment_not_found);
  switch (paid->state) {
    case saga_state::started:
    case saga_state::debited:
    case saga_state::refunding:
    case saga_state::refund_started:
    case saga_state::refund_released:
      return in_progress(paid->id);
    case saga_state::completed:
      break;
    case saga_state::failed:
    case saga_state::compensated:
    case saga_state::parked:
    case saga_state::refunded:
      return refuse(payment_refusal::payment_not_refundable);
  }
  return refuse(now < starts_at ? payment_refusal::none : payment_refusal::payment_not_refundable);
}

payment_outcome outcome_of(const payment& row, time_point hold_expires_at) {
  payment_outcome o;
  if (row.failure == payment_failure::reservation_expired)
    o.expired_at = hold_expires_at == no_time ? row.changed_at : hold_expires_at;
  o.paid = row;
  return o;
}

}  // namespace boxoffice
