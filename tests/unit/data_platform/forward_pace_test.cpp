#include "actors/data_platform/forward_pace.hpp"

#include "config/limits.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds no_wish{0};
constexpr auto shortest = limits::outbox_retry_first;
constexpr forward_pace::time_point start{std::chrono::hours{1}};

/// Begins what may begin at `now`; the rounds of it.
std::vector<std::uint64_t> begin_all(forward_pace& pace, forward_pace::time_point now) {
  std::vector<std::uint64_t> rounds;
  while (pace.may_begin(now))
    rounds.push_back(pace.begin());
  return rounds;
}

TEST(ForwardPace, KeepsNoMorePostsUnderWayThanItMay) {
  forward_pace pace{3};
  const auto rounds = begin_all(pace, start);
  EXPECT_EQ(rounds.size(), 3U);
  pace.answered(rounds[0]);
  EXPECT_EQ(begin_all(pace, start).size(), 1U);
}

TEST(ForwardPace, ManyFailuresOfOnePlatformAreOnePauseAndThenOneTry) {
  forward_pace pace{64};
  using enum forward_pace::failure;
  const auto rounds = begin_all(pace, start);
  EXPECT_EQ(pace.failed(rounds[0], start, no_wish, 0), first);
  for (std::size_t n = 1; n < rounds.size(); ++n)
    EXPECT_EQ(pace.failed(rounds[n], start + milliseconds{n / 2}, no_wish, 0), of_a_round_before);
  EXPECT_EQ(pace.pause_until(), start + shortest);
  EXPECT_FALSE(pace.may_begin(start + shortest - milliseconds{1}));
  const auto again = begin_all(pace, start + shortest);
  ASSERT_EQ(again.size(), 1U) << "a platform that is away is asked by one post";
  EXPECT_EQ(pace.failed(again[0], start + shortest, no_wish, 0), repeated);
  EXPECT_EQ(pace.pause_until(), start + shortest * 3);
  const auto third = begin_all(pace, start + shortest * 3);
  ASSERT_EQ(third.size(), 1U);
  pace.answered(third[0]);
  EXPECT_EQ(begin_all(pace, start + shortest * 3).size(), 64U) << "and it recovers";
}

TEST(ForwardPace, WhatWasUnderWayBeforeThePauseSaysNothingNew) {
  forward_pace pace{3};
  const auto rounds = begin_all(pace, start);
  pace.failed(rounds[0], start, no_wish, 0);
  pace.answered(rounds[1]);
  EXPECT_FALSE(pace.may_begin(start)) << "it was asked before the other failed";
  EXPECT_EQ(begin_all(pace, start + shortest).size(), 1U) << "one that hangs does not hold it up";
}

TEST(ForwardPace, ObeysTheLongestWish) {
  forward_pace pace{3};
  const auto rounds = begin_all(pace, start);
  pace.failed(rounds[0], start, seconds{30}, 0);
  pace.failed(rounds[1], start, seconds{10}, 0);
  EXPECT_EQ(pace.pause_until(), start + seconds{30});
  pace.failed(rounds[2], start + seconds{25}, seconds{1'000'000}, 0);
  EXPECT_EQ(pace.pause_until(), start + seconds{25} + limits::data_platform_retry_after_max);
}

TEST(RetryPause, DoublesToItsCapAndIsSpread) {
  EXPECT_EQ(retry_pause(1, no_wish, 0), shortest);
  EXPECT_EQ(retry_pause(2, no_wish, 0), shortest * 2);
  EXPECT_EQ(retry_pause(4, no_wish, 0), shortest * 8);
  EXPECT_EQ(retry_pause(1'000'000, no_wish, 0), limits::outbox_retry_max);
  for (std::uint64_t r = 0; r < 10'000; ++r) {
    EXPECT_LE(retry_pause(3, no_wish, r), shortest * 4);
    EXPECT_GE(retry_pause(3, no_wish, r), shortest * 2);
  }
  EXPECT_NE(retry_pause(3, no_wish, 1), retry_pause(3, no_wish, 2));
}

TEST(RetryPause, IsNoShorterThanWhatIsAskedForWithinItsBound) {
  EXPECT_EQ(retry_pause(1, seconds{30}, 12'345), seconds{30});
  EXPECT_EQ(retry_pause(100, seconds{1}, 0), limits::outbox_retry_max) << "its own is longer";
  for (const auto wish : {seconds{1'000'000}, seconds::max()})
    EXPECT_EQ(retry_pause(1, wish, 0), limits::data_platform_retry_after_max);
}

}  // namespace
}  // namespace boxoffice
