#include "tests/actors/reservation/reservation_world.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::payment;
using testing::reservation_world;

TEST(ReservationMemory, SeatsWakeWhenAskedForAndLeaveWhenIdle) {
  reservation_world w;
  EXPECT_EQ(w.gauge("boxoffice_live_actors", "seat"), 0);
  const auto id = w.held("ann", {"A-1", "A-2"});
  EXPECT_EQ(w.gauge("boxoffice_live_actors", "seat"), 2);
  EXPECT_EQ(w.gauge("boxoffice_live_actors", "schedule"), 1);
  w.time.advance(seconds{40});
  w.hold("ben", {"A-2"});
  w.time.advance(seconds{30});
  EXPECT_EQ(w.gauge("boxoffice_live_actors", "seat"), 1) << "A-2 was asked meanwhile";
  w.time.advance(seconds{60});
  EXPECT_EQ(w.gauge("boxoffice_live_actors", "seat"), 0);

  EXPECT_EQ(w.hold("ben", {"A-1"}).outcome.refusal, hold_refusal::seat_taken) << "woken as held";
  EXPECT_EQ(w.confirm(id, payment(1)).refusal, confirm_refusal::none);
  w.time.advance(seconds{130});
  EXPECT_EQ(w.gauge("boxoffice_live_actors", "seat"), 0);
  EXPECT_EQ(w.hold("ben", {"A-1"}).outcome.refusal, hold_refusal::seat_taken) << "woken as sold";
  w.time.advance(seconds{130});
  w.revert(id, payment(1), revert_reservation::reason::refund);
  EXPECT_EQ(w.hold("ben", {"A-1"}).outcome.refusal, hold_refusal::none) << "woken as available";
}

TEST(ReservationMemory, AnIdleScheduleLeavesAndComesBack) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1"});
  w.confirm(id, payment(1));
  const auto before = w.seats();
  w.time.advance(std::chrono::minutes{30});
  w.store.unreadable = true;
  EXPECT_EQ(w.seats().fault, fault::unavailable) << "its books were gone";
  w.store.unreadable = false;
  w.time.advance(seconds{5});
  const auto after = w.seats();
  EXPECT_EQ(after.sold, 1U);
  EXPECT_GT(after.version, before.version);
  EXPECT_EQ(w.hold("ben", {"A-1"}).outcome.refusal, hold_refusal::seat_taken);
}

TEST(ReservationMemory, AGatewayKnowsTheVersionUntilAHoldMayEnd) {
  reservation_world w;
  const auto known = [&] { return w.seat_maps.find({1}, w.time.clock().now()); };
  EXPECT_EQ(known(), std::nullopt) << "not in memory";
  const auto first = w.seats().version;
  EXPECT_EQ(known(), first);
  w.held("ann", {"A-1"});
  const auto second = w.seats().version;
  EXPECT_GT(second, first);
  EXPECT_EQ(known(), second);
  EXPECT_EQ(w.seat_maps.find({1}, w.time.clock().now() + seconds{299}), second);
  EXPECT_EQ(w.seat_maps.find({1}, w.time.clock().now() + seconds{300}), std::nullopt)
      << "the deadline decides, and only the desk knows what it ends";
  w.time.advance(seconds{310});
  EXPECT_GT(known(), second) << "the desk has swept";
  EXPECT_EQ(w.status(0), seat_status::available);
  w.restart();
  EXPECT_EQ(known(), std::nullopt);
}

TEST(ReservationMemory, AHundredThousandSeats) {
  reservation_world w{{{"A", 500, 100, points{3}}, {"B", 500, 100, points{2}}}};
  EXPECT_EQ(w.seats().available, 100'000U);
  EXPECT_EQ(w.hold("ann", {"B-50000", "A-1"}).outcome.held.amount, points{5});
  auto m = w.wants("ben", {});
  m.best_count = 4;
  m.best_section = "B";
  EXPECT_EQ(w.hold(m).outcome.held.seats[0].seat, 50'000U);
  const auto map = w.seats();
  EXPECT_EQ(map.available, 99'994U);
  EXPECT_EQ(map.seats->seats[99'999], seat_status::held);
  EXPECT_EQ(w.gauge("boxoffice_live_actors", "seat"), 6);
  const auto counts = w.seats(1, read_seats::detail::counts);
  EXPECT_EQ(counts.seats, nullptr);
  EXPECT_EQ(counts.version, map.version);
}

}  // namespace
}  // namespace boxoffice
