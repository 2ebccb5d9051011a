#include "tests/actors/reservation/reservation_world.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::payment;
using testing::reservation_world;

TEST(ReservationService, HoldsABasketWholeAndSaysWhatItCosts) {
  reservation_world w;
  const auto reply = w.hold("ann", {"A-3", "A-1", "B-1"});
  ASSERT_EQ(reply.fault, fault::none);
  EXPECT_EQ(reply.key, key_verdict::fresh);
  ASSERT_EQ(reply.outcome.refusal, hold_refusal::none);
  const auto& held = reply.outcome.held;
  ASSERT_EQ(held.seats.size(), 3U);
  EXPECT_EQ(held.seats[0].seat, 0U);
  EXPECT_EQ(held.seats[2].seat, 40U);
  EXPECT_EQ(held.amount, points{270});
  EXPECT_EQ(held.concert, concert_id{1});
  EXPECT_EQ(held.expires_at, testing::beginning + seconds{300});
  EXPECT_EQ(w.store.rows.at(held.id).seats, held.seats);
  EXPECT_EQ(w.find("ann", held.id).present, reservation_reply::presence::found);
  EXPECT_EQ(w.find("ben", held.id).present, reservation_reply::presence::absent);
  EXPECT_EQ(w.find("", held.id).starts_at, testing::beginning + std::chrono::hours{48});
  const auto map = w.seats();
  EXPECT_EQ(map.available, 47U);
  EXPECT_EQ(map.seats->seats[2], seat_status::held);
  EXPECT_EQ(w.gauge("boxoffice_holds_live"), 1);
}

TEST(ReservationService, ASeatThatIsHeldRefusesTheWholeBasketAndNamesIt) {
  reservation_world w;
  w.held("ann", {"A-2"});
  const auto reply = w.hold("ben", {"A-1", "A-2", "A-3"});
  EXPECT_EQ(reply.outcome.refusal, hold_refusal::seat_taken);
  EXPECT_EQ(reply.outcome.seats, std::vector<std::string>{"A-2"});
  EXPECT_EQ(w.hold("cem", {"A-1", "A-3"}).outcome.refusal, hold_refusal::none);
  EXPECT_EQ(w.store.claims.size(), 3U);
}

TEST(ReservationService, RefusesInTheOrderOfPrecedence) {
  reservation_world w;
  auto m = w.wants("ann", {"A-1", "Z-9"}, 99);
  m.admission = queue_check::token_missing;
  EXPECT_EQ(w.hold(m).outcome.refusal, hold_refusal::schedule_not_found);
  m.schedule = {1};
  const auto unknown = w.hold(m);
  EXPECT_EQ(unknown.outcome.refusal, hold_refusal::seat_not_found);
  EXPECT_EQ(unknown.outcome.seats, std::vector<std::string>{"Z-9"});
  m.seats = {"A-1", "A-2", "A-3", "A-4", "A-5"};
  EXPECT_EQ(w.hold(m).outcome.refusal, hold_refusal::queue_token_required);
  m.admission = queue_check::admitted;
  const auto many = w.hold(m);
  EXPECT_EQ(many.outcome.refusal, hold_refusal::seat_limit_exceeded);
  EXPECT_EQ(many.outcome.seats_max, 4U);
  w.time.advance(std::chrono::hours{24} - milliseconds{1});
  EXPECT_EQ(w.hold(m).outcome.refusal, hold_refusal::seat_limit_exceeded);
  w.time.advance(milliseconds{1});
  EXPECT_EQ(w.hold(m).outcome.refusal, hold_refusal::sales_closed);
}

TEST(ReservationService, CountsHeldAndConfirmedSeatsOfAUser) {
  reservation_world w;
  const auto two = w.held("ann", {"A-1", "A-2"});
  ASSERT_EQ(w.confirm(two, payment(1)).refusal, confirm_refusal::none);
  const auto one = w.held("ann", {"A-3"});
  EXPECT_EQ(w.hold("ann", {"A-4", "A-5"}).outcome.refusal, hold_refusal::seat_limit_exceeded);
  EXPECT_EQ(w.hold("ann", {"A-4", "A-5"}, 2).outcome.refusal, hold_refusal::none);
  w.release("ann", one);
  EXPECT_EQ(w.hold("ann", {"A-4", "A-5"}).outcome.refusal, hold_refusal::none);
  EXPECT_EQ(w.hold("ann", {"A-6"}).outcome.refusal, hold_refusal::seat_limit_exceeded);
  w.time.advance(seconds{300});
  EXPECT_EQ(w.hold("ann", {"A-6", "A-7"}).outcome.refusal, hold_refusal::none);
  w.revert(two, payment(1), revert_reservation::reason::refund);
  EXPECT_EQ(w.hold("ann", {"A-8", "A-9"}).outcome.refusal, hold_refusal::none);
}

TEST(ReservationService, PicksTheBestAvailableInItsSection) {
  reservation_world w;
  auto m = w.wants("ann", {});
  m.best_count = 3;
  EXPECT_EQ(w.hold(m).outcome.held.seats[2].seat, 2U);
  m = w.wants("ben", {});
  m.best_count = 2;
  m.best_section = "B";
  EXPECT_EQ(w.hold(m).outcome.held.seats[0].seat, 40U);
  m.best_section = "C";
  EXPECT_EQ(w.hold(m).outcome.seats, std::vector<std::string>{"C"});
  for (const auto* user : {"c", "d"}) {
    m = w.wants(user, {});
    m.best_count = 4;
    m.best_section = "B";
    ASSERT_EQ(w.hold(m).outcome.refusal, hold_refusal::none);
  }
  m.user = {"e"};
  m.best_count = 1;
  const auto none_left = w.hold(m);
  EXPECT_EQ(none_left.outcome.refusal, hold_refusal::seat_taken);
  EXPECT_TRUE(none_left.outcome.seats.empty());
}

