#pragma once

#include "actors/core/time.hpp"
#include "actors/payment/payment.hpp"
#include "actors/reservation/reservation.hpp"
#include "config/limits.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice {

/// How patient sagas are.
struct saga_rules {
  milliseconds deadline{limits::payment_deadline_default};    ///< of a purchase, from its start
  milliseconds step_time{limits::payment_step_time_default};  ///< silence after a command
  milliseconds retry_first{limits::saga_retry_first};
  milliseconds retry_max{limits::saga_retry_max};
  int jitter_percent{limits::saga_retry_jitter_percent};
  int undo_tries_max{limits::saga_step_tries_default};  ///< of one step that has no deadline
};

/// What a participant answered to a step.
enum class step_result : std::uint8_t {
  done,
  refused,
  unknown,     ///< a fault: perhaps done, perhaps not
  impossible,  ///< surely not done: the participant's store refuses what the step would write
};

struct debit_answer {
  step_result result{step_result::done};
  payment_failure failure{payment_failure::none};  ///< refused
  points balance;
};

struct confirm_answer {
  step_result result{step_result::done};
  confirm_refusal refusal{confirm_refusal::none};
  bool holds_else{false};
};

struct refund_answer {
  step_result result{step_result::done};
  /// Whether the debit had taken anything.
  enum class returned : std::uint8_t { nothing, points } gave{returned::nothing};
  points balance;
};

struct revert_answer {
  step_result result{step_result::done};
};

/// What the shell does after an input, in this order: make `row`, `notes` and `event` durable in
/// one write; when there was a row, call `committed` once that is done; send `send`; call
/// `timed_out` at `due`.
struct saga_decision {
  std::optional<payment> row;
  std::vector<saga_note> notes;
  std::optional<payment_event> event;
  saga_step send{saga_step::none};
  std::optional<time_point> due;
};

/// The saga of one payment: the state machine of a purchase and of the user's refund. Pure.
///
///     state            asks     done                   refused    unknown
///     ───────────────  ───────  ─────────────────────  ─────────  ─────────────────────────────
///     STARTED          debit    DEBITED                FAILED     again; at the deadline REFUNDING
///     DEBITED          confirm  COMPLETED + event      REFUNDING  again; at the deadline REFUNDING
///     REFUNDING        revert*  refund                 (never)    again; in the end PARKED
///                      refund   COMPENSATED, or        (never)    again; in the end PARKED
///                               FAILED if nothing
///                               had been taken
///     REFUND_STARTED   revert   REFUND_RELEASED        (never)    again; in the end PARKED
///     REFUND_RELEASED  refund   REFUNDED + event       (never)    again; in the end PARKED
///     PARKED           nothing
///
/// From each open state, a step that is impossible leads to PARKED at once, and so does a row that
/// the payment service's own store refuses. Out of PARKED leads an operator: a resume goes on where
/// it was, forward or back; an abort goes back, to REFUNDING or REFUND_STARTED, and a purchase then
/// ends as aborted.
///
/// *REFUNDING begins with the revert when its failure is deadline_exceeded or aborted, that is,
/// when the debit or the confirm may have happened, or may still happen. Its tombstone refuses a
/// late confirm, the refund's a late debit; so once both have answered, money and seats are back
/// for good. The revert comes first: points go back only when the seats can no longer be taken.
/// When the confirm was refused there is nothing to revert.
///
/// DEBITED follows from STARTED: the debit gives its first answer again, and STARTED is given up as
/// DEBITED is. So it has no write of its own while all goes well; it is written before the confirm
/// is asked a second time, and with whatever comes next (docs/decisions/0011).
///
/// A confirmed reservation is COMPLETED at once: no command leaves between the two. Unknown is
/// a fault or silence. The deadline is looked at only when an answer is unknown, and only in
/// STARTED and DEBITED; a saga that is resumed after it, or whose process stood still, asks once
/// more before it gives up. States that are over take no input at all (docs/PROMISES.md, G10). What
/// does not fit the state (late, repeated, while a write is on its way) changes nothing.
///
/// Life cycle: the row of `begin` or `begin_refund` is made durable, then a saga is made over it,
/// and `resume` starts it; the same after a restart. **Thread**: its actor's.
class saga {
 public:
  /// The first row of a purchase; `wanted` names reservation, concert, user, amount, token, seats.
  static saga_decision begin(payment wanted, const saga_rules& rules, time_point now);
  /// The first row of the refund of a payment. **Requires** `paid` is COMPLETED.
  static saga_decision begin_refund(payment paid, time_point now);

