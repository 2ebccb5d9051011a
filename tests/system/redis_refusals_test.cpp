// What Redis says no to: what is in one write stops its user; a key that somebody has spoilt is
// mended; and what stops Redis from taking any write is a failure, which passes (docs/PROMISES.md,
// G18, and docs/decisions/0010).
#include "actors/core/ids.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::seconds;

class RedisRefusals : public testing::Test {
 protected:
  RedisRefusals() {
    visitor admin{server_.url(), "admin1", "admin"};
    operator_.emplace(server_.url(), "op", "operator");
    concert_ = admin.open_concert();
    schedule_ = admin.open_schedule(concert_, schedule_on_sale(4, 10));
    number_ = std::to_string(parse_id<concert_id>(concert_).value().value);
  }
  void TearDown() override {
    if (HasFailure()) std::cout << server_.process().process().error_text() << '\n';
  }

  std::string redis(const std::string& command, const std::string& key, const std::string& rest) {
    return servers_.redis(command + " '{" + prefix_ + "}:" + key + "' " + rest);
  }
  plain_answer join(const std::string& name) {
    visitor who{server_.url(), name};
    return who.join(concert_);
  }
  plain_answer buy(visitor& who) {
    EXPECT_EQ(who.charge(10'000).status, 201);
    const auto held = who.hold(schedule_, {{"bestAvailable", {{"count", 1}}}});
    if (held.status != 201) return held;
    return who.pay(held.value().at("reservationId"));
  }
  void expect_others_buy() {
    for (int i = 0; i < 5; ++i) {
      visitor who{server_.url(), "good" + std::to_string(++others_)};
      EXPECT_EQ(who.join(concert_).status, 201);
      const auto sold = buy(who);
      EXPECT_EQ(sold.status, 201) << sold.body;
    }
    EXPECT_EQ(operator_->get("/readyz").status, 200);
  }
  json parked() { return operator_->get("/v1/admin/parked").value().at("items"); }
  std::int64_t restorings() {
    const auto page = operator_->get("/metrics").body;
    const std::string line = "boxoffice_queue_store_restorings ";
    const auto at = page.find("\n" + line);
    return at == std::string::npos ? -1 : std::stoll(page.substr(at + 1 + line.size()));
  }
  void expect_it_adds_up() {
    const auto audited = [&] {
      return rush::audit(server_binary(), server_.data_dir(), {"--drained"});
    };
    EXPECT_TRUE(eventually([&] { return audited().code == 0; }, seconds{10})) << audited().faults();
  }
  /// Redis takes no writes until `undo`, and the rooms say so.
  template <class Undo>
  void expect_a_failure_that_passes(Undo undo) {
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(faults_of_problem(join("late"), 503, "unavailable"), "");
    EXPECT_TRUE(eventually([&] { return operator_->get("/readyz").status == 503; }));
    EXPECT_NE(operator_->get("/readyz").body.find("queue_ranking"), std::string::npos);
    EXPECT_TRUE(parked().empty()) << "nobody is to blame";
    undo();
    EXPECT_TRUE(eventually([&] { return operator_->get("/readyz").status == 200; }));
    visitor late{server_.url(), "late"};
    int told = 0;
    EXPECT_TRUE(eventually([&] { return (told = late.join(concert_).status) != 503; }));
    EXPECT_EQ(told, 201) << "it was told to be not done";
    expect_others_buy();
    const auto token = late.queue_token();
    expect_it_adds_up();
    EXPECT_EQ(server_.process().stop(), 0);
    server_.start();
    operator_.emplace(server_.url(), "op", "operator");
    visitor again{server_.url(), "late"};
    EXPECT_EQ(again.get("/v1/queue/tokens/" + token).status, 200) << "it is in Redis";
  }

  const test::own_servers servers_{"redis"};
  const rush::redis_keys keys_{"redis://127.0.0.1:" + std::to_string(servers_.redis_port())};
  const std::string prefix_{keys_.url().substr(keys_.url().rfind('=') + 1)};
  running_server server_{keys_};
  std::optional<visitor> operator_;
  std::string concert_, schedule_, number_;
  int others_{0};
};

TEST_F(RedisRefusals, OfAPlaceAnswerItsUserOnly) {
  std::ignore = redis("HSET", "live:" + number_, "bad 77");
  EXPECT_EQ(faults_of_problem(join("bad"), 500, "internal"), "");
  expect_others_buy();
  EXPECT_EQ(join("bad").status, 500);
  EXPECT_TRUE(parked().empty()) << "it was never there";
  std::ignore = redis("HDEL", "live:" + number_, "bad");
  EXPECT_EQ(join("bad").status, 201);
  expect_it_adds_up();
}

TEST_F(RedisRefusals, OfAChangeParkTheTokenUntilAnOperatorActs) {
  visitor bad{server_.url(), "bad"};
  ASSERT_EQ(bad.join(concert_).status, 201);
  const auto token = bad.queue_token();
  const auto number = std::to_string(parse_id<queue_token>(token).value().number);
  const auto stored = redis("HGET", "room:" + number_, number);
  std::ignore = redis("HSET", "room:" + number_, number + " '7 1 0 0 somebody_else'");
  EXPECT_EQ(faults_of_problem(bad.remove("/v1/queue/tokens/" + token), 500, "internal"), "");
  expect_others_buy();
  ASSERT_EQ(parked().size(), 1U);
  EXPECT_EQ(parked()[0].at("id"), token);
  EXPECT_EQ(parked()[0].at("state"), "ACTIVE");
  EXPECT_EQ(parked()[0].at("wants"), "LEFT");
  EXPECT_NE(parked()[0].at("reason").get<std::string>().find("a token keeps its concert"),
            std::string::npos);
  const auto retry = "/v1/admin/parked/" + token + "/retry";
  EXPECT_EQ(faults_of_problem(operator_->post(retry, json::object()), 409, "still_refused"), "");
  std::ignore =
      redis("HSET", "room:" + number_, number + " '" + stored.substr(0, stored.find('\n')) + "'");
  const auto done = operator_->post(retry, json::object());
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.value().at("state"), "LEFT");
  EXPECT_EQ(bad.join(concert_).status, 201);
  EXPECT_TRUE(parked().empty());
  expect_it_adds_up();
}

TEST_F(RedisRefusals, OfAKeyOfTheWrongTypeAreMended) {
  ASSERT_EQ(join("ann").status, 201);
  for (const auto& key : {"room:" + number_, "line:" + number_, std::string{"last"}}) {
    const auto before = restorings();
    std::ignore = redis("SET", key, "spoilt");
    EXPECT_EQ(join("x" + std::to_string(++others_)).status, 201) << key;
    EXPECT_TRUE(eventually([&] { return restorings() > before; })) << key;
  }
  expect_others_buy();
  EXPECT_EQ(join("ann").status, 200) << "her place is there";
  expect_it_adds_up();
}

TEST_F(RedisRefusals, OfACommandAreAFailureThatPasses) {
  std::ignore = servers_.redis("ACL SETUSER default -zadd");
  expect_a_failure_that_passes([&] { std::ignore = servers_.redis("ACL SETUSER default +@all"); });
}

TEST_F(RedisRefusals, ForWantOfMemoryAreAFailureThatPasses) {
  std::ignore = servers_.redis("CONFIG SET maxmemory 1");
  expect_a_failure_that_passes([&] { std::ignore = servers_.redis("CONFIG SET maxmemory 0"); });
}

// The last thing that a script would write for a place that is given up.
TEST_F(RedisRefusals, InTheMiddleOfAScriptLeaveNothingOfIt) {
  visitor ann{server_.url(), "ann"};
  ASSERT_EQ(ann.join(concert_).status, 201);
  const auto place = "/v1/queue/tokens/" + ann.queue_token();
  std::ignore = servers_.redis("ACL SETUSER default -hdel");
  EXPECT_EQ(faults_of_problem(ann.remove(place), 503, "unavailable"), "");
  std::ignore = servers_.redis("ACL SETUSER default +@all");
  plain_answer seen;
  EXPECT_TRUE(eventually([&] { return (seen = ann.get(place)).status != 503; }));
  EXPECT_EQ(seen.value().value("status", ""), "ACTIVE") << "it was told to be not done";
  EXPECT_EQ(server_.process().stop(), 0);
  server_.start();
  visitor again{server_.url(), "ann"};
  EXPECT_EQ(again.get(place).value().value("status", ""), "ACTIVE");
}

}  // namespace
}  // namespace boxoffice::system_test
