// What clients of a whole node see while its disk is full or fails, and afterwards.
#include "actors/audit/audit.hpp"
#include "storage/sqlite/audit_reader.hpp"
#include "tests/reliability/running_node.hpp"
#include "tests/storage/disk/simulated_disk.hpp"
#include "tests/system/eventually.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::reliability {
namespace {

using system_test::eventually;
using test::disk_operation;

class HttpDiskTrouble : public ::testing::Test {
 protected:
  void SetUp() override {
    node_ = std::make_unique<running_node>(data_dir_);
    schedule_ = node_->open_sale();
    ASSERT_EQ(charge("first", 1000).status, 201);
    const auto joined = node_->ask({.method = "POST",
                                    .path = "/v1/queue/tokens",
                                    .body = R"({"concertId":")" + concert() + R"("})"});
    ASSERT_EQ(joined.status, 201) << joined.body;
    token_ = joined.json().value("token", "");
  }
  // The books, once the node has ended in order.
  void TearDown() override {
    node_.reset();
    audit::audit_terms terms;
    terms.how = audit::reading::offline;
    terms.now = to_unix_ms(system_clock_source{}.now());
    const auto report = check_books(open_audit_reader(data_dir_)->read(), terms);
    EXPECT_EQ(report.counts.ledger_rows, charged_);
    for (const auto& v : report.violations)
      ADD_FAILURE() << name_of(v.broken) << ": " << v.detail;
  }

  std::string concert() {
    const auto about = node_->ask({.method = "GET", .path = "/v1/schedules/" + schedule_});
    return about.json().value("concertId", "");
  }
  http::raw_answer charge(const std::string& key, int amount) {
    auto answer = node_->ask({.method = "POST",
                              .path = "/v1/points/charges",
                              .body = R"({"amount":)" + std::to_string(amount) + "}",
                              .key = key});
    if (answer.status == 201 && !answer.headers.contains("idempotent-replayed")) {
      ++charged_;
      balance_ += amount;
    }
    return answer;
  }
  http::raw_answer hold(const std::string& key) {
    return node_->ask(
        {.method = "POST",
         .path = "/v1/reservations",
         .body = R"({"scheduleId":")" + schedule_ + R"(","bestAvailable":{"count":1}})",
         .key = key,
         .token = token_});
  }
  std::int64_t balance() {
    return node_->ask({.method = "GET", .path = "/v1/points"}).json().value("balance", -1);
  }
  void expect_unavailable(const http::raw_answer& answer) {
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_EQ(answer.code(), "unavailable");
    EXPECT_TRUE(answer.headers.contains("retry-after"));
  }
  void expect_reads_alive() {
    EXPECT_EQ(balance(), balance_);
    EXPECT_EQ(node_->ask({.method = "GET", .path = "/v1/points/transactions"}).status, 200);
    EXPECT_EQ(node_->ask({.method = "GET", .path = "/v1/reservations"}).status, 200);
    const auto seats =
        node_->ask({.method = "GET", .path = "/v1/schedules/" + schedule_ + "/seats"});
    EXPECT_EQ(seats.status, 200);
    EXPECT_EQ(seats.json()["seats"].size(), 400U);
    EXPECT_EQ(node_->ask({.method = "GET", .path = "/healthz"}).status, 200);
  }

  static inline const std::filesystem::path data_dir_{test::simulated_disk::directory};
  test::simulated_disk disk_{1};
  std::unique_ptr<running_node> node_;
  std::string schedule_, token_;
  std::size_t charged_{0};
  std::int64_t balance_{0};
};

TEST_F(HttpDiskTrouble, AFullDiskAnswersUnavailableKeepsReadsAliveAndRecovers) {
  for (int round = 0; round < 3; ++round) {
    const auto key = "full-" + std::to_string(round);
    disk_.fill_up_to(0);
    for (int i = 0; i < 5; ++i) {
      expect_unavailable(charge(key, 10));
      expect_unavailable(hold(key));
      expect_reads_alive();
    }
    disk_.mend();
    // The refused requests, repeated, are done once, and what is new goes on.
    EXPECT_TRUE(eventually([&] { return charge(key, 10).status == 201; }));
    EXPECT_EQ(charge(key, 10).headers.count("idempotent-replayed"), 1U);
    EXPECT_TRUE(eventually([&] { return hold(key).status == 201; }));
    EXPECT_EQ(balance(), balance_);
    EXPECT_EQ(charge("new-" + std::to_string(round), 5).status, 201);
    expect_reads_alive();
  }
}

TEST_F(HttpDiskTrouble, AFailedSyncIsASureRefusalAndTheNextRequestIsServed) {
  for (int round = 0; round < 10; ++round) {
    const auto key = "sync-" + std::to_string(round);
    disk_.fail(disk_operation::sync, 1, "point.db-wal");
    expect_unavailable(charge(key, 10));
    EXPECT_EQ(balance(), balance_);
    EXPECT_TRUE(eventually([&] { return charge(key, 10).status == 201; }));
    EXPECT_EQ(balance(), balance_);
  }
}

TEST_F(HttpDiskTrouble, ADoubtIsResolvedByItselfOnceTheDiskIsWell) {
  for (const auto what : {disk_operation::sync, disk_operation::write}) {
    const std::string key = name_of(what);
    disk_.fail(what, 6, "point.db-wal");
    // Whatever is said now: the same request, repeated, is done once.
    const auto first = charge(key, 10);
    EXPECT_TRUE(first.status == 503 || first.status == 201) << first.body;
    EXPECT_TRUE(eventually([&] { return charge(key, 10).status == 201; }));
    EXPECT_EQ(balance(), balance_);
    expect_reads_alive();
  }
}

TEST_F(HttpDiskTrouble, ReadsThatFailAreUnavailableUntilTheyWork) {
  // A user nobody has asked for yet: their account is read from the disk.
  disk_.fail_at_random(disk_operation::read, 100);
  const running_node::question question{
      .method = "GET", .path = "/v1/points/transactions", .user = "newcomer"};
  const auto answer = node_->ask(question);
  EXPECT_TRUE(answer.status == 200 || answer.status == 503) << answer.body;
  disk_.mend();
  EXPECT_TRUE(eventually([&] { return node_->ask(question).status == 200; }));
  EXPECT_EQ(charge("after", 10).status, 201);
}

}  // namespace
}  // namespace boxoffice::reliability
