#include "actors/reservation/seat.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr reservation_id ann{1}, ben{2};
constexpr time_point start{milliseconds{1'000}}, deadline{milliseconds{301'000}};
constexpr milliseconds tick{1};

TEST(Seat, ClaimOfAHeldSeatIsRejectedUntilItsDeadline) {
  seat s;
  EXPECT_EQ(s.claim(ann, deadline, start), seat_verdict::granted);
  EXPECT_EQ(s.claim(ann, deadline, start), seat_verdict::granted);
  EXPECT_EQ(s.claim(ben, deadline + tick, deadline - tick), seat_verdict::taken);
  EXPECT_EQ(s.status_at(deadline - tick), seat_status::held);
  EXPECT_EQ(s.status_at(deadline), seat_status::available);
  EXPECT_EQ(s.claim(ben, deadline + tick, deadline), seat_verdict::granted);
  EXPECT_EQ(s.holder(), ben);
}

TEST(Seat, ASaleOfItsHolderHasNoDeadline) {
  seat held{seat_status::held, ann, deadline};
  held.sell(ann);
  held.sell(ann);
  EXPECT_EQ(held.claim(ben, deadline + tick, deadline), seat_verdict::taken);
}

TEST(Seat, AnExtendedHoldKeepsItUntilTheLaterDeadline) {
  const auto later = deadline + seconds{120};
  seat s{seat_status::held, ann, deadline};
  s.extend(ben, later);
  EXPECT_EQ(s.status_at(deadline), seat_status::available) << "somebody else's";
  s.extend(ann, later);
  EXPECT_EQ(s.claim(ben, later + tick, deadline), seat_verdict::taken);
  EXPECT_EQ(s.claim(ben, later + tick, later - tick), seat_verdict::taken);
  EXPECT_EQ(s.claim(ben, later + tick, later), seat_verdict::granted);
  s.extend(ann, later + seconds{120});
  EXPECT_EQ(s.holder(), ben);
  seat free;
  free.extend(ann, later);
  EXPECT_EQ(free.status_at(start), seat_status::available);
}

TEST(Seat, OnlyItsHolderSellsOrFreesIt) {
  seat s;
  s.sell(ann);
  EXPECT_EQ(s.status_at(start), seat_status::available);
  s.claim(ann, deadline, start);
  s.sell(ben);
  EXPECT_EQ(s.status_at(start), seat_status::held);
  s.free(ben);
  EXPECT_EQ(s.status_at(start), seat_status::held);
  s.free(ann);
  EXPECT_EQ(s.status_at(start), seat_status::available);
  EXPECT_EQ(s.claim(ben, deadline, start), seat_verdict::granted);
}

TEST(Seat, ASoldSeatComesBackOnlyByItsOwner) {
  seat s{seat_status::sold, ann, deadline};
  EXPECT_EQ(s.status_at(deadline + tick), seat_status::sold);
  EXPECT_EQ(s.claim(ben, deadline + tick, deadline), seat_verdict::taken);
  s.free(ann);
  EXPECT_EQ(s.claim(ben, deadline + tick, deadline), seat_verdict::granted);
}

TEST(Seat, IsSmall) { EXPECT_LE(sizeof(seat), 32U); }

}  // namespace
}  // namespace boxoffice
