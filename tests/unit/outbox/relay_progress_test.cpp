#include "actors/outbox/relay_progress.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point t0{milliseconds{1'000'000}};
using applied = relay_progress::applied;
using refused = relay_progress::refused;
using sequences = std::vector<std::uint64_t>;

payment_event event(std::uint64_t sequence, std::uint64_t schedule) {
  payment_event e;
  e.id = {1000 + sequence};
  e.sequence = sequence;
  e.reservation = reservation_id{{schedule}, sequence};
  return e;
}

sequences of(const std::vector<payment_event>& events) {
  sequences out;
  for (const auto& e : events)
    out.push_back(e.sequence);
  return out;
}

sequences parked_in(const relay_progress::unsaved& n) {
  sequences out;
  for (const auto& p : n.parked)
    out.push_back(p.event.sequence);
  return out;
}

relay_progress fresh(int tries_max = 3) { return {"boards", 0, {}, tries_max}; }

TEST(RelayProgress, WhatTheConsumerAppliedMovesThePosition) {
  auto p = fresh();
  p.give({event(1, 1), event(2, 2), event(5, 1)}, t0);
  EXPECT_EQ(p.position(), 0U);
  EXPECT_EQ(p.consumer_applied(0), applied::nothing_new);
  EXPECT_EQ(p.consumer_applied(2), applied::some);
  EXPECT_EQ(p.unstored().position, 4U);
  EXPECT_EQ(p.consumer_applied(1), applied::nothing_new);
  EXPECT_EQ(p.consumer_applied(99), applied::all) << "cut at the last event given";
  EXPECT_EQ(p.unstored().position, 5U);
  EXPECT_FALSE(p.owes_store());
}

TEST(RelayProgress, ARefusedEventIsParkedWithItsSiblingsAndOthersFlow) {
  auto p = fresh();
  p.give({event(1, 1), event(2, 2), event(3, 1), event(4, 2), event(5, 3)}, t0);
  EXPECT_EQ(p.consumer_refused(2, "no", false, t0), refused::parked);
  EXPECT_EQ(of(p.waiting()), (sequences{3, 5})) << "the first was applied";
  // The sibling that stands behind events not yet applied is not stored before them.
  EXPECT_EQ(p.unstored().position, 2U);
  EXPECT_EQ(parked_in(p.unstored()), sequences{2});
  EXPECT_EQ(p.consumer_applied(3), applied::some);
  EXPECT_EQ(parked_in(p.unstored()), (sequences{2, 4}));
  EXPECT_EQ(p.consumer_applied(5), applied::all);
  const auto unsaved = p.unstored();
  EXPECT_EQ(unsaved.position, 5U);
  EXPECT_EQ(unsaved.parked[0].reason, "no");
  EXPECT_EQ(unsaved.parked[0].consumer, "boards");
  EXPECT_NE(unsaved.parked[1].reason, "no");
  EXPECT_EQ(p.parked_events(), 2U);
  p.stored(unsaved);
  EXPECT_FALSE(p.owes_store());
  p.give({event(6, 2), event(7, 2)}, t0);
  EXPECT_TRUE(p.is_idle()) << "siblings that come later are parked behind it";
  EXPECT_EQ(p.unstored().position, 7U);
  EXPECT_EQ(parked_in(p.unstored()), (sequences{6, 7}));
}

TEST(RelayProgress, WhatWasParkedBeforeARestartStillHoldsItsSiblings) {
  relay_progress p{"boards", 7, {{{2}}, 4}, 3};
  EXPECT_EQ(p.parked_events(), 4U);
  p.give({event(8, 2), event(9, 1)}, t0);
  EXPECT_EQ(of(p.waiting()), sequences{9});
  EXPECT_EQ(parked_in(p.unstored()), sequences{8});
}

TEST(RelayProgress, ARefusalForNowIsTriedABoundedNumberOfTimes) {
  auto p = fresh(3);
  p.give({event(1, 1), event(2, 2)}, t0);
  EXPECT_EQ(p.consumer_refused(1, "401", true, t0), refused::try_later);
  EXPECT_EQ(p.consumer_refused(1, "401", true, t0), refused::try_later);
  EXPECT_EQ(p.tries(), 2);
  EXPECT_EQ(of(p.waiting()), (sequences{1, 2})) << "nothing overtakes";
  EXPECT_EQ(p.consumer_refused(1, "401", true, t0), refused::parked);
  EXPECT_EQ(p.unstored().parked.at(0).reason, "401, at try 3");
  EXPECT_EQ(p.consumer_refused(2, "401", true, t0), refused::try_later) << "each has its own tries";
}

TEST(RelayProgress, SuccessInBetweenStartsTheTriesAnew) {
  auto p = fresh(2);
  p.give({event(1, 1), event(2, 1)}, t0);
  EXPECT_EQ(p.consumer_refused(1, "401", true, t0), refused::try_later);
  EXPECT_EQ(p.consumer_refused(2, "401", true, t0), refused::try_later) << "the first was applied";
  EXPECT_EQ(p.consumer_refused(2, "401", true, t0), refused::parked);
}

TEST(RelayProgress, ARefusalOfWhatDoesNotWaitIsIgnored) {
  auto p = fresh();
  EXPECT_EQ(p.consumer_refused(1, "no", false, t0), refused::ignored);
  p.give({event(1, 1), event(2, 2)}, t0);
  p.consumer_applied(1);
  EXPECT_EQ(p.consumer_refused(1, "no", false, t0), refused::ignored);
  EXPECT_EQ(p.consumer_refused(9, "no", false, t0), refused::ignored);
  EXPECT_EQ(of(p.waiting()), sequences{2});
}

