#include "actors/point/account.hpp"

#include "actors/core/check.hpp"
#include "actors/core/planted_bugs.hpp"

#include <algorithm>
#include <tuple>

namespace boxoffice {
namespace {

auto order_of(payment_id payment, point_step step) {
  return std::tuple{age_of(payment), payment.value, step};
}

bool before(const remembered_step& a, const remembered_step& b) {
  return order_of(a.payment, a.step) < order_of(b.payment, b.step);
}

}  // namespace

account::account(user_id user, account_rules rules, points balance,
                 std::vector<remembered_step> steps, std::uint64_t complete_from)
    : user_{std::move(user)},
      rules_{rules},
      balance_{balance},
      steps_{std::move(steps)},
      forgotten_to_{complete_from} {
  check(rules_.steps_max > 0, "an account remembers at least one step");
  std::sort(steps_.begin(), steps_.end(), before);
}

account::decision account::decide_charge(points amount, transaction_id id, time_point now) const {
  if (amount < rules_.charge_min || amount > rules_.charge_max) {
    auto refused = refuse(point_refusal::amount_out_of_range);
    refused.outcome.amount_min = rules_.charge_min;
    refused.outcome.amount_max = rules_.charge_max;
    return refused;
  }
  // Written so, because a refund may have lifted the balance above the limit.
  if (amount > rules_.balance_max - balance_) return refuse(point_refusal::balance_limit_exceeded);
  return change(transaction_kind::charge, amount, {}, id, now);
}

account::decision account::decide_debit(payment_id payment, points amount, transaction_id id,
                                        time_point now) const {
  if (const auto* first = find(payment, point_step::debit))
    return {novelty::repeated, first->answer, {}, {}};
  if (amount < points{0}) {
    auto refused = refuse(point_refusal::amount_out_of_range);
    refused.outcome.amount_max = rules_.balance_max;
    return refused;
  }
  decision d;
  if (find(payment, point_step::refund) != nullptr) {
    d = refuse(point_refusal::undone_before);
  } else if (amount > balance_) {
    d = refuse(point_refusal::insufficient_points);
    d.outcome.required = amount;
  } else {
    d = change(transaction_kind::use, -amount, payment, id, now);
  }
  d.step = remembered_step{payment, point_step::debit, d.outcome};
  return d;
}

account::decision account::decide_refund(payment_id payment, transaction_id id,
                                         time_point now) const {
  if (const auto* first = find(payment, point_step::refund);
      first != nullptr && !is_planted(planted_bug::refund_without_business_key))
    return {novelty::repeated, first->answer, {}, {}};
  const auto* debit = find(payment, point_step::debit);
  const auto taken = debit != nullptr && debit->answer.refusal == point_refusal::none;
  auto d = taken ? change(transaction_kind::refund, -debit->answer.amount, payment, id, now)
                 : refuse(point_refusal::none);
  if (!taken && is_planted(planted_bug::no_tombstone)) return d;
  d.step = remembered_step{payment, point_step::refund, d.outcome};
  return d;
}

void account::apply(const decision& d) {
  if (d.entry) {
    check(d.entry->balance_after == balance_ + d.entry->amount, "a decision is applied in order");
    check(d.entry->balance_after >= points{0}, "a balance never goes below zero");
    balance_ = d.entry->balance_after;
  }
  if (d.step) remember(*d.step);
}

bool account::knows(payment_id payment, point_step step) const {
  // A payment exactly at the edge may have lost one of its two steps.
  return age_of(payment) > forgotten_to_ || payment == recalled_ || find(payment, step) != nullptr;
}

void account::recall(payment_id payment, std::vector<remembered_step> found) {
  recalled_ = payment;
  recalled_steps_ = std::move(found);
}

void account::forget_recalled() {
  recalled_ = {};
  recalled_steps_.clear();
}

const remembered_step* account::find(payment_id payment, point_step step) const {
  for (const auto& s : recalled_steps_)
    if (s.payment == payment && s.step == step) return &s;
  const auto at = std::lower_bound(
      steps_.begin(), steps_.end(), order_of(payment, step),
      [](const remembered_step& s, const auto& key) { return order_of(s.payment, s.step) < key; });
  return at != steps_.end() && at->payment == payment && at->step == step ? &*at : nullptr;
}

account::decision account::change(transaction_kind kind, points amount, payment_id reference,
                                  transaction_id id, time_point now) const {
  decision d;
  d.entry = ledger_entry{id, user_, kind, amount, balance_ + amount, reference, now};
  d.outcome.transaction = id;
  d.outcome.amount = amount;
  d.outcome.balance = d.entry->balance_after;
  return d;
}

account::decision account::refuse(point_refusal why) const {
  decision d;
  d.outcome.refusal = why;
  d.outcome.balance = balance_;
  return d;
}

void account::remember(const remembered_step& step) {
  if (age_of(step.payment) <= forgotten_to_) {
    // The store remembers it; until the caller is done with the payment, so do we.
    if (step.payment == recalled_) recalled_steps_.push_back(step);
    return;
  }
  steps_.insert(std::upper_bound(steps_.begin(), steps_.end(), step, before), step);
  if (steps_.size() <= 2 * rules_.steps_max) return;
  // Half at once: cheaper than one by one.
  const auto kept = steps_.end() - static_cast<std::ptrdiff_t>(rules_.steps_max);
  forgotten_to_ = age_of((kept - 1)->payment);
  steps_.erase(steps_.begin(), kept);
}

}  // namespace boxoffice
