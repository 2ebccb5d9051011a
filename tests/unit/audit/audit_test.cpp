#include "actors/audit/audit.hpp"

#include "tests/unit/audit/planted_defects.hpp"
#include "tests/unit/audit/sample_books.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::audit {
namespace {

/// Ann has charged 1000 and paid 1 (completed); Ben has charged 100 and holds 9.
sample_books sample() {
  sample_books b;
  b.charge("ann", 1000);
  b.charge("ben", 100);
  b.pay(1, "ann", payment_state::completed);
  b.hold(9, "ben");
  return b;
}

audit_report check(const sample_books& b, reading how) {
  return check_books(b.all, {.how = how, .now = now});
}

std::string show(const audit_report& report) {
  std::string text;
  for (const auto& v : report.violations) {
    text += std::string{name_of(v.broken)} + " [";
    for (const auto& id : v.ids)
      text += id + ' ';
    text += "] " + v.detail + '\n';
  }
  return text;
}

TEST(Audit, BooksThatAddUpPass) {
  for (const auto how : {reading::online, reading::offline, reading::drained}) {
    const auto report = check(sample(), how);
    EXPECT_TRUE(report.ok()) << show(report);
  }
  EXPECT_TRUE(check_books({}, {.how = reading::drained, .now = now}).ok());
}

TEST(Audit, EveryPlantedDefectIsFoundAndNothingElse) {
  std::set<rule> planted;
  for (const auto& defects :
       {defects_of_participants(), defects_of_payments(), defects_of_events()})
    for (const auto& d : defects) {
      auto b = sample();
      d.plant(b);
      const auto report = check(b, d.read);
      const auto what = std::string{name_of(d.broken)} + ": " + d.how;
      planted.insert(d.broken);
      ASSERT_EQ(report.violations.size(), 1U) << what << '\n' << show(report);
      EXPECT_EQ(report.violations.front().broken, d.broken) << what << '\n' << show(report);
      EXPECT_EQ(report.violations.front().ids, d.ids) << what;
    }
  EXPECT_EQ(planted.size(), rule_count) << "every rule has a planted defect";
}

TEST(Audit, EveryStateOfASagaExplainsWhatItHasDone) {
  for (int state = 0; state <= static_cast<int>(payment_state::refunded); ++state) {
    auto b = sample();
    b.pay(2, "ben", static_cast<payment_state>(state));
    const auto report = check(b, reading::offline);
    EXPECT_TRUE(report.ok()) << state << '\n' << show(report);
  }
}

TEST(Audit, AnAnswerThatWasLostIsExplained) {
  using enum payment_state;
  const auto passes = [](const char* what, auto prepare) {
    auto b = sample();
    prepare(b);
    const auto report = check(b, reading::offline);
    EXPECT_TRUE(report.ok()) << what << '\n' << show(report);
  };
  const auto confirm = [](sample_books& b) {
    b.reservation(2).status = reservation_status::confirmed;
    b.reservation(2).payment = 2;
  };
  passes("debit", [](auto& b) {
    b.pay(2, "ben", started);
    b.use(2, "ben");
  });
  passes("confirm", [&](auto& b) {
    b.pay(2, "ben", debited);
    confirm(b);
  });
  passes("refund of an undoing", [](auto& b) {
    b.pay(2, "ben", refunding);
    b.use(2, "ben");
    b.give_back(2, "ben");
  });
  passes("confirm, parked", [&](auto& b) {
    b.pay(2, "ben", parked);
    b.use(2, "ben");
    confirm(b);
  });
  passes("revert of a refund", [](auto& b) {
    b.pay(2, "ben", refund_started);
    b.reservation(2).status = reservation_status::refunded;
    b.free_claim(2);
  });
  passes("refund of a refund", [](auto& b) {
    b.pay(2, "ben", refund_released);
    b.give_back(2, "ben");
  });
  passes("failed, taken and given back", [](auto& b) {
    b.pay(2, "ben", failed);
    b.use(2, "ben");
    b.give_back(2, "ben");
  });
}

TEST(Audit, TheDeadlineDecidesWhoHoldsASeat) {
  auto b = sample();
  b.hold(10, "cid");
  b.reservation(10).seats.front().seat = 9;
  b.free_claim(9);
  b.all.claims.back().seat = 9;
  b.ends(9, now);
  EXPECT_TRUE(check(b, reading::offline).ok()) << show(check(b, reading::offline));
  b.ends(9, now + 1);
  EXPECT_FALSE(check(b, reading::offline).ok());
}

TEST(Audit, HoldsThatWereExtendedLastTheSameOnceMore) {
  auto b = sample();
  for (const std::uint64_t each : {10U, 11U, 12U})
    b.hold(each, "cid");
  b.extend(10, 120'000);
  b.extend(12, 120'000);
  EXPECT_TRUE(check(b, reading::offline).ok()) << show(check(b, reading::offline));
  for (const std::uint64_t each : {1U, 9U, 11U})
    b.extend(each, 120'000);
  EXPECT_TRUE(check(b, reading::offline).ok()) << "where all were extended";
}

TEST(Audit, SagasRestWhileNobodyRuns) {
  auto b = sample();
  b.pay(2, "ben", payment_state::started);
  const audit_terms next_day{.how = reading::offline, .now = now + 86'400'000};
  EXPECT_TRUE(check_books(b.all, next_day).ok());
  EXPECT_FALSE(check_books(b.all, {.how = reading::online, .now = next_day.now}).ok());
}

TEST(Audit, AnUndoingMayTakeAsLongAsTheSettingsLetIt) {
  auto b = sample();
  b.pay(2, "ben", payment_state::refunding);
  const auto patience = undo_time_of(1000, std::chrono::seconds{60});
  EXPECT_GT(patience, 2 * 1000 * 66'000);
  audit_terms terms{.how = reading::online, .undo_time = patience};
  terms.now = b.payment(2).changed_at + patience;
  EXPECT_TRUE(check_books(b.all, terms).ok()) << show(check_books(b.all, terms));
  terms.now += 1;
  EXPECT_FALSE(check_books(b.all, terms).ok());
}

TEST(Audit, OldEventsMayBeGone) {
  auto b = sample();
  b.all.events.clear();
  audit_terms terms{.how = reading::drained, .now = now + 24 * 3'600'000 - 1001};
  EXPECT_FALSE(check_books(b.all, terms).ok());
  terms.now += 1;
  EXPECT_TRUE(check_books(b.all, terms).ok()) << show(check_books(b.all, terms));
}

TEST(Audit, WhatWasPrunedMayBeGoneAndNothingElse) {
  auto b = sample();
  b.all.events.clear();
  b.all.pruned = pruned_row{7, now - 1001};  // the payment was completed at now - 1000
  EXPECT_FALSE(check(b, reading::offline).ok()) << "it is younger than what was pruned";
  b.all.pruned->until = now - 1000;
  EXPECT_TRUE(check(b, reading::drained).ok()) << show(check(b, reading::drained));
  b.all.pruned->through = 0;
  EXPECT_FALSE(check(b, reading::offline).ok()) << "nothing was pruned";
  b.all.pruned->through = 7;
  --b.total(b.all.consumers.of("sold_out")).seats;
  EXPECT_FALSE(check(b, reading::drained).ok()) << "a board lost a seat, whatever became of events";
}

TEST(Audit, AParkedEventIsNeitherAppliedNorCounted) {
  auto b = sample();
  const auto board = b.all.consumers.of("sold_out");
  b.all.applied.pop_back();
  --b.total(board).seats;
  EXPECT_FALSE(check(b, reading::drained).ok());
  b.all.parked.push_back({board, 1});
  EXPECT_TRUE(check(b, reading::drained).ok()) << show(check(b, reading::drained));
}

TEST(Audit, OnlyWhatIsFoundTwiceIsConfirmed) {
  auto b = sample();
  b.account("ann").balance += 1;
  const auto ann = check(b, reading::online);
  b.account("ben").balance += 1;
  const auto both = check(b, reading::online);
  ASSERT_EQ(both.violations.size(), 2U);
  const auto confirmed = confirm(ann, both);
  ASSERT_EQ(confirmed.violations.size(), 1U);
  EXPECT_EQ(confirmed.violations.front().ids, std::vector<std::string>{"ann"});
  EXPECT_TRUE(confirm(check(sample(), reading::online), both).ok());
}

TEST(Audit, ListsSoManyViolationsAndCountsTheRest) {
  auto b = sample();
  b.account("ann").balance += 1;
  b.account("ben").balance += 1;
  const auto report =
      check_books(b.all, {.how = reading::offline, .now = now, .violations_max = 1});
  EXPECT_EQ(report.violations.size(), 1U);
  EXPECT_EQ(report.unlisted, 1U);
  EXPECT_FALSE(report.ok());
}

TEST(Audit, CountsWhatItLookedAt) {
  auto b = sample();
  b.pay(2, "ben", payment_state::started);
  b.pay(3, "ben", payment_state::parked);
  const auto n = check(b, reading::offline).counts;
  EXPECT_EQ(n.accounts, 2U);
  EXPECT_EQ(n.ledger_rows, 3U);
  EXPECT_EQ(n.reservations, 4U);
  EXPECT_EQ(n.payments, 3U);
  EXPECT_EQ(n.open_sagas, 1U);
  EXPECT_EQ(n.parked_sagas, 1U);
  EXPECT_EQ(n.events, 1U);
  EXPECT_EQ(n.applied_events, 2U);
}

}  // namespace
}  // namespace boxoffice::audit
