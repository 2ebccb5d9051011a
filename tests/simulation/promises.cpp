#include "tests/simulation/promises.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace boxoffice::simulation {
namespace {

std::string text_of(const point_outcome& o) {
  std::ostringstream out;
  out << "point " << static_cast<int>(o.refusal) << ' ' << o.transaction.value << ' '
      << o.amount.value << ' ' << o.balance.value << ' ' << o.required.value;
  return out.str();
}

std::string text_of(const hold_outcome& o) {
  std::ostringstream out;
  out << "hold " << static_cast<int>(o.refusal) << ' ' << to_text(o.held.id) << ' '
      << o.held.amount.value << ' ' << to_unix_ms(o.held.expires_at);
  for (const auto& s : o.held.seats)
    out << ' ' << s.seat;
  for (const auto& s : o.seats)
    out << ' ' << s;
  return out.str();
}

std::string text_of(const payment_outcome& o) {
  std::ostringstream out;
  out << "payment " << static_cast<int>(o.refusal) << ' ' << o.other.value << ' ' << o.paid.id.value
      << ' ' << static_cast<int>(o.paid.state) << ' ' << static_cast<int>(o.paid.failure) << ' '
      << o.paid.balance.value;
  return out.str();
}

bool stands(fault f, key_verdict key) {
  return f == fault::none && (key == key_verdict::fresh || key == key_verdict::replayed);
}

std::string answer_of(const auto& r) {
  if constexpr (requires { text_of(r.outcome); })
    return text_of(r.outcome);
  else
    return simulation::text_of(r);
}

template <class Reply>
std::string words(const Reply& r) {
  static constexpr const char* faults[] = {"", " unavailable", " overloaded", " in doubt",
                                           " internal"};
  static constexpr const char* verdicts[] = {" fresh", " replayed", " reused", " in flight"};
  auto text = "#" + std::to_string(r.correlation) + " is answered";
  if (r.fault != fault::none) return text + faults[static_cast<int>(r.fault)];
  return text + verdicts[static_cast<int>(r.key)] + ": " + answer_of(r);
}

}  // namespace

std::string words_of(const std::any& reply) {
  if (const auto* c = std::any_cast<charge_reply>(&reply)) return words(*c);
  if (const auto* h = std::any_cast<hold_reply>(&reply)) return words(*h);
  if (const auto* p = std::any_cast<payment_reply>(&reply)) return words(*p);
  if (const auto* e = std::any_cast<extension_reply>(&reply)) return words(*e);
  return {};
}

void promises::leaves(const std::any& reply, time_point now) {
  static_cast<void>(now);
  check_constraints();
  if (const auto* c = std::any_cast<charge_reply>(&reply)) {
    if (!stands(c->fault, c->key) || c->outcome.refusal != point_refusal::none) return;
    if (std::ranges::none_of(stores_.point.ledger, [&](const ledger_entry& e) {
          return e.id == c->outcome.transaction && e.amount == c->outcome.amount &&
                 e.balance_after == c->outcome.balance;
        }))
      fail("a charge is acknowledged that is not durable: " + to_text(c->outcome.transaction));
  } else if (const auto* h = std::any_cast<hold_reply>(&reply)) {
    if (!stands(h->fault, h->key) || h->outcome.refusal != hold_refusal::none) return;
    const auto at = stores_.reservation.rows.find(h->outcome.held.id);
    if (at == stores_.reservation.rows.end() || at->second.user != h->outcome.held.user ||
        at->second.seats != h->outcome.held.seats)
      fail("a hold is acknowledged that is not durable: " + to_text(h->outcome.held.id));
  } else if (const auto* s = std::any_cast<point_step_reply>(&reply)) {
    leaves_point(*s);
  } else if (const auto* k = std::any_cast<confirm_reply>(&reply)) {
    leaves_confirm(*k);
  } else if (const auto* v = std::any_cast<revert_reply>(&reply)) {
    leaves_revert(*v);
  } else if (const auto* p = std::any_cast<payment_reply>(&reply)) {
    leaves_payment(*p);
  } else if (const auto* a = std::any_cast<admission_reply>(&reply)) {
    leaves_admission(*a);
  } else if (const auto* e = std::any_cast<extension_reply>(&reply)) {
    leaves_extension(*e);
  } else if (const auto* q = std::any_cast<queue_reply>(&reply)) {
    if (q->fault == fault::none && q->refusal == queue_refusal::none &&
        !stores_.queue_ranking.entries.contains(q->place.entry.token))
      fail("a place in line is acknowledged that is not durable");
  }
}

