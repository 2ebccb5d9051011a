#include "actors/audit/audit.hpp"

#include "actors/audit/findings.hpp"

#include <array>
#include <set>
#include <utility>

namespace boxoffice::audit {
namespace {

constexpr std::array<const char*, rule_count> names{
    "ledger_sum",
    "balance_chain",
    "negative_balance",
    "wrong_sign",
    "moved_twice",
    "step_differs",
    "two_live_holders",
    "sold_twice",
    "claim_missing",
    "claim_without_holder",
    "claimed_twice",
    "basket_differs",
    "confirmed_after_revert",
    "admitted_unpaid",
    "deadline_differs",
    "use_without_payment",
    "payment_without_use",
    "refund_without_payment",
    "refund_without_use",
    "refund_without_row",
    "unexpected_refund",
    "failed_debited",
    "payment_without_confirmation",
    "confirmed_without_payment",
    "paid_twice",
    "refund_without_freed_seats",
    "refunded_without_payment",
    "amount_differs",
    "user_differs",
    "saga_overdue",
    "parked_without_reason",
    "key_without_payment",
    "event_missing",
    "event_twice",
    "event_without_payment",
    "event_differs",
    "consumer_ahead",
    "consumer_behind",
    "event_not_applied",
    "applied_unpublished",
    "applied_twice",
    "total_differs",
    "balance_differs",
    "store_set_back",
};

bool is_open(payment_state s) {
  switch (s) {
    case payment_state::started:
    case payment_state::debited:
    case payment_state::refunding:
    case payment_state::refund_started:
    case payment_state::refund_released:
      return true;
    case payment_state::completed:
    case payment_state::failed:
    case payment_state::compensated:
    case payment_state::parked:
    case payment_state::refunded:
      break;
  }
  return false;
}

audit_counts count(const books& all) {
  audit_counts n{.accounts = all.balances.size(),
                 .ledger_rows = all.ledger.size(),
                 .steps = all.steps.size(),
                 .reservations = all.reservations.size(),
                 .claims = all.claims.size(),
                 .payments = all.payments.size(),
                 .events = all.events.size(),
                 .consumers = all.positions.size(),
                 .parked_events = all.parked.size(),
                 .applied_events = all.applied.size()};
  for (const auto& p : all.payments) {
    if (is_open(p.state)) ++n.open_sagas;
    if (p.state == payment_state::parked) ++n.parked_sagas;
  }
  return n;
}

}  // namespace

const char* name_of(rule broken) { return names[static_cast<std::size_t>(broken)]; }

std::int64_t undo_time_of(std::int64_t tries, std::chrono::milliseconds step_time) {
  const auto pause_max = limits::saga_retry_max * (100 + limits::saga_retry_jitter_percent) / 100;
  const auto slack = std::chrono::milliseconds{std::chrono::minutes{10}};
  return 2 * tries * (step_time + pause_max).count() + slack.count();
}

audit_report check_books(const books& all, const audit_terms& terms) {
  const ledgers in{all};
  findings out{terms.violations_max};
  check_accounts(in, out);
  check_steps(in, out);
  check_seats(in, terms.now, out);
  check_moves(in, out);
  check_reservations(in, out);
  check_sagas(in, terms, out);
  check_events(in, terms, out);
  check_consumers(in, terms, out);
  for (const auto& each : all.set_backs)
    out.add(rule::store_set_back, {each.store}, each.detail);
  audit_report report;
  report.violations = out.take();
  report.unlisted = out.unlisted();
  report.counts = count(all);
  return report;
}

audit_report confirm(const audit_report& first, audit_report second) {
  std::set<std::pair<rule, std::vector<std::string>>> before;
  for (const auto& v : first.violations)
    before.emplace(v.broken, v.ids);
  std::erase_if(second.violations, [&](const violation& v) {
    return !before.contains({v.broken, v.ids});
  });
  if (first.unlisted == 0) second.unlisted = 0;
  return second;
}

}  // namespace boxoffice::audit
