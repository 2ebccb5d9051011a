// Rushes while the network to PostgreSQL, and PostgreSQL itself, fail again and again.
#include "tests/rush/api_checks.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/rush/report.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/chaos.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::seconds;

/// Sale after sale, and beside them, on a thread of its own, the chaos: a step after each so many
/// things that buyers were told of.
class chaotic_sales {
 public:
  chaotic_sales(running_server& server, std::vector<disturbed_server>& servers,
                const chaos::plan& what)
      : server_{server}, chaos_{servers, what}, regular_{server.url()} {
    chaos_.away = [this](const auto& gone) { expect_missing(gone); };
    chaos_.back = [this](const auto& returned) { expect_service(returned); };
    for (std::size_t i = 0; i < sales_max; ++i)
      rushes_.push_back(std::make_unique<rush_on>(
          server, sale,
          rush::crowd_plan{.buyers = 120,
                           .how = {.give_up = 0.05, .retry = 0.3, .refund = 0.2},
                           .seed = what.seed + i,
                           .name = "sale" + std::to_string(i),
                           .interruptions = rush::outages::foreseen}));
  }

  void run(std::size_t acknowledgements_between) {
    std::thread other{[&] {
      try {
        disturb(acknowledgements_between);
      } catch (const std::exception& e) {
        ADD_FAILURE() << "after " << done_ << " steps: " << e.what();
      }
      over_ = true;
    }};
    std::size_t begun = 0;
    for (; begun < rushes_.size() && !over_; ++begun) {
      rushes_[begun]->on_each([this](std::size_t) { ++told_; });
      rushes_[begun]->finish();
    }
    rushes_.resize(begun);
    over_ = true;
    other.join();
    ASSERT_FALSE(server_.has_ended()) << "the server did not outlive the chaos";
    EXPECT_EQ(done_, chaos_.steps()) << "the sales were over before the chaos";
    EXPECT_EQ(regular_.faults(), std::vector<std::string>{});
    const auto slowest = [](const std::vector<double>& all) {
      return all.empty() ? 0.0 : *std::ranges::max_element(all);
    };
    std::cout << chaos_.told() << "; ready after at most " << slowest(ready_after_)
              << " s, a purchase after at most " << slowest(bought_after_) << " s\n";
  }

  /// All is done that anybody was told of, and nothing else; each sale is sold out.
  void expect_kept() {
    rush::blocking_client client{server_.url()};
    std::size_t told = 0, asked = 0, later = 0;
    for (const auto& each : rushes_) {
      const auto& measured = each->measured();
      for (const auto& what : measured.violations())
        ADD_FAILURE() << what;
      EXPECT_EQ(measured.server_errors(), 0U) << "5xx other than 503 with Retry-After";
      EXPECT_EQ(measured.unanswered(), 0U);
      EXPECT_EQ(measured.ends(rush::visit_end::failed), 0U);
      EXPECT_EQ(rush::sold_as_told(each->log()), sale.seats);
      EXPECT_EQ(to_text(rush::check_through_api(client, each->log(), each->sale())), "");
      told += each->log().all().size();
      asked += measured.requests();
      later += measured.told_later();
    }
    std::cout << rushes_.size() << " sales, " << asked << " requests, " << later << " told 503, "
              << told << " acknowledgements\n";
    expect_regular_payments();
  }

  void expect_in(const rush::books& books) {
    for (const auto& each : rushes_) {
      EXPECT_EQ(rush::sold_seats(books, each->sale()), sale.seats);
      EXPECT_EQ(to_text(check_books(books, each->log(), each->sale(), rush::books_are::at_rest)),
                "");
    }
  }

 private:
  using clock = std::chrono::steady_clock;
  /// What is promised, and how long this waits for it.
  static constexpr seconds back_within_max{5}, patience{30};
  static constexpr std::size_t sales_max{30};
  static constexpr rush::sale_plan sale{
      .seats = 150, .waiting_room = std::nullopt, .hold = seconds{4}};

  void expect_regular_payments() {
    EXPECT_EQ(regular_.payments().size(), bought_after_.size());
    for (const auto& id : regular_.payments())
      EXPECT_EQ(regular_.get("/v1/payments/" + id).value().value("status", ""), "COMPLETED") << id;
  }

  static double seconds_since(clock::time_point began) {
    return std::chrono::duration<double>(clock::now() - began).count();
  }

  void disturb(std::size_t between) {
    for (; done_ < chaos_.steps(); ++done_) {
      const auto until = told_ + between;
      eventually([&] { return told_ >= until || over_; }, patience);
      if (over_) return;
      chaos_.step(done_);
    }
    chaos_.heal();
  }

  void expect_missing(const disturbed_server& gone) {
    plain_client client{server_.url()};
    plain_answer answer;
    EXPECT_TRUE(eventually([&] {
      answer = client.send({.target = "/readyz"});
      return answer.status == 503;
    })) << gone.name;
    EXPECT_FALSE(answer.header("Retry-After").empty());
    EXPECT_EQ(faults_of_problem(answer, 503, "unavailable"), "");
    EXPECT_FALSE(answer.value().value("missing", json::array()).empty()) << answer.body;
  }

  void expect_service(const disturbed_server& returned) {
    const auto began = clock::now();
    plain_client client{server_.url()};
    EXPECT_TRUE(
        eventually([&] { return client.send({.target = "/readyz"}).status == 200; }, patience));
    ready_after_.push_back(seconds_since(began));
    EXPECT_TRUE(eventually([&] { return regular_.buys(); }, patience));
    bought_after_.push_back(seconds_since(began));
    EXPECT_LT(ready_after_.back(), back_within_max.count()) << returned.name;
    EXPECT_LT(bought_after_.back(), back_within_max.count()) << returned.name;
    EXPECT_EQ(rush::audit(server_binary(), server_.data_dir()).faults(), "")
        << "while serving, after a restart of " << returned.name;
  }

  running_server& server_;
  chaos chaos_;
  regular_customer regular_;
  std::vector<std::unique_ptr<rush_on>> rushes_;
  std::atomic<std::size_t> told_{0};
  std::atomic<bool> over_{false};
  std::size_t done_{0};
  std::vector<double> ready_after_, bought_after_;
};

TEST(PostgresChaos, LosesNothingThatWasAcknowledgedAndIsBackWithinFiveSeconds) {
  const auto seed = announced_seed(61);
  const test::own_servers real{"postgres"};
  std::vector<disturbed_server> servers;
  servers.push_back({"PostgreSQL", std::make_unique<test::tcp_proxy>(real.postgres_port()),
                     [&] { real.kill_postgres(); }, [&] { real.start(); }});
  const rush::postgres_databases databases{real.postgres_url()};
  running_server server{databases, "127.0.0.1:" + std::to_string(servers[0].proxy->port())};
  chaotic_sales sales{server, servers, {.disturbances = 50, .restarts = 10, .seed = seed}};
  sales.run(20);
  sales.expect_kept();

  const auto drained = [&] {
    return rush::audit(server_binary(), server.data_dir(), {"--drained"});
  };
  EXPECT_TRUE(eventually([&] { return drained().code == 0; }, seconds{30})) << drained().faults();
  EXPECT_EQ(server.process().stop(), 0);
  EXPECT_EQ(drained().faults(), "");
  sales.expect_in(server.read_books());
}

}  // namespace
}  // namespace boxoffice::system_test
