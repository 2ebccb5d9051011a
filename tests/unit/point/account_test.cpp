#include "actors/point/account.hpp"

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point noon{milliseconds{1780315200000}};

payment_id payment(std::uint32_t n) { return make_payment_id(7, noon + milliseconds{n}, 0); }

account_rules small_rules() {
  account_rules rules;
  rules.charge_max = points{1000};
  rules.balance_max = points{5000};
  rules.steps_max = 4;
  return rules;
}

/// An account as its actor drives it, with the ledger that comes out.
struct driven_account {
  explicit driven_account(points balance = {}, account_rules rules = small_rules())
      : account_{user_id{"u1"}, rules, balance, {}, 0}, start{balance} {}

  point_outcome charge(std::int64_t amount) {
    return take(account_.decide_charge({amount}, {++last_id}, noon));
  }
  point_outcome debit(payment_id p, std::int64_t amount) {
    return take(account_.decide_debit(p, {amount}, {++last_id}, noon));
  }
  point_outcome refund(payment_id p) { return take(account_.decide_refund(p, {++last_id}, noon)); }
  point_outcome take(const account::decision& d) {
    kind = d.kind;
    account_.apply(d);
    if (d.entry) {
      const auto before = ledger.empty() ? start : ledger.back().balance_after;
      EXPECT_EQ(before + d.entry->amount, d.entry->balance_after);
      EXPECT_EQ(d.entry->balance_after, d.outcome.balance);
      EXPECT_EQ(d.entry->id, d.outcome.transaction);
      ledger.push_back(*d.entry);
    }
    if (d.kind == account::novelty::decided)
      EXPECT_EQ(d.outcome.transaction.value != 0, d.entry.has_value());
    else
      EXPECT_FALSE(d.entry || d.step);
    return d.outcome;
  }

  account account_;
  points start;
  std::uint64_t last_id{0};
  account::novelty kind{};
  std::vector<ledger_entry> ledger;
};

bool same(const point_outcome& a, const point_outcome& b) {
  return a.refusal == b.refusal && a.transaction == b.transaction && a.amount == b.amount &&
         a.balance == b.balance && a.required == b.required;
}

TEST(Account, ChargesAreCheckedInOrderOfPrecedence) {
  struct row {
    std::int64_t balance, amount;
    point_refusal expected;
  };
  using enum point_refusal;
  const row rows[] = {
      {0, 0, amount_out_of_range},
      {0, -1, amount_out_of_range},
      {0, 1, none},
      {0, 1000, none},
      {0, 1001, amount_out_of_range},
      {5000, 1001, amount_out_of_range},  // before the balance limit
      {5000, 0, amount_out_of_range},
      {5000, 1, balance_limit_exceeded},
      {4999, 1, none},
      {4999, 2, balance_limit_exceeded},
      {4000, 1000, none},
      {4001, 1000, balance_limit_exceeded},
      {6000, 1, balance_limit_exceeded},  // above the limit after a refund
      {0, std::numeric_limits<std::int64_t>::max(), amount_out_of_range},
      {0, std::numeric_limits<std::int64_t>::min(), amount_out_of_range},
  };
  for (const auto& r : rows) {
    SCOPED_TRACE(std::to_string(r.balance) + " + " + std::to_string(r.amount));
    driven_account a{points{r.balance}};
    const auto outcome = a.charge(r.amount);
    EXPECT_EQ(outcome.refusal, r.expected);
    const auto added = r.expected == none ? r.amount : 0;
    EXPECT_EQ(outcome.balance.value, r.balance + added);
    EXPECT_EQ(a.account_.balance().value, r.balance + added);
    EXPECT_EQ(a.ledger.size(), r.expected == none ? 1U : 0U);
    if (r.expected == amount_out_of_range) {
      EXPECT_EQ(outcome.amount_min.value, 1);
      EXPECT_EQ(outcome.amount_max.value, 1000);
    }
  }
}

