#include "tests/rush/audit_run.hpp"
#include "tests/rush/report.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using boost::asio::ip::tcp;
using rush::books_are;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Five services as five processes, each with files of its own, and a gateway.
class Cluster : public testing::Test {
 protected:
  Cluster()
      : nodes_{server_binary(), scratch_.path(), {}},
        gateway_{{.program = server_binary(),
                  .data_dir = scratch_.path() / "gateway-data",
                  .settings = nodes_.gateway_settings()}} {}

  [[nodiscard]] const std::string& url() const { return gateway_.url(); }
  visitor somebody(const std::string& name, const std::string& role = "user") {
    return {url(), name, role};
  }
  std::string metrics_of(const std::string& name) {
    return rush::blocking_client{nodes_.process(name).url()}.get("/metrics").body;
  }
  double metric(const std::string& node, const std::string& line) {
    const auto text = metrics_of(node);
    const auto at = text.find("\n" + line + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size() + 2));
  }
  struct sale {
    std::string concert, schedule;
  };
  sale open_sale(int rows = 5) {
    auto admin = somebody("admin1", "admin");
    const auto concert = admin.open_concert();
    return {concert, admin.open_schedule(concert, schedule_on_sale(rows, 10))};
  }
  /// Buys a seat, and expects that nothing is in its way.
  void expect_buys(visitor& who, const sale& at) {
    const auto joined = who.join(at.concert);
    ASSERT_TRUE(joined.status == 201 || joined.status == 200) << joined.body;
    ASSERT_EQ(who.charge(1'000'000).status, 201);
    const auto held = who.hold(at.schedule, {{"bestAvailable", {{"count", 1}}}});
    ASSERT_EQ(held.status, 201) << held.body;
    const auto paid = who.pay(held.value().at("reservationId"));
    ASSERT_EQ(paid.status, 201) << paid.body;
    EXPECT_EQ(paid.value().at("status"), "COMPLETED");
  }

  rush::scratch_directory scratch_{"boxoffice-cluster"};
  service_nodes nodes_;
  rush::server_process gateway_;
};

TEST_F(Cluster, SellsATicketThroughFiveProcesses) {
  const auto at = open_sale();
  auto buyer = somebody("kim");
  expect_buys(buyer, at);
  EXPECT_TRUE(eventually([&] {
    const auto board = buyer.get("/v1/rankings/best-selling").value().at("items");
    return board.size() == 1 && board[0].at("seatsSold") == 1;
  }));
  const auto map = buyer.get("/v1/schedules/" + at.schedule + "/seats?status=SOLD").value();
  EXPECT_EQ(map.at("seats").size(), 1U);
}

TEST_F(Cluster, TellsOperatorsOfItsNodes) {
  auto op = somebody("op1", "operator");
  json all;  // what is shown of links is as of a moment ago
  EXPECT_TRUE(eventually([&] {
    all = op.get("/v1/admin/nodes").value();
    return all.at("problems").empty();
  }));
  ASSERT_EQ(all.at("items").size(), 6U);
  EXPECT_TRUE(all.at("problems").empty()) << all.dump();
  EXPECT_EQ(all.at("items")[0].at("node"), "gateway");
  std::map<std::string, std::string> services;
  for (const auto& each : all.at("items"))
    if (each.contains("services"))
      for (const auto& s : each.at("services"))
        services[s.at("service")] = each.at("node");
  EXPECT_EQ(services["catalogue"], "concert");
  EXPECT_EQ(services["sold_out"], "queue_ranking");
  EXPECT_EQ(services["payment"], "payment");
  nodes_.kill_hard("point");
  EXPECT_TRUE(eventually([&] {
    const auto problems = op.get("/v1/admin/nodes").value().at("problems");
    return problems.size() == 1 &&
           problems[0].get<std::string>().find("(point) is not reached") != std::string::npos;
  }));
}

// Everybody can connect to a port. Nobody but a node gets an answer, and no node notices.
TEST_F(Cluster, DoesNotHearStrangers) {
  const auto at = open_sale();
  boost::asio::io_context context;
  const tcp::endpoint point{boost::asio::ip::address_v4::loopback(), nodes_.link_port("point")};
  std::vector<tcp::socket> strangers;
  std::mt19937_64 dice{7};
  constexpr int count = 1000;  // four times as many as there may be at once
  for (int i = 0; i < count; ++i) {
    auto& one = strangers.emplace_back(context);
    boost::system::error_code failed;
    one.connect(point, failed);
    if (failed) continue;
    std::string bytes;
    switch (i % 5) {
      case 0:  // silent
        break;
      case 1:  // a frame of 4 GiB
        bytes = std::string{"\xff\xff\xff\xff\x04", 5};
        break;
      case 2:  // half a TLS hello
        bytes = std::string{"\x16\x03\x01\x02\x00\x01", 6};
        break;
      case 3:  // HTTP
        bytes = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        break;
      default:
        for (int k = 0; k < 2000; ++k)
          bytes.push_back(static_cast<char>(dice()));
    }
    boost::asio::write(one, boost::asio::buffer(bytes), failed);
  }
  auto buyer = somebody("kim");
  expect_buys(buyer, at);
  // Those who sent nothing sensible are cut at once, those who wait, after a while.
  EXPECT_TRUE(eventually([&] { return metric("point", "boxoffice_links_refused_total") >= count; },
                         seconds{20}))
      << metric("point", "boxoffice_links_refused_total");
  EXPECT_EQ(metric("point", "boxoffice_links_cut_total"), 0);
}

