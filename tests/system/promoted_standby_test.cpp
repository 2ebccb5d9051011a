// The PostgreSQL under a running server dies, and the standby that takes its place had not heard of
// all commits (docs/PROMISES.md, G19 and G20).
#include "tests/rush/audit_run.hpp"
#include "tests/servers/tcp_proxy.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/watched_sale.hpp"

#include <atomic>
#include <chrono>
#include <iostream>
#include <pqxx/pqxx>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* services[] = {"concert", "reservation", "point", "payment"};

/// A PostgreSQL with a standby that can be cut off, and take its place.
class followed_postgres {
 public:
  [[nodiscard]] const rush::postgres_databases& databases() const { return at_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(way_.port()); }

  void await_standby() {
    ASSERT_TRUE(eventually(
        [&] {
          return ask_primary(
                     "SELECT count(*) FROM pg_stat_replication"
                     " WHERE replay_lsn = pg_current_wal_lsn()") == "1";
        },
        seconds{20}));
  }
  /// From now on the standby hears nothing.
  void cut_standby_off() {
    standby_.sql("postgres", "ALTER SYSTEM SET primary_conninfo = ''");
    standby_.sql("postgres", "SELECT pg_reload_conf()");
    ASSERT_TRUE(
        eventually([&] { return ask_primary("SELECT count(*) FROM pg_stat_replication") == "0"; },
                   seconds{20}));
  }
  /// The primary dies, and the standby takes its place.
  void fail_over() {
    primary_.kill_postgres();
    standby_.sql("postgres", "SELECT pg_promote()");
    way_.lead_to(standby_.postgres_port());
  }

 private:
  /// What the primary says to a question with one answer.
  std::string ask_primary(const std::string& sql) {
    pqxx::connection to{primary_.postgres_url()};
    return pqxx::nontransaction{to}.exec(sql)[0][0].c_str();
  }

  const test::own_servers primary_{"postgres"};
  const rush::postgres_databases at_{primary_.postgres_url()};
  const test::own_servers standby_{test::own_servers::standby_of{primary_}};
  test::tcp_proxy way_{primary_.postgres_port()};
};

void commit_in_all(watched_sale& sale, int times) {
  for (const auto* each : services)
    sale.commit(each, times);
}

class PromotedStandby : public testing::TestWithParam<int> {
 protected:
  void TearDown() override {
    if (HasFailure()) std::cout << server_.process().process().error_text() << '\n';
  }

  followed_postgres stores_;
  running_server server_{stores_.databases(), stores_.address()};
};

TEST_P(PromotedStandby, ThatLacksCommitsIsNoticedAndNoNumberIsGivenAgain) {
  watched_sale sale{server_};
  commit_in_all(sale, 3);
  stores_.await_standby();
  stores_.cut_standby_off();
  commit_in_all(sale, GetParam());
  // Somebody buys all the time.
  std::atomic<bool> over{false};
  std::jthread busy{[&, url = server_.url(), concert = sale.concert(), schedule = sale.schedule()] {
    try {
      visitor who{url, "busy"};
      who.charge(1'000'000);
      while (!over) {
        who.join(concert);
        const auto held = who.hold(schedule, {{"bestAvailable", {{"count", 1}}}});
        if (held.status != 201) continue;
        const auto paid = who.pay(held.value().at("reservationId"));
        if (paid.status == 201) who.refund(paid.value().at("paymentId"));
      }
    } catch (const std::exception&) {  // the port is another one after the fail-over
    }
  }};
  const auto began = std::chrono::steady_clock::now();
  stores_.fail_over();
  server_.process().await_ready();
  std::cout << "ready again after "
            << std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count()
            << " s\n";
  over = true;
  busy.join();

  visitor op{server_.url(), "op1", "operator"};
  const auto ready = op.get("/readyz");
  EXPECT_EQ(ready.status, 200) << ready.body;
  const auto metrics = op.get("/metrics").body;
  const auto said = server_.process().process().error_text();
  for (const std::string each : services) {
    EXPECT_NE(ready.body.find(each + " was set back"), std::string::npos) << ready.body;
    EXPECT_NE(metrics.find("boxoffice_store_set_back{store=\"" + each + "\"} 1"),
              std::string::npos);
    EXPECT_NE(said.find(each + " was set back"), std::string::npos);
  }
  EXPECT_EQ(ready.body.find("queue_ranking was"), std::string::npos) << "it is elsewhere";
  sale.expect_sells();
  sale.expect_nobody_hangs();
  const auto audited = rush::audit(server_binary(), server_.data_dir());
  EXPECT_EQ(audited.code, 1);
  EXPECT_NE(audited.faults().find("store_set_back"), std::string::npos) << audited.faults();
}
INSTANTIATE_TEST_SUITE_P(By, PromotedStandby, testing::Values(1, 100));

/// Two nodes with all roles on it; the second one stands by.
class PairOnAPromotedStandby : public testing::Test {
 protected:
  static constexpr const char* takeover = "cluster.takeover_ms=1500";

  /// Where one of the two says next that it is ready.
  std::string await_ready_of_either() {
    std::string found;
    EXPECT_TRUE(eventually(
        [&] {
          for (auto* each : {&first_.process().process(), &second_})
            if (const auto line = each->read_line(milliseconds{20}).value_or("");
                line.starts_with("boxoffice ready on "))
              found = line.substr(line.rfind(' ') + 1);
          return !found.empty();
        },
        seconds{30}))
        << first_.process().process().error_text() << second_.error_text();
    return found;
  }

  followed_postgres stores_;
  const std::string queue_ = "queue_ranking.url=" + test::redis_url();
  running_server first_{
      stores_.databases(), stores_.address(), {takeover, "queue_ranking.kind=redis", queue_}};
  rush::child_process second_{
      server_binary(),
      {"serve", "--data-dir", (first_.scratch() / "second-data").string(), "--listen",
       "127.0.0.1:0", "--config", (first_.scratch() / "stores.toml").string(), "--set",
       "auth.dev=true", "--set", "auth.secret=a-secret-for-rush-and-tests-only", "--set", takeover,
       "--set", "queue_ranking.kind=redis", "--set", queue_},
      first_.scratch() / "second.log"};
};

// Who owned is as much in doubt as who stood by: both wait for the whole time, and one of them goes
// on from what the new primary has.
TEST_F(PairOnAPromotedStandby, OneServesAndNoNumberIsGivenAgain) {
  ASSERT_TRUE(second_.read_line(seconds{20}).value_or("").starts_with("boxoffice standing by"));
  watched_sale sale{first_};
  commit_in_all(sale, 3);
  stores_.await_standby();
  stores_.cut_standby_off();
  commit_in_all(sale, 20);
  stores_.fail_over();
  const auto url = await_ready_of_either();
  EXPECT_FALSE(first_.process().process().wait({}) && second_.wait({})) << "both have ended";
  sale.go_on_at(url);
  sale.expect_sells();
  sale.expect_nobody_hangs();
  const auto said = first_.process().process().error_text() + second_.error_text();
  for (const std::string each : services)
    EXPECT_NE(said.find(each + " was set back"), std::string::npos) << each << "\n" << said;
  EXPECT_EQ(rush::audit(server_binary(), first_.data_dir(),
                        {"--set", "queue_ranking.kind=redis", "--set", queue_})
                .code,
            1);
}

}  // namespace
}  // namespace boxoffice::system_test
