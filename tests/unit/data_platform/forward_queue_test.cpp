#include "actors/data_platform/forward_queue.hpp"

#include "config/limits.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

payment_event event(std::uint64_t n) {
  payment_event e;
  e.id = {n};
  e.sequence = n;
  return e;
}

TEST(ForwardQueue, KeepsOrderAndRecognisesRepetitions) {
  forward_queue q{10, 10};
  EXPECT_EQ(q.front(), nullptr);
  EXPECT_EQ(q.add(event(1)).number, 1U);
  EXPECT_EQ(q.add(event(2)).number, 2U);
  EXPECT_EQ(q.add(event(1)).number, 1U);
  EXPECT_EQ(q.waiting(), 2U);
  EXPECT_EQ(q.front()->id, event_id{1});
  q.pop();
  EXPECT_EQ(q.add(event(1)).number, 0U) << "done already";
  EXPECT_EQ(q.front()->id, event_id{2});
  EXPECT_EQ(q.done_through(), 1U);
}

TEST(ForwardQueue, TakesNoMoreThanItsBound) {
  forward_queue q{2, 1};
  q.add(event(1));
  q.add(event(2));
  EXPECT_EQ(q.add(event(3)).taken, forward_queue::added::full);
  EXPECT_EQ(q.add(event(2)).taken, forward_queue::added::yes);
  q.pop();
  q.pop();
  EXPECT_EQ(q.add(event(2)).number, 0U);
  EXPECT_EQ(q.add(event(1)).number, 3U) << "forgotten: at least once, not exactly once";
}

TEST(RetryPause, DoublesToItsCapAndIsSpread) {
  const auto first = limits::outbox_retry_first;
  constexpr std::chrono::seconds no_wish{0};
  EXPECT_EQ(retry_pause(1, no_wish, 0), first);
  EXPECT_EQ(retry_pause(2, no_wish, 0), first * 2);
  EXPECT_EQ(retry_pause(4, no_wish, 0), first * 8);
  EXPECT_EQ(retry_pause(1'000'000, no_wish, 0), limits::outbox_retry_max);
  for (std::uint64_t r = 0; r < 10'000; ++r) {
    EXPECT_LE(retry_pause(3, no_wish, r), first * 4);
    EXPECT_GE(retry_pause(3, no_wish, r), first * 2);
  }
  EXPECT_NE(retry_pause(3, no_wish, 1), retry_pause(3, no_wish, 2));
}

TEST(RetryPause, IsNoShorterThanWhatIsAskedForWithinItsBound) {
  using std::chrono::seconds;
  EXPECT_EQ(retry_pause(1, seconds{30}, 12'345), seconds{30});
  EXPECT_EQ(retry_pause(100, seconds{1}, 0), limits::outbox_retry_max) << "its own is longer";
  for (const auto wish : {seconds{1'000'000}, seconds::max()})
    EXPECT_EQ(retry_pause(1, wish, 0), limits::data_platform_retry_after_max);
}

}  // namespace
}  // namespace boxoffice