std::vector<parked_event> rows(std::initializer_list<payment_event> events) {
  std::vector<parked_event> out;
  for (const auto& e : events)
    out.push_back({"boards", e, "no", t0});
  return out;
}

TEST(RelayProgress, AReplayDeliversInOrderAndThenTheScheduleFlowsAgain) {
  relay_progress p{"boards", 7, {{{2}}, 3}, 3};
  EXPECT_FALSE(p.begin_replay({1}));
  ASSERT_TRUE(p.begin_replay({2}));
  p.give_again(rows({event(3, 2), event(4, 2)}));
  EXPECT_EQ(of(p.waiting()), (sequences{3, 4}));
  EXPECT_EQ(p.consumer_applied(3), applied::some);
  EXPECT_EQ(p.unstored().position, 7U) << "a replay does not move it";
  EXPECT_EQ(p.unstored().replayed, std::vector<event_id>{{1003}});
  EXPECT_EQ(p.consumer_applied(4), applied::all);
  p.stored(p.unstored());
  p.give_again(rows({event(6, 2)}));
  EXPECT_EQ(p.consumer_applied(6), applied::all);
  EXPECT_TRUE(p.owes_store());
  p.stored(p.unstored());
  p.give_again({});
  EXPECT_FALSE(p.replays());
  EXPECT_EQ(p.parked_events(), 0U);
  p.give({event(8, 2)}, t0);
  EXPECT_EQ(of(p.waiting()), sequences{8});
}

TEST(RelayProgress, AReplayThatIsRefusedLeavesTheRestWhereItIs) {
  relay_progress p{"boards", 7, {{{2}}, 3}, 3};
  ASSERT_TRUE(p.begin_replay({2}));
  p.give_again(rows({event(3, 2), event(4, 2), event(6, 2)}));
  EXPECT_EQ(p.consumer_refused(4, "still no", false, t0), refused::parked);
  EXPECT_TRUE(p.is_idle());
  EXPECT_FALSE(p.replays());
  const auto unsaved = p.unstored();
  EXPECT_EQ(unsaved.replayed, std::vector<event_id>{{1003}});
  EXPECT_EQ(parked_in(unsaved), sequences{4});
  EXPECT_EQ(unsaved.parked[0].reason, "still no");
  EXPECT_EQ(p.parked_events(), 2U);
  p.stored(unsaved);
  p.give({event(8, 2)}, t0);
  EXPECT_TRUE(p.is_idle());
}

// Found by fuzzing: a relay committed in a busy loop while a sibling was parked above the position.
TEST(RelayProgress, OwesTheStoreOnlyWhatCanBeWrittenNow) {
  auto p = fresh();
  p.give({event(1, 1), event(2, 2), event(3, 1)}, t0);
  EXPECT_EQ(p.consumer_refused(1, "no", false, t0), refused::parked);
  EXPECT_TRUE(p.owes_store());
  const auto told = p.unstored();
  EXPECT_EQ(parked_in(told), sequences{1});
  p.stored(told);
  EXPECT_FALSE(p.owes_store()) << "3 is parked, and 2 still waits before it";
  EXPECT_EQ(p.consumer_applied(2), applied::all);
  EXPECT_TRUE(p.owes_store());
  EXPECT_EQ(parked_in(p.unstored()), sequences{3});
}

TEST(RelayProgress, WhatTheStoreRefusesToParkIsDeliveredAgainAfterARestart) {
  auto p = fresh();
  p.give({event(1, 1), event(2, 2)}, t0);
  EXPECT_EQ(p.consumer_refused(1, "no", false, t0), refused::parked);
  EXPECT_EQ(p.consumer_applied(2), applied::all);
  EXPECT_EQ(p.unstored(1).position, 2U);
  p.cannot_store(1);
  EXPECT_EQ(p.unstored().position, 0U) << "never beyond it";
  EXPECT_FALSE(p.owes_store());
  p.give({event(3, 1), event(4, 2)}, t0);
  EXPECT_EQ(of(p.waiting()), sequences{4}) << "others flow";
  EXPECT_EQ(p.consumer_applied(4), applied::all);
  EXPECT_FALSE(p.begin_replay({1})) << "later ones would overtake it";
}

TEST(RelayProgress, WritesParkedEventsOneByOneWhenAsked) {
  auto p = fresh();
  p.give({event(1, 1), event(2, 1), event(4, 1)}, t0);
  EXPECT_EQ(p.consumer_refused(1, "no", false, t0), refused::parked);
  const auto first = p.unstored(1);
  EXPECT_EQ(first.position, 1U);
  EXPECT_EQ(parked_in(first), sequences{1});
  p.stored(first);
  EXPECT_EQ(parked_in(p.unstored(1)), sequences{2});
  EXPECT_EQ(p.unstored(1).position, 3U);
}

// Where the store has it parked already, only its reason is new.
TEST(RelayProgress, AReplayWhoseNewReasonCannotBeStoredHoldsNothingBack) {
  relay_progress p{"boards", 7, {{{{2}, 3}}, 1}, 3};
  ASSERT_TRUE(p.begin_replay({2}));
  p.give_again(rows({event(3, 2)}));
  EXPECT_EQ(p.consumer_refused(3, "again no", false, t0), refused::parked);
  EXPECT_EQ(parked_in(p.unstored()), sequences{3});
  p.cannot_store(3);
  EXPECT_EQ(p.unstored().position, 7U) << "the store never hears of going back";
  EXPECT_FALSE(p.owes_store());
  p.give({event(8, 1), event(9, 2)}, t0);
  EXPECT_EQ(of(p.waiting()), sequences{8}) << "and the schedule still waits";
}

}  // namespace
}  // namespace boxoffice