void promises::leaves_point(const point_step_reply& r) {
  if (r.fault != fault::none || r.outcome.refusal == point_refusal::amount_out_of_range) return;
  const auto at = stores_.point.steps.find({r.payment, r.step});
  if (at == stores_.point.steps.end())
    fail("an account answered a step of " + to_text(r.payment) + " that is not durable");
  else if (text_of(at->second.step.answer) != text_of(r.outcome))
    fail("an account answered a step of " + to_text(r.payment) + " in two ways");
}

void promises::leaves_confirm(const confirm_reply& r) {
  if (r.fault != fault::none || r.refusal != confirm_refusal::none) return;
  const auto& payments = stores_.payment.rows;
  const auto row = payments.find(r.payment);
  if (row == payments.end()) return fail("a payment without a row confirms: " + to_text(r.payment));
  const auto at = stores_.reservation.rows.find(row->second.reservation);
  if (at == stores_.reservation.rows.end() || at->second.payment != r.payment)
    fail("a sale is acknowledged that is not durable: " + to_text(row->second.reservation));
}

void promises::leaves_revert(const revert_reply& r) {
  if (r.fault != fault::none) return;
  const auto row = stores_.payment.rows.find(r.payment);
  if (row == stores_.payment.rows.end())
    return fail("a payment without a row reverts: " + to_text(r.payment));
  const auto at = stores_.reservation.rows.find(row->second.reservation);
  if (at != stores_.reservation.rows.end() && at->second.status == reservation_status::confirmed &&
      at->second.payment == r.payment)
    fail("a revert is acknowledged, and the sale stands: " + to_text(r.payment));
}

void promises::leaves_payment(const payment_reply& r) {
  if (!stands(r.fault, r.key) || r.outcome.refusal != payment_refusal::none) return;
  const auto at = stores_.payment.rows.find(r.outcome.paid.id);
  if (at == stores_.payment.rows.end())
    return fail("a payment is acknowledged that is not durable: " + to_text(r.outcome.paid.id));
  const auto state = at->second.state;
  if (r.outcome.paid.state == saga_state::completed && state != saga_state::completed &&
      state != saga_state::refund_started && state != saga_state::refund_released &&
      state != saga_state::refunded && state != saga_state::parked)
    fail("a payment was COMPLETED, and is no more: " + to_text(r.outcome.paid.id));
}

void promises::check_constraints() {
  if (!stores_.broken.empty()) fail(stores_.broken);
  if (!stores_.point.violations.empty())
    fail("the point store had to refuse: " + stores_.point.violations.front());
  if (!stores_.payment.broken.empty())
    fail("the payment store had to refuse: " + stores_.payment.broken.front());
  if (stores_.reservation.violations != 0) fail("the reservation store had to refuse a write");
  if (!stores_.queue_ranking.violations.empty())
    fail("the queue and ranking store had to refuse: " + stores_.queue_ranking.violations.front());
}

void promises::same_answer(const digest& key, std::string answer) {
  const auto [at, first] = answers_.try_emplace(key, answer);
  if (!first && at->second != answer)
    fail("two answers to one key: \"" + at->second + "\" and \"" + answer + "\"");
}

void promises::asked_charge(const user_id& who, const digest& key, points amount) {
  charges_[key] = {who, amount, {}};
}
void promises::given(const digest& key, const std::string& id) {
  const auto [at, first] = given_.try_emplace(id, key);
  if (!first && at->second != key) fail_in_any_case("a number was given twice: " + id);
}

