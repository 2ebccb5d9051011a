// The store of the rankings refuses what an event makes of a board: the event is parked with its
// later siblings of the schedule, the rest is ranked, and a replay gives it all
// (docs/PROMISES.md, G14 and G18).
#include "actors/core/ids.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/refusing_rule.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

/// The number that the store has for a schedule.
std::string number_of(const std::string& schedule) {
  return std::to_string(parse_id<schedule_id>(schedule).value().value);
}

class RefusedEvents : public testing::Test {
 protected:
  void open_sales() {
    visitor admin{server_->url(), "admin1", "admin"};
    operator_.emplace(server_->url(), "op", "operator");
    concert_ = admin.open_concert();
    bad_ = admin.open_schedule(concert_, schedule_on_sale(4, 10));
    good_ = admin.open_schedule(concert_, schedule_on_sale(4, 10));
  }
  /// Somebody new buys a seat.
  void buy(const std::string& schedule) {
    visitor who{server_->url(), "b" + std::to_string(++buyers_)};
    ASSERT_EQ(who.join(concert_).status, 201);
    ASSERT_EQ(who.charge(10'000).status, 201);
    const auto held = who.hold(schedule, {{"bestAvailable", {{"count", 1}}}});
    ASSERT_EQ(held.status, 201) << held.body;
    const auto paid = who.pay(held.value().at("reservationId"));
    ASSERT_EQ(paid.status, 201) << paid.body;
  }
  int ranked(const std::string& schedule) {
    for (const auto& each : items_of("/v1/rankings/best-selling?window=all"))
      if (each.at("scheduleId") == schedule) return each.at("seatsSold");
    return 0;
  }
  void expect_ranked(const std::string& schedule, int seats) {
    EXPECT_TRUE(eventually([&] { return ranked(schedule) == seats; })) << ranked(schedule);
  }
  json parked() { return items_of("/v1/admin/outbox?state=parked"); }
  /// A board that reads itself again after a refusal is unavailable for that moment.
  json items_of(const std::string& list) {
    auto answer = operator_->get(list);
    EXPECT_TRUE(eventually([&] {
      answer = operator_->get(list);
      return answer.status == 200;
    })) << answer.body;
    return answer.value().at("items");
  }
  /// With the events of `count` purchases parked, each for every one of `consumers`.
  void expect_parked(std::size_t count, std::size_t consumers) {
    const auto all_are = [&](const json& items) {
      if (items.size() != count) return false;
      for (const auto& each : items)
        if (each.at("consumers").size() != consumers) return false;
      return true;
    };
    EXPECT_TRUE(eventually([&] { return all_are(parked()); })) << parked();
    EXPECT_EQ(operator_->get("/readyz").status, 200);
  }
  /// The event after the first that goes wrong waits behind it; nobody else does.
  void expect_it_stops_its_schedule_alone(std::size_t consumers) {
    buy(bad_);
    buy(bad_);
    buy(good_);
    expect_ranked(good_, 2);
    expect_parked(2, consumers);
    EXPECT_EQ(ranked(bad_), 0);
    const auto items = parked();
    EXPECT_EQ(items.at(0).at("scheduleId"), bad_);
    EXPECT_NE(items.at(0)
                  .at("consumers")
                  .at(0)
                  .at("reason")
                  .get<std::string>()
                  .find("the store refuses it"),
              std::string::npos)
        << items;
  }
  void replay() {
    const std::string event = parked().at(0).at("eventId");
    EXPECT_EQ(operator_->post("/v1/admin/outbox/" + event + "/replay", json::object()).status, 202);
  }
  void expect_all_is_ranked() {
    EXPECT_TRUE(eventually([&] { return parked().empty(); })) << parked();
    expect_ranked(bad_, 2);
    buy(bad_);
    expect_ranked(bad_, 3);
    const auto audited = [&] {
      return rush::audit(server_binary(), server_->data_dir(), {"--drained"});
    };
    EXPECT_TRUE(eventually([&] { return audited().code == 0; })) << audited().faults();
  }

  std::optional<running_server> server_;
  std::optional<visitor> operator_;
  std::string concert_, bad_, good_;
  int buyers_{0};
};

class SchedulesRefusedEvents : public RefusedEvents,
                               public testing::WithParamInterface<std::string> {
 protected:
  void expect_parked_and_replayed() {
    open_sales();
    buy(good_);
    expect_ranked(good_, 1);
    refusing_rule rule{*server_,
                       nullptr,
                       {"queue_ranking", "sales_total", "NEW.schedule = " + number_of(bad_)},
                       GetParam()};
    expect_it_stops_its_schedule_alone(2);
    replay();
    buy(good_);
    expect_ranked(good_, 3);
    expect_parked(2, 2);  // the cause is still there
    rule.lift();
    replay();
    expect_all_is_ranked();
  }
};

TEST_P(SchedulesRefusedEvents, AreParkedAndReplayed) {
  server_.emplace();
  expect_parked_and_replayed();
}
TEST_P(SchedulesRefusedEvents, BesidePostgresAreParkedAndReplayed) {
  const rush::postgres_databases at{test::postgres_server_url()};
  server_.emplace(at);
  expect_parked_and_replayed();
  server_.reset();
}
INSTANTIATE_TEST_SUITE_P(Matrix, SchedulesRefusedEvents, testing::ValuesIn(refusal_kinds));

// The one rule of Redis that an event can meet: a mark that is there already.
TEST_F(RefusedEvents, ByRedisAreParkedAndReplayed) {
  const test::own_servers servers{"redis"};
  const rush::redis_keys keys{"redis://127.0.0.1:" + std::to_string(servers.redis_port())};
  server_.emplace(keys);
  open_sales();
  buy(good_);
  expect_ranked(good_, 1);
  const auto prefix = "'{" + keys.url().substr(keys.url().rfind('=') + 1) + "}:";
  const auto last = std::stoull(servers.redis("HGET " + prefix + "through' best_selling"));
  const auto next = std::to_string(last + 1);
  std::ignore = servers.redis("ZADD " + prefix + "applied:best_selling' " + next + " 77");
  expect_it_stops_its_schedule_alone(1);
  std::ignore = servers.redis("ZREM " + prefix + "applied:best_selling' 77");
  replay();
  expect_all_is_ranked();
  server_.reset();
}

}  // namespace
}  // namespace boxoffice::system_test