  /// The row that parks a saga from outside: what it decided last cannot be written.
  /// **Requires** `durable` is open.
  static saga_decision park(payment durable, const std::string& reason, time_point now);

  /// Over a durable row.
  saga(payment row, const saga_rules& rules) : rules_{rules}, row_{std::move(row)} {}

  /// Asks what the state asks, as at the first time.
  saga_decision resume(time_point now);
  /// The last decision's row is durable.
  saga_decision committed(time_point now);

  saga_decision debit_answered(const debit_answer& a, time_point now, std::uint64_t random);
  saga_decision confirm_answered(const confirm_answer& a, time_point now, std::uint64_t random);
  saga_decision revert_answered(const revert_answer& a, time_point now, std::uint64_t random);
  saga_decision refund_answered(const refund_answer& a, time_point now, std::uint64_t random);
  saga_decision timed_out(time_point now, std::uint64_t random);
  /// The server did nothing for so long: that was nobody's silence.
  void stood_still(milliseconds by);

  /// Out of PARKED, on where it was, with fresh tries. Does nothing in another state, so repeating
  /// it is harmless.
  saga_decision operator_resumes(time_point now);
  /// Out of PARKED, undoing everything: seats first, then points. A parked refund is on that way
  /// already, so it goes on, and the timeline keeps the reason. Does nothing in another state.
  saga_decision operator_aborts(const std::string& reason, time_point now);

  /// As decided; durable unless `is_writing`, or STARTED is and this is DEBITED.
  [[nodiscard]] const payment& row() const { return row_; }
  [[nodiscard]] bool is_writing() const { return phase_ == phase::writing; }
  [[nodiscard]] bool is_over() const { return is_at_rest(row_.state); }
  /// The command that the state calls for.
  [[nodiscard]] saga_step step() const;

 private:
  enum class phase : std::uint8_t { idle, writing, asked, pausing };

  [[nodiscard]] bool fits(saga_step step) const;
  [[nodiscard]] bool has_deadline() const {
    return row_.state == saga_state::started || row_.state == saga_state::debited;
  }
  [[nodiscard]] milliseconds pause(std::uint64_t random) const;
  void note(time_point now, saga_step step, std::string what);
  saga_decision ask(time_point now);
  saga_decision unknown(const char* what, time_point now, std::uint64_t random);
  saga_decision move_to(saga_state next, time_point now);
  saga_decision go_on_to(saga_state next, time_point now);
  saga_decision undo(payment_failure why, time_point now);
  saga_decision begin_way_back(time_point now);
  saga_decision park(const std::string& reason, time_point now);
  saga_decision impossible(std::string_view who, time_point now);
  saga_decision flush_notes(saga_decision d);

  saga_rules rules_;
  payment row_;
  phase phase_{phase::idle};
  /// Whether the last write says the state, or an earlier one from which it follows again.
  enum class written : std::uint8_t { behind, yes } written_{written::yes};
  /// In REFUNDING: whether the reservation was reverted in this life of the actor.
  enum class reverted : std::uint8_t { no, yes } reverted_{reverted::no};
  int tries_{0};  ///< of the current step
  std::optional<time_point> due_;
  std::vector<saga_note> notes_;  ///< not yet handed out
};

/// An event has the same id however often its transition is decided.
constexpr event_id make_event_id(payment_id payment, event_kind kind) {
  return {(payment.value << 1) | static_cast<std::uint64_t>(kind)};
}

/// The outbox row of a payment that is COMPLETED or REFUNDED, from `row`.
payment_event make_event(const payment& row, event_kind kind, time_point at);

}  // namespace boxoffice
