#include "actors/payment/payment_ids.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point t0{milliseconds{1'780'272'000'000}};

TEST(PaymentIds, GrowWithinAShardWhateverTheClockDoes) {
  payment_ids ids;
  auto last = ids.next(5, t0);
  EXPECT_EQ(last, make_payment_id(5, t0, 0));
  for (const auto at : {t0, t0 - std::chrono::hours{1}, t0 + milliseconds{1}, t0}) {
    const auto id = ids.next(5, at);
    EXPECT_GT(id.value, last.value);
    EXPECT_EQ(shard_of(id), 5U);
    last = id;
  }
  EXPECT_EQ(ids.next(6, t0), make_payment_id(6, t0, 0));
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
}

}  // namespace
}  // namespace boxoffice
