// Holds that are given more time: once, durably, and everywhere where their deadline counts.
#include "tests/actors/reservation/reservation_world.hpp"

#include <algorithm>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using accident = testing::memory_reservation_store::accident;
using testing::payment;
using testing::reservation_world;

constexpr seconds usual_hold_time{300}, offered_extension{120};
constexpr milliseconds just_before{1};

TEST(HoldExtension, AddsToTheOldDeadlineHoweverEarlyItIsAsked) {
  reservation_world w;
  const auto first = w.hold("ann", {"A-1", "A-2"}).outcome.held;
  const auto reply = w.extend("ann", first.id);
  EXPECT_EQ(reply.fault, fault::none);
  EXPECT_EQ(reply.outcome.refusal, extension_refusal::none);
  EXPECT_EQ(reply.outcome.held.expires_at, first.expires_at + offered_extension);
  EXPECT_EQ(reply.extended_at, w.time.clock().now());
  EXPECT_EQ(w.store.rows.at(first.id).expires_at, first.expires_at + offered_extension);
  EXPECT_EQ(w.store.rows.at(first.id).extended_at, reply.extended_at);
  const auto seen = w.find("ann", first.id);
  EXPECT_EQ(seen.found.expires_at, first.expires_at + offered_extension);
  EXPECT_EQ(seen.extended_at, reply.extended_at);
  EXPECT_EQ(w.gauge("boxoffice_holds_live"), 1);
}

TEST(HoldExtension, TheHoldLivesUntilItsLaterDeadlineAndNoLonger) {
  for (const bool restarts : {false, true}) {
    reservation_world w;
    const auto first = w.hold("ann", {"A-1"}).outcome.held;
    w.extend("ann", first.id);
    if (restarts) w.restart();
    w.time.advance(usual_hold_time + offered_extension - just_before);
    EXPECT_EQ(w.find("ann", first.id).found.status, reservation_status::held);
    EXPECT_EQ(w.status(0), seat_status::held);
    EXPECT_EQ(w.hold("ben", {"A-1"}).outcome.refusal, hold_refusal::seat_taken) << restarts;
    w.time.advance(just_before);
    EXPECT_EQ(w.find("ann", first.id).found.status, reservation_status::expired);
    EXPECT_EQ(w.status(0), seat_status::available);
    EXPECT_EQ(w.hold("ben", {"A-1"}).outcome.refusal, hold_refusal::none) << restarts;
    EXPECT_EQ(w.store.rows.at(first.id).status, reservation_status::expired);
    EXPECT_EQ(w.store.violations, 0);
  }
}

// The seat is in memory since it was claimed, and knows a deadline of its own.
TEST(HoldExtension, ItsSeatsAreNobodyElsesMeanwhile) {
  reservation_world w;
  const auto first = w.hold("ann", {"A-1", "A-2"}).outcome.held;
  w.time.advance(usual_hold_time - just_before);
  w.extend("ann", first.id);
  w.time.advance(just_before);
  for (const auto* seat : {"A-1", "A-2"})
    EXPECT_EQ(w.hold("ben", {seat}).outcome.refusal, hold_refusal::seat_taken) << seat;
  EXPECT_EQ(w.store.violations, 0);
  EXPECT_EQ(w.confirm(first.id, payment(1)).refusal, confirm_refusal::none);
  EXPECT_EQ(w.seats().sold, 2U);
}

TEST(HoldExtension, CountsAsAnotherHoldOfItsUserUntilTheLaterDeadline) {
  reservation_world w;
  const auto one = w.held("ann", {"A-1"}), other = w.held("ann", {"A-2"}, 2);
  w.extend("ann", other);
  w.time.advance(usual_hold_time - just_before);
  w.extend("ann", one);
  w.time.advance(just_before);
  EXPECT_TRUE(w.confirm(one, payment(1)).holds_else) << "the queue token is still needed";
}

