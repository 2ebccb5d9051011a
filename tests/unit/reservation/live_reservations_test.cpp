#include "actors/reservation/live_reservations.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point start{milliseconds{1'780'272'000'000}};
constexpr milliseconds tick{1};
std::shared_ptr<const schedule> a_schedule(std::uint32_t rows = 2) {
  auto s = std::make_shared<schedule>();
  s->id = {1};
  s->concert = {9};
  s->hold = seconds{300};
  s->max_seats_per_user = 4;
  s->seats = seat_map{{{"A", rows, 5, points{10}}}};
  return s;
}

class LiveReservations : public ::testing::Test {
 protected:
  epoch_numbers versions{1, epoch_numbers::narrow};
  seat_inventory seats{a_schedule(), versions};
  live_reservations live{seats, start};
  std::uint64_t last{41};

  reservation wanted(const std::string& user, std::vector<seat_index> which) {
    reservation r;
    r.id = reservation_id{{1}, ++last};
    r.concert = {9};
    r.user = {user};
    r.held_at = live.now();
    r.expires_at = live.now() + seconds{300};
    for (const auto at : which)
      r.seats.push_back({at, points{10}});
    return r;
  }
  reservation hold(const std::string& user, std::vector<seat_index> which) {
    const auto row = live.claim(wanted(user, std::move(which)));
    live.mark_lapses_written(seats.lapsed_under(row));
    live.grant(row.id);
    live.made_durable(row.id);
    return row;
  }
  void turn(reservation row, reservation_status to) {
    row.status = to;
    live.change(row);
    live.made_durable(row.id);
  }
};

TEST_F(LiveReservations, AHoldEndsExactlyAtItsDeadline) {
  const auto row = hold("ann", {0, 1});
  const auto version = seats.version();
  EXPECT_EQ(live.advance(start + seconds{300} - tick), 0U);
  EXPECT_EQ(seats.version(), version);
  EXPECT_EQ(seats.available(), 8U);
  EXPECT_EQ(live.advance(start + seconds{300}), 1U);
  EXPECT_GT(seats.version(), version);
  EXPECT_EQ(seats.available(), 10U);
  EXPECT_EQ(live.holds(), 0U);
  EXPECT_EQ(live.seats_of({"ann"}), 0U);
  EXPECT_EQ(seats.snapshot()->seats[0], seat_status::available);
  EXPECT_EQ(live.find(row.id)->status_at(live.now()), reservation_status::expired);
}

TEST_F(LiveReservations, AnExtendedHoldEndsAtItsLaterDeadlineAlone) {
  auto row = hold("ann", {0, 1});
  const auto version = seats.version();
  row.extended_at = start;
  row.expires_at += seconds{120};
  live.change(row);
  EXPECT_EQ(live.advance(start + seconds{300}), 0U) << "also while it is being written";
  live.made_durable(row.id);
  EXPECT_EQ(live.advance(start + seconds{420} - tick), 0U);
  EXPECT_EQ(live.holds(), 1U);
  EXPECT_EQ(seats.version(), version) << "nobody sees anything of it";
  EXPECT_EQ(live.seat_now(0).status_at(live.now()), seat_status::held);
  EXPECT_EQ(live.next_deadline(), start + seconds{420});
  EXPECT_EQ(live.advance(start + seconds{420}), 1U);
  EXPECT_EQ(live.holds(), 0U);
  EXPECT_EQ(seats.available(), 10U);
  EXPECT_EQ(live.advance(start + seconds{421}), 0U) << "once";
}

TEST_F(LiveReservations, TheNextHoldCarriesTheLapseItClaims) {
  const auto first = hold("ann", {0, 1});
  const auto other = hold("ann", {5});
  live.advance(start + seconds{300});
  const auto next = live.claim(wanted("ben", {1, 2}));
  EXPECT_EQ(seats.lapsed_under(next), std::vector{first.id});
  EXPECT_EQ(live.unwritten_lapses(10), (std::vector{first.id, other.id}));
  live.mark_lapses_written(std::vector{first.id});
  live.grant(next.id);
  EXPECT_EQ(live.find(first.id), nullptr);
  EXPECT_EQ(live.unwritten_lapses(10), std::vector{other.id});
  EXPECT_EQ(live.seat_now(1).holder(), next.id);
  EXPECT_EQ(live.seat_now(0).holder(), reservation_id{});
}

