#include "tests/simulation/memory_books.hpp"

#include <map>
#include <utility>

namespace boxoffice::simulation {
namespace {

audit::ledger_kind kind_of(transaction_kind k) {
  switch (k) {
    case transaction_kind::charge:
      return audit::ledger_kind::charge;
    case transaction_kind::use:
      return audit::ledger_kind::use;
    case transaction_kind::refund:
      break;
  }
  return audit::ledger_kind::refund;
}

audit::reservation_status status_of(reservation_status s) {
  switch (s) {
    case reservation_status::held:
      return audit::reservation_status::held;
    case reservation_status::confirmed:
      return audit::reservation_status::confirmed;
    case reservation_status::expired:
      return audit::reservation_status::expired;
    case reservation_status::released:
      return audit::reservation_status::released;
    case reservation_status::refunded:
      break;
  }
  return audit::reservation_status::refunded;
}

audit::payment_state state_of(saga_state s) {
  switch (s) {
    case saga_state::started:
      return audit::payment_state::started;
    case saga_state::debited:
      return audit::payment_state::debited;
    case saga_state::completed:
      return audit::payment_state::completed;
    case saga_state::failed:
      return audit::payment_state::failed;
    case saga_state::refunding:
      return audit::payment_state::refunding;
    case saga_state::compensated:
      return audit::payment_state::compensated;
    case saga_state::parked:
      return audit::payment_state::parked;
    case saga_state::refund_started:
      return audit::payment_state::refund_started;
    case saga_state::refund_released:
      return audit::payment_state::refund_released;
    case saga_state::refunded:
      break;
  }
  return audit::payment_state::refunded;
}

void add_points(audit::books& b, const testing::memory_point_store& from) {
  for (const auto& [user, balance] : from.balances)
    b.balances.push_back({b.users.of(user.value), balance.value});
  for (const auto& e : from.ledger)
    b.ledger.push_back({e.id.value, b.users.of(e.user.value), kind_of(e.kind), e.amount.value,
                        e.balance_after.value, e.reference.value});
  for (const auto& [key, s] : from.steps)
    b.steps.push_back(
        {s.step.payment.value,
         s.step.step == point_step::debit ? audit::point_step::debit : audit::point_step::refund,
         s.step.answer.refusal == point_refusal::none ? audit::step_answer::done
                                                      : audit::step_answer::refused,
         s.step.answer.transaction.value});
}

void add_reservations(audit::books& b, const testing::memory_reservation_store& from) {
  for (const auto& [id, r] : from.rows) {
    audit::reservation_row row{.id = id.number,
                               .schedule = id.schedule.value,
                               .user = b.users.of(r.user.value),
                               .seats = {},
                               .amount = r.amount.value,
                               .status = status_of(r.status),
                               .held_at = to_unix_ms(r.held_at),
                               .expires_at = to_unix_ms(r.expires_at),
                               .payment = r.payment.value,
                               .reverted = r.reverted.value,
                               .admitted_at = to_unix_ms(r.admitted_at),
                               .extended_at = to_unix_ms(r.extended_at)};
    for (const auto& s : r.seats)
      row.seats.push_back({s.seat, s.price.value});
    b.reservations.push_back(std::move(row));
  }
  for (const auto& [where, holder] : from.claims)
    b.claims.push_back({where.first.value, where.second, holder.number});
}

void add_payments(audit::books& b, const testing::memory_payment_store& from) {
  for (const auto& [id, p] : from.rows)
    b.payments.push_back(
        {.id = id.value,
         .reservation = p.reservation.number,
         .schedule = p.reservation.schedule.value,
         .user = b.users.of(p.user.value),
         .amount = p.amount.value,
         .state = state_of(p.state),
         .reason = p.reason.empty() ? audit::parking_reason::none : audit::parking_reason::given,
         .seats = p.seats,
         .balance = p.balance.value,
         .created_at = to_unix_ms(p.created_at),
         .deadline = to_unix_ms(p.deadline),
         .completed_at = to_unix_ms(p.completed_at),
         .changed_at = to_unix_ms(p.changed_at)});
  for (const auto& e : from.events)
    b.events.push_back({e.sequence, e.id.value,
                        e.kind == event_kind::payment_completed
                            ? audit::event_kind::payment_completed
                            : audit::event_kind::payment_refunded,
                        e.payment.value, b.users.of(e.user.value), e.reservation.number,
                        e.reservation.schedule.value, e.seats, e.amount.value});
  for (const auto& [consumer, sequence] : from.consumers)
    b.positions.push_back({b.consumers.of(consumer), sequence});
  for (const auto& [scope, k] : from.keys)
    if (k.payment) b.payment_keys.push_back({k.payment.value});
}

void add_boards(audit::books& b, const durable& stores) {
  const auto& from = stores.queue_ranking;
  std::map<std::uint64_t, std::uint64_t> sequences;
  for (const auto& e : stores.payment.events)
    sequences[e.id.value] = e.sequence;
  for (const auto& [what, times] : from.applied)
    for (std::uint64_t i = 0; i < times; ++i)
      b.applied.push_back({b.consumers.of(what.first), sequences[what.second], what.second});
  for (const auto& [consumer, through] : from.forgotten)
    b.forgotten.push_back({b.consumers.of(consumer), through});
  for (const auto& [what, t] : from.totals)
    b.totals.push_back({b.consumers.of(what.first), t.schedule.value, t.seats});
}

}  // namespace

audit::books books_of(const durable& stores) {
  audit::books b;
  add_points(b, stores.point);
  add_reservations(b, stores.reservation);
  add_payments(b, stores.payment);
  add_boards(b, stores);
  return b;
}

}  // namespace boxoffice::simulation
