#include "tests/rush/audit_run.hpp"
#include "tests/rush/report.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using rush::books_are;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Two nodes with all roles on one PostgreSQL and one Redis.
class Pair : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(tested_store(), store_kind::postgres) << "needs TEST_STORE=postgres+redis";
    ASSERT_EQ(tested_queue(), ranking_store_kind::redis) << "needs TEST_STORE=postgres+redis";
    first_ = std::make_unique<running_server>(std::vector<std::string>{takeover});
    start_second();
  }

  void start_second() { second_ = start_standby("second"); }
  std::unique_ptr<rush::child_process> start_standby(
      const std::string& name, const std::vector<std::string>& settings = {}) {
    std::vector<std::string> arguments{
        "serve",       "--data-dir", (first_->scratch() / (name + "-data")).string(), "--listen",
        "127.0.0.1:0", "--config",   (first_->scratch() / "stores.toml").string()};
    for (const auto* each :
         {"auth.dev=true", "auth.secret=a-secret-for-rush-and-tests-only", takeover})
      arguments.insert(arguments.end(), {"--set", each});
    for (const auto& each : settings)
      arguments.insert(arguments.end(), {"--set", each});
    return std::make_unique<rush::child_process>(server_binary(), arguments,
                                                 first_->scratch() / (name + ".log"));
  }
  /// What the second node says next: that it stands by, or that it is ready; and where.
  std::string next_line_of_second(seconds patience = seconds{20}) {
    return second_->read_line(patience).value_or("nothing: " + second_->error_text());
  }
  std::string await_second(const std::string& words) {
    const auto line = next_line_of_second();
    EXPECT_TRUE(line.starts_with("boxoffice " + words + " on ")) << line;
    return line.substr(line.rfind(' ') + 1);
  }
  static rush::http_answer read(const std::string& url, const std::string& target) {
    return rush::blocking_client{url}.get(target);
  }

  /// Transactions of a node that the fence of point has refused.
  static int fenced_at(const std::string& url) {
    const auto text = read(url, "/metrics").body;
    const std::string name = "boxoffice_store_fenced_total{store=\"point\"} ";
    const auto at = text.find(name);
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + name.size()));
  }

  static constexpr const char* takeover = "cluster.takeover_ms=1500";
  std::unique_ptr<running_server> first_;
  std::unique_ptr<rush::child_process> second_;
};

