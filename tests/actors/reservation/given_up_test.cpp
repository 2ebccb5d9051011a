#include "tests/actors/reservation/reservation_world.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::payment;
using testing::reservation_world;

/// A world and a client that gives up after a second.
struct impatient : reservation_world {
  hold_seats wants_soon(const std::string& user, std::vector<std::string> seats,
                        request_key known_by = {}) {
    auto m = wants(user, std::move(seats));
    m.key = known_by;
    m.call.deadline = time.now() + seconds{1};
    return m;
  }
  std::uint64_t given_up() {
    return time.metrics()
        .counter("boxoffice_commands_given_up_total", "", {{"service", "reservation"}})
        .value();
  }
};

TEST(ReservationGivenUp, AHoldThatWaitedForTheServiceToLoadIsNotCarriedOut) {
  impatient w;
  w.time.reads().hold();
  w.restart();
  const auto key = w.key(1, 1);
  w.box.send(w.desk, w.wants_soon("ann", {"A-1"}, key));
  w.box.send(w.desk, w.wants("ben", {"A-2"}));
  w.time.advance(seconds{1});
  EXPECT_TRUE(w.box.all<hold_reply>().empty()) << "they wait";
  w.time.reads().resume();
  w.time.run();
  ASSERT_EQ(w.box.all<hold_reply>().size(), 2U);
  EXPECT_EQ(w.box.all<hold_reply>()[0].fault, fault::unavailable);
  EXPECT_EQ(w.box.all<hold_reply>()[1].outcome.refusal, hold_refusal::none) << "ben still waits";
  EXPECT_EQ(w.store.rows.size(), 1U);
  EXPECT_EQ(w.status(0), seat_status::available);
  EXPECT_EQ(w.given_up(), 1U);
  EXPECT_EQ(w.hold(w.wants_soon("ann", {"A-1"}, key)).key, key_verdict::fresh) << "nothing is left";
  EXPECT_EQ(w.status(0), seat_status::held);
}

TEST(ReservationGivenUp, NorOneThatWaitedForItsSchedule) {
  impatient w;
  w.time.reads().hold();
  const auto key = w.key(1, 1);
  w.box.send(w.desk, w.wants_soon("ann", {"A-1"}, key));
  w.time.advance(seconds{1});
  EXPECT_TRUE(w.box.all<hold_reply>().empty());
  w.time.reads().resume();
  w.time.run();
  EXPECT_EQ(w.box.last<hold_reply>().fault, fault::unavailable);
  EXPECT_TRUE(w.store.rows.empty());
  EXPECT_EQ(w.given_up(), 1U);
  EXPECT_EQ(w.hold(w.wants_soon("ann", {"A-1"}, key)).key, key_verdict::fresh)
      << "its key is not in flight";
}

TEST(ReservationGivenUp, NorOneThatComesTooLate) {
  impatient w;
  w.seats();
  auto m = w.wants_soon("ann", {"A-1"});
  w.time.jump(seconds{1});
  EXPECT_EQ(w.hold(m).fault, fault::unavailable);
  EXPECT_TRUE(w.store.rows.empty());
}

TEST(ReservationGivenUp, NorAReleaseThatWaitedForItsReservationToBeFree) {
  impatient w;
  const auto id = w.held("ann", {"A-1"});
  w.time.commits().hold();
  w.box.send(w.desk, confirm_reservation{1, payment(1), id});
  release_reservation late{2, {"ann"}, id};
  late.call.deadline = w.time.now() + seconds{1};
  w.box.send(w.desk, late);
  w.time.advance(seconds{1});
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.box.last<confirm_reply>().refusal, confirm_refusal::none);
  EXPECT_EQ(w.box.last<release_reply>().fault, fault::unavailable);
  EXPECT_EQ(w.given_up(), 1U);
}

TEST(ReservationGivenUp, WhatASagaWantsIsCarriedOutHoweverLongItWaits) {
  impatient w;
  const auto id = w.held("ann", {"A-1"});
  w.time.reads().hold();
  w.restart();
  w.box.send(w.desk, confirm_reservation{1, payment(1), id, {{"ann-1", ""}}});
  w.time.advance(seconds{60});
  w.time.reads().resume();
  w.time.run();
  EXPECT_EQ(w.box.last<confirm_reply>().refusal, confirm_refusal::none);
  EXPECT_EQ(w.status(0), seat_status::sold);
  EXPECT_EQ(w.given_up(), 0U);
}

}  // namespace
}  // namespace boxoffice
