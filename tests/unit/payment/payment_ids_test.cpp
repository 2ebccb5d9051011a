#include "actors/payment/payment_ids.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr std::uint64_t epoch = 1'780'272'000'000;
constexpr time_point t0{milliseconds{epoch}};

TEST(PaymentIds, GrowFromTheEpochOnInEveryShard) {
  payment_ids ids{epoch};
  auto last = ids.next(5);
  EXPECT_EQ(last, make_payment_id(5, t0, 1));
  for (std::uint32_t shard : {5U, 63U, 0U, 6U}) {
    const auto id = ids.next(shard);
    EXPECT_EQ(shard_of(id), shard);
    EXPECT_GT(age_of(id), age_of(last));
    last = id;
  }
}

TEST(PaymentIds, AUsedUpMillisecondRunsIntoTheNext) {
  payment_ids ids{epoch};
  auto last = ids.next(63);
  for (int i = 0; i < 40'000; ++i) {
    const auto id = ids.next(63);
    ASSERT_GT(id.value, last.value);
    ASSERT_EQ(shard_of(id), 63U);
    last = id;
  }
}

TEST(PaymentIds, AreYoungerThanThoseOfTheOlderLayout) {
  for (const std::uint64_t shard : {0, 5, 63}) {
    const payment_id old{(shard << 57) | (std::uint64_t{1'893'456'000'000} << 15) | 0x7FFF};
    payment_ids ids{epoch};
    const auto id = ids.next(static_cast<std::uint32_t>(shard));
    EXPECT_EQ(shard_of(id), shard_of(old));
    EXPECT_GT(age_of(id), age_of(old));
  }
}

}  // namespace
}  // namespace boxoffice