TEST_F(Pair, OneServesAndTheOtherStandsBy) {
  const auto url = await_second("standing by");
  const auto ready = read(url, "/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.value().at("standby"), true);
  EXPECT_EQ(read(url, "/v1/concerts").status, 503);
  EXPECT_EQ(read(first_->url(), "/v1/concerts").status, 200);
  // Nobody writes, and the first one keeps what it owns all the same.
  EXPECT_EQ(second_->read_line(seconds{5}), std::nullopt);
  EXPECT_EQ(read(first_->url(), "/readyz").status, 200);
}

TEST_F(Pair, HandsOverWhenItEndsAsAsked) {
  const auto url = await_second("standing by");
  visitor buyer{first_->url(), "kim"};
  ASSERT_EQ(buyer.charge(700).status, 201);
  ASSERT_EQ(first_->process().stop(), 0);
  EXPECT_EQ(await_second("ready"), url) << "the address stays";
  visitor again{url, "kim"};
  EXPECT_EQ(again.get("/v1/points").value().at("balance"), 700);
  EXPECT_NE(second_->error_text().find("taking over"), std::string::npos);
}

TEST_F(Pair, StartsAtOnceAfterAKillOfItsOwn) {
  await_second("standing by");
  second_.reset();
  first_->process().kill_hard();
  // The first line would be that it stands by.
  first_->start();
  EXPECT_EQ(first_->process().process().error_text().find("standing by"), std::string::npos);
  visitor buyer{first_->url(), "kim"};
  EXPECT_EQ(buyer.charge(700).status, 201);
}

TEST_F(Pair, FreesWhatADeadProcessOwned) {
  await_second("standing by");
  first_->process().kill_hard();
  rush::child_process release{server_binary(),
                              {"release", "--data-dir", first_->data_dir().string(), "--config",
                               (first_->scratch() / "stores.toml").string(), "--set", takeover},
                              first_->scratch() / "release.log"};
  const auto said = release.read_rest(seconds{20});
  EXPECT_EQ(release.wait(seconds{20}), 0) << release.error_text();
  for (const auto* each : {"concert", "reservation", "point", "payment", "queue_ranking"})
    EXPECT_NE(said.find(std::string{each} + ": released"), std::string::npos) << said;
  await_second("ready");
}

// SIGSTOP for longer than the other one waits: woken, it says nothing from memory, and ends.
TEST_F(Pair, WhoWasReplacedInItsSleepSaysNothingStale) {
  const auto url = await_second("standing by");
  visitor asleep{first_->url(), "kim"};
  ASSERT_EQ(asleep.charge(700).status, 201);
  ASSERT_EQ(asleep.get("/v1/points").value().at("balance"), 700);
  first_->process().process().send_signal(SIGSTOP);
  EXPECT_EQ(await_second("ready"), url);
  visitor buyer{url, "kim"};
  ASSERT_EQ(buyer.charge(50, "charge-2").status, 201);
  first_->process().process().send_signal(SIGCONT);
  int said = 0, fenced = 0;
  try {
    while (true) {
      fenced = std::max(fenced, fenced_at(first_->url()));
      const auto answer = asleep.get("/v1/points");
      if (answer.status == 200) {
        EXPECT_EQ(answer.value().at("balance"), 750) << "stale";
      }
      ++said;
    }
  } catch (const std::exception&) {  // it has ended
  }
  EXPECT_EQ(first_->process().process().wait(seconds{20}), 4);
  EXPECT_GT(said, 0);
  EXPECT_GT(fenced, 0) << "it wrote nothing, or nothing that it wrote was refused";
}

TEST_F(Pair, LosesNothingWhenTheServingNodeIsKilledInARush) {
  await_second("standing by");
  const auto seed = announced_seed(31);
  const rush::sale_plan plan{.seats = 60, .waiting_room = std::nullopt, .hold = seconds{8}};
  rush_on rush{
      *first_,
      plan,
      {.buyers = 150, .how = {.give_up = 0.05, .retry = 0.2, .refund = 0.2}, .seed = seed}};
  std::string url;
  rush.run_until(100, [&] { first_->process().kill_hard(); });
  url = await_second("ready");
  rush.go_on(url);
  rush.finish();
  for (const auto& each : rush.measured().violations())
    ADD_FAILURE() << each;
  EXPECT_EQ(rush::sold_as_told(rush.log()), plan.seats);
  const auto drained = [&] {
    return rush::audit(server_binary(), first_->data_dir(), {"--drained"});
  };
  EXPECT_TRUE(eventually([&] { return drained().code == 0; }, seconds{30})) << drained().faults();
  const auto all = first_->read_books();
  EXPECT_EQ(rush::sold_seats(all, rush.sale()), plan.seats);
  EXPECT_EQ(to_text(check_books(all, rush.log(), rush.sale(), books_are::at_rest)), "");
}

// Both see the same row stand still at the same time.
TEST_F(Pair, OfTwoThatStandByOneTakesOver) {
  await_second("standing by");
  const auto third = start_standby("third");
  ASSERT_TRUE(third->read_line(seconds{20}).value_or("").starts_with("boxoffice standing by"));
  first_->process().kill_hard();
  const auto second_says = second_->read_line(seconds{6}),
             third_says = third->read_line(seconds{6});
  EXPECT_NE(second_says.has_value(), third_says.has_value());
  EXPECT_TRUE(
      (second_says ? *second_says : third_says.value_or("")).starts_with("boxoffice ready"));
  EXPECT_FALSE(second_->wait({}) || third->wait({})) << "one has ended the other";
}

// The services of both begin when the node of concert is there, and it is away.
TEST_F(Pair, KeepsWhatItOwnsWhileItWaitsForTheCatalogue) {
  await_second("standing by");
  second_.reset();
  first_->process().kill_hard();
  const std::vector<std::string> settings{"node.roles=reservation",
                                          "cluster.secret=" + service_nodes::secret(),
                                          "cluster.listen=127.0.0.1:" + std::to_string(free_port()),
                                          "cluster.peers=127.0.0.1:" + std::to_string(free_port())};
  const auto third = start_standby("third", settings);
  ASSERT_TRUE(eventually(
      [&] { return third->error_text().find("taking over") != std::string::npos; }, seconds{20}))
      << third->error_text();
  auto others = settings;
  others[2] = "cluster.listen=127.0.0.1:" + std::to_string(free_port());
  const auto fourth = start_standby("fourth", others);
  ASSERT_TRUE(fourth->read_line(seconds{20}).value_or("").starts_with("boxoffice standing by"));
  EXPECT_EQ(fourth->read_line(seconds{5}), std::nullopt);
  EXPECT_EQ(fourth->error_text().find("taking over"), std::string::npos) << fourth->error_text();
  EXPECT_FALSE(third->wait({})) << third->error_text();
}

// Back and forth, each time after some of it: nothing is lost on the way.
TEST_F(Pair, TakesTurns) {
  auto url = await_second("standing by");
  std::int64_t charged = 0;
  const auto charge = [&](const std::string& at) {
    visitor buyer{at, "kim"};
    ASSERT_EQ(buyer.charge(10, "charge-" + std::to_string(charged)).status, 201);
    charged += 10;
    EXPECT_EQ(buyer.get("/v1/points").value().at("balance"), charged);
  };
  charge(first_->url());
  for (int round = 0; round < 3; ++round) {
    first_->process().kill_hard();
    EXPECT_EQ(await_second("ready"), url);
    charge(url);
    second_->send_signal(SIGKILL);
    second_->wait(seconds{20});
    first_->start();  // waits, for it is not the one that died
    charge(first_->url());
    start_second();
    url = await_second("standing by");
  }
}

}  // namespace
}  // namespace boxoffice::system_test