TEST_F(Cluster, DoesNotHearAnImpostor) {
  // A gateway of another secret: it never becomes ready, and asks nothing.
  auto how = nodes_.gateway_settings();
  how.push_back("cluster.secret=a secret that is long enough, but another");
  const auto folder = scratch_.path() / "impostor";
  std::filesystem::create_directories(folder);
  std::vector<std::string> arguments{"serve",
                                     "--listen",
                                     "127.0.0.1:0",
                                     "--set",
                                     "auth.dev=true",
                                     "--set",
                                     "auth.secret=a-secret-for-rush-and-tests-only"};
  for (const auto& each : how)
    arguments.insert(arguments.end(), {"--set", each});
  rush::child_process impostor{server_binary(), arguments, folder / "errors"};
  EXPECT_FALSE(impostor.read_line(seconds{3}));
  EXPECT_NE(impostor.error_text().find("did not become a link"), std::string::npos)
      << impostor.error_text();
  const auto at = open_sale();
  auto buyer = somebody("kim");
  expect_buys(buyer, at);
}

// The catalogue is known to all nodes: they go on without its owner, and never say that something
// does not exist when they cannot know.
TEST_F(Cluster, SellsOnWhileTheCatalogueIsAway) {
  const auto at = open_sale();
  auto buyer = somebody("kim");
  EXPECT_EQ(buyer.get("/v1/schedules/sch_1nq8kz0c3").status, 404);
  nodes_.kill_hard("concert");
  EXPECT_TRUE(eventually([&] { return buyer.get("/v1/schedules/sch_1nq8kz0c3").status == 503; },
                         seconds{5}));
  EXPECT_EQ(buyer.hold("sch_1nq8kz0c3", {{"seats", {"A-1"}}}).status, 503);
  EXPECT_EQ(buyer.get("/v1/schedules/" + at.schedule).status, 200);
  expect_buys(buyer, at);
  auto admin = somebody("admin1", "admin");
  EXPECT_EQ(admin.post("/v1/concerts", {{"title", "t"}, {"artist", "a"}}).status, 503);
  nodes_.start("concert");
  EXPECT_TRUE(eventually([&] { return buyer.get("/v1/schedules/sch_1nq8kz0c3").status == 404; },
                         seconds{5}));
  expect_buys(buyer, open_sale());
}

TEST_F(Cluster, ChangesOfTheCatalogueAreEverywhereWhenTheyAreTold) {
  auto admin = somebody("admin1", "admin");
  for (int i = 0; i < 30; ++i) {
    const auto concert = admin.open_concert();
    const auto schedule = admin.open_schedule(concert, schedule_on_sale(1, 4));
    auto buyer = somebody("b" + std::to_string(i));
    // The waiting rooms and the reservations, which are other nodes, know both.
    ASSERT_EQ(buyer.join(concert).status, 201);
    const auto held = buyer.hold(schedule, {{"seats", {"A-1"}}});
    ASSERT_EQ(held.status, 201) << held.body;
  }
}

// A process that stands still for a while is late, and nothing else.
TEST_F(Cluster, WaitsForANodeThatStandsStill) {
  const auto at = open_sale();
  auto buyer = somebody("kim");
  ASSERT_EQ(buyer.join(at.concert).status, 201);
  ASSERT_EQ(buyer.charge(1'000'000).status, 201);
  const auto held = buyer.hold(at.schedule, {{"seats", {"A-1"}}});
  ASSERT_EQ(held.status, 201);
  nodes_.process("point").process().send_signal(SIGSTOP);
  const auto paid = buyer.pay(held.value().at("reservationId"), "pay-1");
  ASSERT_EQ(paid.status, 202) << paid.body;
  nodes_.process("point").process().send_signal(SIGCONT);
  std::string last = paid.body;
  EXPECT_TRUE(eventually(
      [&] {
        const auto now = buyer.get("/v1/payments/" + paid.value().value("paymentId", "none"));
        last = now.body;
        return now.status == 200 && now.value().at("status") == "COMPLETED";
      },
      seconds{10}))
      << last;
  EXPECT_EQ(buyer.get("/v1/points").value().at("balance"),
            1'000'000 - held.value().at("amount").get<std::int64_t>());
}

