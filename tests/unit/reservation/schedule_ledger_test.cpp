#include "actors/reservation/schedule_ledger.hpp"

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

admitted_basket named(std::vector<seat_index> seats) { return {std::move(seats), 0, {}}; }

class ScheduleLedger : public ::testing::Test {
 protected:
  schedule_ledger ledger{a_schedule(), {}, 41, 0, start};

  reservation hold(const std::string& user, std::vector<seat_index> seats) {
    const auto basket = ledger.start_hold({user}, named(std::move(seats)));
    EXPECT_EQ(basket.refusal, hold_refusal::none);
    auto row = *basket.row;
    ledger.mark_lapses_written(ledger.lapses_under(row));
    ledger.grant(row.id);
    ledger.settle(row.id);
    return row;
  }
  void turn(reservation row, reservation_status to) {
    row.status = to;
    ledger.change(row);
    ledger.settle(row.id);
  }
};

TEST_F(ScheduleLedger, NumbersReservationsAfterTheLastOne) {
  EXPECT_EQ(sequence_of(hold("ann", {0}).id), 42U);
}

TEST_F(ScheduleLedger, AHoldEndsExactlyAtItsDeadline) {
  const auto row = hold("ann", {0, 1});
  const auto version = ledger.version();
  EXPECT_EQ(ledger.advance(start + seconds{300} - tick), 0U);
  EXPECT_EQ(ledger.version(), version);
  EXPECT_EQ(ledger.available(), 8U);
  EXPECT_EQ(ledger.advance(start + seconds{300}), 1U);
  EXPECT_GT(ledger.version(), version);
  EXPECT_EQ(ledger.available(), 10U);
  EXPECT_EQ(ledger.live_holds(), 0U);
  EXPECT_EQ(ledger.seats_of({"ann"}), 0U);
  EXPECT_EQ(ledger.snapshot()->seats[0], seat_status::available);
  EXPECT_EQ(ledger.find(row.id)->status_at(ledger.now()), reservation_status::expired);
}

TEST_F(ScheduleLedger, TheNextBasketCarriesTheLapseItClaims) {
  const auto first = hold("ann", {0, 1});
  const auto other = hold("ann", {5});
  ledger.advance(start + seconds{300});
  const auto next = *ledger.start_hold({"ben"}, named({1, 2})).row;
  EXPECT_EQ(ledger.lapses_under(next), std::vector{first.id});
  EXPECT_EQ(ledger.unwritten_lapses(10), (std::vector{first.id, other.id}));
  ledger.mark_lapses_written(std::vector{first.id});
  ledger.grant(next.id);
  EXPECT_EQ(ledger.find(first.id), nullptr);
  EXPECT_EQ(ledger.unwritten_lapses(10), std::vector{other.id});
  EXPECT_EQ(ledger.seat_now(1).holder(), next.id);
  EXPECT_EQ(ledger.seat_now(0).holder(), reservation_id{});
}

TEST_F(ScheduleLedger, CountersFollowEveryTurn) {
  const auto row = hold("ann", {0, 1, 2});
  turn(row, reservation_status::confirmed);
  EXPECT_EQ(ledger.sold(), 3U);
  EXPECT_EQ(ledger.available(), 7U);
  EXPECT_EQ(ledger.seats_of({"ann"}), 3U);
  ledger.advance(start + seconds{301});
  EXPECT_EQ(ledger.sold(), 3U) << "a sale has no deadline";
  turn(row, reservation_status::refunded);
  EXPECT_EQ(ledger.sold(), 0U);
  EXPECT_EQ(ledger.available(), 10U);
  EXPECT_EQ(ledger.seats_of({"ann"}), 0U);
  EXPECT_EQ(ledger.find(row.id), nullptr) << "what is over is the store's";
}

TEST_F(ScheduleLedger, ADeadlineCannotEndASaleUnderWay) {
  const auto row = hold("ann", {0});
  ledger.begin_sale(row.id);
  EXPECT_EQ(ledger.advance(start + seconds{300}), 0U);
  EXPECT_EQ(ledger.snapshot()->seats[0], seat_status::held);
  ledger.end_sale(row.id);
  EXPECT_EQ(ledger.advance(start + seconds{300}), 1U)
      << "but it ends when the sale came to nothing";
}

TEST_F(ScheduleLedger, AWithdrawnBasketLeavesNothingBehind) {
  const auto version = ledger.version();
  const auto row = *ledger.start_hold({"ann"}, named({0, 1, 2, 3})).row;
  EXPECT_EQ(ledger.start_hold({"ann"}, named({5})).refusal, hold_refusal::seat_limit_exceeded);
  EXPECT_EQ(ledger.start_hold({"ben"}, {{}, 2, {}}).row->seats[0].seat, 5U);
  ledger.withdraw(row.id);
  EXPECT_EQ(ledger.seats_of({"ann"}), 0U);
  EXPECT_EQ(ledger.version(), version);
  EXPECT_EQ(ledger.start_hold({"cem"}, {{}, 4, {}}).row->seats[0].seat, 0U);
}

TEST_F(ScheduleLedger, SnapshotsAreSharedUntilSomethingChanges) {
  const auto before = ledger.snapshot();
  EXPECT_EQ(ledger.snapshot(), before);
  hold("ann", {0});
  EXPECT_NE(ledger.snapshot(), before);
  EXPECT_EQ(before->seats[0], seat_status::available) << "a snapshot never changes";
}

TEST_F(ScheduleLedger, TimeNeverGoesBack) {
  ledger.advance(start + seconds{10});
  ledger.advance(start);
  EXPECT_EQ(ledger.now(), start + seconds{10});
}

TEST_F(ScheduleLedger, VersionsGrowOverRestarts) {
  hold("ann", {0});
  EXPECT_GT(schedule_ledger(a_schedule(), {}, 0, 0, start + tick).version(), ledger.version());
  EXPECT_GT(schedule_ledger(a_schedule(), {}, 0, ledger.version(), start).version(),
            ledger.version());
  EXPECT_LT(ledger.version(), std::uint64_t{1} << 53);
}

TEST_F(ScheduleLedger, LoadsWhatIsStored) {
  auto held = hold("ann", {0, 1});
  auto sold = hold("ben", {2});
  sold.status = reservation_status::confirmed;
  schedule_ledger loaded{a_schedule(), {held, sold}, 40, 0, start};
  EXPECT_EQ(loaded.available(), 7U);
  EXPECT_EQ(loaded.sold(), 1U);
  EXPECT_EQ(loaded.live_holds(), 1U);
  EXPECT_EQ(loaded.seat_now(0).holder(), held.id);
  EXPECT_EQ(loaded.advance(held.expires_at), 1U) << "a hold keeps its deadline";
}

}  // namespace
}  // namespace boxoffice
