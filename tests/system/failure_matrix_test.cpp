// What docs/RELIABILITY.md says of nodes that fail, each line of it again and again.
#include "tests/system/faulty_cluster.hpp"

#include <csignal>
#include <cstdlib>
#include <memory>

namespace boxoffice::system_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

int rounds() {
  const char* given = std::getenv("TEST_ROUNDS");
  return given != nullptr ? std::stoi(given) : 10;
}

const std::string& service(int number) {
  const auto& all = rush::service_nodes::names();
  return all.at(static_cast<std::size_t>(number) % all.size());
}

enum class network_of : std::uint8_t { proxies, namespaces };

std::unique_ptr<cluster_network> make(network_of what) {
  if (what == network_of::proxies) return std::make_unique<proxied_network>();
  return std::make_unique<namespaced_network>();
}

class FailureMatrixOfLinks : public testing::TestWithParam<network_of> {};

// A process that stands still beyond its lease, and then goes on.
TEST(FailureMatrix, WhoStoodStillSaysNothingStaleAndEnds) {
  proxied_network network;
  faulty_cluster cluster{network};
  cluster.begin();
  for (int round = 0; round < rounds(); ++round) {
    const auto& what = service(round);
    cluster.await_end(what);
    cluster.node(cluster.serving(what)).process().send_signal(SIGSTOP);
    const auto woken = cluster.await_other(what);
    cluster.expect_back();
    cluster.node(woken).process().send_signal(SIGCONT);
    cluster.watch_end(what, woken);
  }
  cluster.expect_kept();
  EXPECT_GT(cluster.fenced(), 0) << "nothing was refused of those who were woken";
}

// Nothing arrives at its database, nor from there; the links are well.
TEST(FailureMatrix, WhoIsCutFromItsStoreIsReplaced) {
  proxied_network network;
  faulty_cluster cluster{network};
  cluster.heal = [&](const std::string& node) { network.cut_stores(node, false); };
  cluster.begin();
  for (int round = 0; round < rounds(); ++round) {
    const auto& what = service(round);
    cluster.await_end(what);
    network.cut_stores(cluster.serving(what), true);
    const auto cut = cluster.await_other(what);
    cluster.expect_back();
    // Before it gives up, in every second round.
    if (round % 2 == 0) network.cut_stores(cut, false);
    cluster.watch_end(what, cut);
  }
  cluster.expect_kept();
}

// Nobody who asks reaches it, or it reaches nobody; its database is well.
TEST_P(FailureMatrixOfLinks, WhoIsCutFromThoseWhoAskStepsDown) {
  // Who may not make namespaces (a container without CAP_NET_ADMIN) has the proxies.
  if (GetParam() == network_of::namespaces && !test::network_namespaces::can_be_made())
    GTEST_SKIP() << "NO NETWORK NAMESPACES HERE: the same is tested through proxies only";
  const auto network = make(GetParam());
  faulty_cluster cluster{*network};
  cluster.reaches_nodes = false;
  const auto cut_off = [&](const std::string& node, int how, bool on) {
    if (how != 1) network->drop_inbound(node, on);
    if (how != 2) network->drop_outbound(node, on);
  };
  cluster.begin();
  // Each service in each of the three ways: five at once, so that ten of each are six rounds.
  for (int round = 0; round < (3 * rounds() + 4) / 5; ++round) {
    std::map<std::string, std::string> cut;
    for (int number = 0; number < 5; ++number) {
      const auto& what = service(number);
      cut_off(cut[what] = cluster.serving(what), (number + round) % 3, true);
    }
    EXPECT_TRUE(
        eventually([&] { return cluster.problems().find("is not reached") != std::string::npos; }));
    for (const auto& [what, at] : cut) {
      cluster.await_other(what);
      cluster.watch_end(what, at);
    }
    for (const auto& [what, at] : cut)
      cluster.await_end(what);
    for (int number = 0; number < 5; ++number)
      cut_off(cut[service(number)], (number + round) % 3, false);
    cluster.expect_back();
  }
  cluster.expect_kept();
}

INSTANTIATE_TEST_SUITE_P(By, FailureMatrixOfLinks,
                         testing::Values(network_of::proxies, network_of::namespaces),
                         [](const auto& at) {
                           return at.param == network_of::proxies ? "Proxies" : "Namespaces";
                         });

// A node whose answers take a while holds up what needs it, and nothing else.
TEST(FailureMatrix, WhoIsSlowIsWaitedFor) {
  proxied_network network;
  faulty_cluster cluster{network};
  cluster.begin();
  for (int round = 0; round < rounds(); ++round) {
    const auto& what = service(round);
    network.delay(cluster.serving(what), milliseconds{40});
    const auto before = cluster.steps();
    EXPECT_TRUE(eventually([&] { return cluster.steps() > before + 12; }, seconds{20}));
    network.delay(cluster.serving(what), milliseconds{0});
    cluster.expect_back();
    EXPECT_TRUE(cluster.ready_on(cluster.serving(what)));
  }
  cluster.expect_kept();
}

}  // namespace
}  // namespace boxoffice::system_test
