// Redis is flushed, dies and is emptied under a server: nothing is oversold, nobody enters twice or
// before his turn, and the rankings are right again.
#include "tests/rush/api_checks.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/rush/report.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::seconds;

class RedisLoss : public testing::Test {
 protected:
  void TearDown() override {
    if (HasFailure()) std::cout << server_.process().process().error_text() << '\n';
  }

  void flush() { std::ignore = servers_.redis("FLUSHALL"); }

  /// Seats sold of a schedule by the ranking; none when it cannot be read.
  static std::optional<std::int64_t> ranked(visitor& who, const std::string& schedule) {
    const auto answer = who.get("/v1/rankings/best-selling?window=all");
    if (answer.status != 200) return std::nullopt;
    const auto lines = answer.value();
    for (const auto& each : lines.at("items"))
      if (each.at("scheduleId") == schedule) return each.at("seatsSold").get<std::int64_t>();
    return 0;
  }
  static json place(visitor& who) {
    const auto answer = who.get("/v1/queue/tokens/" + who.queue_token());
    return answer.status == 200 ? answer.value() : json{{"status", answer.status}};
  }
  std::string drained_faults() {
    rush::audit_run ran;
    eventually(
        [&] {
          ran = rush::audit(server_binary(), server_.data_dir(), {"--drained"});
          return ran.code == 0;
        },
        seconds{10});
    return ran.faults();
  }

  test::own_servers servers_{"redis"};
  rush::redis_keys keys_{"redis://127.0.0.1:" + std::to_string(servers_.redis_port())};
  running_server server_{keys_};
};

TEST_F(RedisLoss, FlushedAgainAndAgainInTheMiddleOfARush) {
  constexpr std::size_t active_max = 40;
  const rush::sale_plan sale{
      .seats = 100,
      .waiting_room = rush::waiting_room_size{.active_max = active_max, .admit_per_second = 100},
      .hold = seconds{3}};
  rush_on rush{server_,
               sale,
               {.buyers = 300, .how = {.retry = 0.3, .refund = 0.1}, .seed = announced_seed(8)}};
  std::atomic<bool> over{false};
  int flushes = 0;
  std::size_t samples = 0, most_active = 0;
  std::jthread villain;
  std::jthread sampler;
  rush.at(60, [&] {
    villain = std::jthread{[&] {
      while (!over) {
        flush();
        ++flushes;
        eventually([&] { return over.load(); }, std::chrono::milliseconds{250});
      }
    }};
    sampler = std::jthread{[&] {
      while (!over) {
        try {
          rush::books now;
          rush::read_places_in_redis(keys_.url(), now);
          std::size_t active = 0;
          for (const auto& [token, row] : now.places)
            active += row.state == rush::place_row_state::active ? 1 : 0;
          most_active = std::max(most_active, active);
          ++samples;
        } catch (const std::exception&) {  // flushed, and not yet put back
        }
      }
    }};
  });
  rush.finish();
  over = true;
  if (villain.joinable()) villain.join();
  if (sampler.joinable()) sampler.join();
  const auto flushed_last = std::chrono::steady_clock::now();
  EXPECT_GE(flushes, 3);
  EXPECT_GT(samples, 20U);
  EXPECT_GT(most_active, 0U);
  EXPECT_LE(most_active, active_max);

  EXPECT_EQ(rush.measured().server_errors(), 0U);
  EXPECT_EQ(rush.measured().unanswered(), 0U);
  for (const auto& each : rush.measured().violations())
    ADD_FAILURE() << each;
  EXPECT_EQ(rush::sold_as_told(rush.log()), sale.seats);
  visitor operator_{server_.url(), "op", "operator"};
  const auto schedule = rush.sale().schedule_id;
  EXPECT_TRUE(eventually(
      [&] { return ranked(operator_, schedule) == static_cast<std::int64_t>(sale.seats); },
      seconds{10}))
      << ranked(operator_, schedule).value_or(-1);
  EXPECT_LT(std::chrono::steady_clock::now() - flushed_last, seconds{10});
  EXPECT_EQ(drained_faults(), "");
  EXPECT_EQ(server_.process().stop(), 0);
  const auto books = server_.read_books();
  EXPECT_EQ(rush::sold_seats(books, rush.sale()), sale.seats);
  EXPECT_EQ(to_text(rush::check_books(books, rush.log(), rush.sale(), rush::books_are::at_rest)),
            "");
}