TEST(ReservationService, ARetryGetsTheFirstAnswerAlsoAfterARestart) {
  reservation_world w;
  auto m = w.wants("ann", {"A-1"});
  m.key = w.key(5, 1);
  const auto first = w.hold(m);
  const auto again = w.hold(m);
  EXPECT_EQ(again.key, key_verdict::replayed);
  EXPECT_EQ(again.outcome.held.id, first.outcome.held.id);
  auto other = m;
  other.key.body = {9, 9};
  EXPECT_EQ(w.hold(other).key, key_verdict::reused);

  auto refused = w.wants("ben", {"A-1"});
  refused.key = w.key(6, 1);
  EXPECT_EQ(w.hold(refused).outcome.refusal, hold_refusal::seat_taken);
  auto unknown = w.wants("ben", {"A-1"}, 99);
  unknown.key = w.key(7, 1);
  EXPECT_EQ(w.hold(unknown).outcome.refusal, hold_refusal::schedule_not_found);
  w.release("ann", first.outcome.held.id);
  w.restart();
  EXPECT_EQ(w.hold(m).outcome.held.id, first.outcome.held.id);
  const auto still = w.hold(refused);
  EXPECT_EQ(still.key, key_verdict::replayed);
  EXPECT_EQ(still.outcome.seats, std::vector<std::string>{"A-1"});
  EXPECT_EQ(w.hold(unknown).key, key_verdict::replayed);
  EXPECT_EQ(w.status(0), seat_status::available);
}

TEST(ReservationService, ARetryWhileTheFirstRunsIsInFlight) {
  reservation_world w;
  w.seats();
  w.time.commits().hold();
  auto m = w.wants("ann", {"A-1"});
  m.key = w.key(5, 1);
  w.box.send(w.desk, m);
  EXPECT_TRUE(w.box.all<hold_reply>().empty());
  EXPECT_EQ(w.hold(m).key, key_verdict::in_flight);
  m.key.body = {4, 4};
  EXPECT_EQ(w.hold(m).key, key_verdict::reused);
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.box.last<hold_reply>().outcome.refusal, hold_refusal::none);
}

TEST(ReservationService, TwoRetriesThatMustAskTheStoreNeverRunTwice) {
  reservation_world w;
  auto m = w.wants("ann", {"A-1"});
  m.key = w.key(5, 1);
  m.key.scope.high = 1;
  w.hold(m);
  m = w.wants("ann", {"A-2"});
  m.key = w.key(5, 2);  // the same low half: the book cannot tell
  w.time.reads().hold();
  w.box.send(w.desk, m);
  EXPECT_EQ(w.hold(m).key, key_verdict::in_flight);
  w.time.reads().resume();
  w.time.run();
  EXPECT_EQ(w.box.last<hold_reply>().outcome.refusal, hold_refusal::none);
  EXPECT_EQ(w.store.rows.size(), 2U);
}

TEST(ReservationService, RefusalsOfTheQueueAreNotRemembered) {
  reservation_world w;
  auto m = w.wants("ann", {"A-1"});
  m.key = w.key(5, 1);
  m.admission = queue_check::still_waiting;
  m.position = 17;
  const auto waiting = w.hold(m);
  EXPECT_EQ(waiting.outcome.refusal, hold_refusal::queue_not_active);
  EXPECT_EQ(waiting.outcome.position, 17U);
  m.admission = queue_check::admitted;
  EXPECT_EQ(w.hold(m).outcome.refusal, hold_refusal::none);
}

TEST(ReservationService, KeysAreForgottenAfterADay) {
  reservation_world w;
  auto m = w.wants("ann", {"A-1"}, 99);
  for (std::uint64_t i = 1; i <= 5; ++i) {
    m.key = w.key(i, 1);
    w.hold(m);
  }
  w.time.advance(std::chrono::hours{24});
  EXPECT_EQ(w.store.keys.size(), 5U);
  w.time.advance(std::chrono::minutes{1});
  EXPECT_TRUE(w.store.keys.empty());
}

TEST(ReservationService, ListsNewestFirstWithTheStatusOfNow) {
  reservation_world w;
  const auto first = w.held("ann", {"A-1"});
  w.time.advance(seconds{299});
  const auto second = w.held("ann", {"A-2"});
  w.time.jump(seconds{1});
  w.box.send(w.desk, list_reservations{1, {"ann"}, true, reservation_status::held, 0, 50});
  const auto& all = w.box.last<reservations_reply>().items;
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, second);
  EXPECT_EQ(all[1].id, first);
  EXPECT_EQ(all[1].status, reservation_status::expired);
  w.box.send(w.desk, list_reservations{2, {"ann"}, false, reservation_status::held, 0, 50});
  EXPECT_EQ(w.box.last<reservations_reply>().items.size(), 1U);
}

TEST(ReservationService, AFullCommitterUndoesTheHold) {
  reservation_world w{{{"A", 1, 10, points{1}}}, {1, 1}};
  w.seats();
  w.time.commits().hold();
  w.box.send(w.desk, w.wants("ann", {"A-1"}));
  EXPECT_EQ(w.hold("ben", {"A-2"}).fault, fault::overloaded);
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.box.last<hold_reply>().fault, fault::none);
  EXPECT_EQ(w.hold("ben", {"A-2"}).outcome.refusal, hold_refusal::none);
}

}  // namespace
}  // namespace boxoffice