// The gateway signs and checks, and the node of the reservations keeps who went in.
TEST_F(Cluster, KeepsTheFirstAdmissionWhenItsNodeIsKilled) {
  const auto at = open_sale();
  auto buyer = somebody("kim"), gate = somebody("op1", "operator");
  ASSERT_EQ(buyer.join(at.concert).status, 201);
  ASSERT_EQ(buyer.charge(1'000'000).status, 201);
  const std::string id = buyer.hold(at.schedule, {{"seats", {"A-1"}}}).value().at("reservationId");
  ASSERT_EQ(buyer.pay(id).status, 201);
  const auto ticket = buyer.get("/v1/reservations/" + id + "/ticket").value().at("ticket");
  const auto admitted = [&] {
    return gate.post("/v1/admin/tickets/verify", {{"ticket", ticket}, {"admit", true}});
  };
  const auto first = admitted().value();
  EXPECT_EQ(first.at("admittedNow"), true) << first;
  nodes_.kill_hard("reservation");
  const auto away = admitted();
  EXPECT_EQ(faults_of_problem(away, 503, "unavailable"), "") << away.body;
  nodes_.start("reservation");
  json later;
  EXPECT_TRUE(eventually([&] {
    const auto answer = admitted();
    later = answer.value();
    return answer.status == 200;
  })) << later;
  EXPECT_EQ(later.value("valid", false), true);
  EXPECT_EQ(later.value("admittedNow", true), false);
  EXPECT_EQ(later.value("admittedAt", ""), first.at("admittedAt"));
}

TEST_F(Cluster, RefusesANodeOfAnotherInstallation) {
  // The store of the points of another installation, with the name and the secret of this one.
  nodes_.process("point").stop();
  rush::scratch_directory other{"boxoffice-other"};
  {
    running_server alone;  // founds an installation of its own
    ASSERT_EQ(alone.process().stop(), 0);
    std::filesystem::copy_file(alone.data_dir() / "point.db", nodes_.data_dir("point") / "point.db",
                               std::filesystem::copy_options::overwrite_existing);
    for (const auto* ending : {"-wal", "-shm"})
      std::filesystem::remove(nodes_.data_dir("point") / (std::string{"point.db"} + ending));
  }
  nodes_.start("point");
  auto op = somebody("op1", "operator");
  std::string last;
  EXPECT_TRUE(eventually([&] {
    last = op.get("/v1/admin/nodes").body;
    return last.find("belong to different installations") != std::string::npos;
  })) << last;
}

/// Kills each service in the middle of a rush, and starts it again.
class ClusterRush : public testing::TestWithParam<const char*> {};

TEST_P(ClusterRush, LosesNothingWhenANodeIsKilled) {
  ASSERT_NE(tested_nodes(), node_layout::one) << "needs +five or +ha in TEST_STORE";
  const std::string victim = GetParam();
  const auto seed = announced_seed(21);
  const rush::sale_plan plan{.seats = 60, .waiting_room = std::nullopt, .hold = seconds{8}};
  running_server server;
  rush_on rush{
      server,
      plan,
      {.buyers = 120, .how = {.give_up = 0.05, .retry = 0.2, .refund = 0.2}, .seed = seed}};
  std::mt19937_64 dice{seed};
  std::string serving = victim;
  for (int round = 0; round < 3 && !rush.done(); ++round) {
    rush.run_until(rush.log().all().size() + 1 + dice() % 60, [&] {
      if (victim == "gateway") {
        server.process().kill_hard();
        server.start();
      } else {
        // With a second node that one takes over; the first one comes back, and stands by.
        server.nodes().kill_hard(serving);
        const auto other = rush::service_nodes::other_of(serving);
        const bool twice = tested_nodes() == node_layout::ha;
        if (twice) server.nodes().process(other).await_ready();
        server.nodes().start(serving);
        if (twice) serving = other;
      }
    });
    rush.go_on();
  }
  rush.finish();
  for (const auto& each : rush.measured().violations())
    ADD_FAILURE() << each;
  EXPECT_EQ(rush::sold_as_told(rush.log()), plan.seats);
  const auto drained = [&] {
    return rush::audit(server_binary(), server.data_dir(), {"--drained"});
  };
  EXPECT_TRUE(eventually([&] { return drained().code == 0; }, seconds{30})) << drained().faults();
  const auto all = server.read_books();
  EXPECT_EQ(rush::sold_seats(all, rush.sale()), plan.seats);
  EXPECT_EQ(to_text(check_books(all, rush.log(), rush.sale(), books_are::at_rest)), "");
}

INSTANTIATE_TEST_SUITE_P(Services, ClusterRush,
                         testing::Values("gateway", "concert", "point", "reservation",
                                         "queue_ranking", "payment"),
                         [](const auto& at) { return std::string{at.param}; });

}  // namespace
}  // namespace boxoffice::system_test