TEST(HoldExtension, IsGivenOnceWhereItIsOfferedToTheOwnerOfAHold) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1"});
  EXPECT_EQ(w.extend("ben", id).outcome.refusal, extension_refusal::reservation_not_found);
  EXPECT_EQ(w.extend("ann", id).outcome.refusal, extension_refusal::none);
  const auto until = w.store.rows.at(id).expires_at;
  EXPECT_EQ(w.extend("ann", id).outcome.refusal, extension_refusal::already_extended);
  w.restart();
  EXPECT_EQ(w.extend("ann", id).outcome.refusal, extension_refusal::already_extended);
  EXPECT_EQ(w.store.rows.at(id).expires_at, until);
  EXPECT_EQ(w.extend("ann", w.held("ann", {"A-1"}, 3)).outcome.refusal,
            extension_refusal::extension_not_offered);
  auto while_paying = w.more_time("ann", w.held("ann", {"A-2"}));
  while_paying.paying = payment(7);
  const auto paying = w.extend(while_paying);
  EXPECT_EQ(paying.outcome.refusal, extension_refusal::payment_in_progress);
  EXPECT_EQ(paying.outcome.other, payment(7));
  const auto released = w.held("ann", {"A-3"});
  w.release("ann", released);
  EXPECT_EQ(w.extend("ann", released).outcome.refusal, extension_refusal::reservation_released);
  w.confirm(id, payment(1));
  const auto paid = w.extend("ann", id);
  EXPECT_EQ(paid.outcome.refusal, extension_refusal::reservation_already_paid);
  EXPECT_EQ(paid.outcome.held.payment, payment(1));
  for (const auto none : {reservation_id{{1}, 77}, reservation_id{{99}, 1}, reservation_id{}})
    EXPECT_EQ(w.extend("ann", none).outcome.refusal, extension_refusal::reservation_not_found);
}

TEST(HoldExtension, ARefusalForTheDeadlineIsWrittenDown) {
  reservation_world w;
  const auto first = w.hold("ann", {"A-1"}).outcome.held;
  w.time.advance(usual_hold_time);
  const auto late = w.extend("ann", first.id);
  EXPECT_EQ(late.outcome.refusal, extension_refusal::reservation_expired);
  EXPECT_EQ(late.outcome.held.expires_at, first.expires_at);
  EXPECT_EQ(w.store.rows.at(first.id).status, reservation_status::expired);
  EXPECT_EQ(w.store.rows.at(first.id).extended_at, no_time);
  w.restart();
  EXPECT_EQ(w.extend("ann", first.id).outcome.refusal, extension_refusal::reservation_expired);
}

TEST(HoldExtension, ARetryGetsTheFirstAnswer) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1"}), unoffered = w.held("ann", {"A-1"}, 3);
  const reservation_id unknown{{1}, 77}, nowhere{{99}, 1};
  const std::vector<std::pair<reservation_id, extension_refusal>> table{
      {id, extension_refusal::none},
      {id, extension_refusal::already_extended},
      {unoffered, extension_refusal::extension_not_offered},
      {unknown, extension_refusal::reservation_not_found},
      {nowhere, extension_refusal::reservation_not_found}};
  std::uint64_t key = 0;
  for (const auto& [which, expected] : table) {
    const auto k = w.key(++key, 1);
    const auto first = w.extend("ann", which, k);
    EXPECT_EQ(first.key, key_verdict::fresh);
    EXPECT_EQ(first.outcome.refusal, expected);
    for (int i = 0; i < 2; ++i) {
      const auto again = w.extend("ann", which, k);
      EXPECT_EQ(again.key, key_verdict::replayed) << static_cast<int>(expected);
      EXPECT_EQ(again.outcome.refusal, expected);
      EXPECT_EQ(again.outcome.held.expires_at, first.outcome.held.expires_at);
      EXPECT_EQ(again.extended_at, first.extended_at);
      w.time.advance(seconds{1});
      w.restart();
    }
    EXPECT_EQ(w.extend("ann", which, w.key(key, 2)).key, key_verdict::reused);
  }
  EXPECT_EQ(w.store.violations, 0);
}

// It may be over when the answer is asked for again; the answer is what was done.
TEST(HoldExtension, ARetryIsAnsweredAlsoAfterAPaymentHasBegun) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1"});
  const auto first = w.extend("ann", id, w.key(1, 1));
  auto again = w.more_time("ann", id, w.key(1, 1));
  again.paying = payment(7);
  EXPECT_EQ(w.extend(again).key, key_verdict::replayed);
  w.confirm(id, payment(7));
  EXPECT_EQ(w.extend("ann", id, w.key(1, 1)).extended_at, first.extended_at);
}

TEST(HoldExtension, ThatAPaymentRanIsNotRemembered) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1"});
  auto asked = w.more_time("ann", id, w.key(1, 1));
  asked.paying = payment(7);
  EXPECT_EQ(w.extend(asked).outcome.refusal, extension_refusal::payment_in_progress);
  EXPECT_EQ(w.extend("ann", id, w.key(1, 1)).outcome.refusal, extension_refusal::none);
}

