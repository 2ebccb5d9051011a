#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

/// What the databases hold, but for what differs between any two runs: ids and times.
std::multiset<std::string> rows_of(const rush::books& all) {
  std::multiset<std::string> rows;
  for (const auto& [id, r] : all.reservations) {
    std::string row = "reservation of " + r.user + " " + std::to_string(r.amount) + " status " +
                      std::to_string(static_cast<int>(r.status)) + " seats";
    for (const auto seat : r.seats)
      row += " " + std::to_string(seat);
    rows.insert(row);
  }
  for (const auto& claim : all.claims)
    rows.insert("claim of seat " + std::to_string(claim.seat));
  for (const auto& [id, p] : all.payments)
    rows.insert("payment of " + p.user + " " + std::to_string(p.amount) + " state " +
                std::to_string(static_cast<int>(p.state)));
  for (const auto& each : all.events)
    rows.insert("event " + std::to_string(each.kind));
  for (const auto& [user, balance] : all.balances)
    rows.insert("balance of " + user + " " + std::to_string(balance));
  for (const auto& each : all.ledger)
    rows.insert("ledger of " + each.user + " " + std::to_string(static_cast<int>(each.kind)) + " " +
                std::to_string(each.amount) + " " + std::to_string(each.balance_after));
  for (const auto& [token, place] : all.places)
    rows.insert("place of " + place.user + " state " +
                std::to_string(static_cast<int>(place.state)));
  return rows;
}

/// One after the other, so that nothing is left to chance: sales, refusals, refunds, releases.
std::multiset<std::string> play(running_server& server) {
  visitor admin{server.url(), "admin1", "admin"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(4, 10));
  for (int i = 0; i < 30; ++i) {
    visitor buyer{server.url(), "b" + std::to_string(i)};
    EXPECT_EQ(buyer.join(concert).status, 201);
    const std::int64_t points = i % 7 == 0 ? 10 : 1'000'000;  // some cannot pay
    EXPECT_EQ(buyer.charge(points).status, 201);
    const auto seat = "A-" + std::to_string(1 + i % 25);  // some come too late
    const auto held = buyer.hold(schedule, {{"seats", {seat}}}, "hold");
    EXPECT_TRUE(held.status == 201 || held.status == 409) << held.body;
    const auto again = buyer.hold(schedule, {{"seats", {seat}}}, "hold");
    EXPECT_EQ(again.status, held.status);
    if (held.status != 201) continue;
    EXPECT_EQ(again.body, held.body);
    const std::string id = held.value().at("reservationId");
    if (i % 5 == 0) {
      EXPECT_EQ(buyer.remove("/v1/reservations/" + id).status, 204);
      continue;
    }
    const auto paid = buyer.pay(id, "pay");
    if (paid.status != 201) continue;
    EXPECT_EQ(buyer.pay(id, "pay").body, paid.body);
    if (i % 4 == 0) {
      const auto back = buyer.refund(paid.value().at("paymentId"));
      EXPECT_EQ(back.status, 201) << back.body;
    }
  }
  std::multiset<std::string> rows;
  EXPECT_TRUE(eventually([&] {  // tokens are used up by events
    auto before = std::move(rows);
    rows = rows_of(server.read_books());
    return rows == before;
  }));
  return rows;
}

TEST(SameRows, ComeOfTheSameRequestsHoweverManyProcessesThereAre) {
  ASSERT_NE(tested_nodes(), node_layout::one) << "needs +five or +ha in TEST_STORE";
  running_server several;
  const auto of_several = play(several);
  setenv("TEST_STORE", "postgres+redis",
         1);  // NOLINT(concurrency-mt-unsafe): this test has one thread
  running_server alone;
  const auto of_one = play(alone);
  EXPECT_GT(of_one.size(), 150U);
  EXPECT_EQ(of_several, of_one);
}

}  // namespace
}  // namespace boxoffice::system_test
