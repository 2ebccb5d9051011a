#include "actors/core/ids.hpp"

#include <set>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

TEST(Ids, EveryKindSurvivesItsText) {
  for (const std::uint64_t value : {1ULL, 31ULL, 32ULL, 0x7FFF'FFFF'FFFF'FFFFULL, ~0ULL}) {
    EXPECT_EQ(parse_id<payment_id>(to_text(payment_id{value})), payment_id{value});
    EXPECT_EQ(parse_id<queue_token>(to_text(queue_token{value})), queue_token{value});
    EXPECT_EQ(parse_id<concert_id>(to_text(concert_id{value})), concert_id{value});
  }
}

TEST(Ids, TextOfAnotherKindOrMalformedIsNoId) {
  for (const auto* text : {"", "pay_", "res_1", "pay_0", "pay_01", "pay_u", "pay_A", "pay_ 1", "1",
                           "pay_zzzzzzzzzzzzzz", "pay_g000000000000"})
    EXPECT_FALSE(parse_id<payment_id>(text)) << text;
}

TEST(Ids, OnlyDocumentedCharactersMakeAnIdText) {
  EXPECT_TRUE(is_id_text("aZ9_-"));
  EXPECT_TRUE(is_id_text(std::string(40, 'x')));
  EXPECT_FALSE(is_id_text(std::string(41, 'x')));
  for (const auto* text : {"", " ", "a b", "a.b", "a/b", "\xc3\xa9", "a\n"})
    EXPECT_FALSE(is_id_text(text)) << text;
}

TEST(Ids, ReservationCarriesItsScheduleAndSequence) {
  const auto id = make_reservation_id(schedule_id{16'777'215}, (1ULL << 36) - 1);
  EXPECT_EQ(schedule_of(id), schedule_id{16'777'215});
  EXPECT_EQ(sequence_of(id), (1ULL << 36) - 1);
  EXPECT_LT(id.value, 1ULL << 63);
}

TEST(Ids, QueueTokenCarriesItsConcert) {
  EXPECT_EQ(concert_of(make_queue_token(concert_id{77}, ~0ULL)), concert_id{77});
}

TEST(Ids, PaymentGrowsWithTime) {
  const time_point at{milliseconds{1780272000000}};
  const auto first = make_payment_id(63, at, 255);
  const auto second = make_payment_id(0, at + milliseconds{1}, 0);
  EXPECT_EQ(shard_of(first), 63U);
  EXPECT_EQ(shard_of(second), 0U);
  EXPECT_LT(age_of(first), age_of(second));
  EXPECT_LT(first, second);
  EXPECT_EQ(age_of(make_payment_id(1, at, 0)) + payment_age_step,
            age_of(make_payment_id(2, at, 1)));
}

TEST(Ids, APaymentOfTheOlderLayoutKeepsItsShardAndAge) {
  constexpr std::uint64_t age = (std::uint64_t{1780272000000} << 15) | 7;
  for (const std::uint32_t shard : {0U, 1U, 26U, 63U}) {
    const payment_id old{(std::uint64_t{shard} << 57) | age};
    EXPECT_FALSE(begins_with_time(old));
    EXPECT_EQ(shard_of(old), shard);
    EXPECT_EQ(age_of(old), age);
  }
}

TEST(Ids, UsersSpreadOverAllShards) {
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 2000; ++i)
    seen.insert(shard_of(user_id{"user-" + std::to_string(i)}));
  EXPECT_EQ(seen.size(), shard_count);
  EXPECT_EQ(shard_of(user_id{"u1"}), shard_of(user_id{"u1"}));
}

}  // namespace
}  // namespace boxoffice
