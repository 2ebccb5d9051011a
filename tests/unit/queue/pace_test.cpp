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

TEST(SlotUse, GoesFromWhatIsUsualToWhatIsMeasured) {
  slot_use use;
  constexpr std::size_t slots = 10;
  constexpr double weight = 5;
  EXPECT_EQ(use.mean_seconds(seconds{30}, weight), 30);
  auto now = start;
  use.advance(now, slots);
  for (int turn = 0; turn < 20; ++turn) {
    use.advance(now += seconds{100}, slots);
    use.came_back(slots);
  }
  const auto measured = use.mean_seconds(seconds{30}, weight);
  EXPECT_GT(measured, 75);
  EXPECT_LT(measured, 100);
}

TEST(SlotUse, CountsThoseWhoStillUseTheirs) {
  slot_use use;
  use.advance(start, 10);
  use.advance(start + seconds{20}, 10);
  use.came_back(1);
  // One of ten has left after 20 s: nobody should think that all of them do.
  EXPECT_GT(use.mean_seconds(seconds{30}, 1), 100);
}

TEST(SlotUse, ForgetsOldTimes) {
  slot_use use;
  auto now = start;
  use.advance(now, 10);
  for (int turn = 0; turn < 10; ++turn) {
    use.advance(now += seconds{500}, 10);
    use.came_back(10);
  }
  for (int turn = 0; turn < 10; ++turn) {
    use.advance(now += seconds{10}, 10);
    use.came_back(10);
  }
  EXPECT_LT(use.mean_seconds(seconds{30}, 1), 15);
}

TEST(SlotUse, DoesNotGoBackInTime) {
  slot_use use;
  use.advance(start, 10);
  use.advance(start - seconds{60}, 10);
  use.advance(start + seconds{1}, 10);
  EXPECT_EQ(use.mean_seconds(seconds{0}, 1), 10);
}

}  // namespace
}  // namespace boxoffice
