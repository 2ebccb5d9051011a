#include "tests/system/eventually.hpp"
#include "tests/system/open_house.hpp"

namespace boxoffice::system_test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using list = std::vector<std::string>;

class Purchase : public open_house {
 protected:
  /// The line about a schedule on a board; null when there is none.
  static json line_of(const std::string& board, const sale& at) {
    const auto lines = admin().get("/v1/rankings/" + board).value();
    for (const auto& each : lines.at("items"))
      if (each.at("scheduleId") == at.schedule) return each;
    return nullptr;
  }
  /// The second answer is the first one again, and says so.
  static void expect_replay(const plain_answer& first, const plain_answer& second) {
    EXPECT_EQ(second.status, first.status);
    auto one = first.value();
    auto two = second.value();
    one.erase("requestId");
    two.erase("requestId");
    EXPECT_EQ(one, two);
    EXPECT_EQ(second.header("Location"), first.header("Location"));
    EXPECT_EQ(first.header("Idempotent-Replayed"), "");
    EXPECT_EQ(second.header("Idempotent-Replayed"), "true");
  }
};

TEST_F(Purchase, HoldsTheSeatsThatAreNamed) {
  const auto at = open_sale();
  auto who = buyer_at(at);
  const auto answer = who.hold(at.schedule, {{"seats", {"A-3", "A-1"}}});
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto made = answer.value();
  EXPECT_EQ(members(made), (std::set<std::string>{"reservationId", "scheduleId", "userId", "seats",
                                                  "amount", "status", "heldAt", "expiresAt"}));
  const std::string id = made.at("reservationId");
  EXPECT_EQ(answer.header("Location"), "/v1/reservations/" + id);
  EXPECT_EQ(
      std::set<std::string>({"A-1", "A-3"}),
      std::set<std::string>({made.at("seats")[0].at("seat"), made.at("seats")[1].at("seat")}));
  EXPECT_EQ(made.at("seats")[0].at("price"), 1000);
  EXPECT_EQ(made.at("amount"), 2000);
  EXPECT_EQ(made.at("status"), "HELD");
  EXPECT_EQ(who.get("/v1/reservations/" + id).value(), made);
  auto rival = buyer_at(at);
  EXPECT_EQ(faults_of_problem(rival.get("/v1/reservations/" + id), 404, "reservation_not_found"),
            "");
  EXPECT_EQ(faults_of_problem(rival.remove("/v1/reservations/" + id), 404, "reservation_not_found"),
            "");
  const auto taken = rival.hold(at.schedule, {{"seats", {"A-2", "A-3"}}});
  EXPECT_EQ(faults_of_problem(taken, 409, "seat_taken"), "");
  EXPECT_EQ(taken.value().at("seats"), json::array({"A-3"}));
  EXPECT_EQ(status_of(who, at, "A-2"), "AVAILABLE") << "all seats or none";
}

TEST_F(Purchase, FindsTheBestSeatsNextToEachOther) {
  const auto at = open_sale();
  auto who = buyer_at(at);
  auto other = buyer_at(at);
  held(other, at, {"A-2"});
  // In the front row 1 and 3..5 are left: three of them lie together.
  const auto three = who.hold(at.schedule, {{"bestAvailable", {{"count", 3}}}});
  ASSERT_EQ(three.status, 201) << three.body;
  EXPECT_EQ(names(three.value().at("seats")), (list{"A-3", "A-4", "A-5"}));
  auto third = buyer_at(at);
  const auto two =
      third.hold(at.schedule, {{"bestAvailable", {{"count", 2}, {"section", "A"}}}}).value();
  const auto pair = names(two.at("seats"));
  EXPECT_TRUE((pair == list{"A-6", "A-7"}) || (pair == list{"A-9", "A-10"})) << two;
  auto fourth = buyer_at(at);
  ASSERT_EQ(fourth.hold(at.schedule, {{"bestAvailable", {{"count", 4}}}}).status, 201)
      << "not adjacent, if need be";
  const auto none = third.hold(at.schedule, {{"bestAvailable", {{"count", 1}}}});
  EXPECT_EQ(faults_of_problem(none, 409, "seat_taken"), "");
  EXPECT_EQ(none.value().at("seats"), json::array());
}

