// What the store says when the way to Redis, or Redis itself, fails; each ends in recovery.
#include "storage/redis/link.hpp"
#include "storage/redis/operations.hpp"
#include "storage/redis/scripts.hpp"
#include "storage/redis/stores.hpp"
#include "storage/storage_error.hpp"
#include "tests/servers/tcp_proxy.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/storage/redis/rooms_and_boards.hpp"
#include "tests/system/eventually.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::test {
namespace {

enum class condition : std::uint8_t { whole, away, replaced };

condition look_at(queue_ranking_store& store) {
  const auto found = store.keep({});
  if (found == commit_outcome::committed) return condition::whole;
  return found.trouble == store_trouble::replaced ? condition::replaced : condition::away;
}

std::string url_at(int port, const std::string& login = {}) {
  return "redis://" + login + "127.0.0.1:" + std::to_string(port);
}

class RedisTrouble : public testing::Test {
 protected:
  redis_queue_ranking open() { return open_redis_queue_ranking(url_at(proxy_.port())); }

  own_servers servers_{"redis"};
  tcp_proxy proxy_{servers_.redis_port()};
};

TEST_F(RedisTrouble, ABatchWithoutAnAnswerIsSettledByItsNumber) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  proxy_.cut_after("EVALSHA");
  EXPECT_EQ(storage.store->commit(join(2)), commit_outcome::committed);
  EXPECT_TRUE(proxy_.has_cut_after());
  EXPECT_EQ(line(*storage.queue), (numbers{1, 2}));
  EXPECT_EQ(storage.store->commit(join(3)), commit_outcome::committed);
  EXPECT_EQ(line(*storage.queue), (numbers{1, 2, 3}));
}

TEST_F(RedisTrouble, AConnectionThatDiedIdleIsOpenedAgain) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  EXPECT_EQ(line(*storage.queue), (numbers{1}));
  for (std::uint64_t n = 2; n < 6; ++n) {
    proxy_.cut();
    EXPECT_EQ(storage.store->commit(join(n)), commit_outcome::committed);
    proxy_.cut();
    system_test::eventually([&] { return line(*storage.queue).has_value(); });
  }
  EXPECT_EQ(line(*storage.queue), (numbers{1, 2, 3, 4, 5}));
}

// What is under way when the network stalls arrives after the server was asked about it: by then
// its number is taken.
TEST_F(RedisTrouble, ABatchThatArrivesTooLateIsNotApplied) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  redis::link late{redis::parse_location(url_at(servers_.redis_port()))};
  late.open();
  const auto owner = late.run(redis::command{"HMGET", "{boxoffice}:owner", "epoch", "batch"});
  const auto number = std::stoull(owner.items[1].text);
  proxy_.stall(true);
  const auto outcome = storage.store->commit(join(2));
  EXPECT_NE(outcome, commit_outcome::committed);
  proxy_.stall(false);
  ASSERT_TRUE(system_test::eventually([&] { return line(*storage.queue).has_value(); }));
  const auto there = *line(*storage.queue);
  ASSERT_TRUE(system_test::eventually(
      [&] { return storage.store->commit(join(9)) == commit_outcome::committed; }));
  auto after = there;
  after.push_back(9);
  EXPECT_EQ(line(*storage.queue), after);
  const auto now = late.run(redis::command{"HGET", "{boxoffice}:owner", "batch"});
  EXPECT_GT(std::stoull(now.text), number + 1);
}

