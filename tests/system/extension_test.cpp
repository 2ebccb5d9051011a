// A hold that is given more time, over HTTP.
#include "actors/core/time.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/open_house.hpp"

#include <future>
#include <set>
#include <string>
#include <vector>

namespace boxoffice::system_test {
namespace {

using std::chrono::seconds;

json patient_schedule(int hold_seconds = 600, int extension_seconds = 120) {
  auto body = schedule_on_sale(2, 5);
  body["holdSeconds"] = hold_seconds;
  body["holdExtensionSeconds"] = extension_seconds;
  return body;
}

std::string path_of(const std::string& reservation) { return "/v1/reservations/" + reservation; }

std::string later(const json& time, seconds by) {
  return to_rfc3339(*parse_rfc3339(time.get<std::string>()) + by);
}

class Extension : public open_house {};

TEST_F(Extension, AddsToTheDeadlineOnce) {
  const auto at = open_sale(patient_schedule());
  auto who = buyer_at(at);
  const auto made = who.hold(at.schedule, {{"seats", {"A-1", "A-2"}}});
  ASSERT_EQ(made.status, 201) << made.body;
  const auto hold = made.value();
  EXPECT_EQ(hold.at("extensionSeconds"), 120);
  const std::string id = hold.at("reservationId");
  EXPECT_EQ(who.get(path_of(id)).value(), hold);
  const auto answer = who.extend(id);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto extended = answer.value();
  EXPECT_EQ(members(extended),
            (std::set<std::string>{"reservationId", "scheduleId", "userId", "seats", "amount",
                                   "status", "heldAt", "expiresAt", "extendedAt"}));
  EXPECT_EQ(extended.at("status"), "HELD");
  EXPECT_EQ(extended.at("expiresAt"), later(hold.at("expiresAt"), seconds{120}));
  EXPECT_GE(extended.at("extendedAt"), hold.at("heldAt"));
  EXPECT_EQ(who.get(path_of(id)).value(), extended);
  EXPECT_EQ(who.get("/v1/reservations?status=HELD").value().at("items"), json::array({extended}));
  EXPECT_EQ(faults_of_problem(who.extend(id), 409, "already_extended"), "");
  EXPECT_EQ(who.get(path_of(id)).value(), extended);
  const auto payment = paid(who, id);
  const auto confirmed = who.get(path_of(id)).value();
  EXPECT_EQ(confirmed.at("extendedAt"), extended.at("extendedAt")) << "it stays to be seen";
  const auto late = who.extend(id);
  EXPECT_EQ(faults_of_problem(late, 409, "reservation_already_paid"), "");
  EXPECT_EQ(late.value().at("paymentId"), payment);
  EXPECT_EQ(who.refund(payment).status, 201);
  EXPECT_EQ(faults_of_problem(who.extend(id), 409, "reservation_released"), "");
}

TEST_F(Extension, IsForTheOwnerOfAHoldWhoseScheduleOffersIt) {
  const auto at = open_sale(patient_schedule()), plain = open_sale(),
             brief = open_sale(patient_schedule(1));
  auto who = buyer_at(at);
  const auto id = held(who, at, {"A-1"});
  auto rival = buyer_at(plain);
  EXPECT_EQ(faults_of_problem(rival.extend(id), 404, "reservation_not_found"), "");
  EXPECT_EQ(faults_of_problem(who.extend("none"), 404, "reservation_not_found"), "");
  EXPECT_EQ(faults_of_problem(admin().extend(id), 404, "reservation_not_found"), "");
  const auto theirs = held(rival, plain, {"A-1"});
  EXPECT_FALSE(rival.get(path_of(theirs)).value().contains("extensionSeconds"));
  EXPECT_EQ(faults_of_problem(rival.extend(theirs), 409, "extension_not_offered"), "");
  EXPECT_EQ(who.remove(path_of(id)).status, 204);
  const auto released = who.get(path_of(id)).value();
  EXPECT_FALSE(released.contains("extensionSeconds"));
  EXPECT_FALSE(released.contains("extendedAt"));
  EXPECT_EQ(faults_of_problem(who.extend(id), 409, "reservation_released"), "");
  auto slow = buyer_at(brief);
  const auto over = slow.hold(brief.schedule, {{"seats", {"A-1"}}}).value();
  const std::string late = over.at("reservationId");
  EXPECT_TRUE(
      eventually([&] { return slow.get(path_of(late)).value().at("status") == "EXPIRED"; }));
  const auto refused = slow.extend(late);
  EXPECT_EQ(faults_of_problem(refused, 410, "reservation_expired"), "");
  EXPECT_EQ(refused.value().at("expiredAt"), over.at("expiresAt"));
  EXPECT_EQ(faults_of_problem(who.post(path_of(late) + "/extension", json::object()), 400,
                              "idempotency_key_required"),
            "");
}

TEST_F(Extension, ARepeatedRequestGetsTheFirstAnswer) {
  const auto at = open_sale(patient_schedule());
  auto who = buyer_at(at);
  const auto id = held(who, at, {"A-1"}), other = held(who, at, {"A-2"});
  const auto expect_replay = [&](const plain_answer& first, const plain_answer& second) {
    EXPECT_EQ(second.status, first.status);
    auto one = first.value(), two = second.value();
    one.erase("requestId");
    two.erase("requestId");
    EXPECT_EQ(one, two);
    EXPECT_EQ(first.header("Idempotent-Replayed"), "");
    EXPECT_EQ(second.header("Idempotent-Replayed"), "true");
  };
  const auto given = who.extend(id, "once");
  ASSERT_EQ(given.status, 200) << given.body;
  expect_replay(given, who.extend(id, "once"));
  const auto elsewhere = who.extend(other, "once");
  EXPECT_EQ(elsewhere.status, 200) << "on another path it is another key";
  EXPECT_EQ(elsewhere.header("Idempotent-Replayed"), "");
  const auto refused = who.extend(id, "again");
  EXPECT_EQ(faults_of_problem(refused, 409, "already_extended"), "");
  expect_replay(refused, who.extend(id, "again"));
  const auto none = who.extend("none", "n");
  EXPECT_EQ(faults_of_problem(none, 404, "reservation_not_found"), "");
  expect_replay(none, who.extend("none", "n"));
  paid(who, id);
  expect_replay(given, who.extend(id, "once"));
}

TEST_F(Extension, OfManyAtTheSameTimeOneIsGiven) {
  const auto at = open_sale(patient_schedule());
  auto who = buyer_at(at);
  const auto id = held(who, at, {"A-1"});
  std::vector<std::future<plain_answer>> asked;
  for (int i = 0; i < 6; ++i)
    asked.push_back(std::async(std::launch::async, [&, i] {
      return visitor{server_->url(), who.name()}.extend(id, "at-once-" + std::to_string(i));
    }));
  int given = 0;
  for (auto& each : asked) {
    const auto answer = each.get();
    given += answer.status == 200 ? 1 : 0;
    if (answer.status != 200) {
      EXPECT_EQ(faults_of_problem(answer, 409, "already_extended"), "");
    }
  }
  EXPECT_EQ(given, 1);
  const auto now = who.get(path_of(id)).value();
  EXPECT_EQ(now.at("expiresAt"), later(now.at("heldAt"), seconds{720}));
}

TEST_F(Extension, KeepsTheQueueTokenAsLongAsTheHold) {
  const auto at = open_sale(patient_schedule(3600, 3600));
  auto who = buyer_at(at);
  const auto id = held(who, at, {"A-1"});
  const auto extended = who.extend(id).value();
  const auto until = [&] {
    return who.get("/v1/queue/tokens/" + who.queue_token()).value().value("expiresAt", "");
  };
  EXPECT_TRUE(eventually([&] { return until() == extended.at("expiresAt"); })) << until();
}

// And it needs no token: neither to be asked for, nor to be paid.
TEST_F(Extension, NeedsNoQueueToken) {
  const auto at = open_sale(patient_schedule());
  auto who = buyer_at(at);
  const auto id = held(who, at, {"A-1"});
  EXPECT_EQ(who.remove("/v1/queue/tokens/" + who.queue_token()).status, 204);
  EXPECT_EQ(who.extend(id).status, 200);
  EXPECT_EQ(who.pay(id).status, 201);
}

// The process ends without a farewell right after its answer.
TEST(ExtensionOverAKill, TheHoldLivesUntilTheDeadlineThatWasTold) {
  running_server server;
  visitor admin{server.url(), "admin1", "admin"}, ann{server.url(), "ann"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, patient_schedule(6, 3600));
  ann.join(concert);
  const auto hold = ann.hold(schedule, {{"seats", {"A-1"}}}).value();
  const std::string id = hold.at("reservationId");
  const auto answer = ann.extend(id, "once");
  ASSERT_EQ(answer.status, 200) << answer.body;
  server.process().kill_hard();
  server.start();
  visitor back{server.url(), "ann"}, ben{server.url(), "ben"};
  EXPECT_EQ(back.get(path_of(id)).value(), answer.value());
  EXPECT_EQ(back.extend(id, "once").header("Idempotent-Replayed"), "true");
  EXPECT_EQ(faults_of_problem(back.extend(id), 409, "already_extended"), "");
  EXPECT_TRUE(eventually(
      [&] { return time_from_now(seconds{0}) > hold.at("expiresAt").get<std::string>(); },
      seconds{30}));
  EXPECT_EQ(back.get(path_of(id)).value().at("status"), "HELD");
  ben.join(concert);
  EXPECT_EQ(faults_of_problem(ben.hold(schedule, {{"seats", {"A-1"}}}), 409, "seat_taken"), "");
  back.join(concert);
  back.charge(1000);
  EXPECT_EQ(back.pay(id).status, 201);
}

}  // namespace
}  // namespace boxoffice::system_test
