#pragma once

#include "actors/core/call_context.hpp"
#include "actors/core/idempotency.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/money.hpp"
#include "actors/core/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice {

/// Where a payment's saga stands. A payment has at most one purchase saga and, after it COMPLETED,
/// at most one refund saga; both live in one row. The numbers stand in the stores.
enum class saga_state : std::uint8_t {
  started,          ///< durable; the debit may have been sent
  debited,          ///< points taken; the confirm may have been sent
  completed,        ///< paid
  failed,           ///< nothing was taken
  refunding,        ///< compensating: the refund may have been sent
  compensated,      ///< everything undone
  parked,           ///< waits for an operator, with its reason
  refund_started,   ///< the user's refund: seats may have been released
  refund_released,  ///< seats released; points may have been given back
  refunded,
};

/// What is true of each state, for whoever has to tell them apart: the saga, the statements of the
/// stores, lists, metrics and the audit.
struct saga_state_facts {
  saga_state state;
  std::string_view name;
  enum class life : std::uint8_t {
    open,     ///< its saga runs, and is taken up again after a restart
    waiting,  ///< for an operator
    over,     ///< no input moves it (docs/PROMISES.md, G10)
  } is;
  /// Which states have the seats of the reservation for themselves (docs/PROMISES.md, G5).
  enum class seats : std::uint8_t {
    none,
    kept,
    kept_once_paid,  ///< when the payment had completed before
  } keeps;
  bool unusual;  ///< few payments end or stay here, so lists of them have an index
};

inline constexpr std::array saga_states{
    saga_state_facts{saga_state::started, "started", saga_state_facts::life::open,
                     saga_state_facts::seats::none, false},
    saga_state_facts{saga_state::debited, "debited", saga_state_facts::life::open,
                     saga_state_facts::seats::none, false},
    saga_state_facts{saga_state::completed, "completed", saga_state_facts::life::over,
                     saga_state_facts::seats::kept, false},
    saga_state_facts{saga_state::failed, "failed", saga_state_facts::life::over,
                     saga_state_facts::seats::none, true},
    saga_state_facts{saga_state::refunding, "refunding", saga_state_facts::life::open,
                     saga_state_facts::seats::none, false},
    saga_state_facts{saga_state::compensated, "compensated", saga_state_facts::life::over,
                     saga_state_facts::seats::none, true},
    saga_state_facts{saga_state::parked, "parked", saga_state_facts::life::waiting,
                     saga_state_facts::seats::kept_once_paid, true},
    saga_state_facts{saga_state::refund_started, "refund_started", saga_state_facts::life::open,
                     saga_state_facts::seats::kept, false},
    saga_state_facts{saga_state::refund_released, "refund_released", saga_state_facts::life::open,
                     saga_state_facts::seats::kept, false},
    saga_state_facts{saga_state::refunded, "refunded", saga_state_facts::life::over,
                     saga_state_facts::seats::none, true}};

constexpr const saga_state_facts& facts_of(saga_state s) {
  return saga_states[static_cast<std::size_t>(s)];
}
constexpr bool is_terminal(saga_state s) { return facts_of(s).is == saga_state_facts::life::over; }
/// Over or waiting for an operator: no actor runs it.
constexpr bool is_at_rest(saga_state s) { return facts_of(s).is != saga_state_facts::life::open; }
constexpr std::string_view name_of(saga_state s) { return facts_of(s).name; }

constexpr bool saga_states_are_in_order() {
  for (std::size_t i = 0; i < saga_states.size(); ++i)
    if (static_cast<std::size_t>(saga_states[i].state) != i) return false;
  return true;
}
static_assert(saga_states_are_in_order());

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

/// As docs/API.md spells it; empty for none.
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
  saga_state parked_from{saga_state::started};  ///< with parked: where it was
  queue_token token;                            ///< what it was paid with, none if unknown
  bool holds_else{false};
  std::uint32_t seats{0};
  points
      balance;  ///< the user's after the last debit or refund; with insufficient_points at refusal
  time_point created_at{}, deadline{};
  time_point completed_at{};  ///< no_time until COMPLETED
  time_point changed_at{};
  /// Refunds: when the seats were free again; no_time before.
  time_point released_at{};
  request_origin from{};  ///< of the purchase; once it is refunded, of the refund
  /// `A-1,A-2`, for those who hear of the payment outside; empty in rows of earlier versions.
  std::string seat_names{};
};

/// One line of a saga's timeline.
struct saga_note {
  payment_id payment;
  time_point at{};
  saga_state state{saga_state::started};  ///< after it
  saga_step step{saga_step::none};
  std::string what;  ///< e.g. "sent", "refused: insufficient_points", "asked again (3)"
};

/// Why a payment or refund is not even started, in order of precedence. The numbers stand in the
/// stores.
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
  payment_not_refundable = 10,  ///< refunds: not COMPLETED, or the performance has begun
};

/// The whole answer to a payment or refund request; what the idempotency store keeps.
struct payment_outcome {
  payment_refusal refusal{payment_refusal::none};
  payment_id other;         ///< reservation_already_paid, payment_in_progress: by which payment
  time_point expired_at{};  ///< reservation_expired, here or as failure of `paid`
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
  request_origin from{};     ///< the request that it came of
  std::string seat_names{};  ///< as of its payment

  /// What keeps the order among events: those of one schedule are published in theirs.
  [[nodiscard]] schedule_id schedule() const { return reservation.schedule; }
};

/// An event that waits for an operator, because its consumer does not take it or because an older
/// one of the same schedule waits there (docs/PROMISES.md, G14).
struct parked_event {
  std::string consumer;
  payment_event event;
  std::string reason;
  time_point at{};
};

}  // namespace boxoffice
