#include "tests/actors/reservation/reservation_world.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using reason = revert_reservation::reason;
using testing::payment;
using testing::reservation_world;

TEST(SagaSteps, ConfirmRepeatedGivesTheSameAnswerAndAnotherPaymentIsRefused) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1", "A-2"});
  EXPECT_EQ(w.confirm(id, payment(1)).refusal, confirm_refusal::none);
  EXPECT_EQ(w.confirm(id, payment(1)).refusal, confirm_refusal::none);
  EXPECT_EQ(w.confirm(id, payment(2)).refusal, confirm_refusal::already_confirmed);
  EXPECT_EQ(w.seats().sold, 2U);
  const auto release = w.release("ann", id);
  EXPECT_EQ(release.refusal, release_refusal::already_paid);
  EXPECT_EQ(release.payment, payment(1));
  EXPECT_EQ(w.release("ben", id).refusal, release_refusal::not_found);
}

TEST(SagaSteps, UnknownReservationsAreNotFound) {
  reservation_world w;
  for (const auto id : {reservation_id{{1}, 77}, reservation_id{{99}, 1}}) {
    EXPECT_EQ(w.confirm(id, payment(1)).refusal, confirm_refusal::reservation_not_found);
    EXPECT_EQ(w.revert(id, payment(1)).fault, fault::none);
    EXPECT_EQ(w.release("ann", id).refusal, release_refusal::not_found);
    EXPECT_EQ(w.find("ann", id).present, reservation_reply::presence::absent);
  }
  EXPECT_EQ(w.seats(99).seats, nullptr);
}

TEST(SagaSteps, UndoBeforeDoLeavesATombstoneAlsoOverARestart) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1"});
  EXPECT_EQ(w.revert(id, payment(5)).fault, fault::none);
  EXPECT_EQ(w.status(0), seat_status::held) << "the hold stands";
  w.restart();
  EXPECT_EQ(w.confirm(id, payment(5)).refusal, confirm_refusal::reverted_before);
  EXPECT_EQ(w.confirm(id, payment(4)).refusal, confirm_refusal::reverted_before);
  EXPECT_EQ(w.confirm(id, payment(6)).refusal, confirm_refusal::none);
  EXPECT_EQ(w.revert(id, payment(5)).fault, fault::none);
  EXPECT_EQ(w.status(0), seat_status::sold) << "a late undo of another payment does nothing";
}

TEST(SagaSteps, CompensationReleasesAndRefundRefunds) {
  reservation_world w;
  const auto a = w.held("ann", {"A-1"});
  const auto b = w.held("ann", {"A-2"});
  w.confirm(a, payment(1));
  w.confirm(b, payment(2));
  w.revert(a, payment(1), reason::compensation);
  w.revert(b, payment(2), reason::refund);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(w.find("ann", a).found.status, reservation_status::released);
    EXPECT_EQ(w.find("ann", b).found.status, reservation_status::refunded);
    EXPECT_EQ(w.find("ann", b).found.payment, payment(2));
    EXPECT_EQ(w.confirm(a, payment(1)).refusal, confirm_refusal::reservation_released);
    EXPECT_EQ(w.confirm(b, payment(9)).refusal, confirm_refusal::reservation_released);
    EXPECT_EQ(w.release("ann", b).refusal, release_refusal::none);
    w.revert(a, payment(1), reason::compensation);
    w.revert(b, payment(2), reason::refund);
    w.restart();
  }
  EXPECT_EQ(w.seats().available, 50U);
  EXPECT_EQ(w.hold("ben", {"A-1", "A-2"}).outcome.refusal, hold_refusal::none);
}

// Every order of three steps, each sent twice: the seat ends where the first step that counts put
// it, and every repeat gives the first answer.
TEST(SagaSteps, AllOrdersOfConfirmRevertAndReleaseTable) {
  std::string steps = "CRX";  // confirm, revert, release
  do {
    reservation_world w;
    const auto id = w.held("ann", {"A-1"});
    bool confirmed = false, reverted = false, released = false;
    for (const char step : steps)
      for (int repeat = 0; repeat < 2; ++repeat) {
        SCOPED_TRACE(steps + " at " + step);
        if (step == 'C') {
          const auto refusal = w.confirm(id, payment(1)).refusal;
          const auto expected = released   ? confirm_refusal::reservation_released
                                : reverted ? confirm_refusal::reverted_before
                                           : confirm_refusal::none;
          EXPECT_EQ(refusal, expected);
          confirmed = expected == confirm_refusal::none;
        } else if (step == 'R') {
          EXPECT_EQ(w.revert(id, payment(1)).fault, fault::none);
          reverted = true;
          if (std::exchange(confirmed, false)) released = true;
        } else {
          const auto refusal = w.release("ann", id).refusal;
          EXPECT_EQ(refusal, confirmed ? release_refusal::already_paid : release_refusal::none);
          if (!confirmed) released = true;
        }
        EXPECT_EQ(w.status(0), confirmed  ? seat_status::sold
                               : released ? seat_status::available
                                          : seat_status::held);
      }
    EXPECT_EQ(w.store.violations, 0);
  } while (std::ranges::next_permutation(steps).found);
}

TEST(SagaSteps, CommandsForABusyReservationWaitForItsCommit) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1"});
  w.time.commits().hold();
  w.box.send(w.desk, confirm_reservation{1, payment(1), id});
  w.box.send(w.desk, confirm_reservation{2, payment(1), id});
  w.box.send(w.desk, release_reservation{3, {"ann"}, id});
  w.box.send(w.desk, revert_reservation{4, payment(1), id, reason::refund});
  EXPECT_TRUE(w.box.all<confirm_reply>().empty()) << "nothing is said before it is durable";
  EXPECT_TRUE(w.box.all<release_reply>().empty());
  w.time.commits().resume();
  w.time.run();
  ASSERT_EQ(w.box.all<confirm_reply>().size(), 2U);
  EXPECT_EQ(w.box.all<confirm_reply>()[1].refusal, confirm_refusal::none);
  EXPECT_EQ(w.box.last<release_reply>().refusal, release_refusal::already_paid);
  EXPECT_EQ(w.box.all<revert_reply>().size(), 1U);
  EXPECT_EQ(w.status(0), seat_status::available);
}

TEST(SagaSteps, AReleasedSeatGoesToTheNextBasketInOneBatch) {
  reservation_world w;
  const auto id = w.held("ann", {"A-1", "A-2"});
  w.time.commits().hold();
  w.box.send(w.desk, release_reservation{1, {"ann"}, id});
  w.box.send(w.desk, w.wants("ben", {"A-2"}));
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.box.last<hold_reply>().outcome.refusal, hold_refusal::none);
  EXPECT_EQ(w.store.violations, 0);
}

TEST(SagaSteps, AFullCommitterLeavesTheHoldAsItWas) {
  reservation_world w{{{"A", 1, 10, points{1}}}, {1, 1}};
  const auto id = w.held("ann", {"A-1"});
  w.time.commits().hold();
  w.box.send(w.desk, w.wants("ben", {"A-2"}));
  EXPECT_EQ(w.confirm(id, payment(1)).fault, fault::overloaded);
  EXPECT_EQ(w.revert(id, payment(2)).fault, fault::overloaded);
  EXPECT_EQ(w.release("ann", id).fault, fault::overloaded);
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.status(0), seat_status::held);
  EXPECT_EQ(w.hold("cem", {"A-1"}).outcome.refusal, hold_refusal::seat_taken);
  EXPECT_EQ(w.confirm(id, payment(1)).refusal, confirm_refusal::none);
}

}  // namespace
}  // namespace boxoffice
