#include "actors/queue/pace.hpp"

#include <deque>
#include <random>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point start{milliseconds{1'780'272'000'000}};

TEST(Pace, AQuietRoomTakesOneSecondsWorthAtOnceAndNoMore) {
  pace p;
  EXPECT_EQ(p.allowance(50, start), 50U);
  p.entered(50, start);
  EXPECT_EQ(p.allowance(50, start), 0U);
  EXPECT_EQ(p.allowance(50, start + milliseconds{999}), 0U);
  EXPECT_GT(p.allowance(50, start + milliseconds{1000}), 0U);
}

TEST(Pace, IdlingSavesUpNoMoreThanOneSecond) {
  pace p;
  p.entered(p.allowance(3, start), start);
  EXPECT_EQ(p.allowance(3, start + seconds{3600}), 3U);
}

TEST(Pace, OnePersonASecondIsOnePersonASecond) {
  pace p;
  std::uint32_t entered = 0;
  for (auto now = start; now < start + seconds{60}; now += milliseconds{100}) {
    const auto n = p.allowance(1, now);
    p.entered(n, now);
    entered += n;
  }
  EXPECT_EQ(entered, 60U);
}

TEST(Pace, AStandingLineIsLetInEvenly) {
  pace p;
  std::uint32_t entered = 0, most = 0;
  for (auto now = start; now < start + seconds{30}; now += milliseconds{100}) {
    const auto n = p.allowance(50, now);
    p.entered(n, now);
    entered += n;
    if (now >= start + seconds{2}) most = std::max(most, n);
  }
  EXPECT_GE(entered, 1480U);
  EXPECT_LE(entered, 1500U);
  EXPECT_LE(most, 10U);
}

TEST(Pace, NoWindowOfASecondHasMoreThanTheRuleAtAnyPaceOfAsking) {
  std::mt19937_64 random{11};
  for (const std::uint32_t rate : {1U, 2U, 7U, 15U, 100U, 100'000U}) {
    pace p;
    std::deque<std::pair<time_point, std::uint32_t>> log;
    std::uint64_t total = 0;
    auto now = start;
    while (now < start + seconds{100}) {
      const auto n = p.allowance(rate, now);
      p.entered(n, now);
      total += n;
      log.emplace_back(now, n);
      while (log.front().first + milliseconds{1000} <= now)
        log.pop_front();
      std::uint64_t in_window = 0;
      for (const auto& [at, count] : log)
        in_window += count;
      ASSERT_LE(in_window, rate);
      now += milliseconds{random() % 130};
    }
    EXPECT_GE(total, std::uint64_t{rate} * 90) << rate;
  }
}

TEST(Outflow, FollowsWhatWasMeasured) {
  outflow o;
  auto now = start;
  o.advance(now, outflow::line_is::standing);
  EXPECT_EQ(o.per_second_millionths(2'000'000), 2'000'000U);
  for (int s = 0; s < 20; ++s) {
    o.admitted(10);
    now += seconds{1};
    o.advance(now, outflow::line_is::standing);
  }
  const auto measured = o.per_second_millionths(2'000'000);
  EXPECT_GT(measured, 9'000'000U);
  EXPECT_LE(measured, 10'000'000U);
  // Nobody waits for an hour: that says nothing about how fast a line would move.
  o.advance(now, outflow::line_is::empty);
  o.advance(now + seconds{3600}, outflow::line_is::standing);
  EXPECT_EQ(o.per_second_millionths(2'000'000), measured);
}

}  // namespace
}  // namespace boxoffice