TEST_F(RedisLoss, TheLineKeepsItsOrderAndGoesOn) {
  visitor admin{server_.url(), "admin1", "admin"};
  const auto concert = admin.open_concert({{"activeMax", 2}, {"admitPerSecond", 50}});
  admin.open_schedule(concert, schedule_on_sale(2, 5));
  std::vector<visitor> people;
  for (int i = 0; i < 12; ++i) {
    people.emplace_back(server_.url(), "p" + std::to_string(i));
    EXPECT_EQ(people.back().join(concert).status, 201);
  }
  const auto shown = [&] {
    std::vector<std::string> all;
    for (auto& who : people) {
      const auto at = place(who);
      all.push_back(at.at("status").dump() + " " + at.value("position", json{}).dump());
    }
    return all;
  };
  ASSERT_TRUE(eventually([&] { return place(people[1]).at("status") == "ACTIVE"; }));
  const auto before = shown();
  flush();
  EXPECT_EQ(shown(), before);
  // Noticed although nobody writes.
  EXPECT_TRUE(eventually([&] {
    try {
      rush::books now;
      rush::read_places_in_redis(keys_.url(), now);
      return now.places.size() == people.size();
    } catch (const std::exception&) {
      return false;
    }
  }));
  EXPECT_EQ(people[0].remove("/v1/queue/tokens/" + people[0].queue_token()).status, 204);
  EXPECT_TRUE(eventually([&] { return place(people[2]).at("status") == "ACTIVE"; }));
  EXPECT_EQ(place(people[3]).at("position"), 1);
  EXPECT_EQ(people[4].join(concert).status, 200) << "the place that is there, and no second one";
  const auto then = shown();
  EXPECT_EQ(server_.process().stop(), 0);
  server_.start();
  std::vector<visitor> again;
  again.reserve(people.size());
  for (auto& who : people)
    again.emplace_back(server_.url(), who.name());
  for (std::size_t i = 0; i < people.size(); ++i) {
    const auto answer = again[i].get("/v1/queue/tokens/" + people[i].queue_token());
    ASSERT_EQ(answer.status, 200);
    const auto at = answer.value();
    EXPECT_EQ(at.at("status").dump() + " " + at.value("position", json{}).dump(), then[i]) << i;
  }
}

TEST_F(RedisLoss, AnEmptiedRedisAtTheStart) {
  visitor admin{server_.url(), "admin1", "admin"};
  const auto concert = admin.open_concert({{"activeMax", 3}, {"admitPerSecond", 50}});
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(2, 3));
  std::string last_token, last_user;
  for (int i = 0; i < 3; ++i) {
    visitor buyer{server_.url(), "b" + std::to_string(i)};
    ASSERT_EQ(buyer.join(concert).status, 201);
    ASSERT_TRUE(eventually([&] { return place(buyer).at("status") == "ACTIVE"; }));
    ASSERT_EQ(buyer.charge(1'000'000).status, 201);
    const auto hold = buyer.hold(schedule, {{"bestAvailable", {{"count", 2}}}});
    ASSERT_EQ(hold.status, 201) << hold.body;
    ASSERT_EQ(buyer.pay(hold.value().at("reservationId")).status, 201);
    last_token = buyer.queue_token();
    last_user = buyer.name();
  }
  ASSERT_TRUE(eventually([&] { return ranked(admin, schedule) == 6; }));
  // A board of its own, which takes its events when it comes to them.
  nlohmann::json sold_out;
  ASSERT_TRUE(eventually([&] {
    sold_out = admin.get("/v1/rankings/sold-out").value().at("items");
    return sold_out.size() == 1;
  }));
  EXPECT_EQ(drained_faults(), "");
  EXPECT_EQ(server_.process().stop(), 0);
  flush();
  server_.start();

  visitor after{server_.url(), "admin1", "admin"};
  EXPECT_TRUE(eventually([&] { return ranked(after, schedule) == 6; }, seconds{10}));
  EXPECT_TRUE(
      eventually([&] { return after.get("/v1/rankings/sold-out").value().at("items") == sold_out; },
                 seconds{10}));
  EXPECT_EQ(drained_faults(), "");
  visitor known{server_.url(), last_user};
  EXPECT_EQ(known.get("/v1/queue/tokens/" + last_token).status, 404);
  int active = 0;
  for (int i = 0; i < 8; ++i) {
    visitor who{server_.url(), "n" + std::to_string(i)};
    EXPECT_EQ(who.join(concert).status, 201);
    eventually([&] { return place(who).at("status") == "ACTIVE"; }, std::chrono::milliseconds{200});
    active += place(who).at("status") == "ACTIVE" ? 1 : 0;
  }
  EXPECT_EQ(active, 3);
}

TEST_F(RedisLoss, WhileItIsAwayReadyzSaysSo) {
  visitor admin{server_.url(), "admin1", "admin"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(2, 3));
  visitor buyer{server_.url(), "b"};
  ASSERT_EQ(buyer.join(concert).status, 201);
  EXPECT_EQ(admin.get("/readyz").status, 200);
  servers_.kill_redis();
  ASSERT_TRUE(eventually([&] { return admin.get("/readyz").status == 503; }, seconds{10}));
  EXPECT_NE(admin.get("/readyz").body.find("queue_ranking"), std::string::npos);
  visitor late{server_.url(), "late"};
  EXPECT_EQ(late.join(concert).status, 503);
  // Who is inside buys on: seats and money are elsewhere. The token is used when Redis is back.
  ASSERT_EQ(buyer.charge(1'000'000).status, 201);
  servers_.start();  // empty
  EXPECT_TRUE(eventually([&] { return admin.get("/readyz").status == 200; }, seconds{20}));
  EXPECT_TRUE(eventually([&] { return late.join(concert).status == 201; }, seconds{10}));
  EXPECT_EQ(place(buyer).at("status"), "ACTIVE");
  const auto hold = buyer.hold(schedule, {{"bestAvailable", {{"count", 2}}}});
  ASSERT_EQ(hold.status, 201) << hold.body;
  EXPECT_EQ(buyer.pay(hold.value().at("reservationId")).status, 201);
  EXPECT_TRUE(eventually([&] { return ranked(admin, schedule) == 2; }, seconds{10}));
  EXPECT_NE(admin.get("/metrics").body.find("boxoffice_queue_store_restorings 1"),
            std::string::npos);
  EXPECT_EQ(drained_faults(), "");
}

}  // namespace
}  // namespace boxoffice::system_test
