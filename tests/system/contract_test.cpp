#include "tests/system/eventually.hpp"
#include "tests/system/open_house.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::seconds;

class Contract : public open_house {};

TEST_F(Contract, GivesTokensToTryItOut) {
  auto who = newcomer();
  const auto answer = who.post("/v1/dev/tokens", {{"userId", "x"}, {"role", "operator"}});
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(members(answer.value()), (std::set<std::string>{"expiresAt", "token"}));
  visitor oper{server_->url(), "operator1", "operator"};
  const json room{{"activeMax", 3}, {"admitPerSecond", 4}};
  const auto changed =
      oper.put("/v1/admin/concerts/" + admin().open_concert() + "/waiting-room", room);
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.value().at("waitingRoom"), room);
}

TEST_F(Contract, CarriesTheRequestIdOfTheRequest) {
  auto who = newcomer();
  EXPECT_EQ(who.get("/v1/points", {{"X-Request-Id", "my.own_id-1"}}).header("X-Request-Id"),
            "my.own_id-1");
  for (const auto& odd : {std::string{"a b"}, std::string(65, 'x')}) {
    const auto given = who.get("/v1/points", {{"X-Request-Id", odd}}).header("X-Request-Id");
    EXPECT_NE(given, odd);
    EXPECT_NE(given, "");
  }
}

TEST_F(Contract, ListsConcertsPageByPage) {
  std::vector<std::string> mine;
  const json room{{"activeMax", 7}, {"admitPerSecond", 8}};
  mine.reserve(3);
  for (int i = 0; i < 3; ++i)
    mine.push_back(admin().open_concert(room));
  const auto one = newcomer().get("/v1/concerts/" + mine[0]);
  EXPECT_EQ(one.value(), (json{{"concertId", mine[0]},
                               {"title", "An evening"},
                               {"artist", "Somebody"},
                               {"description", nullptr},
                               {"waitingRoom", room}}));
  std::vector<std::string> found;
  std::string cursor;
  for (int pages = 0; pages < 100; ++pages) {
    const auto page = admin().get("/v1/concerts?limit=2" + cursor).value();
    EXPECT_LE(page.at("items").size(), 2U);
    for (const auto& each : page.at("items"))
      found.push_back(each.at("concertId"));
    if (page.at("nextCursor").is_null()) break;
    cursor = "&cursor=" + page.at("nextCursor").get<std::string>();
  }
  for (const auto& id : mine)
    EXPECT_EQ(std::ranges::count(found, id), 1) << id;
}

TEST_F(Contract, TellsOfASchedule) {
  auto body = schedule_on_sale(2, 5);
  body["holdExtensionSeconds"] = 3600;
  const auto concert = admin().open_concert();
  const auto made = admin().post("/v1/concerts/" + concert + "/schedules", body);
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = made.value().at("scheduleId");
  EXPECT_EQ(made.header("Location"), "/v1/schedules/" + id);
  auto who = newcomer();
  const auto schedule = who.get("/v1/schedules/" + id).value();
  for (const auto& [name, value] : body.items())
    EXPECT_EQ(schedule.at(name), value) << name;
  EXPECT_EQ(schedule.at("concertId"), concert);
  EXPECT_EQ(schedule.at("maxSeatsPerUser"), 4);
  EXPECT_EQ(schedule.at("seatCount"), 10);
  EXPECT_EQ(schedule.at("available"), 10);
  EXPECT_EQ(schedule.at("soldOut"), false);
  const auto all = who.get("/v1/concerts/" + concert + "/schedules").value();
  EXPECT_EQ(all.at("items"), json::array({schedule}));
  EXPECT_TRUE(all.at("nextCursor").is_null());
  auto bare = body;
  bare.erase("holdSeconds");
  bare.erase("holdExtensionSeconds");
  const auto other = who.get("/v1/schedules/" + admin().open_schedule(concert, bare)).value();
  EXPECT_EQ(other.at("holdSeconds"), 300);
  EXPECT_EQ(other.at("holdExtensionSeconds"), 0);
}

TEST_F(Contract, NamesSeatsThroughTheRowsOfASection) {
  auto body = schedule_on_sale(2, 3);
  body["sections"].push_back({{"name", "B2"}, {"rows", 1}, {"seatsPerRow", 2}, {"price", 0}});
  const auto at = open_sale(body);
  auto who = newcomer();
  const auto map = who.get("/v1/schedules/" + at.schedule + "/seats").value();
  EXPECT_EQ(map.at("scheduleId"), at.schedule);
  EXPECT_EQ(names(map.at("seats")),
            (std::vector<std::string>{"A-1", "A-2", "A-3", "A-4", "A-5", "A-6", "B2-1", "B2-2"}));
  EXPECT_EQ(map.at("seats")[4], (json{{"seat", "A-5"},
                                      {"section", "A"},
                                      {"row", 2},
                                      {"number", 2},
                                      {"price", 1000},
                                      {"status", "AVAILABLE"}}));
  EXPECT_EQ(map.at("seats")[7].at("row"), 1);
}