TEST(Account, TheContractsLimitsHoldToThePoint) {
  driven_account a{points{1'000'000'000'000 - 10'000'001}, account_rules{}};
  EXPECT_EQ(a.charge(10'000'001).refusal, point_refusal::amount_out_of_range);
  EXPECT_EQ(a.charge(10'000'000).refusal, point_refusal::none);
  EXPECT_EQ(a.charge(2).refusal, point_refusal::balance_limit_exceeded);
  EXPECT_EQ(a.charge(1).balance.value, 1'000'000'000'000);
  EXPECT_EQ(a.charge(1).refusal, point_refusal::balance_limit_exceeded);
}

TEST(Account, DebitsAreCheckedInOrderOfPrecedence) {
  driven_account a{points{100}};
  EXPECT_EQ(a.debit(payment(1), -1).refusal, point_refusal::amount_out_of_range);
  EXPECT_EQ(a.debit(payment(1), 101).refusal, point_refusal::insufficient_points);
  a.refund(payment(2));
  EXPECT_EQ(a.debit(payment(2), 101).refusal, point_refusal::undone_before);  // before insufficient
  EXPECT_EQ(a.debit(payment(3), 100).refusal, point_refusal::none);
  EXPECT_EQ(a.debit(payment(4), 1).refusal, point_refusal::insufficient_points);
  EXPECT_EQ(a.debit(payment(5), 0).refusal, point_refusal::none);
  EXPECT_EQ(a.account_.balance().value, 0);
  ASSERT_EQ(a.ledger.size(), 2U);
  EXPECT_EQ(a.ledger[0].amount.value, -100);
  EXPECT_EQ(a.ledger[0].kind, transaction_kind::use);
  EXPECT_EQ(a.ledger[0].reference, payment(3));
}

TEST(Account, AnInsufficientDebitSaysWhatIsThereAndWhatIsNeeded) {
  driven_account a{points{30}};
  const auto outcome = a.debit(payment(1), 31);
  EXPECT_EQ(outcome.balance.value, 30);
  EXPECT_EQ(outcome.required.value, 31);
  EXPECT_FALSE(outcome.transaction);
}

TEST(Account, AnInsufficientDebitStaysRefusedAndANewPaymentWorks) {
  driven_account a{points{30}};
  const auto first = a.debit(payment(1), 31);
  a.charge(100);
  const auto again = a.debit(payment(1), 31);
  EXPECT_EQ(a.kind, account::novelty::repeated);
  EXPECT_TRUE(same(first, again));
  EXPECT_EQ(a.debit(payment(2), 31).refusal, point_refusal::none);
  EXPECT_EQ(a.account_.balance().value, 99);
}

// Every order of up to four steps of one payment: money moves at most once each way, and a step
// that is repeated gets its first answer.
TEST(Account, StepsInEveryOrderMoveMoneyOnce) {
  for (const std::int64_t amount : {std::int64_t{40}, std::int64_t{400}}) {
    for (unsigned length = 1; length <= 4; ++length) {
      for (unsigned order = 0; order < (1U << length); ++order) {
        SCOPED_TRACE(std::to_string(amount) + "/" + std::to_string(length) + "/" +
                     std::to_string(order));
        driven_account a{points{100}};
        std::optional<point_outcome> debit, refund;
        bool undone_first = false;
        for (unsigned i = 0; i < length; ++i) {
          const bool is_debit = ((order >> i) & 1U) != 0;
          auto& first = is_debit ? debit : refund;
          const auto outcome = is_debit ? a.debit(payment(1), amount) : a.refund(payment(1));
          if (first) {
            EXPECT_TRUE(same(*first, outcome));
            EXPECT_EQ(a.kind, account::novelty::repeated);
          } else {
            first = outcome;
          }
          if (!is_debit && !debit) undone_first = true;
        }
        const bool taken = debit && !undone_first && amount <= 100;
        const bool returned = taken && refund;
        EXPECT_EQ(a.account_.balance().value, taken && !returned ? 100 - amount : 100);
        EXPECT_EQ(a.ledger.size(), (taken ? 1U : 0U) + (returned ? 1U : 0U));
        if (debit) {
          const auto expected = undone_first ? point_refusal::undone_before
                                : taken      ? point_refusal::none
                                             : point_refusal::insufficient_points;
          EXPECT_EQ(debit->refusal, expected);
        }
        if (refund) {
          EXPECT_EQ(refund->refusal, point_refusal::none);
          EXPECT_EQ(refund->amount.value, returned ? amount : 0);
        }
      }
    }
  }
}

