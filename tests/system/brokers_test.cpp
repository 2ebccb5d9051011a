#include "actors/core/ids.hpp"
#include "storage/broker/cloud_event.hpp"
#include "tests/broker/broker_house.hpp"
#include "tests/broker/collector.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/rush/report.hpp"
#include "tests/system/ended_command.hpp"
#include "tests/system/event_receiver.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/refusing_rule.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <chrono>
#include <optional>
#include <ostream>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using broker_test::broker_house;
using broker_test::ownership;
using std::chrono::seconds;

struct broker_kind {
  const char* name;
  const char* sink;  // as settings call it
  std::unique_ptr<broker_house> (*make)(ownership);
  friend void PrintTo(const broker_kind& kind, std::ostream* to) { *to << kind.name; }
};

/// Events on their way out of a real server, through a real broker.
class Brokers : public testing::TestWithParam<broker_kind> {
 protected:
  static std::unique_ptr<broker_house> house(ownership of = ownership::shared) {
    return GetParam().make(of);
  }
  struct sale {
    std::string concert, schedule;
  };
  static sale open_sale(running_server& server) {
    visitor admin{server.url(), "admin1", "admin"};
    const auto concert = admin.open_concert();
    return {concert, admin.open_schedule(concert, schedule_on_sale(2, 10))};
  }
  /// The id of the payment.
  static std::string buy(visitor& who, const sale& at, int seats = 1) {
    EXPECT_EQ(who.join(at.concert).status, 201);
    EXPECT_EQ(who.charge(10'000).status, 201);
    const auto held = who.hold(at.schedule, {{"bestAvailable", {{"count", seats}}}});
    const auto paid = who.pay(held.value().at("reservationId"));
    EXPECT_EQ(paid.status, 201) << paid.body;
    return paid.value().at("paymentId");
  }
  static std::vector<std::string> heard_by_rankings(const broker_house& at) {
    auto how = at.settings();
    how.push_back("ranking.source=" + std::string{GetParam().sink});
    return how;
  }
  static void expect_drained(running_server& server, const std::vector<std::string>& settings) {
    std::vector<std::string> asked{"--drained"};
    for (const auto& each : settings)
      asked.insert(asked.end(), {"--set", each});
    const auto drained = [&] { return rush::audit(server_binary(), server.data_dir(), asked); };
    EXPECT_TRUE(eventually([&] { return drained().code == 0; }, seconds{30})) << drained().faults();
  }
};

/// Keeps what it hears as events.
class listener {
 public:
  explicit listener(broker_house& at) : from_{at.source("listener")}, source_{from_.get()} {
    source_->open([this](std::vector<event_source::arrival> more) {
      const std::scoped_lock hold{lock_};
      for (auto& each : more)
        bodies_.push_back(std::move(each.body));
      source_->acknowledge(more.back().tag);
    });
  }
  ~listener() { from_.reset(); }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  std::vector<std::string> bodies() {
    const std::scoped_lock hold{lock_};
    return bodies_;
  }
  /// Without repetitions, in order of arrival.
  std::vector<payment_event> events() {
    std::vector<payment_event> out;
    for (const auto& body : bodies()) {
      auto read = broker::decode_event(body);
      if (const auto* fault = std::get_if<event_fault>(&read)) throw std::runtime_error{*fault};
      auto e = std::get<payment_event>(std::move(read));
      if (std::ranges::count(out, e.id, &payment_event::id) == 0) out.push_back(std::move(e));
    }
    return out;
  }

 private:
  std::unique_ptr<event_source> from_;
  event_source* const source_;
  std::mutex lock_;
  std::vector<std::string> bodies_;
};

TEST_P(Brokers, AreToldOfEveryPaymentInOrder) {
  const auto at = house();
  listener heard{*at};
  running_server server{at->settings()};
  const auto sells = open_sale(server);
  std::vector<std::string> payments;
  for (int i = 0; i < 5; ++i) {
    visitor buyer{server.url(), "buyer" + std::to_string(i)};
    payments.push_back(buy(buyer, sells));
    if (i == 2) {
      EXPECT_EQ(buyer.refund(payments.back()).status, 201);
      payments.push_back(payments.back());
    }
  }
  ASSERT_TRUE(eventually([&] { return heard.events().size() >= 6; }, seconds{30}))
      << heard.events().size();
  std::vector<std::string> told;
  for (const auto& e : heard.events())
    told.push_back(to_text(e.payment));
  EXPECT_EQ(told, payments);
  for (const auto& e : heard.events())
    EXPECT_EQ(e.seat_names.substr(0, 2), "A-") << e.seat_names;
  for (const auto& body : heard.bodies())
    EXPECT_EQ(body.find("qtk_"), std::string::npos) << "a queue token leaves: " << body;
}

TEST_P(Brokers, RankingsHearOfPaymentsThroughThem) {
  const auto at = house();
  const auto settings = heard_by_rankings(*at);
  running_server server{settings};
  visitor admin{server.url(), "admin1", "admin"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(1, 2));
  visitor buyer{server.url(), "kim"};
  ASSERT_EQ(buyer.join(concert).status, 201);
  ASSERT_EQ(buyer.charge(10'000).status, 201);
  const auto held = buyer.hold(schedule, {{"bestAvailable", {{"count", 2}}}});
  ASSERT_EQ(buyer.pay(held.value().at("reservationId")).status, 201);
  const auto board = [&](const char* name) {
    return buyer.get(std::string{"/v1/rankings/"} + name).value().at("items");
  };
  ASSERT_TRUE(eventually(
      [&] { return !board("best-selling").empty() && !board("sold-out").empty(); }, seconds{30}));
  EXPECT_EQ(board("best-selling")[0].at("seatsSold"), 2);
  server.process().kill_hard();
  server.start();
  visitor after{server.url(), "kim"};
  EXPECT_EQ(after.get("/v1/rankings/best-selling").value().at("items")[0].at("seatsSold"), 2);
  expect_drained(server, settings);
}

// The data platform's forwarder in a process of its own, which is killed and comes back.
TEST_P(Brokers, DataPlatformMayHearThroughThemInAProcessOfItsOwn) {
  const auto at = house();
  const auto pause =
      at->source("data_platform");  // RabbitMQ keeps nothing for whom it does not know
  event_receiver platform;
  running_server server{at->settings()};
  auto how = heard_by_rankings(*at);
  how.push_back("node.roles=data_platform");
  how.push_back("data_platform.url=" + platform.url());
  rush::scratch_directory scratch{"boxoffice-platform"};
  const rush::server_setup setup{
      .program = server_binary(), .data_dir = scratch.path() / "data", .settings = how};
  auto forwarder = std::make_unique<rush::server_process>(setup);
  const auto sells = open_sale(server);
  std::vector<std::string> payments;
  for (int i = 0; i < 6; ++i) {
    visitor buyer{server.url(), "buyer" + std::to_string(i)};
    payments.push_back(buy(buyer, sells));
    if (i == 2) forwarder->kill_hard();
    if (i == 4) forwarder = std::make_unique<rush::server_process>(setup);
  }
  const auto told = [&] {
    std::vector<std::string> out;  // those that are posted twice count once
    for (const auto& each : platform.accepted()) {
      const std::string id = each.at("data").at("paymentId");
      if (std::ranges::count(out, id) == 0) out.push_back(id);
    }
    return out;
  };
  ASSERT_TRUE(eventually([&] { return told().size() >= payments.size(); }, seconds{30}));
  EXPECT_EQ(told(), payments) << "in order";
  EXPECT_EQ(forwarder->stop(), 0);
}

// Refused by the store of the rankings, restarted, tried again and given up by an operator.
TEST_P(Brokers, WhatARankingRefusesStandsStillUntilAnOperatorDecides) {
  const auto at = house();
  running_server server{heard_by_rankings(*at)};
  const auto sells = open_sale(server);
  visitor admin{server.url(), "admin2", "admin"};
  const sale good{sells.concert, admin.open_schedule(sells.concert, schedule_on_sale(2, 10))};
  int buyers = 0;
  const auto buy_one = [&](const sale& of) {
    visitor who{server.url(), "buyer" + std::to_string(++buyers)};
    buy(who, of);
  };
  const auto ranked = [&](const sale& of) {
    visitor who{server.url(), "reader"};
    const auto found = who.get("/v1/rankings/best-selling?window=all");
    if (found.status != 200) return -1;
    const auto items = found.value().at("items");
    for (const auto& each : items)
      if (each.at("scheduleId") == of.schedule) return each.at("seatsSold").get<int>();
    return 0;
  };
  const auto parked = [&] {
    const auto listed = run_command(server, {"parked", "list", "--json"});
    return listed.code == 0 ? json::parse(listed.output).at("items") : json{};
  };
  const auto expect_parked = [&](std::size_t count) {
    EXPECT_TRUE(eventually([&] { return parked().size() == count; }, seconds{30})) << parked();
  };
  const auto number = std::to_string(parse_id<schedule_id>(sells.schedule).value().value);
  std::optional<refusing_rule> rule;
  rule.emplace(server, nullptr,
               refused_rows{"queue_ranking", "sales_total",
                            "NEW.consumer = 'best_selling' AND NEW.schedule = " + number},
               "check");
  buy_one(sells);
  buy_one(good);
  expect_parked(1);
  server.process().kill_hard();
  server.start();
  buy_one(sells);
  buy_one(good);
  EXPECT_TRUE(eventually([&] { return ranked(good) == 2; }, seconds{30})) << ranked(good);
  expect_parked(2);
  EXPECT_EQ(ranked(sells), 0) << "a sibling went on over the gap";
  const std::string first = parked().at(0).at("id");
  EXPECT_EQ(parked().at(0).at("wants"), "best_selling");
  const auto refused = run_command(server, {"parked", "retry", first});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.errors.find("still_refused"), std::string::npos) << refused.errors;
  const auto ended = run_command(server, {"parked", "abandon", first});
  EXPECT_EQ(ended.code, 0) << ended.errors;
  EXPECT_EQ(ended.output, first + " is ABANDONED\n");
  expect_parked(1);
  const std::string second = parked().at(0).at("id");
  rule->lift();
  // What came behind the one that was given up is tried too. That may be under way just now, and
  // succeed once the rule is lifted: then nothing is parked any more.
  EXPECT_TRUE(eventually([&] {
    const auto said = run_command(server, {"parked", "retry", second});
    return said.output == second + " is APPLIED\n" ||
           said.errors.find("parked_not_found") != std::string::npos;
  })) << parked();
  expect_parked(0);
  EXPECT_EQ(ranked(sells), 1) << "all but what was given up";
  buy_one(sells);
  EXPECT_TRUE(eventually([&] { return ranked(sells) == 2; }, seconds{30})) << ranked(sells);
}

// The rush neither fails nor waits; what it sold arrives when the broker is there again.
TEST_P(Brokers, NoPaymentWaitsForOneThatIsAway) {
  const auto at = house(ownership::own);
  const auto settings = heard_by_rankings(*at);
  running_server server{settings};
  const rush::sale_plan plan{.seats = 80, .waiting_room = std::nullopt, .hold = seconds{5}};
  rush_on rush{server,
               plan,
               {.buyers = 160, .how = {.retry = 0.2, .refund = 0.2}, .seed = announced_seed(31)}};
  rush.at(60, [&] { at->kill(); });
  rush.finish();
  EXPECT_EQ(rush.measured().server_errors(), 0U);
  EXPECT_EQ(rush.measured().unanswered(), 0U);
  for (const auto& each : rush.measured().violations())
    ADD_FAILURE() << each;
  EXPECT_EQ(rush::sold_as_told(rush.log()), plan.seats);
  at->start();
  expect_drained(server, settings);
  const auto books = server.read_books();
  EXPECT_EQ(to_text(rush::check_books(books, rush.log(), rush.sale(), rush::books_are::at_rest)),
            "");
}

INSTANTIATE_TEST_SUITE_P(
    Real, Brokers,
    testing::Values(broker_kind{"RabbitMq", "rabbitmq", broker_test::make_rabbitmq_house},
                    broker_kind{"Kafka", "kafka", broker_test::make_kafka_house},
                    broker_kind{"RedisStreams", "redis_streams",
                                broker_test::make_redis_streams_house}),
    [](const auto& at) { return std::string{at.param.name}; });

}  // namespace
}  // namespace boxoffice::system_test