TEST_F(Contract, FiltersSeatsAndTellsWhenTheMapIsTheSame) {
  const auto at = open_sale();
  auto who = buyer_at(at);
  const auto path = "/v1/schedules/" + at.schedule + "/seats";
  const auto first = who.get(path);
  const auto tag = first.header("ETag");
  EXPECT_NE(tag, "");
  const auto same = who.get(path, {{"If-None-Match", tag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.header("ETag"), tag);
  const auto one = held(who, at, {"A-2", "A-4"});
  const auto changed = who.get(path, {{"If-None-Match", tag}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_NE(changed.header("ETag"), tag);
  EXPECT_GT(changed.value().at("version"), first.value().at("version"));
  using list = std::vector<std::string>;
  EXPECT_EQ(names(who.get(path + "?status=HELD").value().at("seats")), (list{"A-2", "A-4"}));
  EXPECT_EQ(who.get(path + "?status=AVAILABLE").value().at("seats").size(), 8U);
  EXPECT_EQ(who.get(path + "?section=Z").value().at("seats").size(), 0U);
  paid(who, one);
  EXPECT_EQ(names(who.get(path + "?status=SOLD&section=A").value().at("seats")),
            (list{"A-2", "A-4"}));
  EXPECT_EQ(who.get("/v1/schedules/" + at.schedule).value().at("available"), 8);
}

TEST_F(Contract, FreesTheSeatsOfAHoldAtItsDeadline) {
  auto body = schedule_on_sale(1, 2);
  body["holdSeconds"] = 1;
  const auto at = open_sale(body);
  auto who = buyer_at(at);
  const auto reservation = held(who, at, {"A-1"});
  const auto path = "/v1/reservations/" + reservation;
  const std::string until = who.get(path).value().at("expiresAt");
  EXPECT_TRUE(eventually([&] { return status_of(who, at, "A-1") == "AVAILABLE"; }, seconds{3}));
  EXPECT_GE(time_from_now(seconds{0}), until) << "not a moment before the deadline";
  EXPECT_EQ(who.get(path).value().at("status"), "EXPIRED");
  const auto late = who.pay(reservation);
  EXPECT_EQ(faults_of_problem(late, 410, "reservation_expired"), "");
  EXPECT_EQ(late.value().at("expiredAt"), until);
  EXPECT_EQ(who.remove(path).status, 204);
  auto other = buyer_at(at);
  held(other, at, {"A-1"});
}

TEST_F(Contract, GivesOneLiveQueueTokenToAUser) {
  const auto concert = admin().open_concert();
  auto who = newcomer();
  const auto first = who.join(concert);
  EXPECT_EQ(first.status, 201);
  const auto place = first.value();
  EXPECT_EQ(members(place), (std::set<std::string>{"token", "concertId", "status", "position",
                                                   "etaSeconds", "expiresAt"}));
  EXPECT_EQ(place.at("concertId"), concert);
  EXPECT_EQ(place.at("status"), "ACTIVE");
  EXPECT_EQ(place.at("position"), 0);
  const auto again = who.join(concert);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.value().at("token"), place.at("token"));
  const auto path = "/v1/queue/tokens/" + who.queue_token();
  auto live = who.get(path).value();
  for (const auto* more : {"etaRange", "seatsLeft", "odds"})
    EXPECT_EQ(live.erase(more), 1U) << more;
  EXPECT_EQ(live, again.value());
  auto stranger = newcomer();
  EXPECT_EQ(faults_of_problem(stranger.get(path), 404, "not_found"), "");
  EXPECT_EQ(faults_of_problem(stranger.remove(path), 404, "not_found"), "");
  EXPECT_EQ(who.remove(path).status, 204);
  EXPECT_EQ(who.get(path).value().at("status"), "LEFT");
  EXPECT_EQ(who.join(concert).status, 201) << "a token that ended is replaced by a new one";
}

TEST_F(Contract, LetsTheNextInLineInWhenSomebodyLeaves) {
  const json room{{"activeMax", 1}, {"admitPerSecond", 100}};
  const auto concert = admin().open_concert(room);
  const auto schedule = admin().open_schedule(concert, schedule_on_sale(1, 5));
  const auto is = [&](visitor& who, const char* status) {
    return who.get("/v1/queue/tokens/" + who.queue_token()).value().at("status") == status;
  };
  auto first = newcomer();
  first.join(concert);
  EXPECT_TRUE(eventually([&] { return is(first, "ACTIVE"); }));
  auto second = newcomer();
  auto third = newcomer();
  const auto waiting = second.join(concert);
  EXPECT_EQ(waiting.value().at("status"), "WAITING");
  EXPECT_EQ(waiting.value().at("position"), 1);
  EXPECT_NE(waiting.header("Retry-After"), "");
  EXPECT_EQ(third.join(concert).value().at("position"), 2);
  const auto refused = third.hold(schedule, {{"seats", {"A-1"}}}, "early");
  EXPECT_EQ(faults_of_problem(refused, 403, "queue_not_active"), "");
  EXPECT_EQ(refused.value().at("position"), 2);
  EXPECT_NE(refused.header("Retry-After"), "");
  EXPECT_EQ(first.remove("/v1/queue/tokens/" + first.queue_token()).status, 204);
  EXPECT_TRUE(eventually([&] { return is(second, "ACTIVE"); }));
  EXPECT_TRUE(is(third, "WAITING"));
  EXPECT_EQ(third.get("/v1/queue/tokens/" + third.queue_token()).value().at("position"), 1);
  const auto left = first.hold(schedule, {{"seats", {"A-1"}}});
  EXPECT_EQ(faults_of_problem(left, 403, "queue_token_invalid"), "");

  const auto changed = admin().put("/v1/admin/concerts/" + concert + "/waiting-room",
                                   {{"activeMax", 2}, {"admitPerSecond", 100}});
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_TRUE(eventually([&] { return is(third, "ACTIVE"); }, seconds{2}));
  EXPECT_EQ(third.hold(schedule, {{"seats", {"A-1"}}}, "early").status, 201)
      << "a 403 is not kept for its key";
}

TEST_F(Contract, KeepsAccountOfPoints) {
  auto who = newcomer();
  EXPECT_EQ(who.get("/v1/points").value(), (json{{"userId", who.name()}, {"balance", 0}}));
  for (int i = 1; i <= 3; ++i) {
    const auto charged = who.charge(100 * i);
    EXPECT_EQ(charged.status, 201);
    EXPECT_EQ(members(charged.value()),
              (std::set<std::string>{"transactionId", "amount", "balance"}));
  }
  EXPECT_EQ(who.get("/v1/points").value().at("balance"), 600);
  for (const std::int64_t amount : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{10'000'001}}) {
    const auto refused = who.charge(amount);
    EXPECT_EQ(faults_of_problem(refused, 422, "amount_out_of_range"), "");
    EXPECT_EQ(refused.value().at("min"), 1);
    EXPECT_EQ(refused.value().at("max"), 10'000'000);
  }
  EXPECT_EQ(who.charge(10'000'000).status, 201) << "the largest is still one";
  const auto first = who.get("/v1/points/transactions?limit=3").value();
  ASSERT_EQ(first.at("items").size(), 3U);
  EXPECT_EQ(first["items"][0].at("amount"), 10'000'000) << "newest first";
  EXPECT_EQ(first["items"][0].at("balanceAfter"), 10'000'600);
  EXPECT_EQ(first["items"][2].at("amount"), 200);
  EXPECT_EQ(first["items"][0].at("kind"), "CHARGE");
  EXPECT_TRUE(first["items"][0].at("reference").is_null());
  const auto cursor = first.at("nextCursor").get<std::string>();
  const auto rest = who.get("/v1/points/transactions?limit=3&cursor=" + cursor).value();
  ASSERT_EQ(rest.at("items").size(), 1U);
  EXPECT_EQ(rest["items"][0].at("balanceAfter"), 100);
  EXPECT_TRUE(rest.at("nextCursor").is_null());
}

TEST_F(Contract, ShowsItsHealthAndItsFigures) {
  auto who = newcomer();
  EXPECT_EQ(who.get("/healthz").status, 200);
  EXPECT_EQ(who.get("/readyz").status, 200);
  // Rooms and desks are measured from when they are first asked for.
  const auto concert = admin().open_concert(json{{"activeMax", 1}, {"admitPerSecond", 100}});
  const auto schedule = admin().open_schedule(concert, schedule_on_sale(1, 5));
  EXPECT_EQ(who.join(concert).status, 201);
  EXPECT_EQ(who.get("/v1/schedules/" + schedule + "/seats").status, 200);
  const auto page = who.get("/metrics");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.header("Content-Type").starts_with("text/plain")) << page.header("Content-Type");
  std::set<std::string> families;
  std::istringstream lines{page.body};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto name_end = line.find_first_of("{ ");
    const auto value_at = line.rfind(' ');
    ASSERT_NE(value_at, std::string::npos) << line;
    EXPECT_EQ(line.substr(0, name_end).find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"),
              std::string::npos)
        << line;
    std::size_t used = 0;
    EXPECT_NO_THROW(std::stod(line.substr(value_at + 1), &used)) << line;
    EXPECT_EQ(used, line.size() - value_at - 1) << line;
    families.insert(line.substr(0, name_end));
  }
  for (const char* each :
       {"boxoffice_http_request_seconds_bucket", "boxoffice_http_requests_in_flight",
        "boxoffice_commit_queue_depth", "boxoffice_commit_batch_size_bucket",
        "boxoffice_commit_seconds_bucket", "boxoffice_worker_queue_depth", "boxoffice_sagas",
        "boxoffice_saga_oldest_seconds", "boxoffice_outbox_lag_events",
        "boxoffice_waiting_room_tokens", "boxoffice_holds_live", "boxoffice_hold_expiries_total",
        "boxoffice_live_actors"})
    EXPECT_TRUE(families.contains(each)) << each;
  EXPECT_NE(page.body.find(R"(route="/v1/dev/tokens",status="201")"), std::string::npos)
      << "latency by route and status";
}

}  // namespace
}  // namespace boxoffice::system_test
