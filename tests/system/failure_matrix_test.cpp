// What docs/RELIABILITY.md says of nodes that fail, each line of it again and again.
#include "tests/system/failing_house.hpp"

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

enum class wires_are : std::uint8_t { proxies, separate_machines };

std::unique_ptr<house_wires> make(wires_are what) {
  if (what == wires_are::proxies) return std::make_unique<proxied_wires>();
  return std::make_unique<separate_machines>();
}

class FailureMatrixOfLinks : public testing::TestWithParam<wires_are> {};

// A process that stands still beyond its lease, and then goes on.
TEST(FailureMatrix, WhoStoodStillSaysNothingStaleAndEnds) {
  proxied_wires wires;
  failing_house house{wires};
  house.begin();
  for (int round = 0; round < rounds(); ++round) {
    const auto& what = service(round);
    house.await_end(what);
    house.node(house.serving(what)).process().send_signal(SIGSTOP);
    const auto woken = house.await_other(what);
    house.expect_back();
    house.node(woken).process().send_signal(SIGCONT);
    house.watch_end(what, woken);
  }
  house.expect_kept();
  EXPECT_GT(house.fenced(), 0) << "nothing was refused of those who were woken";
}

// Nothing arrives at its database, nor from there; the links are well.
TEST(FailureMatrix, WhoIsCutFromItsStoreIsReplaced) {
  proxied_wires wires;
  failing_house house{wires};
  house.heal = [&](const std::string& node) { wires.cut_stores(node, false); };
  house.begin();
  for (int round = 0; round < rounds(); ++round) {
    const auto& what = service(round);
    house.await_end(what);
    wires.cut_stores(house.serving(what), true);
    const auto cut = house.await_other(what);
    house.expect_back();
    // Before it gives up, in every second round.
    if (round % 2 == 0) wires.cut_stores(cut, false);
    house.watch_end(what, cut);
  }
  house.expect_kept();
}

// Nobody who asks reaches it, or it reaches nobody; its database is well.
TEST_P(FailureMatrixOfLinks, WhoIsCutFromThoseWhoAskStepsDown) {
  if (GetParam() == wires_are::separate_machines && !test::network_namespaces::can_be_made())
    GTEST_SKIP() << "NO NETWORK NAMESPACES HERE: the same is tested through proxies only";
  const auto wires = make(GetParam());
  failing_house house{*wires};
  house.reaches_nodes = false;
  const auto cut_off = [&](const std::string& node, int how, bool on) {
    if (how != 1) wires->deafen(node, on);
    if (how != 2) wires->mute(node, on);
  };
  house.begin();
  // Each service in each of the three ways: five at once, so that ten of each are six rounds.
  for (int round = 0; round < (3 * rounds() + 4) / 5; ++round) {
    std::map<std::string, std::string> cut;
    for (int number = 0; number < 5; ++number) {
      const auto& what = service(number);
      cut_off(cut[what] = house.serving(what), (number + round) % 3, true);
    }
    EXPECT_TRUE(
        eventually([&] { return house.problems().find("is not reached") != std::string::npos; }));
    for (const auto& [what, at] : cut) {
      house.await_other(what);
      house.watch_end(what, at);
    }
    for (const auto& [what, at] : cut)
      house.await_end(what);
    for (int number = 0; number < 5; ++number)
      cut_off(cut[service(number)], (number + round) % 3, false);
    house.expect_back();
  }
  house.expect_kept();
}

INSTANTIATE_TEST_SUITE_P(By, FailureMatrixOfLinks,
                         testing::Values(wires_are::proxies, wires_are::separate_machines),
                         [](const auto& at) {
                           return at.param == wires_are::proxies ? "Proxies" : "SeparateMachines";
                         });

// A node whose answers take a while holds up what needs it, and nothing else.
TEST(FailureMatrix, WhoIsSlowIsWaitedFor) {
  proxied_wires wires;
  failing_house house{wires};
  house.begin();
  for (int round = 0; round < rounds(); ++round) {
    const auto& what = service(round);
    wires.delay(house.serving(what), milliseconds{40});
    let_pass(milliseconds{700});
    const auto before = house.steps();
    EXPECT_TRUE(eventually([&] { return house.steps() > before + 4; }, seconds{20}));
    wires.delay(house.serving(what), milliseconds{0});
    house.expect_back();
    EXPECT_TRUE(house.ready_on(house.serving(what)));
  }
  house.expect_kept();
}

}  // namespace
}  // namespace boxoffice::system_test
