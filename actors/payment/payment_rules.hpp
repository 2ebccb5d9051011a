#pragma once

#include "actors/payment/payment.hpp"
#include "actors/reservation/reservation.hpp"

#include <cstdint>
#include <optional>

namespace boxoffice {

/// Decides whether a purchase may start. `held` is the reservation as its service sees it, empty
/// when there is none or it is another user's; `running` is the open saga of the reservation;
/// `queue` what the waiting room has against the user. **Rejects** in the order of payment_refusal.
/// A refusal of none says: start.
payment_outcome decide_purchase(const std::optional<reservation>& held,
                                const std::optional<payment>& running, payment_refusal queue);

/// Decides whether the refund of `paid` may start. `paid` is empty when there is no such payment or
/// it is another user's. **Rejects** payment_not_found, payment_in_progress,
/// payment_not_refundable.
payment_outcome decide_refund(const std::optional<payment>& paid, const user_id& user,
                              time_point starts_at, time_point now);

/// Whether the store keeps this answer for the key of its request.
constexpr bool is_remembered(payment_refusal refusal) {
  switch (refusal) {
    case payment_refusal::none:
    case payment_refusal::payment_not_found:
    case payment_refusal::reservation_not_found:
    case payment_refusal::reservation_already_paid:
    case payment_refusal::reservation_released:
    case payment_refusal::reservation_expired:
    case payment_refusal::payment_not_refundable:
      return true;
    case payment_refusal::payment_in_progress:
    case payment_refusal::queue_token_required:
    case payment_refusal::queue_token_invalid:
      return false;
  }
  return false;
}

/// The answer that shows a payment as it is now.
payment_outcome outcome_of(const payment& row, time_point hold_expires_at);

}  // namespace boxoffice
