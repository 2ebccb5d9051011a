#include "tests/actors/reservation/reservation_world.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using accident = testing::memory_reservation_store::accident;
using testing::payment;
using testing::reservation_world;

TEST(ReservationFailure, AFailedCommitVoidsWhatWasDecidedOnTopOfItAndRecovers) {
  reservation_world w;
  const auto kept = w.held("ann", {"A-1"});
  w.time.commits().hold();
  auto keyed = w.wants("ben", {"A-2"});
  keyed.key = w.key(5, 1);
  w.box.send(w.desk, keyed);
  w.box.send(w.desk, w.wants("cem", {"A-2"}));
  w.box.send(w.desk, confirm_reservation{7, payment(1), kept});
  w.box.send(w.desk, release_reservation{8, {"ann"}, kept});
  w.store.accidents = {accident::fails};
  w.time.commits().resume();
  w.time.run();

  EXPECT_EQ(w.box.last<confirm_reply>().fault, fault::unavailable);
  EXPECT_EQ(w.box.last<release_reply>().fault, fault::unavailable);
  EXPECT_EQ(w.box.last<hold_reply>().fault, fault::unavailable);
  EXPECT_EQ(w.store.rows.size(), 1U);
  EXPECT_EQ(w.status(0), seat_status::held);
  EXPECT_EQ(w.status(1), seat_status::available);
  EXPECT_EQ(w.hold(keyed).key, key_verdict::fresh) << "the same request may succeed later";
  EXPECT_EQ(w.status(1), seat_status::held);
  EXPECT_EQ(w.confirm(kept, payment(1)).refusal, confirm_refusal::none);
  EXPECT_EQ(w.gauge("boxoffice_seat_polls_in_flight"), 0);
}

TEST(ReservationFailure, ADoubtfulCommitIsLookedUp) {
  for (const auto what : {accident::written_in_doubt, accident::lost_in_doubt}) {
    reservation_world w;
    const auto id = w.held("ann", {"A-1"});
    const bool written = what == accident::written_in_doubt;
    const auto expected = written ? fault::none : fault::unavailable;
    auto m = w.wants("ben", {"A-2"});
    m.key = w.key(5, 1);
    // Between two accidents something becomes durable: then the second is no row of failures.
    std::uint64_t others = 0;
    const auto well = [&] {
      ++others;
      w.held("dan" + std::to_string(others), {"B-" + std::to_string(others)});
    };
    w.store.accidents = {what};
    EXPECT_EQ(w.hold(m).fault, expected);
    EXPECT_EQ(w.status(1), written ? seat_status::held : seat_status::available);
    EXPECT_EQ(w.hold(m).key, written ? key_verdict::replayed : key_verdict::fresh);

    well();
    w.store.accidents = {what};
    EXPECT_EQ(w.confirm(id, payment(1)).fault, expected);
    EXPECT_EQ(w.status(0), written ? seat_status::sold : seat_status::held);
    EXPECT_EQ(w.confirm(id, payment(1)).refusal, confirm_refusal::none);
    well();
    w.store.accidents = {what};
    EXPECT_EQ(w.revert(id, payment(1)).fault, expected);
    EXPECT_EQ(w.status(0), written ? seat_status::available : seat_status::sold);

    auto refused = w.wants("cem", {"A-2"});  // decided by the schedule
    refused.key = w.key(6, 1);
    well();
    w.store.accidents = {what};
    EXPECT_EQ(w.hold(refused).fault, expected);
    auto unknown = w.wants("cem", {"Z-2"});  // decided by the front
    unknown.key = w.key(7, 1);
    w.store.accidents = {what};
    EXPECT_EQ(w.hold(unknown).fault, expected);
    const auto again = w.hold(unknown);
    EXPECT_EQ(again.key, written ? key_verdict::replayed : key_verdict::fresh);
    EXPECT_EQ(again.outcome.refusal, hold_refusal::seat_not_found);
  }
}

TEST(ReservationFailure, ARivalOfAFailedBasketGetsTheSeat) {
  reservation_world w;
  w.seats();
  w.store.accidents = {accident::fails};
  EXPECT_EQ(w.hold("ann", {"A-1", "A-2"}).fault, fault::unavailable);
  EXPECT_EQ(w.hold("ben", {"A-2"}).outcome.refusal, hold_refusal::none);
  EXPECT_EQ(w.store.violations, 0);
}

TEST(ReservationFailure, AnUnreadableStoreIsUnavailableUntilItIsBack) {
  reservation_world w;
  w.store.unreadable = true;
  EXPECT_EQ(w.hold("ann", {"A-1"}).fault, fault::unavailable);
  EXPECT_EQ(w.seats().fault, fault::unavailable);
  w.store.unreadable = false;
  EXPECT_EQ(w.hold("ann", {"A-1"}).fault, fault::unavailable) << "it is left alone for a moment";
  w.time.advance(seconds{1});
  EXPECT_EQ(w.hold("ann", {"A-1"}).outcome.refusal, hold_refusal::none);
}

TEST(ReservationFailure, ADoubtIsResolvedWhenTheStoreIsBack) {
  reservation_world w;
  w.seats();
  w.store.accidents = {accident::written_in_doubt};
  w.store.unreadable = true;
  w.box.send(w.desk, w.wants("ann", {"A-1"}));
  EXPECT_TRUE(w.box.all<hold_reply>().empty());
  w.time.advance(seconds{3});
  EXPECT_TRUE(w.box.all<hold_reply>().empty());
  w.store.unreadable = false;
  w.time.advance(seconds{3});
  ASSERT_EQ(w.box.all<hold_reply>().size(), 1U);
  EXPECT_EQ(w.box.last<hold_reply>().outcome.refusal, hold_refusal::none);
}

TEST(ReservationFailure, AStoreThatCannotBeReadAtTheStartIsUnavailableUntilItCan) {
  reservation_world w;
  w.held("ann", {"A-1"});
  w.store.unreadable = true;
  w.restart();
  EXPECT_EQ(w.hold("ben", {"A-1"}).fault, fault::unavailable) << "nobody knows how long it takes";
  w.store.unreadable = false;
  w.time.advance(seconds{5});
  EXPECT_EQ(w.hold("ben", {"A-1"}).outcome.refusal, hold_refusal::seat_taken);
}

}  // namespace
}  // namespace boxoffice