TEST_F(RedisTrouble, WhoAsksAboutABatchFirstDecides) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  redis::scripts all;
  redis::link db{redis::parse_location(url_at(servers_.redis_port()))};
  db.open();
  const std::vector<std::string> key{"{boxoffice}:owner"};
  const auto owner = db.run(redis::command{"HMGET", key[0], "epoch", "batch"});
  const auto epoch = owner.items[0].text;
  const auto batch = std::stoull(owner.items[1].text);
  const auto settle = [&](std::uint64_t number) {
    return db.run(all.settle, key, std::vector{epoch, std::to_string(number)}).items[0].text;
  };
  const auto commit = [&](std::uint64_t after, std::uint64_t n) {
    redis::operations what;
    what.batch(join(n));
    std::vector<std::string> values{epoch, std::to_string(after), "100", "100", "100"};
    values.insert(values.end(), what.values().begin(), what.values().end());
    return db.run(all.commit, key, values).items[0].text;
  };
  EXPECT_EQ(settle(batch + 1), "aborted");
  EXPECT_EQ(settle(batch + 1), "aborted") << "also when it is asked again";
  EXPECT_EQ(commit(batch, 2), "lost") << "what arrives after that is too late";
  EXPECT_EQ(settle(batch + 1), "aborted");
  EXPECT_EQ(commit(batch + 2, 3), "ours");
  EXPECT_EQ(settle(batch + 3), "committed");
  EXPECT_EQ(db.run(redis::command{"HLEN", "{boxoffice}:room:5"}).integer, 2);
  EXPECT_EQ(storage.store->commit(join(4)), commit_outcome::committed) << "it puts its own back";
  EXPECT_EQ(line(*storage.queue), (numbers{1, 4}));
}

TEST_F(RedisTrouble, WhileRedisIsAwayBatchesFailAndReadersThrow) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  servers_.kill_redis();
  EXPECT_NE(storage.store->commit(join(2)), commit_outcome::committed);
  EXPECT_EQ(storage.store->commit(join(2)), commit_outcome::failed);
  EXPECT_EQ(line(*storage.queue), std::nullopt);
  EXPECT_EQ(look_at(*storage.store), condition::away);
  servers_.start();  // without what it had: it keeps nothing on its disk
  ASSERT_TRUE(system_test::eventually([&] { return look_at(*storage.store) == condition::whole; }));
  look_at(*storage.store);
  EXPECT_EQ(storage.store->restorings(), 1U);
  EXPECT_EQ(line(*storage.queue), (numbers{1}));
  EXPECT_EQ(storage.store->commit(join(2)), commit_outcome::committed);
  EXPECT_EQ(line(*storage.queue), (numbers{1, 2}));
}

TEST_F(RedisTrouble, ADoubtLastsUntilRedisIsBack) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  proxy_.cut_after("EVALSHA");
  std::jthread killer{[&] {
    while (!proxy_.has_cut_after())
      std::this_thread::yield();
    servers_.kill_redis();
  }};
  const auto outcome = storage.store->commit(join(2));
  killer.join();
  if (outcome == commit_outcome::in_doubt) {
    EXPECT_EQ(line(*storage.queue), std::nullopt);
  }
  servers_.start();
  ASSERT_TRUE(system_test::eventually([&] { return look_at(*storage.store) == condition::whole; }));
  const auto found = line(*storage.queue);
  EXPECT_EQ(found, outcome == commit_outcome::committed ? (numbers{1, 2}) : (numbers{1}));
  EXPECT_EQ(storage.store->commit(join(3)), commit_outcome::committed);
}

TEST_F(RedisTrouble, AStalledNetworkEndsACallAtItsDeadline) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  proxy_.stall(true);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_NE(storage.store->commit(join(2)), commit_outcome::committed);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{20});
  EXPECT_EQ(look_at(*storage.store), condition::away);
  proxy_.stall(false);
  EXPECT_TRUE(system_test::eventually(
      [&] { return storage.store->commit(join(3)) == commit_outcome::committed; }));
}

TEST_F(RedisTrouble, ForgottenScriptsAreToldAgain) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  EXPECT_EQ(line(*storage.queue), (numbers{1}));
  std::ignore = servers_.redis("SCRIPT FLUSH");
  EXPECT_EQ(storage.store->commit(join(2)), commit_outcome::committed);
  std::ignore = servers_.redis("SCRIPT FLUSH");
  EXPECT_EQ(line(*storage.queue), (numbers{1, 2}));
}

