#include "actors/core/metrics.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

TEST(Metrics, SameNameAndLabelsIsTheSameMeter) {
  metrics m;
  m.counter("a", "", {{"k", "1"}}).add(2);
  m.counter("a", "", {{"k", "1"}}).add(3);
  m.counter("a", "", {{"k", "2"}}).add();
  EXPECT_EQ(m.counter("a", "", {{"k", "1"}}).value(), 5U);
  EXPECT_EQ(m.counter("a", "", {{"k", "2"}}).value(), 1U);
}

TEST(Metrics, HistogramCountsEachValueOnceInItsBucket) {
  metrics m;
  auto& h = m.size_histogram("s", "");
  for (const std::uint64_t v : {0ULL, 1ULL, 2ULL, 3ULL, 4ULL, 1ULL << 40})
    h.observe(v);
  EXPECT_EQ(h.in_bucket(0), 2U);
  EXPECT_EQ(h.in_bucket(1), 1U);
  EXPECT_EQ(h.in_bucket(2), 2U);
  EXPECT_EQ(h.in_bucket(histogram::bucket_count), 1U);
  EXPECT_EQ(h.sum(), 10U + (1ULL << 40));
}

}  // namespace
}  // namespace boxoffice