TEST_F(Purchase, LimitsTheSeatsOfOneUser) {
  const auto at = open_sale();
  auto who = buyer_at(at);
  const auto first = held(who, at, {"A-1", "A-2"});
  const auto more = held(who, at, {"A-3"});
  paid(who, first);
  const auto refused = who.hold(at.schedule, {{"seats", {"A-4", "A-5"}}});
  EXPECT_EQ(faults_of_problem(refused, 422, "seat_limit_exceeded"), "");
  EXPECT_EQ(refused.value().at("max"), 4);
  EXPECT_EQ(who.remove("/v1/reservations/" + more).status, 204);
  held(who, at, {"A-4", "A-5"});
}

TEST_F(Purchase, SellsOnlyWithinItsWindow) {
  auto early = schedule_on_sale(1, 5);
  early["salesOpenAt"] = time_from_now(hours{1});
  const auto later = open_sale(early);
  auto who = buyer_at(later);
  const auto refused = who.hold(later.schedule, {{"seats", {"A-1"}}});
  EXPECT_EQ(faults_of_problem(refused, 409, "sales_not_open"), "");
  EXPECT_EQ(refused.value().at("opensAt"), early["salesOpenAt"]);
  auto past = schedule_on_sale(1, 5);
  past["salesCloseAt"] = time_from_now(-seconds{1});
  const auto over = open_sale(past);
  auto late = buyer_at(over);
  EXPECT_EQ(faults_of_problem(late.hold(over.schedule, {{"seats", {"A-1"}}}), 409, "sales_closed"),
            "");
}

TEST_F(Purchase, GivesSeatsBackAsOftenAsAsked) {
  const auto at = open_sale();
  auto who = buyer_at(at);
  const auto path = "/v1/reservations/" + held(who, at, {"A-1"});
  EXPECT_EQ(who.remove(path).status, 204);
  EXPECT_EQ(status_of(who, at, "A-1"), "AVAILABLE");
  EXPECT_EQ(who.remove(path).status, 204);
  EXPECT_EQ(who.get(path).value().at("status"), "RELEASED");
  const auto unpaid = who.pay(path.substr(path.rfind('/') + 1));
  EXPECT_EQ(faults_of_problem(unpaid, 409, "reservation_released"), "");
}

TEST_F(Purchase, ListsReservationsByStatusAndPage) {
  const auto at = open_sale();
  auto who = buyer_at(at);
  std::set<std::string> mine;
  for (const char* seat : {"A-1", "A-2", "A-3"})
    mine.insert(held(who, at, {seat}));
  const auto given_back = *mine.begin();
  who.remove("/v1/reservations/" + given_back);
  const auto released = who.get("/v1/reservations?status=RELEASED").value();
  ASSERT_EQ(released.at("items").size(), 1U) << released;
  EXPECT_EQ(released["items"][0].at("reservationId"), given_back);
  EXPECT_EQ(who.get("/v1/reservations?status=HELD").value().at("items").size(), 2U);
  EXPECT_EQ(who.get("/v1/reservations?status=CONFIRMED").value().at("items").size(), 0U);
  const auto first = who.get("/v1/reservations?limit=2").value();
  ASSERT_EQ(first.at("items").size(), 2U);
  const auto rest =
      who.get("/v1/reservations?limit=2&cursor=" + first.at("nextCursor").get<std::string>())
          .value();
  ASSERT_EQ(rest.at("items").size(), 1U);
  EXPECT_TRUE(rest.at("nextCursor").is_null());
  std::set<std::string> listed{rest["items"][0].at("reservationId")};
  for (const auto& each : first["items"])
    listed.insert(each.at("reservationId").get<std::string>());
  EXPECT_EQ(listed, mine);
  EXPECT_EQ(buyer_at(at).get("/v1/reservations").value().at("items").size(), 0U);
}