void promises::told_charge(const digest& key, const point_outcome& answer) {
  if (answer.transaction) given(key, to_text(answer.transaction));
  same_answer(key, text_of(answer));
  charges_.at(key).told = answer;
}
void promises::asked_hold(const user_id& who, const digest& key) { holds_[key] = {who, {}}; }
void promises::told_hold(const digest& key, const hold_outcome& answer) {
  switch (answer.refusal) {
    case hold_refusal::queue_token_required:
    case hold_refusal::queue_token_invalid:
    case hold_refusal::queue_not_active:
      return;  // not remembered
    case hold_refusal::none:
      holds_.at(key).told = answer.held;
      given(key, to_text(answer.held.id));
      break;
    case hold_refusal::schedule_not_found:
    case hold_refusal::seat_not_found:
    case hold_refusal::sales_not_open:
    case hold_refusal::sales_closed:
    case hold_refusal::seat_limit_exceeded:
    case hold_refusal::seat_taken:
      break;
  }
  same_answer(key, text_of(answer));
}
void promises::asked_payment(const user_id& who, const digest& key) { payments_[key] = {who, {}}; }
void promises::told_payment(const digest& key, const payment_outcome& answer) {
  switch (answer.refusal) {
    case payment_refusal::payment_in_progress:
    case payment_refusal::queue_token_required:
    case payment_refusal::queue_token_invalid:
      return;  // not remembered
    case payment_refusal::none:
      payments_.at(key).told = answer.paid.id;
      break;
    case payment_refusal::payment_not_found:
    case payment_refusal::reservation_not_found:
    case payment_refusal::reservation_already_paid:
    case payment_refusal::reservation_released:
    case payment_refusal::reservation_expired:
    case payment_refusal::payment_not_refundable:
      break;
  }
  // A payment that is parked has not ended.
  if (answer.refusal == payment_refusal::none && answer.paid.state == saga_state::parked) return;
  same_answer(key, text_of(answer));
}

void promises::settle() {
  check_constraints();
  settle_charges();
  settle_holds();
  settle_payments();
  settle_admissions();
  settle_extensions();
}

void promises::settle_charges() {
  std::map<std::pair<user_id, points>, int> rows;  // amounts are unique
  for (const auto& e : stores_.point.ledger)
    if (e.kind == transaction_kind::charge) ++rows[{e.user, e.amount}];
  for (const auto& [key, c] : charges_) {
    const auto times = rows[{c.who, c.amount}];
    const auto text = c.who.value + " +" + std::to_string(c.amount.value);
    if (times > 1) fail("a charge was done twice: " + text);
    const bool done = c.told && c.told->refusal == point_refusal::none;
    if (done && times == 0) fail("an acknowledged charge is lost: " + text);
    if (c.told && !done && times != 0) fail("a refused charge was done: " + text);
    if (!c.told && times != 0 && not_done_.contains(key))
      fail("a charge was done that was said to be surely not done: " + text);
  }
}

void promises::settle_holds() {
  std::map<user_id, std::set<reservation_id>> told;
  std::set<user_id> unknown;
  for (const auto& [key, h] : holds_) {
    if (h.told)
      told[h.who].insert(h.told->id);
    else if (!answers_.contains(key) && !not_done_.contains(key))
      unknown.insert(h.who);
  }
  for (const auto& [who, ids] : told)
    for (const auto id : ids)
      if (!stores_.reservation.rows.contains(id))
        fail("an acknowledged hold is lost: " + to_text(id));
  for (const auto& [id, row] : stores_.reservation.rows)
    if (!unknown.contains(row.user) && !told[row.user].contains(id))
      fail("a hold that nobody was told of: " + to_text(id) + " of " + row.user.value);
}

void promises::settle_payments() {
  std::map<user_id, std::set<payment_id>> told;
  std::set<user_id> unknown;
  for (const auto& [key, p] : payments_) {
    if (p.told)
      told[p.who].insert(*p.told);
    else if (!answers_.contains(key) && !not_done_.contains(key))
      unknown.insert(p.who);
  }
  for (const auto& [who, ids] : told)
    for (const auto id : ids)
      if (!stores_.payment.rows.contains(id))
        fail("an acknowledged payment is lost: " + to_text(id));
  for (const auto& [id, row] : stores_.payment.rows)
    if (!unknown.contains(row.user) && !told[row.user].contains(id))
      fail("a payment that nobody was told of: " + to_text(id) + " of " + row.user.value);
}

}  // namespace boxoffice::simulation
