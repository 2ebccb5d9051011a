// Tickets at a door: the first admission is kept, and nobody gets in who has not paid.
#include "tests/actors/reservation/reservation_world.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using accident = testing::memory_reservation_store::accident;
using mode = admit_ticket::mode;
using reason = revert_reservation::reason;
using testing::payment;
using testing::reservation_world;
using turn = admission_reply::turn;

/// A reservation that is paid.
reservation_id paid(reservation_world& w, std::vector<std::string> seats = {"A-1", "A-2"}) {
  const auto id = w.held("ann", std::move(seats));
  w.confirm(id, payment(1));
  return id;
}

TEST(TicketAdmission, TheFirstTimeIsKeptAlsoOverARestart) {
  reservation_world w;
  const auto id = paid(w);
  EXPECT_EQ(w.at_the_door(id, mode::look).admitted_at, no_time);
  EXPECT_EQ(w.at_the_door(id, mode::look).was, turn::none);
  EXPECT_EQ(w.store.rows.at(id).admitted_at, no_time) << "a look writes nothing";
  const auto first = w.at_the_door(id);
  EXPECT_EQ(first.refusal, admission_refusal::none);
  EXPECT_EQ(first.was, turn::first);
  EXPECT_EQ(first.admitted_at, w.time.clock().now());
  EXPECT_EQ(first.seats, (std::vector<std::string>{"A-1", "A-2"}));
  EXPECT_EQ(first.reservation, id);
  EXPECT_EQ(w.store.rows.at(id).admitted_at, first.admitted_at);
  for (int i = 0; i < 2; ++i) {
    w.time.advance(seconds{60});
    const auto later = w.at_the_door(id);
    EXPECT_EQ(later.was, turn::later);
    EXPECT_EQ(later.admitted_at, first.admitted_at);
    EXPECT_EQ(w.at_the_door(id, mode::look).admitted_at, first.admitted_at);
    w.restart();
  }
  EXPECT_EQ(w.seats().sold, 2U);
  EXPECT_EQ(w.store.violations, 0);
}

TEST(TicketAdmission, OnlyWhoHasPaidGetsIn) {
  reservation_world w;
  const auto unpaid = w.held("ann", {"A-1"});
  EXPECT_EQ(w.at_the_door(unpaid).refusal, admission_refusal::reservation_not_paid);
  const auto released = w.held("ann", {"A-2"});
  w.release("ann", released);
  EXPECT_EQ(w.at_the_door(released).refusal, admission_refusal::reservation_released);
  for (const auto id : {reservation_id{{1}, 77}, reservation_id{{99}, 1}}) {
    EXPECT_EQ(w.at_the_door(id).refusal, admission_refusal::reservation_not_found);
    EXPECT_EQ(w.box.last<admission_reply>().reservation, id);
  }
  const auto late = w.held("ben", {"A-3"});
  w.time.advance(seconds{301});
  EXPECT_EQ(w.at_the_door(late).refusal, admission_refusal::reservation_not_paid);
  for (const auto& [id, row] : w.store.rows)
    EXPECT_EQ(row.admitted_at, no_time) << to_text(id);
}

TEST(TicketAdmission, ARefundEndsItAndKeepsTheTime) {
  reservation_world w;
  const auto id = paid(w);
  const auto when = w.at_the_door(id).admitted_at;
  w.revert(id, payment(1), reason::refund);
  for (int i = 0; i < 2; ++i) {
    const auto reply = w.at_the_door(id);
    EXPECT_EQ(reply.refusal, admission_refusal::reservation_released);
    EXPECT_EQ(reply.admitted_at, when);
    EXPECT_EQ(reply.was, turn::none);
    EXPECT_EQ(reply.seats, (std::vector<std::string>{"A-1", "A-2"}));
    w.restart();
  }
  const auto other = paid(w, {"A-1"});
  w.revert(other, payment(1), reason::refund);
  EXPECT_EQ(w.at_the_door(other).admitted_at, no_time);
  EXPECT_EQ(w.store.rows.at(other).admitted_at, no_time);
}

TEST(TicketAdmission, OfManyDoorsAtTheSameTimeOneIsFirst) {
  reservation_world w;
  const auto id = paid(w);
  w.time.commits().hold();
  for (std::uint64_t i = 0; i < 5; ++i)
    w.box.send(w.desk, admit_ticket{i, id, mode::admit});
  EXPECT_TRUE(w.box.all<admission_reply>().empty()) << "nothing is said before it is durable";
  w.time.commits().resume();
  w.time.run();
  const auto& all = w.box.all<admission_reply>();
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(std::ranges::count(all, turn::first, &admission_reply::was), 1);
  for (const auto& each : all)
    EXPECT_EQ(each.admitted_at, w.store.rows.at(id).admitted_at);
}

TEST(TicketAdmission, ARefundThatIsBeingWrittenComesFirst) {
  reservation_world w;
  const auto id = paid(w);
  w.time.commits().hold();
  w.box.send(w.desk, revert_reservation{1, payment(1), id, reason::refund});
  w.box.send(w.desk, admit_ticket{2, id, mode::admit});
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.box.last<admission_reply>().refusal, admission_refusal::reservation_released);
  EXPECT_EQ(w.store.rows.at(id).admitted_at, no_time);
}

TEST(TicketAdmission, WhatDidNotCommitWasNoAdmission) {
  reservation_world w;
  const auto id = paid(w);
  w.store.accidents = {accident::fails};
  const auto failed = w.at_the_door(id);
  EXPECT_EQ(failed.fault, fault::unavailable);
  EXPECT_EQ(failed.admitted_at, no_time);
  EXPECT_EQ(w.at_the_door(id, mode::look).admitted_at, no_time);
  const auto again = w.at_the_door(id);
  EXPECT_EQ(again.was, turn::first) << "and it recovers";
}

TEST(TicketAdmission, ADoubtfulOneIsLookedUp) {
  for (const auto what : {accident::written_in_doubt, accident::lost_in_doubt}) {
    reservation_world w;
    const auto id = paid(w);
    const bool written = what == accident::written_in_doubt;
    w.store.accidents = {what};
    const auto first = w.at_the_door(id);
    EXPECT_EQ(first.fault, written ? fault::none : fault::unavailable);
    const auto again = w.at_the_door(id);
    EXPECT_EQ(again.was, written ? turn::later : turn::first);
    EXPECT_EQ(again.admitted_at, w.store.rows.at(id).admitted_at);
    if (written) {
      EXPECT_EQ(first.admitted_at, again.admitted_at);
      EXPECT_EQ(first.was, turn::first);
    }
  }
}

TEST(TicketAdmission, AFullCommitterAdmitsNobody) {
  reservation_world w{{{"A", 1, 10, points{1}}}, {1, 1}};
  const auto id = paid(w, {"A-1"});
  w.time.commits().hold();
  w.box.send(w.desk, w.wants("ben", {"A-2"}));
  EXPECT_EQ(w.at_the_door(id).fault, fault::overloaded);
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.at_the_door(id).was, turn::first);
}

}  // namespace
}  // namespace boxoffice