TEST_F(Purchase, TakesThePointsAndTheSeats) {
  const auto at = open_sale();
  auto who = buyer_at(at, 5000);
  const auto reservation = held(who, at, {"A-1", "A-2"});
  const auto answer = who.pay(reservation);
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto made = answer.value();
  EXPECT_EQ(members(made), (std::set<std::string>{"paymentId", "reservationId", "userId", "amount",
                                                  "status", "createdAt", "completedAt"}));
  EXPECT_EQ(made.at("status"), "COMPLETED");
  EXPECT_EQ(made.at("amount"), 2000);
  const std::string id = made.at("paymentId");
  EXPECT_EQ(answer.header("Location"), "/v1/payments/" + id);
  EXPECT_EQ(who.get("/v1/payments/" + id).value(), made);
  EXPECT_EQ(who.get("/v1/points").value().at("balance"), 3000);
  const auto entry = who.get("/v1/points/transactions").value().at("items")[0];
  EXPECT_EQ(entry.at("kind"), "USE");
  EXPECT_EQ(entry.at("amount"), -2000);
  EXPECT_EQ(entry.at("reference"), id);
  const auto confirmed = who.get("/v1/reservations/" + reservation).value();
  EXPECT_EQ(confirmed.at("status"), "CONFIRMED");
  EXPECT_EQ(confirmed.at("paymentId"), id);
  EXPECT_EQ(status_of(who, at, "A-2"), "SOLD");

  const auto twice = who.pay(reservation);
  EXPECT_EQ(faults_of_problem(twice, 409, "reservation_already_paid"), "");
  EXPECT_EQ(twice.value().at("paymentId"), id);
  const auto kept = who.remove("/v1/reservations/" + reservation);
  EXPECT_EQ(faults_of_problem(kept, 409, "reservation_already_paid"), "");
  auto stranger = newcomer();
  EXPECT_EQ(faults_of_problem(stranger.get("/v1/payments/" + id), 404, "payment_not_found"), "");
}

TEST_F(Purchase, KeepsTheHoldWhenThePointsDoNotSuffice) {
  const auto at = open_sale();
  auto who = buyer_at(at, 400);
  const auto reservation = held(who, at, {"A-1"});
  const auto refused = who.pay(reservation, "first");
  EXPECT_EQ(faults_of_problem(refused, 402, "insufficient_points"), "");
  EXPECT_EQ(refused.value().at("balance"), 400);
  EXPECT_EQ(refused.value().at("required"), 1000);
  const std::string failed = refused.value().at("paymentId");
  EXPECT_EQ(who.get("/v1/payments/" + failed).value().at("status"), "FAILED");
  EXPECT_EQ(who.get("/v1/payments/" + failed).value().at("reason"), "insufficient_points");
  const auto useless = who.refund(failed);
  EXPECT_EQ(faults_of_problem(useless, 409, "payment_not_refundable"), "");
  EXPECT_EQ(who.get("/v1/points").value().at("balance"), 400);
  EXPECT_EQ(who.charge(600).status, 201);
  expect_replay(refused, who.pay(reservation, "first"));
  EXPECT_EQ(who.pay(reservation, "second").status, 201);
  EXPECT_EQ(who.get("/v1/points").value().at("balance"), 0);
}