TEST(Account, ARefundIsGivenAlsoAboveTheBalanceLimit) {
  driven_account a{points{5000}};
  a.debit(payment(1), 1000);
  a.charge(1000);
  const auto outcome = a.refund(payment(1));
  EXPECT_EQ(outcome.refusal, point_refusal::none);
  EXPECT_EQ(outcome.balance.value, 6000);
  EXPECT_EQ(a.charge(1).refusal, point_refusal::balance_limit_exceeded);
}

TEST(Account, ADecisionThatIsNotAppliedChangesNothing) {
  driven_account a{points{100}};
  static_cast<void>(a.account_.decide_charge({50}, {1}, noon));
  static_cast<void>(a.account_.decide_debit(payment(1), {50}, {2}, noon));
  static_cast<void>(a.account_.decide_refund(payment(2), {3}, noon));
  EXPECT_EQ(a.account_.balance().value, 100);
  EXPECT_EQ(a.account_.remembered(), 0U);
  EXPECT_EQ(a.debit(payment(2), 50).refusal, point_refusal::none);
}

TEST(Account, MemoryOfStepsIsBoundedAndSaysWhatItForgot) {
  driven_account a{points{5000}};
  for (std::uint32_t n = 1; n <= 9; ++n)
    a.debit(payment(n), 1);
  EXPECT_EQ(a.account_.remembered(), 4U);  // 9 is one more than twice 4
  for (std::uint32_t n = 1; n <= 5; ++n)
    EXPECT_FALSE(a.account_.knows(payment(n), point_step::debit)) << n;
  for (std::uint32_t n = 6; n <= 9; ++n) {
    EXPECT_TRUE(a.account_.knows(payment(n), point_step::debit)) << n;
    EXPECT_TRUE(a.account_.knows(payment(n), point_step::refund)) << n;
  }
  EXPECT_TRUE(a.account_.knows(payment(10), point_step::debit));
  for (std::uint32_t n = 10; n <= 200; ++n) {
    a.debit(payment(n), 1);
    EXPECT_LE(a.account_.remembered(), 8U);
    EXPECT_TRUE(a.account_.knows(payment(n), point_step::debit));
  }
}

TEST(Account, LoadedStepsAreCompleteOnlyAboveTheEdge) {
  point_outcome taken;
  taken.transaction = {1};
  taken.amount = {-10};
  taken.balance = {90};
  const account a{user_id{"u1"},
                  small_rules(),
                  points{90},
                  {{payment(5), point_step::debit, taken}},
                  age_of(payment(5))};
  EXPECT_TRUE(a.knows(payment(6), point_step::debit));
  EXPECT_TRUE(a.knows(payment(5), point_step::debit));
  EXPECT_FALSE(a.knows(payment(5), point_step::refund));  // may lie beyond what was loaded
  EXPECT_FALSE(a.knows(payment(4), point_step::debit));
}

TEST(Account, ARecalledPaymentIsDecidedLikeARememberedOne) {
  driven_account a{points{5000}};
  std::vector<remembered_step> stored;
  for (std::uint32_t n = 1; n <= 9; ++n) {
    const auto d = a.account_.decide_debit(payment(n), {10}, {++a.last_id}, noon);
    stored.push_back(*d.step);
    a.take(d);
  }
  ASSERT_FALSE(a.account_.knows(payment(1), point_step::refund));
  a.account_.recall(payment(1), {stored[0]});
  ASSERT_TRUE(a.account_.knows(payment(1), point_step::refund));
  const auto first = a.refund(payment(1));
  EXPECT_EQ(first.amount.value, 10);
  EXPECT_TRUE(same(a.refund(payment(1)), first));  // while it is recalled
  EXPECT_EQ(a.account_.balance().value, 4920);
  a.account_.forget_recalled();
  EXPECT_FALSE(a.account_.knows(payment(1), point_step::refund));
  a.account_.recall(payment(2), {});  // the store says: never seen
  EXPECT_EQ(a.debit(payment(2), 10).refusal, point_refusal::none);
}

}  // namespace
}  // namespace boxoffice
