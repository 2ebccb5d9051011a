// Gateways that wait for the seats of a schedule to change.
#include "config/limits.hpp"
#include "config/stream_limits.hpp"
#include "tests/actors/reservation/reservation_world.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::reservation_world;

/// Asks for another version than `since`, and does not wait for the answer.
void wait_for(reservation_world& w, std::uint64_t since, milliseconds wait) {
  read_seats question{++w.correlation, {1}, read_seats::detail::seats};
  question.since = since;
  question.wait = wait;
  w.box.send(w.desk, question);
}

std::size_t answers(reservation_world& w) { return w.box.all<seats_reply>().size(); }

TEST(SeatsWaiting, AreToldOfAChangeAtOnce) {
  reservation_world w;
  const auto known = w.seats().version;
  const auto before = answers(w);
  wait_for(w, known, seconds{5});
  EXPECT_EQ(answers(w), before) << "nothing has changed";
  w.held("ann", {"A-1"});
  ASSERT_EQ(answers(w), before + 1);
  const auto told = w.box.last<seats_reply>();
  EXPECT_EQ(told.correlation, w.correlation - 1);
  EXPECT_GT(told.version, known);
  EXPECT_EQ(told.seats->seats[0], seat_status::held);
  EXPECT_EQ(told.epoch, 1U);
  EXPECT_EQ(told.version, w.seats().version);
}

TEST(SeatsWaiting, AreAnsweredAtOnceWhenTheyKnowAnotherVersion) {
  reservation_world w;
  const auto known = w.seats().version;
  const auto before = answers(w);
  wait_for(w, known + 1, seconds{5});
  EXPECT_EQ(answers(w), before + 1);
}

TEST(SeatsWaiting, AreAnsweredWhenTheirTimeIsOver) {
  reservation_world w;
  const auto known = w.seats().version;
  const auto before = answers(w);
  wait_for(w, known, seconds{2});
  wait_for(w, known, seconds{3600});
  w.time.advance(milliseconds{1900});
  EXPECT_EQ(answers(w), before);
  w.time.advance(milliseconds{200});
  EXPECT_EQ(answers(w), before + 1);
  EXPECT_EQ(w.box.last<seats_reply>().version, known);
  w.time.advance(limits::seats_wait_max);
  EXPECT_EQ(answers(w), before + 2) << "nobody waits for longer than the bound";
}

TEST(SeatsWaiting, AreToldOfAHoldThatIsOver) {
  reservation_world w;
  w.held("ann", {"A-1"});
  w.time.advance(milliseconds{299'000});
  const auto known = w.seats().version;
  const auto before = answers(w);
  wait_for(w, known, seconds{5});
  w.time.advance(milliseconds{999});
  EXPECT_EQ(answers(w), before);
  w.time.advance(limits::hold_sweep_every + milliseconds{1});
  ASSERT_EQ(answers(w), before + 1);
  EXPECT_EQ(w.box.last<seats_reply>().seats->seats[0], seat_status::available);
}

TEST(SeatsWaiting, GoOnWaitingThroughALostCommit) {
  reservation_world w;
  const auto known = w.seats().version;
  const auto before = answers(w);
  wait_for(w, known, seconds{5});
  w.store.accidents = {testing::memory_reservation_store::accident::fails};
  EXPECT_EQ(w.hold("ann", {"A-1"}).fault, fault::unavailable);
  w.time.advance(seconds{1});
  ASSERT_EQ(answers(w), before + 1);
  EXPECT_GT(w.box.last<seats_reply>().version, known) << "what was shown may have been taken back";
}

TEST(SeatsWaiting, KnowHowManyBasketsAreSold) {
  reservation_world w;
  EXPECT_EQ(w.seats().baskets_sold, 0U);
  const auto first = w.held("ann", {"A-1", "A-2", "A-3"});
  const auto second = w.held("ben", {"A-5"});
  w.confirm(first, testing::payment(1));
  w.confirm(second, testing::payment(2));
  EXPECT_EQ(w.seats().baskets_sold, 2U);
  EXPECT_EQ(w.seats().sold, 4U);
  w.restart();
  EXPECT_EQ(w.seats().baskets_sold, 2U);
  w.revert(second, testing::payment(2), revert_reservation::reason::refund);
  EXPECT_EQ(w.seats().baskets_sold, 1U);
}

}  // namespace
}  // namespace boxoffice