TEST_F(Purchase, GivesTheMoneyBackForARefund) {
  const auto at = open_sale();
  auto who = buyer_at(at, 1000);
  const auto reservation = held(who, at, {"A-1"});
  const auto payment = paid(who, reservation);
  const auto refunded = who.refund(payment, "back");
  EXPECT_EQ(refunded.status, 201) << refunded.body;
  EXPECT_EQ(
      refunded.value(),
      (json{{"paymentId", payment}, {"status", "REFUNDED"}, {"amount", 1000}, {"balance", 1000}}));
  expect_replay(refunded, who.refund(payment, "back"));
  EXPECT_EQ(status_of(who, at, "A-1"), "AVAILABLE");
  EXPECT_EQ(who.get("/v1/payments/" + payment).value().at("status"), "REFUNDED");
  EXPECT_EQ(who.get("/v1/reservations/" + reservation).value().at("status"), "REFUNDED");
  const auto entry = who.get("/v1/points/transactions").value().at("items")[0];
  EXPECT_EQ(entry.at("kind"), "REFUND");
  EXPECT_EQ(entry.at("reference"), payment);
  EXPECT_EQ(faults_of_problem(who.pay(reservation), 409, "reservation_released"), "");
  EXPECT_EQ(faults_of_problem(who.refund(payment), 409, "payment_not_refundable"), "");
  EXPECT_EQ(who.remove("/v1/reservations/" + reservation).status, 204);
  EXPECT_EQ(who.get("/v1/points").value().at("balance"), 1000) << "once only";
}

TEST_F(Purchase, RefundsOnlyBeforeTheStart) {
  auto body = schedule_on_sale(1, 2);
  body["startsAt"] = time_from_now(seconds{2});
  body["salesCloseAt"] = body["startsAt"];
  const auto at = open_sale(body);
  auto who = buyer_at(at);
  const auto payment = paid(who, held(who, at, {"A-1"}));
  EXPECT_TRUE(eventually([&] { return time_from_now(seconds{0}) > body["startsAt"]; }));
  EXPECT_EQ(faults_of_problem(who.refund(payment), 409, "payment_not_refundable"), "");
}

TEST_F(Purchase, AnswersARepeatedRequestWithTheFirstAnswer) {
  const auto at = open_sale();
  auto who = buyer_at(at);
  const auto charged = who.charge(50, "k1");
  EXPECT_EQ(charged.status, 201);
  expect_replay(charged, who.charge(50, "k1"));
  EXPECT_EQ(faults_of_problem(who.charge(51, "k1"), 422, "idempotency_key_reused"), "");
  EXPECT_EQ(who.get("/v1/points").value().at("balance"), 1'000'050);
  auto other = newcomer();
  EXPECT_EQ(other.charge(7, "k1").value().at("balance"), 7) << "another user's key is another key";

  const auto reservation = who.hold(at.schedule, {{"seats", {"A-1"}}}, "k1");
  EXPECT_EQ(reservation.status, 201) << "on another path it is another key";
  expect_replay(reservation, who.hold(at.schedule, {{"seats", {"A-1"}}}, "k1"));
  const auto payment = who.pay(reservation.value().at("reservationId"), "k1");
  EXPECT_EQ(payment.status, 201);
  const auto spaced = who.post("/v1/payments", reservation.value(), {{"Idempotency-Key", "k2"}});
  EXPECT_EQ(faults_of_problem(spaced, 400, "unknown_field"), "");
  const json same{{"reservationId", reservation.value().at("reservationId")}};
  expect_replay(payment, who.post("/v1/payments", same, {{"Idempotency-Key", "k1"}}));
}

TEST_F(Purchase, RemembersRefusalsOfTheOperationOnly) {
  const auto at = open_sale();
  auto rival = buyer_at(at);
  const auto theirs = held(rival, at, {"A-1"});
  auto who = newcomer();
  const json wish{{"seats", {"A-1"}}};
  EXPECT_EQ(faults_of_problem(who.hold(at.schedule, wish, "k"), 403, "queue_token_required"), "");
  who.join(at.concert);
  EXPECT_EQ(faults_of_problem(who.hold(at.schedule, {{"seats", 1}}, "k"), 400, "invalid_field"),
            "");
  const auto taken = who.hold(at.schedule, wish, "k");
  EXPECT_EQ(faults_of_problem(taken, 409, "seat_taken"), "") << "403 and 400 were not kept";
  rival.remove("/v1/reservations/" + theirs);
  expect_replay(taken, who.hold(at.schedule, wish, "k"));
  const auto unknown = who.hold("nowhere", wish, "n");
  EXPECT_EQ(faults_of_problem(unknown, 404, "schedule_not_found"), "");
  expect_replay(unknown, who.hold("nowhere", wish, "n"));
  const auto large = who.charge(0, "zero");
  EXPECT_EQ(large.status, 422);
  expect_replay(large, who.charge(0, "zero"));
  EXPECT_EQ(who.hold(at.schedule, wish).status, 201) << "with a new key the seat is free";
}

