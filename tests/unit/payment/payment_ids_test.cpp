#include "actors/payment/payment_ids.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point t0{milliseconds{1'780'272'000'000}};

TEST(PaymentIds, GrowWhateverTheClockDoes) {
  payment_ids ids;
  auto last = ids.next(5, t0);
  EXPECT_EQ(last, make_payment_id(5, t0, 0));
  for (const auto at : {t0, t0 - std::chrono::hours{1}, t0 + milliseconds{1}, t0}) {
    const auto id = ids.next(5, at);
    EXPECT_GT(id.value, last.value);
    EXPECT_EQ(shard_of(id), 5U);
    last = id;
  }
  const auto other = ids.next(6, t0);
  EXPECT_EQ(shard_of(other), 6U);
  EXPECT_GT(age_of(other), age_of(last));
}

TEST(PaymentIds, AUsedUpMillisecondRunsIntoTheNext) {
  payment_ids ids;
  auto last = ids.next(63, t0);
  for (int i = 0; i < 40'000; ++i) {
    const auto id = ids.next(63, t0);
    ASSERT_GT(id.value, last.value);
    ASSERT_EQ(shard_of(id), 63U);
    last = id;
  }
}

TEST(PaymentIds, StayAboveWhatTheStoreKnows) {
  payment_ids ids;
  const auto known = make_payment_id(2, t0 + std::chrono::hours{1}, 7);
  ids.raise_above(known);
  EXPECT_GT(ids.next(2, t0).value, known.value);
  EXPECT_GT(age_of(ids.next(0, t0)), age_of(known));
}

TEST(PaymentIds, AreYoungerThanThoseOfTheOlderLayout) {
  for (const std::uint64_t shard : {0, 5, 63}) {
    const payment_id old{(shard << 57) | (std::uint64_t{1'893'456'000'000} << 15) | 0x7FFF};
    payment_ids ids;
    ids.raise_above(old);
    const auto id = ids.next(static_cast<std::uint32_t>(shard), t0);
    EXPECT_EQ(id, make_payment_id(static_cast<std::uint32_t>(shard), t0, 0));
    EXPECT_EQ(shard_of(id), shard_of(old));
    EXPECT_GT(age_of(id), age_of(old));
  }
}

}  // namespace
}  // namespace boxoffice
