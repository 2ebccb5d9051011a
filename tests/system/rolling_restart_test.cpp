// What clients notice while every node of a cluster is restarted, or some die: two gateways, each
// service twice.
#include "bench/cluster/ended_nodes.hpp"
#include "bench/cluster/map_readers.hpp"
#include "bench/cluster/seat_changes.hpp"
#include "bench/cluster/steady_load.hpp"
#include "bench/cluster/sure_purchases.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/rush/book_checks.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using load::balanced_client;
using load::steady_load;
using std::chrono::seconds;

class RollingRestart : public testing::Test {
 protected:
  RollingRestart() {
    if (tested_nodes() == node_layout::ha) server_.nodes().start(gateways_.back());
  }
  void SetUp() override {
    ASSERT_EQ(tested_nodes(), node_layout::ha) << "needs TEST_STORE=postgres+redis+ha";
  }

  std::vector<boost::asio::ip::tcp::endpoint> endpoints() {
    std::vector<boost::asio::ip::tcp::endpoint> all;
    for (const auto& each : gateways_)
      all.push_back(rush::parse_url(server_.nodes().process(each).url()));
    return all;
  }
  /// Every node in its turn; a few purchases begin before each.
  void end_each(const steady_load& beside, load::ending how) {
    load::end_each(server_.nodes(), gateways_, how, [&](std::size_t) {
      const auto enough = beside.begun() + 10;
      EXPECT_TRUE(eventually([&] { return beside.begun() >= enough; }, seconds{20}));
    });
  }

  const std::vector<std::string> gateways_{"gateway", "gateway-2"};
  running_server server_;
};

TEST_F(RollingRestart, NoPaymentFailsWhileEveryNodeIsRestarted) {
  constexpr std::size_t people = 1200;
  load::sure_purchases sold{load::market{server_.url(), {.seats = people, .buyers = people}}};
  steady_load purchases{{.gateways = endpoints(), .rate = 30, .count = people},
                        [&](balanced_client& by, std::uint64_t number, auto meant) {
                          return sold.buy(by, number, meant);
                        }};
  end_each(purchases, load::ending::asked);
  purchases.stop();
  EXPECT_EQ(sold.failed_payments(), 0U) << sold.first_failure();
  EXPECT_EQ(sold.refused_holds(), 0U) << sold.first_failure();
  EXPECT_EQ(purchases.seen().faults, 0U) << purchases.seen().first_fault;
  EXPECT_EQ(sold.all().size(), purchases.begun());
  const auto drained = [&] {
    return rush::audit(server_binary(), server_.data_dir(), {"--drained"});
  };
  EXPECT_TRUE(eventually([&] { return drained().code == 0; }, seconds{30})) << drained().faults();
  EXPECT_EQ(to_text(check_books(server_.read_books(), sold.log(), sold.at().sale(),
                                rush::books_are::at_rest)),
            "");
}

TEST_F(RollingRestart, EveryReaderIsRightAgainAfterANodeHasDied) {
  load::seat_changes changes{load::market{server_.url(), {.seats = 100, .buyers = 50}}};
  const auto& schedule = changes.at().sale().schedule_id;
  load::map_readers readers{{.gateways = endpoints(), .schedule = schedule, .count = 100}};
  steady_load changing{{.gateways = endpoints(), .rate = 5},
                       [&](balanced_client& by, std::uint64_t number, auto) {
                         return changes.hold_and_release(by, number);
                       }};
  steady_load looking{{.gateways = endpoints(), .rate = 20},
                      [&](balanced_client& by, std::uint64_t, auto) {
                        return load::look_at_map(by, schedule, readers);
                      }};
  EXPECT_TRUE(readers.await_all_right(seconds{10}));
  for (const std::string name : {"gateway", "reservation"}) {
    readers.mark();
    server_.nodes().kill_hard(name);
    EXPECT_TRUE(readers.await_all_right(seconds{10})) << name;
    if (name == "gateway")
      server_.nodes().start(name);
    else
      server_.nodes().process(name + "-2").await_ready();
  }
  changing.stop();
  looking.stop();
  EXPECT_EQ(changes.failed(), 0U) << changes.first_failure();
  rush::blocking_client client{server_.url()};
  std::uint64_t version = 0;
  const auto map = load::map_in(client.get("/v1/schedules/" + schedule + "/seats").body, version);
  EXPECT_TRUE(eventually([&] { return readers.count_other_than(map) == 0; }, seconds{10}))
      << readers.count_other_than(map) << " readers know another map";
  const auto seen = readers.what_was_seen();
  EXPECT_EQ(seen.wrong, 0U);
  EXPECT_EQ(seen.gaps, 0U);
  EXPECT_GE(seen.lost, 100U) << "some have never lost their stream";
}

}  // namespace
}  // namespace boxoffice::system_test