TEST_F(Purchase, UsesUpTheQueueTokenUnlessSeatsAreStillHeld) {
  const auto at = open_sale();
  auto who = buyer_at(at);
  const auto one = held(who, at, {"A-1"});
  const auto two = held(who, at, {"A-2"});
  const auto used = [&] {
    return who.get("/v1/queue/tokens/" + who.queue_token()).value().at("status") == "USED";
  };
  paid(who, one);
  EXPECT_FALSE(eventually(used, std::chrono::milliseconds{600})) << "A-2 is still held";
  paid(who, two);
  EXPECT_TRUE(eventually(used, seconds{1}));
  const auto refused = who.hold(at.schedule, {{"seats", {"A-3"}}});
  EXPECT_EQ(faults_of_problem(refused, 403, "queue_token_invalid"), "");
}

TEST_F(Purchase, KeepsTheQueueTokenAsLongAsTheHold) {
  auto body = schedule_on_sale(2, 5);
  body["holdSeconds"] = 3600;  // longer than a token lives by itself
  const auto at = open_sale(body);
  auto who = buyer_at(at);
  const auto held = who.hold(at.schedule, {{"seats", {"A-1"}}});
  ASSERT_EQ(held.status, 201) << held.body;
  const auto until = [&] {
    return who.get("/v1/queue/tokens/" + who.queue_token()).value().value("expiresAt", "");
  };
  EXPECT_TRUE(eventually([&] { return until() == held.value().at("expiresAt"); })) << until();
}

TEST_F(Purchase, ReachesTheBoardsWithinASecond) {
  const auto at = open_sale(schedule_on_sale(1, 2));
  auto who = buyer_at(at);
  const auto payment = paid(who, held(who, at, {"A-1", "A-2"}));
  EXPECT_TRUE(eventually([&] { return !line_of("sold-out", at).is_null(); }, seconds{1}));
  for (const char* window : {"", "?window=1h", "?window=24h", "?window=all"})
    EXPECT_EQ(line_of(std::string{"best-selling"} + window, at).at("seatsSold"), 2) << window;
  EXPECT_EQ(members(line_of("best-selling", at)),
            (std::set<std::string>{"rank", "scheduleId", "concertId", "title", "seatsSold"}));
  const auto line = line_of("sold-out", at);
  EXPECT_EQ(line.at("concertId"), at.concert);
  EXPECT_EQ(line.at("title"), "An evening");
  EXPECT_EQ(line.at("seatCount"), 2);
  EXPECT_EQ(line.at("currentlySoldOut"), true);
  EXPECT_GE(line.at("millisecondsToSellOut"), 3'600'000);
  EXPECT_LT(line.at("millisecondsToSellOut"), 3'660'000);
  EXPECT_EQ(who.get("/v1/schedules/" + at.schedule).value().at("soldOut"), true);
  EXPECT_EQ(admin().get("/v1/rankings/best-selling?limit=1").value().at("items").size(), 1U);

  EXPECT_EQ(who.refund(payment).status, 201);
  EXPECT_TRUE(
      eventually([&] { return line_of("sold-out", at).value("currentlySoldOut", true) == false; },
                 seconds{1}));
  const auto after = line_of("best-selling", at);
  EXPECT_TRUE(after.is_null() || after.at("seatsSold") == 0) << after;
}

}  // namespace
}  // namespace boxoffice::system_test