TEST_F(RedisTrouble, OneBatchIsOneCall) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  std::ignore = servers_.redis("CONFIG RESETSTAT");
  std::vector<queue_ranking_write> many;
  for (std::uint64_t n = 10; n < 410; ++n)
    many.push_back(join(n).front());
  ASSERT_EQ(storage.store->commit(many), commit_outcome::committed);
  const auto stats = servers_.redis("INFO commandstats");
  EXPECT_NE(stats.find("cmdstat_evalsha:calls=1,"), std::string::npos) << stats;
  for (const std::string other : {"cmdstat_eval:", "cmdstat_script", "cmdstat_multi"})
    EXPECT_EQ(stats.find(other), std::string::npos) << stats;
}

TEST_F(RedisTrouble, AReplacedOwnerWritesNothing) {
  auto first = open();
  ASSERT_EQ(first.store->commit(join(1)), commit_outcome::committed);
  auto second = open();
  EXPECT_EQ(first.store->commit(join(2)), commit_outcome::failed);
  EXPECT_EQ(look_at(*first.store), condition::replaced);
  proxy_.cut();
  EXPECT_NE(first.store->commit(join(2)), commit_outcome::committed)
      << "a new connection, no new owner";
  EXPECT_EQ(second.store->commit(join(3)), commit_outcome::committed);
  EXPECT_EQ(line(*second.queue), (numbers{1, 3}));
  // Also an emptied Redis does not make it the owner again.
  std::ignore = servers_.redis("FLUSHALL");
  auto third = open();
  EXPECT_EQ(third.store->commit(join(7)), commit_outcome::committed);
  EXPECT_NE(first.store->commit(join(2)), commit_outcome::committed);
  EXPECT_EQ(look_at(*second.store), condition::replaced);
  EXPECT_EQ(line(*third.queue), (numbers{7}));
}

TEST_F(RedisTrouble, AFullRedisFailsTheBatchWhole) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  std::ignore = servers_.redis("CONFIG SET maxmemory 1");
  EXPECT_EQ(storage.store->commit(join(2)), commit_outcome::failed);
  std::ignore = servers_.redis("CONFIG SET maxmemory 0");
  EXPECT_EQ(line(*storage.queue), (numbers{1}));
  EXPECT_EQ(storage.store->commit(join(2)), commit_outcome::committed);
}

TEST_F(RedisTrouble, AReadOnlyReplicaRefusesAndIsTriedAgain) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  // Of a master that is not there: it keeps what it has, and takes no writes.
  std::ignore = servers_.redis("REPLICAOF 127.0.0.1 1");
  EXPECT_EQ(storage.store->commit(join(2)), commit_outcome::failed);
  std::ignore = servers_.redis("REPLICAOF NO ONE");
  EXPECT_TRUE(system_test::eventually(
      [&] { return storage.store->commit(join(2)) == commit_outcome::committed; }));
  EXPECT_EQ(line(*storage.queue), (numbers{1, 2}));
}

