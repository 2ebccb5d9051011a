#include "bench/load/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::load {
namespace {

using std::chrono::microseconds;

TEST(LoadHistogram, HasNoQuantilesWithoutValues) {
  const histogram empty;
  EXPECT_EQ(empty.quantile(0.5), microseconds{0});
  EXPECT_EQ(empty.count(), 0U);
}

TEST(LoadHistogram, SmallValuesAreExact) {
  histogram some;
  for (int value = 1; value <= 100; ++value)
    some.add(microseconds{value});
  EXPECT_EQ(some.quantile(0.5), microseconds{50});
  EXPECT_EQ(some.quantile(0.99), microseconds{99});
  EXPECT_EQ(some.quantile(1), microseconds{100});
  EXPECT_DOUBLE_EQ(some.mean_microseconds(), 50.5);
}

// Against the sorted values, over eight powers of ten.
TEST(LoadHistogram, QuantilesAreRightToOnePointSixPercent) {
  constexpr std::uint64_t seed = 7;
  std::mt19937_64 dice{seed};
  std::uniform_real_distribution<double> power{0, 8};
  histogram some;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::int64_t>(std::pow(10, power(dice))));
    some.add(microseconds{values.back()});
  }
  std::ranges::sort(values);
  for (const double q : {0.01, 0.25, 0.5, 0.9, 0.99, 0.999}) {
    const auto exact = values[static_cast<std::size_t>(q * 20'000) - 1];
    const auto found = some.quantile(q).count();
    EXPECT_GE(found, exact) << "q " << q << ", seed " << seed;
    EXPECT_LE(static_cast<double>(found), static_cast<double>(exact) * 1.016 + 1)
        << "q " << q << ", seed " << seed;
  }
}

TEST(LoadHistogram, AddsAnotherOne) {
  histogram one, other;
  one.add(microseconds{10});
  other.add(microseconds{1'000'000});
  one.add(other);
  EXPECT_EQ(one.count(), 2U);
  EXPECT_EQ(one.quantile(0.5), microseconds{10});
  EXPECT_EQ(one.max(), microseconds{1'000'000});
}

TEST(LoadHistogram, WhatIsLongerThanAnHourCountsAsAnHour) {
  histogram some;
  some.add(std::chrono::hours{30});
  EXPECT_EQ(some.max(), std::chrono::hours{1});
  EXPECT_EQ(some.quantile(0.5), std::chrono::hours{1});
}

}  // namespace
}  // namespace boxoffice::load
