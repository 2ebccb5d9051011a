#include "actors/reservation/concert_holds.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point start{milliseconds{0}};

reservation hold_of(const std::string& user, std::uint64_t concert, std::uint64_t number,
                    time_point expires_at) {
  reservation r;
  r.id = {number};
  r.user = {user};
  r.concert = {concert};
  r.expires_at = expires_at;
  return r;
}

TEST(ConcertHolds, CountsLiveHoldsOfTheConcertOnly) {
  concert_holds holds;
  holds.add(hold_of("ann", 1, 1, start + seconds{10}), start);
  EXPECT_TRUE(holds.has_live({"ann"}, {1}, start + seconds{10} - milliseconds{1}));
  EXPECT_FALSE(holds.has_live({"ann"}, {1}, start + seconds{10}));
  EXPECT_FALSE(holds.has_live({"ann"}, {2}, start));
  EXPECT_FALSE(holds.has_live({"ben"}, {1}, start));
  holds.remove({"ann"}, {1});
  EXPECT_FALSE(holds.has_live({"ann"}, {1}, start));
}

TEST(ConcertHolds, ForgetsUsersWhoNeverComeBack) {
  concert_holds holds;
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    const auto now = start + seconds{i};
    holds.add(hold_of("u" + std::to_string(i), 1, i, now + seconds{5}), now);
  }
  EXPECT_LE(holds.user_count(), 1024U);
  EXPECT_TRUE(holds.has_live({"u10000"}, {1}, start + seconds{10'000}));
}

}  // namespace
}  // namespace boxoffice
