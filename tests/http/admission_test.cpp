#include "http/server/admission.hpp"

#include <string>

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

using namespace std::chrono_literals;

TEST(RateLimiter, LetsARateThroughAndRefills) {
  rate_limiter limiter{10, 100, 1};
  const rate_limiter::instant begin{1h};
  for (int i = 0; i < 10; ++i)
    EXPECT_FALSE(limiter.take("a", begin));
  const auto wait = limiter.take("a", begin);
  ASSERT_TRUE(wait);
  EXPECT_EQ(*wait, 100ms);
  EXPECT_TRUE(limiter.take("a", begin + 99ms));
  EXPECT_FALSE(limiter.take("a", begin + 100ms));
  EXPECT_TRUE(limiter.take("a", begin + 100ms));
  EXPECT_FALSE(limiter.take("b", begin));
  int passed = 0;
  for (int i = 0; i < 50; ++i)
    passed += limiter.take("a", begin + 10s) ? 0 : 1;
  EXPECT_EQ(passed, 10);
}

TEST(RateLimiter, ZeroIsOff) {
  rate_limiter limiter{0, 100, 1};
  for (int i = 0; i < 1000; ++i)
    EXPECT_FALSE(limiter.take("a", rate_limiter::instant{1h}));
}

TEST(RateLimiter, ForgetsWhoWasIdleLongestWhenFull) {
  rate_limiter limiter{1, 4, 1};
  const rate_limiter::instant begin{1h};
  for (const auto* name : {"a", "b", "c", "d"})
    EXPECT_FALSE(limiter.take(name, begin));
  EXPECT_FALSE(limiter.take("e", begin + 1ms));
  EXPECT_TRUE(limiter.take("e", begin + 2ms));
}

TEST(Admission, GivesPlacesBack) {
  admission entrance{2, 1, 0};
  auto first = entrance.enter();
  {
    const auto second = entrance.enter();
    EXPECT_TRUE(first);
    EXPECT_TRUE(second);
    EXPECT_FALSE(entrance.enter());
    EXPECT_EQ(entrance.in_flight(), 2U);
  }
  EXPECT_TRUE(entrance.enter());
  first = {};
  EXPECT_EQ(entrance.in_flight(), 0U);
}

TEST(Admission, UsersAndAddressesHaveBucketsOfTheirOwn) {
  admission entrance{2, 1, 1};
  const rate_limiter::instant now{1h};
  EXPECT_FALSE(entrance.limit_user("a", now));
  EXPECT_FALSE(entrance.limit_address("a", now));
  EXPECT_TRUE(entrance.limit_user("a", now));
  EXPECT_TRUE(entrance.limit_address("a", now));
}

}  // namespace
}  // namespace boxoffice::http