TEST_F(LiveReservations, CountersFollowEveryTurn) {
  const auto row = hold("ann", {0, 1, 2});
  turn(row, reservation_status::confirmed);
  EXPECT_EQ(seats.sold(), 3U);
  EXPECT_EQ(seats.available(), 7U);
  EXPECT_EQ(live.seats_of({"ann"}), 3U);
  live.advance(start + seconds{301});
  EXPECT_EQ(seats.sold(), 3U) << "a sale has no deadline";
  turn(row, reservation_status::refunded);
  EXPECT_EQ(seats.sold(), 0U);
  EXPECT_EQ(seats.available(), 10U);
  EXPECT_EQ(live.seats_of({"ann"}), 0U);
  EXPECT_EQ(live.find(row.id), nullptr) << "what is over is the store's";
}

TEST_F(LiveReservations, AWithdrawnHoldLeavesNothingBehind) {
  const auto version = seats.version();
  const auto row = live.claim(wanted("ann", {0, 1, 2, 3}));
  EXPECT_EQ(live.seats_of({"ann"}), 4U);
  EXPECT_EQ(seats.best(2, {}).front(), 5U) << "nobody else picks what is being asked";
  live.withdraw(row.id);
  EXPECT_EQ(live.seats_of({"ann"}), 0U);
  EXPECT_EQ(seats.version(), version);
  EXPECT_EQ(seats.best(4, {}).front(), 0U);
}

// Found by fuzzing: a hold whose seats answered after its own deadline, when they had been given to
// somebody else since.
TEST_F(LiveReservations, SeatsGivenOnStayWithTheirNewHolder) {
  const auto late = live.claim(wanted("ann", {0, 1}));
  live.advance(start + seconds{300});
  const auto rival = hold("ben", {0});
  live.withdraw(late.id);
  EXPECT_EQ(seats.holder_of(0), rival.id);
  EXPECT_EQ(seats.status_of(0), seat_status::held);
  EXPECT_EQ(seats.status_of(1), seat_status::available);
  EXPECT_EQ(seats.available(), 9U);
}

TEST_F(LiveReservations, AParkedOneKeepsItsSeatsBeyondItsDeadline) {
  const auto row = hold("ann", {0, 1});
  live.park(row.id);
  EXPECT_EQ(live.advance(start + seconds{400}), 0U);
  EXPECT_EQ(seats.status_of(0), seat_status::held);
  EXPECT_TRUE(live.unwritten_lapses(10).empty());
  auto rivals = live.seat_now(0);
  EXPECT_EQ(rivals.claim(reservation_id{{1}, 99}, start + seconds{700}, start + seconds{400}),
            seat_verdict::taken);
}

TEST_F(LiveReservations, SnapshotsAreSharedUntilSomethingChanges) {
  const auto before = seats.snapshot();
  EXPECT_EQ(seats.snapshot(), before);
  hold("ann", {0});
  EXPECT_NE(seats.snapshot(), before);
  EXPECT_EQ(before->seats[0], seat_status::available) << "a snapshot never changes";
}

TEST_F(LiveReservations, TimeNeverGoesBack) {
  live.advance(start + seconds{10});
  live.advance(start);
  EXPECT_EQ(live.now(), start + seconds{10});
}

TEST_F(LiveReservations, LoadsWhatIsStored) {
  auto held = hold("ann", {0, 1});
  auto sold = hold("ben", {2});
  sold.status = reservation_status::confirmed;
  seat_inventory again{a_schedule(), versions};
  live_reservations loaded{again, start};
  EXPECT_TRUE(loaded.load(held));
  EXPECT_TRUE(loaded.load(sold));
  EXPECT_EQ(again.available(), 7U);
  EXPECT_EQ(again.sold(), 1U);
  EXPECT_EQ(loaded.holds(), 1U);
  EXPECT_EQ(loaded.seat_now(0).holder(), held.id);
  EXPECT_EQ(loaded.advance(held.expires_at), 1U) << "a hold keeps its deadline";
}

// A concert database that was set back may know a smaller hall, or one row may stand twice.
TEST_F(LiveReservations, DoesNotLoadWhatDoesNotFitIntoTheHall) {
  EXPECT_TRUE(live.load(wanted("ann", {9})));
  EXPECT_FALSE(live.load(wanted("ann", {10})));
  EXPECT_FALSE(live.load(wanted("ben", {8, 9})));
  EXPECT_EQ(seats.available(), 9U);
}

}  // namespace
}  // namespace boxoffice
