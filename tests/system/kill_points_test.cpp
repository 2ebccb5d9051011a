#include "actors/core/fault_points.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"

#include <csignal>
#include <cstdlib>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using rush::books_are;

/// The server that can be armed, ready to be killed at `point` when it is passed for the nth time.
class armed_server {
 public:
  armed_server(running_server& server, std::string_view point, std::uint64_t nth)
      : server_{server} {
    const auto at = std::string{point} + ":" + std::to_string(nth);
    ::setenv("KILL_AT", at.c_str(), 1);
    server_.use(BOXOFFICE_KILLABLE);
  }
  ~armed_server() {
    ::unsetenv("KILL_AT");
    server_.use(server_binary());
  }
  armed_server(const armed_server&) = delete;
  armed_server& operator=(const armed_server&) = delete;

 private:
  running_server& server_;
};

bool is_recovery_point(std::string_view point) {
  return point.find("recovered") != std::string_view::npos;
}

/// What buyers were told is there, nothing is there twice, and every saga ends by itself.
void expect_whole(running_server& server, const rush_on& rush) {
  const auto left = server.read_books();
  EXPECT_EQ(to_text(check_books(left, rush.log(), rush.sale(), books_are::in_motion)), "");
  EXPECT_EQ(rush::audit(server_binary(), server.data_dir()).faults(), "") << "after the kill";
  server.start();
  EXPECT_TRUE(eventually([&] { return open_payments(server.read_books()).empty(); }));
  const auto back = server.read_books();
  rush::findings whole = check_ledger(back);
  whole.append(check_payments(back, books_are::at_rest));
  whole.append(check_acknowledged(back, rush.log(), rush.sale(), books_are::in_motion));
  EXPECT_EQ(to_text(whole), "") << "after the restart";
}

/// One sale through which the server dies `rounds` times at `point`, the first time soon.
void die_at(std::string_view point, int rounds, std::mt19937_64& dice) {
  running_server server;
  rush_on rush{
      server,
      {.seats = 300, .waiting_room = std::nullopt, .hold = std::chrono::seconds{5}},
      {.buyers = 600, .how = {.give_up = 0.1, .retry = 0.3, .refund = 0.5}, .seed = dice()}};
  int deaths = 0;
  for (int round = 0; round < rounds && !rush.done(); ++round) {
    // A point of the start is passed once a start; others come often.
    const auto nth = is_recovery_point(point) ? 1 : 1 + dice() % (round == 0 ? 3 : 20);
    SCOPED_TRACE(std::string{point} + ":" + std::to_string(nth));
    EXPECT_EQ(server.process().stop(), 0);
    const auto serves = [&] {
      const armed_server armed{server, point, nth};
      return server.try_start();
    }();
    if (serves) rush.go_on();
    if (!serves || rush.run_until_death()) ++deaths;
    expect_whole(server, rush);
    rush.go_on();
    rush.run_until(rush.log().all().size() + 10, [] {});
    if (testing::Test::HasFailure()) return;
  }
  std::cout << point << ": killed " << deaths << " times\n";
  EXPECT_GT(deaths, 0) << "the point was never passed";
  testing::Test::RecordProperty("deaths", deaths);
  EXPECT_EQ(server.process().stop(), 0);
  EXPECT_EQ(
      to_text(check_books(server.read_books(), rush.log(), rush.sale(), books_are::in_motion)), "");
  EXPECT_EQ(rush::audit(server_binary(), server.data_dir()).faults(), "");
}

class KillPoints : public testing::TestWithParam<std::string_view> {};

TEST_P(KillPoints, LoseNothingThatWasAcknowledged) {
  const auto seed = announced_seed(31);
  std::mt19937_64 dice{seed ^ std::hash<std::string_view>{}(GetParam())};
  die_at(GetParam(), 6, dice);
}

INSTANTIATE_TEST_SUITE_P(Every, KillPoints, testing::ValuesIn(fault_point_names),
                         [](const auto& point) { return std::string{point.param}; });

}  // namespace
}  // namespace boxoffice::system_test
