#include "actors/core/ids.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/rush/report.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using rush::books;
using rush::books_are;
using std::chrono::seconds;

struct waiting_place {
  std::int64_t sequence;
  std::string token;
  std::string user;
};

/// Who waits in the line, in its order.
std::vector<waiting_place> line_of(const books& all) {
  std::vector<waiting_place> line;
  for (const auto& [token, row] : all.places)
    if (row.state == rush::place_row_state::waiting)
      line.push_back({row.sequence,
                      to_text(queue_token{{static_cast<std::uint64_t>(row.concert)},
                                          static_cast<std::uint64_t>(token)}),
                      row.user});
  std::ranges::sort(line, {}, &waiting_place::sequence);
  return line;
}

/// Asks from the back to the front, so that a line that moves meanwhile cannot look out of order.
void expect_same_order(rush::blocking_client& client, const std::vector<waiting_place>& line) {
  std::int64_t behind = INT64_MAX;
  const std::vector<waiting_place> from_the_back{line.rbegin(), line.rend()};
  for (const auto& place : from_the_back) {
    const auto answer = client.get("/v1/queue/tokens/" + place.token, client.dev_token(place.user));
    ASSERT_EQ(answer.status, 200) << place.token << " " << answer.body;
    const auto now = answer.value();
    if (now.at("status") != "WAITING") continue;
    const auto position = now.at("position").get<std::int64_t>();
    EXPECT_LT(position, behind) << place.token << " of " << place.user << " lost its place";
    behind = position;
  }
}

/// Every hold a buyer was told of reads as it was told, deadline and all.
void expect_same_holds(rush::blocking_client& client, const rush::acknowledgement_log& log) {
  for (const auto& told : log.all()) {
    if (told.what != rush::acknowledged::hold) continue;
    const auto answer = client.get("/v1/reservations/" + told.id, client.dev_token(told.user));
    ASSERT_EQ(answer.status, 200) << told.id << " " << answer.body;
    const auto now = answer.value();
    EXPECT_EQ(now.at("expiresAt"), told.body.at("expiresAt")) << told.id;
    EXPECT_EQ(now.at("seats"), told.body.at("seats")) << told.id;
  }
}

/// The server was killed at some moment: what its databases hold, what it says once it is back.
void expect_recovery(running_server& server, const rush_on& rush) {
  const auto left = server.read_books();
  EXPECT_EQ(to_text(check_books(left, rush.log(), rush.sale(), books_are::in_motion)), "")
      << "after the kill, before the restart";
  EXPECT_EQ(rush::audit(server_binary(), server.data_dir()).faults(), "")
      << "after the kill, before the restart";

  server.start();
  rush::blocking_client client{server.url()};
  expect_same_order(client, line_of(left));
  expect_same_holds(client, rush.log());
  EXPECT_TRUE(eventually([&] { return open_payments(server.read_books()).empty(); }))
      << open_payments(server.read_books()).size() << " payments do not end by themselves";

  const auto back = server.read_books();
  for (const auto& [token, row] : left.places) {
    const auto now = back.places.find(token);
    ASSERT_NE(now, back.places.end());
    EXPECT_EQ(now->second.sequence, row.sequence);
  }
  // Nobody has asked anything again yet: whatever was under way is done or undone as a whole.
  rush::findings whole = check_ledger(back);
  whole.append(check_payments(back, books_are::at_rest));
  whole.append(check_places(back, rush.sale()));
  whole.append(check_acknowledged(back, rush.log(), rush.sale(), books_are::in_motion));
  EXPECT_EQ(to_text(whole), "") << "after the restart";
  EXPECT_EQ(rush::audit(server_binary(), server.data_dir()).faults(), "") << "while serving";
}

/// Kills the server `rounds` times on the way, each time after a drawn number of acknowledgements.
void crash_through(const rush::sale_plan& sale, const rush::crowd_plan& plan, int rounds,
                   std::size_t acknowledgements_between) {
  running_server server;
  rush_on rush{server, sale, plan};
  std::mt19937_64 dice{plan.seed};
  for (int round = 0; round < rounds && !rush.done(); ++round) {
    const auto more = 1 + dice() % acknowledgements_between;
    SCOPED_TRACE("round " + std::to_string(round) + ", killed after " +
                 std::to_string(rush.log().all().size() + more) + " acknowledgements");
    rush.run_until(rush.log().all().size() + more, [&] { server.process().kill_hard(); });
    expect_recovery(server, rush);
    if (testing::Test::HasFatalFailure()) return;
    rush.go_on();
  }
  rush.finish();

  for (const auto& each : rush.measured().violations())
    ADD_FAILURE() << each;
  EXPECT_EQ(rush.measured().server_errors(), 0U);
  EXPECT_EQ(rush::sold_as_told(rush.log()), sale.seats);
  EXPECT_EQ(server.process().stop(), 0);
  const auto all = server.read_books();
  EXPECT_EQ(rush::sold_seats(all, rush.sale()), sale.seats);
  EXPECT_EQ(to_text(check_books(all, rush.log(), rush.sale(), books_are::at_rest)), "");
  EXPECT_EQ(rush::audit(server_binary(), server.data_dir()).faults(), "");
}

TEST(Crash, InTheMiddleOfARushLosesNothingThatWasAcknowledged) {
  const auto seed = announced_seed(11);
  crash_through(
      {.seats = 60, .waiting_room = std::nullopt, .hold = seconds{8}},
      {.buyers = 120, .how = {.give_up = 0.05, .retry = 0.2, .refund = 0.2}, .seed = seed}, 6, 100);
}

TEST(Crash, KeepsTheOrderOfTheWaitingRoom) {
  const auto seed = announced_seed(12);
  crash_through({.seats = 60,
                 .waiting_room = rush::waiting_room_size{.active_max = 30, .admit_per_second = 60},
                 .hold = seconds{8}},
                {.buyers = 150, .how = {.give_up = 0.1, .retry = 0.2, .refund = 0.1}, .seed = seed},
                4, 200);
}

TEST(Crash, ManyTimesInARowIsSurvived) {
  const auto seed = announced_seed(13);
  crash_through({.seats = 40, .waiting_room = std::nullopt, .hold = seconds{8}},
                {.buyers = 80, .how = {.give_up = 0, .retry = 0.3, .refund = 0.3}, .seed = seed},
                15, 30);
}

}  // namespace
}  // namespace boxoffice::system_test