TEST_F(RedisTrouble, UsersWithPasswordsEnterAndOthersDoNot) {
  std::ignore =
      servers_.redis("ACL SETUSER ann on '>hush' '~{boxoffice}*' '+@all' -@admin +script +config");
  std::ignore = servers_.redis("ACL SETUSER bob on '>hush' '~{boxoffice}*' '+@all' -zadd");
  std::ignore = servers_.redis("CONFIG SET requirepass secret");
  const auto why = [&](const std::string& login) -> std::optional<storage_error::kind> {
    try {
      open_redis_queue_ranking(url_at(servers_.redis_port(), login));
    } catch (const storage_error& e) {
      for (const std::string hidden : {"hush", "secret", "wrong"})
        EXPECT_EQ(std::string{e.what()}.find(hidden), std::string::npos) << e.what();
      return e.why();
    }
    return std::nullopt;
  };
  EXPECT_EQ(why(""), storage_error::kind::refused);
  EXPECT_EQ(why("ann:wrong@"), storage_error::kind::refused);
  EXPECT_EQ(why(":wrong@"), storage_error::kind::refused);
  EXPECT_EQ(why("bob:hush@"), storage_error::kind::refused) << "what he may not do shows at once";
  EXPECT_EQ(why(":secret@"), std::nullopt);
  auto storage = open_redis_queue_ranking(url_at(servers_.redis_port(), "ann:hush@"));
  EXPECT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  EXPECT_EQ(line(*storage.queue), (numbers{1}));
  try {
    open_redis_queue_ranking("redis://127.0.0.1:" + std::to_string(servers_.redis_port()) +
                             "/9999");
    FAIL() << "opened a database that is not there";
  } catch (const storage_error& e) {
    EXPECT_EQ(e.why(), storage_error::kind::refused);
  }
  try {
    open_redis_queue_ranking(url_at(1, "ann:hush@"));
    FAIL() << "opened where no server is";
  } catch (const storage_error& e) {
    EXPECT_EQ(e.why(), storage_error::kind::unreachable);
    EXPECT_EQ(std::string{e.what()}.find("hush"), std::string::npos) << e.what();
  }
}

TEST_F(RedisTrouble, AUnixSocketAndADatabaseAreWays) {
  auto storage =
      open_redis_queue_ranking("redis+unix://" + servers_.redis_socket().string() + "?db=5");
  EXPECT_EQ(storage.store->commit(join(1)), commit_outcome::committed);
  EXPECT_EQ(line(*storage.queue), (numbers{1}));
  EXPECT_EQ(servers_.redis("-n 5 EXISTS '{boxoffice}:owner'"), "1\n");
  EXPECT_EQ(servers_.redis("-n 0 EXISTS '{boxoffice}:owner'"), "0\n");
}

TEST_F(RedisTrouble, KeysOfANewerVersionAreLeftAlone) {
  open();
  EXPECT_EQ(check_redis(url_at(servers_.redis_port())), "queue_ranking: version 2, nothing to do");
  std::ignore = servers_.redis("HSET '{boxoffice}:owner' layout 99");
  EXPECT_THROW(open(), schema_too_new);
  EXPECT_THROW(check_redis(url_at(servers_.redis_port())), schema_too_new);
}

TEST(RedisSentinel, TheMasterIsAskedForAndAFailoverSurvived) {
  const own_servers servers{"redis replica sentinel"};
  const auto url =
      "redis-sentinel://127.0.0.1:1,127.0.0.1:" + std::to_string(servers.sentinel_port()) + "/boss";
  auto storage = open_redis_queue_ranking(url);
  for (std::uint64_t n = 1; n <= 20; ++n)
    ASSERT_EQ(storage.store->commit(join(n)), commit_outcome::committed);
  // Until the sentinel knows whom it can promote.
  ASSERT_TRUE(system_test::eventually(
      [&] {
        redis::link to{
            redis::parse_location("redis://127.0.0.1:" + std::to_string(servers.sentinel_port()))};
        to.open();
        return to.run(redis::command{"SENTINEL", "REPLICAS", "boss"}).items.size() == 1;
      },
      std::chrono::seconds{60}));
  servers.kill_redis();
  ASSERT_TRUE(system_test::eventually(
      [&] { return storage.store->commit(join(21)) == commit_outcome::committed; },
      std::chrono::seconds{60}));
  numbers all;
  for (std::uint64_t n = 1; n <= 21; ++n)
    all.push_back(n);
  EXPECT_EQ(line(*storage.queue), all);
  try {
    open_redis_queue_ranking(
        "redis-sentinel://127.0.0.1:" + std::to_string(servers.sentinel_port()) + "/nobody");
    FAIL() << "opened a master that no sentinel knows";
  } catch (const storage_error& e) {
    EXPECT_EQ(e.why(), storage_error::kind::unreachable);
  }
}

}  // namespace
}  // namespace boxoffice::test
