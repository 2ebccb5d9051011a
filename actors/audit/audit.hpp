#pragma once

#include "actors/audit/books.hpp"
#include "config/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace boxoffice::audit {

/// What may still be under way in the books.
enum class reading : std::uint8_t {
  online,   ///< a server writes while they are read
  offline,  ///< nobody writes; the last one may have been killed in the middle of its work
  drained,  ///< everything had time to end: no saga is open, every event is applied
};

/// A promise that the books do not keep. The names (see `name_of`) are part of the interface.
enum class rule : std::uint8_t {
  // one account
  ledger_sum,        ///< the balance is not the sum of the ledger
  balance_chain,     ///< balance_after is not the one before plus the amount
  negative_balance,  ///< of an account or after a ledger row
  wrong_sign,        ///< a charge or refund that takes, a use that gives
  moved_twice,       ///< two ledger rows of one kind for one payment
  step_differs,      ///< what the account answered is not what its ledger says
  // one schedule
  two_live_holders,        ///< of a seat, by hold or sale
  sold_twice,              ///< a seat, to two confirmed reservations
  claim_missing,           ///< a live reservation does not claim its seat
  claim_without_holder,    ///< a seat is claimed for a reservation that has ended or lacks it
  claimed_twice,           ///< a seat has two claims
  basket_differs,          ///< amount is not the sum of the seats, or a seat stands twice
  confirmed_after_revert,  ///< by a payment that had been undone before
  admitted_unpaid,         ///< a ticket let in, and nobody ever paid
  deadline_differs,        ///< a hold lasts longer or shorter than its schedule has it
  // a payment and the points it moved
  use_without_payment,
  payment_without_use,
  refund_without_payment,
  refund_without_use,  ///< points were given back that were never taken
  refund_without_row,  ///< REFUNDED or COMPENSATED without a refund in the ledger
  unexpected_refund,   ///< of a payment that stands
  failed_debited,      ///< a FAILED payment kept points
  // a payment and its reservation
  payment_without_confirmation,
  confirmed_without_payment,
  paid_twice,                  ///< two payments keep one reservation
  refund_without_freed_seats,  ///< REFUNDED, and the reservation is not
  refunded_without_payment,    ///< the reservation is refunded, and no payment is
  amount_differs,              ///< between payment, ledger and reservation
  user_differs,
  // the saga
  saga_overdue,           ///< open past its deadline and not parked
  parked_without_reason,  ///< an operator could not know why
  key_without_payment,    ///< an Idempotency-Key remembers a payment that is not there
  // events
  event_missing,
  event_twice,
  event_without_payment,  ///< says what did not happen
  event_differs,          ///< tells other values than its payment has
  consumer_ahead,         ///< of what was published
  consumer_behind,        ///< of what was published, with time to catch up
  event_not_applied,      ///< passed over by a consumer
  applied_unpublished,    ///< not an event of this outbox
  applied_twice,
  total_differs,    ///< a board counts other seats than are paid
  balance_differs,  ///< a payment told another balance than its ledger row has
  // the stores themselves
  store_set_back,  ///< it holds less than another has seen of it
};
inline constexpr std::size_t rule_count = static_cast<std::size_t>(rule::store_set_back) + 1;

/// The enumerator's own name.
const char* name_of(rule broken);

/// One broken promise. Ids are as the API writes them; a seat is `<schedule>:<number>`.
struct violation {
  rule broken{};
  std::vector<std::string> ids;
  std::string detail;  ///< one sentence
};

/// How much was looked at.
struct audit_counts {
  std::size_t accounts{0}, ledger_rows{0}, steps{0};
  std::size_t reservations{0}, claims{0};
  std::size_t payments{0}, open_sagas{0}, parked_sagas{0};
  std::size_t events{0}, consumers{0}, parked_events{0}, applied_events{0};
};

struct audit_report {
  std::vector<violation> violations;
  std::size_t unlisted{0};  ///< violations beyond `violations_max`
  audit_counts counts;

  [[nodiscard]] bool ok() const { return violations.empty() && unlisted == 0; }
};

/// How long an undoing may take before it has to be parked, when each of its two steps is asked
/// `tries` times and a try stays unanswered for `step_time`. **Units** milliseconds.
std::int64_t undo_time_of(std::int64_t tries, std::chrono::milliseconds step_time);

/// What the books alone do not say. **Units** milliseconds.
struct audit_terms {
  reading how{reading::offline};
  std::int64_t now{0};
  /// How long after its deadline a purchase may still be on its way to the undoing.
  std::int64_t saga_grace{30'000};
  /// How long an undoing may take before it has to be parked.
  std::int64_t undo_time{
      undo_time_of(limits::saga_step_tries_default, limits::payment_step_time_default)};
  /// Of a database that does not note how far its outbox was pruned, events older than this may be
  /// gone: it was pruned after a day. Elsewhere, what happened so long after `now` may be gone: a
  /// clock was wrong.
  std::int64_t published_kept{24 * 3'600'000};
  /// The consumers that keep a mark of each event.
  std::vector<std::string> marking_consumers{"best_selling", "sold_out"};
  /// Whether those hear of events from a broker. Then the payment service does not know how far
  /// they are, and an event that was set aside at the broker counts as not applied.
  enum class heard_from : bool { outbox, broker } they_hear_from{heard_from::outbox};
  std::size_t violations_max{1000};
};

/// Checks every rule on every row. Pure.
///
/// A saga that is open or parked explains what it has done so far and nothing else (README.md has
/// the table). A hold past its deadline is not live: the deadline decides, not the sweeper. With
/// `reading::online` the moments of the databases differ, so a violation counts only when `confirm`
/// finds it again.
audit_report check_books(const books& all, const audit_terms& terms);

/// Of `second`, what `first` had already found: the same rule with the same ids.
audit_report confirm(const audit_report& first, audit_report second);

}  // namespace boxoffice::audit
