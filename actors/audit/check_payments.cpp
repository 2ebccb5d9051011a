#include "actors/audit/findings.hpp"

#include <algorithm>

namespace boxoffice::audit {
namespace {

enum class wanted : std::uint8_t { none, maybe, one };

/// What a payment in a state may have left in the ledger.
struct expected_moves {
  wanted use, refund;
};

expected_moves expected_of(const payment_row& p) {
  switch (p.state) {
    case payment_state::started:
      return {wanted::maybe, wanted::none};
    case payment_state::debited:
    case payment_state::completed:
      return {wanted::one, wanted::none};
    case payment_state::failed:
      // Nothing at all, or both: what counts is that they cancel (failed_debited).
    case payment_state::refunding:
      return {wanted::maybe, wanted::maybe};
    case payment_state::parked:
      return {p.completed_at != 0 ? wanted::one : wanted::maybe, wanted::maybe};
    case payment_state::refund_started:
      // Also after it was parked and resumed, with the refund's answer lost.
    case payment_state::refund_released:
      return {wanted::one, wanted::maybe};
    case payment_state::compensated:
    case payment_state::refunded:
      break;
  }
  return {wanted::one, wanted::one};
}

struct moved {
  std::size_t uses{0}, refunds{0};
  const ledger_row *use{nullptr}, *refund{nullptr};
};

moved moves_of(const ledgers& in, std::uint64_t payment) {
  moved m;
  for (const auto* row : in.moves.all(payment)) {
    switch (row->kind) {
      case ledger_kind::charge:
        break;
      case ledger_kind::use:
        ++m.uses;
        m.use = row;
        break;
      case ledger_kind::refund:
        ++m.refunds;
        m.refund = row;
        break;
    }
  }
  return m;
}

void compare_move(const ledgers& in, const payment_row& p, const ledger_row& row,
                  std::int64_t amount, findings& out) {
  const std::vector ids{payment_name(p.id), transaction_name(row.id)};
  if (row.amount != amount)
    out.add(rule::amount_differs, ids,
            "The payment is of " + std::to_string(p.amount) + ", the ledger row of " +
                std::to_string(row.amount) + ".");
  if (row.user != p.user)
    out.add(rule::user_differs, ids,
            "The payment is of " + in.all.users.text(p.user) + ", the ledger row of " +
                in.all.users.text(row.user) + ".");
}

void compare_balance(const payment_row& p, const ledger_row* row, findings& out) {
  if (row == nullptr || row->balance_after == p.balance) return;
  out.add(rule::balance_differs, {payment_name(p.id), transaction_name(row->id)},
          "The payment says that " + std::to_string(p.balance) + " were left, its ledger row " +
              std::to_string(row->balance_after) + ".");
}

void check_moves_of(const ledgers& in, const payment_row& p, findings& out) {
  const auto m = moves_of(in, p.id);
  const auto want = expected_of(p);
  const std::vector ids{payment_name(p.id)};
  if (m.refunds > 0 && m.uses == 0)
    out.add(rule::refund_without_use, ids, "Points were given back that it never took.");
  else if (want.use == wanted::one && m.uses == 0)
    out.add(rule::payment_without_use, ids, "Its state says that it took points; it took none.");
  if (want.refund == wanted::none && m.refunds > 0)
    out.add(rule::unexpected_refund, ids, "Points were given back, and it stands.");
  if (want.refund == wanted::one && m.uses > 0 && m.refunds == 0)
    out.add(rule::refund_without_row, ids, "Its state says that it gave back; it did not.");
  if (p.state == payment_state::failed && m.uses > m.refunds)
    out.add(rule::failed_debited, ids, "It has failed and keeps the points.");
  if (p.state == payment_state::completed && m.uses == 1) compare_balance(p, m.use, out);
  if (p.state == payment_state::refunded && m.refunds == 1) compare_balance(p, m.refund, out);
  if (m.use != nullptr) compare_move(in, p, *m.use, -p.amount, out);
  if (m.refund != nullptr) compare_move(in, p, *m.refund, p.amount, out);
}

/// Ledger rows that no payment explains, and those that stand twice.
void check_references(const ledgers& in, findings& out) {
  for (const auto* row : in.moves.sorted()) {
    if (row->kind == ledger_kind::charge) continue;
    const std::vector ids{payment_name(row->reference), transaction_name(row->id)};
    if (in.payments.find(row->reference) == nullptr)
      out.add(
          row->kind == ledger_kind::use ? rule::use_without_payment : rule::refund_without_payment,
          ids, "The ledger moved points for a payment that does not exist.");
    const auto same = in.moves.all(row->reference);
    const auto twin = std::ranges::find(same, row->kind, &ledger_row::kind);
    if (*twin == row) continue;
    out.add(rule::moved_twice, {ids[0], transaction_name((*twin)->id), ids[1]},
            "The ledger moved points twice for one step.");
  }
}

bool keeps(const ledgers& in, std::uint64_t payment) {
  const auto* p = in.payments.find(payment);
  return p != nullptr && was_completed(*p);
}

/// A payment that was completed has its reservation, or has given it back.
void check_confirmation(const ledgers& in, const payment_row& p, findings& out) {
  if (!was_completed(p)) return;
  const auto* r = in.reservations.find(p.reservation);
  const bool mine = r != nullptr && r->payment == p.id;
  const bool confirmed = mine && r->status == reservation_status::confirmed;
  const bool freed = mine && r->status == reservation_status::refunded;
  const bool both = p.state == payment_state::refund_started || p.state == payment_state::parked;
  if (both && (confirmed || freed)) return;
  const std::vector ids{payment_name(p.id), reservation_name(p.schedule, p.reservation)};
  if (p.state == payment_state::refund_released || p.state == payment_state::refunded) {
    if (!freed)
      out.add(rule::refund_without_freed_seats, ids,
              "The payment was refunded, and the reservation is not.");
    return;
  }
  if (confirmed) return;
  if (r != nullptr && !mine && r->status == reservation_status::confirmed && keeps(in, r->payment))
    out.add(rule::paid_twice, {ids[1], payment_name(r->payment), ids[0]},
            "Two payments are completed for one reservation.");
  else
    out.add(rule::payment_without_confirmation, ids,
            "The payment is completed, and does not have the reservation.");
}

/// Whether the payment's state allows that its confirm has happened (`confirmed`), or its revert
/// after that in a user's refund.
bool allows(const ledgers& in, const payment_row& p, reservation_status status) {
  const bool confirmed = status == reservation_status::confirmed;
  switch (p.state) {
    case payment_state::started:
      // That points were taken is known without a write of its own.
      return confirmed && moves_of(in, p.id).uses == 1;
    case payment_state::debited:
    case payment_state::completed:
    case payment_state::refunding:
      return confirmed;
    case payment_state::parked:
      return confirmed || p.completed_at != 0;
    case payment_state::refund_started:
    // Still confirmed after these two: refund_without_freed_seats says so.
    case payment_state::refund_released:
    case payment_state::refunded:
      return true;
    case payment_state::failed:
    case payment_state::compensated:
      break;
  }
  return false;
}

std::int64_t last_written(const books& all) {
  std::int64_t last = 0;
  for (const auto& p : all.payments)
    last = std::max({last, p.created_at, p.changed_at});
  for (const auto& r : all.reservations)
    last = std::max(last, r.held_at);
  return last;
}

/// When a saga in its state should have ended or been parked; 0 for one that is not open.
std::int64_t due_of(const payment_row& p, const audit_terms& terms) {
  switch (p.state) {
    case payment_state::started:
    case payment_state::debited:
      return p.deadline + terms.saga_grace;
    case payment_state::refunding:
    case payment_state::refund_started:
    case payment_state::refund_released:
      return p.changed_at + terms.undo_time;
    case payment_state::completed:
    case payment_state::failed:
    case payment_state::compensated:
    case payment_state::parked:
    case payment_state::refunded:
      break;
  }
  return 0;
}

}  // namespace

void check_moves(const ledgers& in, findings& out) {
  for (const auto& p : in.all.payments)
    check_moves_of(in, p, out);
  check_references(in, out);
}

void check_reservations(const ledgers& in, findings& out) {
  for (const auto& p : in.all.payments)
    check_confirmation(in, p, out);
  for (const auto& r : in.all.reservations) {
    if (r.status != reservation_status::confirmed && r.status != reservation_status::refunded)
      continue;
    const auto* p = in.payments.find(r.payment);
    const std::vector ids{reservation_name(r.schedule, r.id), payment_name(r.payment)};
    if (p == nullptr || p->reservation != r.id || p->schedule != r.schedule ||
        !allows(in, *p, r.status)) {
      const bool confirmed = r.status == reservation_status::confirmed;
      out.add(confirmed ? rule::confirmed_without_payment : rule::refunded_without_payment, ids,
              confirmed ? "The reservation is confirmed by a payment that has not paid it."
                        : "The reservation is refunded by a payment that is not.");
      continue;
    }
    if (p->amount != r.amount)
      out.add(rule::amount_differs, ids,
              "The reservation is of " + std::to_string(r.amount) + ", the payment of " +
                  std::to_string(p->amount) + ".");
    if (p->user != r.user)
      out.add(rule::user_differs, ids,
              "The reservation is of " + in.all.users.text(r.user) + ", the payment of " +
                  in.all.users.text(p->user) + ".");
  }
}

void check_sagas(const ledgers& in, const audit_terms& terms, findings& out) {
  // Sagas rest while nobody runs: they are as late as they were when the last one wrote.
  const auto now =
      terms.how == reading::offline ? std::min(terms.now, last_written(in.all)) : terms.now;
  for (const auto& p : in.all.payments) {
    const auto due = due_of(p, terms);
    if (due != 0 && (terms.how == reading::drained || now > due))
      out.add(
          rule::saga_overdue, {payment_name(p.id)},
          terms.how == reading::drained
              ? "It is still open although everything had time to end."
              : "It should have ended or been parked " + std::to_string(now - due) + " ms ago.");
    if (p.state == payment_state::parked && p.reason == parking_reason::none)
      out.add(rule::parked_without_reason, {payment_name(p.id)},
              "It waits for an operator and does not say why.");
  }
  for (const auto& key : in.all.payment_keys)
    if (key.payment != 0 && in.payments.find(key.payment) == nullptr)
      out.add(rule::key_without_payment, {payment_name(key.payment)},
              "An Idempotency-Key remembers a payment that does not exist.");
}

}  // namespace boxoffice::audit
