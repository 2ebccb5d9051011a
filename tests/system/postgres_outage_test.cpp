// One database away while the others are there: who notices, and what the rest goes on doing.
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <algorithm>
#include <pqxx/pqxx>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

class PostgresOutage : public testing::Test {
 protected:
  void SetUp() override {
    concert_ = admin_.open_concert();
    schedule_ = admin_.open_schedule(concert_, schedule_on_sale(1, 10));
    ASSERT_EQ(ann_.join(concert_).status, 201);
    ASSERT_EQ(ann_.charge(100'000).status, 201);
    const auto held = ann_.hold(schedule_, {{"seats", {"A-1"}}});
    ASSERT_EQ(held.status, 201) << held.body;
    held_ = held.value().at("reservationId");
  }

  void take_away(const std::string& service) {
    set_open(service, "false");
    run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name(service) +
        "'");
  }
  void give_back(const std::string& service) { set_open(service, "true"); }

  /// What `/readyz` says is missing; empty when it says ready.
  std::vector<std::string> missing() {
    const auto answer = ann_.get("/readyz");
    if (answer.status == 200) return {};
    EXPECT_EQ(faults_of_problem(answer, 503, "unavailable"), "");
    EXPECT_FALSE(answer.header("Retry-After").empty());
    return answer.value().value("missing", std::vector<std::string>{});
  }
  void expect_missing(const std::string& service) {
    take_away(service);
    EXPECT_TRUE(eventually([&] { return missing() == std::vector{service}; }))
        << service << ": " << json(missing());
  }
  void expect_back(const std::string& service) {
    give_back(service);
    EXPECT_TRUE(eventually([&] { return missing().empty(); })) << service;
  }
  static void expect_later(const plain_answer& answer) {
    EXPECT_EQ(faults_of_problem(answer, 503, "unavailable"), "") << answer.body;
    EXPECT_FALSE(answer.header("Retry-After").empty()) << answer.body;
  }

  rush::postgres_databases databases_{test::postgres_server_url()};
  running_server server_{databases_};
  visitor admin_{server_.url(), "admin1", "admin"};
  visitor ann_{server_.url(), "ann"};
  std::string concert_, schedule_, held_;

 private:
  std::string name(const std::string& service) const {
    const auto url = databases_.url(service);
    return url.substr(url.rfind('/') + 1);
  }
  void set_open(const std::string& service, const std::string& value) {
    run("ALTER DATABASE " + name(service) + " ALLOW_CONNECTIONS " + value);
  }
  static void run(const std::string& sql) {
    pqxx::connection db{test::postgres_server_url()};
    pqxx::nontransaction{db}.exec(sql);
  }
};

TEST_F(PostgresOutage, OfPointsStopsChargesAndNothingElse) {
  expect_missing("point");
  const auto key = ann_.fresh_key();
  expect_later(ann_.charge(1000, key));
  EXPECT_EQ(ann_.hold(schedule_, {{"seats", {"A-2"}}}).status, 201);
  expect_back("point");
  EXPECT_TRUE(eventually([&] { return ann_.charge(1000, key).status == 201; }));
  EXPECT_EQ(ann_.get("/v1/points").value().value("balance", 0), 101'000);
}

TEST_F(PostgresOutage, OfReservationsStopsHolds) {
  expect_missing("reservation");
  expect_later(ann_.hold(schedule_, {{"seats", {"A-2"}}}));
  EXPECT_EQ(ann_.charge(1000).status, 201);
  expect_back("reservation");
  EXPECT_TRUE(eventually([&] { return ann_.hold(schedule_, {{"seats", {"A-2"}}}).status == 201; }));
}

// Also to the one that finds out: its payment was surely not begun.
TEST_F(PostgresOutage, OfPaymentsRefusesThemAndLeavesTheHold) {
  expect_missing("payment");
  const auto key = ann_.fresh_key();
  expect_later(ann_.pay(held_, key));
  expect_later(ann_.pay(held_, key));
  expect_later(ann_.pay(held_));
  EXPECT_EQ(ann_.get("/v1/reservations/" + held_).value().value("status", ""), "HELD");
  expect_back("payment");
  EXPECT_TRUE(eventually([&] { return ann_.pay(held_, key).status == 201; }));
}

// The payment has begun when it finds out: it is answered as pending, and ends by itself.
TEST_F(PostgresOutage, OfPointsLeavesAPaymentPendingUntilTheyAreBack) {
  take_away("point");
  const auto paid = ann_.pay(held_);
  ASSERT_EQ(paid.status, 202) << paid.body;
  give_back("point");
  const auto target = paid.header("Location");
  EXPECT_TRUE(
      eventually([&] { return ann_.get(target).value().value("status", "") == "COMPLETED"; },
                 std::chrono::seconds{30}));
}

// The catalogue is in memory, so that sales go on; what is missing is its changes.
TEST_F(PostgresOutage, OfTheCatalogueStopsItsChanges) {
  take_away("concert");
  expect_later(admin_.post("/v1/concerts", {{"title", "Late"}, {"artist", "Somebody"}}));
  EXPECT_EQ(ann_.pay(held_).status, 201) << "who holds seats can pay";
  EXPECT_TRUE(eventually([&] { return missing() == std::vector<std::string>{"concert"}; }));
  give_back("concert");
  EXPECT_TRUE(eventually([&] {
    return admin_.post("/v1/concerts", {{"title", "Late"}, {"artist", "Somebody"}}).status == 201;
  }));
}

}  // namespace
}  // namespace boxoffice::system_test
