#include "actors/core/ids.hpp"

#include <set>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

TEST(Ids, EveryKindSurvivesItsText) {
  for (const std::uint64_t value : {1ULL, 31ULL, 32ULL, 0x7FFF'FFFF'FFFF'FFFFULL, ~0ULL}) {
    EXPECT_EQ(parse_id<payment_id>(to_text(payment_id{value})), payment_id{value});
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

constexpr std::uint64_t today = 1'780'272'000'000;

TEST(Ids, WhatCarriesAnotherSurvivesItsText) {
  for (const std::uint64_t carried : {std::uint64_t{1}, today << 10U, ~std::uint64_t{0}})
    for (const std::uint64_t number :
         {today << 20U, (today << 20U) + 77, ~std::uint64_t{0} >> 1U}) {
      const reservation_id id{{carried}, number};
      const queue_token token{{carried}, number};
      EXPECT_EQ(parse_id<reservation_id>(to_text(id)), id) << to_text(id);
      EXPECT_EQ(parse_id<queue_token>(to_text(token)), token) << to_text(token);
      EXPECT_TRUE(is_id_text(to_text(id)));
      EXPECT_TRUE(is_id_text(to_text(token)));
    }
}

// Ids of before decision 0016 have been told, and stay.
TEST(Ids, OldOnesKeepTheirTextAndTheirMeaning) {
  const auto id = parse_id<reservation_id>("res_20000003");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->number, (std::uint64_t{1} << 36U) + 3);
  EXPECT_EQ(id->schedule, schedule_id{1});
  EXPECT_EQ(to_text(*id), "res_20000003");
  const auto token = parse_id<queue_token>("qt_3zzzzzzz");
  ASSERT_TRUE(token);
  EXPECT_EQ(token->concert, concert_id{token->number >> 39U});
  EXPECT_EQ(to_text(*token), "qt_3zzzzzzz");
  EXPECT_TRUE(is_old(*token));
  EXPECT_FALSE(is_old(reservation_id{{1}, today << 20U}))
      << "an old schedule, a reservation of now";
}

TEST(Ids, AThingHasOneText) {
  for (const auto* text : {"res_1_20000003", "res__20000003", "res_1_", "res_1_2_3", "res_01_4",
                           "res_1_04", "res_1-4", "res_1_U", "qt_1_20000003"})
    EXPECT_FALSE(parse_id<reservation_id>(text)) << text;
  EXPECT_EQ(parse_id<reservation_id>("res_1_3"), (reservation_id{{1}, 3}));
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
