#include "tests/actors/reservation/reservation_world.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::payment;
using testing::reservation_world;
constexpr milliseconds hold_time{300'000};

struct edge {
  milliseconds after;  ///< of the hold
  bool live;
};
const std::vector<edge> edges{
    {hold_time - milliseconds{1}, true}, {hold_time, false}, {hold_time + milliseconds{1}, false}};
// The deadline decides, whether or not the wheel has turned: `jump` is time without any timer.
enum class wheel : std::uint8_t { turns, stands };
const std::vector<wheel> wheels{wheel::turns, wheel::stands};

void move(reservation_world& w, milliseconds by, wheel how) {
  if (how == wheel::turns)
    w.time.advance(by);
  else
    w.time.jump(by);
}

TEST(Deadlines, SeatMapCountsAndFindTurnAtTheMillisecond) {
  for (const auto how : wheels)
    for (const auto& e : edges) {
      reservation_world w;
      const auto id = w.held("ann", {"A-1", "A-2"});
      const auto before = w.seats().version;
      move(w, e.after, how);
      const auto after = w.seats();
      EXPECT_EQ(after.seats->seats[0], e.live ? seat_status::held : seat_status::available);
      EXPECT_EQ(after.available, e.live ? 48U : 50U);
      EXPECT_EQ(after.version == before, e.live);
      EXPECT_EQ(w.find("ann", id).found.status,
                e.live ? reservation_status::held : reservation_status::expired);
    }
}

TEST(Deadlines, ARivalGetsTheSeatAtTheMillisecond) {
  for (const auto how : wheels)
    for (const auto& e : edges) {
      reservation_world w;
      w.held("ann", {"A-1", "A-2"});
      move(w, e.after, how);
      const auto reply = w.hold("ben", {"A-2", "A-3"});
      EXPECT_EQ(reply.outcome.refusal, e.live ? hold_refusal::seat_taken : hold_refusal::none);
      EXPECT_EQ(w.store.violations, 0);
    }
}

TEST(Deadlines, APaymentIsInTimeToTheMillisecond) {
  for (const auto how : wheels)
    for (const auto& e : edges) {
      reservation_world w;
      const auto id = w.held("ann", {"A-1"});
      move(w, e.after, how);
      const auto expected = e.live ? confirm_refusal::none : confirm_refusal::reservation_expired;
      EXPECT_EQ(w.confirm(id, payment(1)).refusal, expected);
      EXPECT_EQ(w.confirm(id, payment(1)).refusal, expected) << "a repeat says the same";
      EXPECT_EQ(w.status(0), e.live ? seat_status::sold : seat_status::available);
      EXPECT_EQ(w.store.rows.at(id).status,
                e.live ? reservation_status::confirmed : reservation_status::expired);
    }
}

TEST(Deadlines, ALapsedHoldIsSoldToSomebodyElseAndTheLatePaymentIsRefused) {
  for (const auto how : wheels) {
    reservation_world w;
    const auto late = w.held("ann", {"A-1", "A-2"});
    move(w, hold_time, how);
    const auto quick = w.held("ben", {"A-2"});
    EXPECT_EQ(w.confirm(late, payment(1)).refusal, confirm_refusal::reservation_expired);
    EXPECT_EQ(w.confirm(quick, payment(2)).refusal, confirm_refusal::none);
    EXPECT_EQ(w.confirm(late, payment(1)).refusal, confirm_refusal::reservation_expired);
    EXPECT_EQ(w.release("ann", late).refusal, release_refusal::none);
    EXPECT_EQ(w.status(0), seat_status::available);
    EXPECT_EQ(w.status(1), seat_status::sold);
    EXPECT_EQ(w.store.violations, 0);
  }
}

TEST(Deadlines, APaymentJustInTimeWinsAgainstARivalAtTheDeadline) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1"});
  w.time.jump(hold_time - milliseconds{1});
  w.time.commits().hold();
  w.box.send(w.desk, confirm_reservation{1, payment(1), id});
  w.time.jump(milliseconds{1});
  w.box.send(w.desk, w.wants("ben", {"A-1"}));
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.box.last<confirm_reply>().refusal, confirm_refusal::none);
  EXPECT_EQ(w.box.last<hold_reply>().outcome.refusal, hold_refusal::seat_taken);
}

TEST(Deadlines, TheWheelWritesWhatEnded) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1"});
  w.time.advance(hold_time + seconds{1});
  EXPECT_EQ(w.store.rows.at(id).status, reservation_status::expired);
  EXPECT_TRUE(w.store.claims.empty());
  EXPECT_EQ(w.gauge("boxoffice_holds_live"), 0);
  EXPECT_EQ(w.time.metrics().counter("boxoffice_hold_expiries_total", "").value(), 1U);
}

TEST(Deadlines, HoldsKeepTheirDeadlineOverARestart) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1"});
  w.time.advance(seconds{100});
  w.restart();
  w.time.advance(seconds{200} - milliseconds{1});
  EXPECT_EQ(w.status(0), seat_status::held);
  w.time.advance(seconds{1});
  EXPECT_EQ(w.store.rows.at(id).status, reservation_status::expired) << "nobody had to ask";
}

TEST(Deadlines, HoldsElseCountsUnexpiredHoldsOfTheConcert) {
  reservation_world w;
  const auto first = w.held("ann", {"A-1"});
  w.held("ann", {"A-1"}, 3);
  EXPECT_FALSE(w.confirm(first, payment(1)).holds_else) << "another concert does not count";
  const auto second = w.held("ann", {"A-2"});
  w.time.advance(seconds{10});
  const auto third = w.held("ann", {"A-1"}, 2);
  EXPECT_TRUE(w.confirm(third, payment(2)).holds_else);
  w.restart();
  EXPECT_TRUE(w.confirm(third, payment(2)).holds_else) << "also after a restart";
  const auto fourth = w.held("ann", {"A-3"});
  w.release("ann", second);
  EXPECT_FALSE(w.confirm(fourth, payment(3)).holds_else) << "a released hold does not count";
  w.held("ann", {"A-4"}, 2);
  w.time.advance(hold_time - milliseconds{1});
  EXPECT_TRUE(w.confirm(fourth, payment(3)).holds_else);
  w.time.advance(milliseconds{1});
  EXPECT_FALSE(w.confirm(fourth, payment(3)).holds_else);
}

}  // namespace
}  // namespace boxoffice
