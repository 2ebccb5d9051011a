#pragma once

#include "actors/core/idempotency.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/money.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice {

/// Where a payment's saga stands. A payment has at most one purchase saga and, after it COMPLETED,
/// at most one refund saga; both live in one row.
enum class saga_state : std::uint8_t {
  started,          ///< durable; the debit may have been sent
  debited,          ///< points taken; the confirm may have been sent
  completed,        ///< terminal: paid
  failed,           ///< terminal: nothing was taken
  refunding,        ///< compensating: the refund may have been sent
  compensated,      ///< terminal: everything undone
  parked,           ///< waits for an operator, with its reason
  refund_started,   ///< the user's refund: seats may have been released
  refund_released,  ///< seats released; points may have been given back
  refunded,         ///< terminal
};

constexpr bool is_terminal(saga_state s) {
  return s == saga_state::completed || s == saga_state::failed || s == saga_state::compensated ||
         s == saga_state::refunded;
}

/// Why a payment ended without the seats, in its `reason`.
enum class payment_failure : std::uint8_t {
  none,
  insufficient_points,
  reservation_not_found,
  reservation_expired,
  reservation_released,
  reservation_already_paid,
  deadline_exceeded,  ///< unknown for too long and safely undone
  aborted,            ///< by an operator
};

/// As the contract spells it; empty for none.
std::string_view to_text(payment_failure failure);

/// What a saga asks of the others, and what it writes into its timeline.
enum class saga_step : std::uint8_t { debit, confirm, refund, revert, none };

/// One payment: the row of the saga log, and what users see of it.
struct payment {
  payment_id id;
  reservation_id reservation;
  concert_id concert;
  user_id user;
  points amount;
  saga_state state{saga_state::started};
  payment_failure failure{payment_failure::none};
  std::string reason;  ///< free text for operators, with parked and aborted
  queue_token token;   ///< what it was paid with, none if unknown
  bool holds_else{false};
  std::uint32_t seats{0};
  points
      balance;  ///< the user's after the last debit or refund; with insufficient_points at refusal
  time_point created_at{}, deadline{};
  time_point completed_at{};  ///< no_time until COMPLETED
  time_point changed_at{};
  /// Refunds: when the seats were free again; no_time before.
  time_point released_at{};
};

/// One line of a saga's timeline.
struct saga_note {
  payment_id payment;
  time_point at{};
  saga_state state{saga_state::started};  ///< after it
  saga_step step{saga_step::none};
  std::string what;  ///< e.g. "sent", "refused: insufficient_points", "asked again (3)"
};

/// Why a payment or refund is not even started, in order of precedence.
enum class payment_refusal : std::uint8_t {
  none,
  payment_not_found,  ///< refunds
  reservation_not_found,
  reservation_already_paid,
  reservation_released,
  payment_in_progress,
  reservation_expired,
  queue_token_required,
  queue_token_invalid,
  queue_not_active,
  payment_not_refundable,  ///< refunds: not COMPLETED, or the performance has begun
};

/// The whole answer to a payment or refund request; what the idempotency store keeps.
struct payment_outcome {
  payment_refusal refusal{payment_refusal::none};
  payment_id other;           ///< reservation_already_paid, payment_in_progress: by which payment
  std::uint32_t position{0};  ///< queue_not_active
  time_point expired_at{};    ///< reservation_expired, here or as failure of `paid`
  /// When refusal is none: the payment as it was when this was answered; not terminal means 202.
  payment paid;
};

enum class event_kind : std::uint8_t { payment_completed, payment_refunded };

/// What the outbox publishes. `sequence` is given by the store, ascending, without reuse.
struct payment_event {
  event_id id;
  std::uint64_t sequence{0};
  event_kind kind{event_kind::payment_completed};
  payment_id payment;
  user_id user;
  reservation_id reservation;
  concert_id concert;
  std::uint32_t seats{0};
  points amount;
  queue_token token;
  bool holds_else{false};
  time_point paid_at{};  ///< completion of the payment, also in its refund
  time_point occurred_at{};

  /// What keeps the order among events: those of one schedule are published in theirs.
  [[nodiscard]] schedule_id schedule() const { return schedule_of(reservation); }
};

/// An event that waits for an operator, because its consumer does not take it or because an older
/// one of the same schedule waits there (promise G14).
struct parked_event {
  std::string consumer;
  payment_event event;
  std::string reason;
  time_point at{};
};

}  // namespace boxoffice