TEST(HoldExtension, OfTwoAtTheSameTimeOneIsGiven) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1"});
  w.time.commits().hold();
  for (std::uint64_t i = 1; i <= 4; ++i)
    w.box.send(w.desk, w.more_time("ann", id, w.key(i, 1)));
  w.box.send(w.desk, w.more_time("ann", id, w.key(1, 1)));
  ASSERT_EQ(w.box.all<extension_reply>().size(), 1U) << "the retry alone is answered";
  EXPECT_EQ(w.box.last<extension_reply>().key, key_verdict::in_flight);
  w.time.commits().resume();
  w.time.run();
  const auto& all = w.box.all<extension_reply>();
  ASSERT_EQ(all.size(), 5U);
  const auto of = [](extension_refusal what) {
    return [what](const extension_reply& r) {
      return r.key == key_verdict::fresh && r.outcome.refusal == what;
    };
  };
  EXPECT_EQ(std::ranges::count_if(all, of(extension_refusal::none)), 1);
  EXPECT_EQ(std::ranges::count_if(all, of(extension_refusal::already_extended)), 3);
  EXPECT_EQ(w.store.rows.at(id).expires_at,
            w.store.rows.at(id).held_at + usual_hold_time + offered_extension);
}

TEST(HoldExtension, WhatIsBeingWrittenIsNotSaidToBeOver) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1"});
  w.time.advance(usual_hold_time - just_before);
  w.time.commits().hold();
  w.box.send(w.desk, w.more_time("ann", id));
  w.time.advance(just_before);
  EXPECT_EQ(w.find("ann", id).fault, fault::unavailable);
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.find("ann", id).found.status, reservation_status::held);
}

TEST(HoldExtension, WhatDidNotCommitWasNone) {
  reservation_world w;
  const auto first = w.hold("ann", {"A-1"}).outcome.held;
  w.store.accidents = {accident::fails};
  const auto failed = w.extend("ann", first.id, w.key(1, 1));
  EXPECT_EQ(failed.fault, fault::unavailable);
  EXPECT_EQ(failed.extended_at, no_time);
  EXPECT_EQ(w.find("ann", first.id).found.expires_at, first.expires_at);
  const auto again = w.extend("ann", first.id, w.key(1, 1));
  EXPECT_EQ(again.key, key_verdict::fresh);
  EXPECT_EQ(again.outcome.refusal, extension_refusal::none) << "and it recovers";
}

TEST(HoldExtension, ADoubtfulOneIsLookedUp) {
  for (const bool keyed : {true, false})
    for (const auto what : {accident::written_in_doubt, accident::lost_in_doubt}) {
      reservation_world w;
      const auto first = w.hold("ann", {"A-1"}).outcome.held;
      const auto key = keyed ? w.key(1, 1) : request_key{};
      const bool written = what == accident::written_in_doubt;
      w.store.accidents = {what};
      const auto reply = w.extend("ann", first.id, key);
      EXPECT_EQ(reply.fault, written ? fault::none : fault::unavailable) << keyed;
      w.time.advance(seconds{1});
      const auto again = w.extend("ann", first.id, key);
      EXPECT_EQ(again.outcome.refusal,
                written && !keyed ? extension_refusal::already_extended : extension_refusal::none);
      EXPECT_EQ(again.key, written && keyed ? key_verdict::replayed : key_verdict::fresh);
      EXPECT_EQ(w.store.rows.at(first.id).expires_at, first.expires_at + offered_extension);
      if (written) {
        EXPECT_EQ(again.extended_at, reply.extended_at);
      }
      EXPECT_EQ(w.store.violations, 0);
    }
}

TEST(HoldExtension, AFullCommitterExtendsNothing) {
  reservation_world w{{{"A", 1, 10, points{1}}}, {1, 1}};
  const auto id = w.held("ann", {"A-1"});
  w.time.commits().hold();
  w.box.send(w.desk, w.wants("ben", {"A-2"}));
  EXPECT_EQ(w.extend("ann", id, w.key(1, 1)).fault, fault::overloaded);
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.extend("ann", id, w.key(1, 1)).outcome.refusal, extension_refusal::none);
}

}  // namespace
}  // namespace boxoffice
