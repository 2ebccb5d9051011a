// Redis loses what it had acknowledged, while the store lives and while it does not.
#include "storage/redis/link.hpp"
#include "storage/redis/stores.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/storage/redis/rooms_and_boards.hpp"
#include "tests/system/eventually.hpp"

#include <atomic>
#include <map>
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

class RedisLoss : public testing::Test {
 protected:
  redis_queue_ranking open() {
    return open_redis_queue_ranking("redis://127.0.0.1:" + std::to_string(servers_.redis_port()));
  }
  void flush() { std::ignore = servers_.redis("FLUSHALL"); }

  /// All keys as they are; `put_back` makes them so again.
  std::map<std::string, std::string> copy() {
    std::map<std::string, std::string> all;
    db_.open();
    for (const auto& key : db_.run(redis::command{"KEYS", "*"}).items)
      all[key.text] = db_.run(redis::command{"DUMP", key.text}).text;
    return all;
  }
  void put_back(const std::map<std::string, std::string>& all) {
    flush();
    for (const auto& [key, value] : all)
      db_.run(redis::command{"RESTORE", key, "0", value});
  }

  /// Three in line, one of them ACTIVE, one ended; two events.
  static void fill(redis_queue_ranking& storage) {
    for (std::uint64_t n = 1; n <= 3; ++n)
      ASSERT_EQ(storage.store->commit(join(n)), commit_outcome::committed);
    ASSERT_EQ(storage.store->commit(join(1, token_state::active)), commit_outcome::committed);
    ASSERT_EQ(storage.store->commit(join(2, token_state::left, at(5))), commit_outcome::committed);
    ASSERT_EQ(storage.store->commit(sell(1, {2}, 4)), commit_outcome::committed);
    ASSERT_EQ(storage.store->commit(sell(2, {3}, 6)), commit_outcome::committed);
  }
  static void expect_filled(redis_queue_ranking& storage, const numbers& in_line) {
    EXPECT_EQ(line(*storage.queue), in_line);
    const auto room = storage.queue->load_room(a_concert, at(0));
    EXPECT_EQ(room.entries.at(0).state, token_state::active);
    const auto board = storage.ranking->load_board("best_selling", 0);
    ASSERT_EQ(board.totals.size(), 2U);
    EXPECT_EQ(board.totals[0].seats + board.totals[1].seats, 10);
    EXPECT_EQ(board.buckets.size(), 2U);
    EXPECT_EQ(board.applied_through, 2U);
    EXPECT_EQ(
        storage.ranking->applied_among("best_selling", {{{1001}, 1}, {{1002}, 2}, {{1003}, 3}})
            .size(),
        2U);
  }

  own_servers servers_{"redis"};
  redis::link db_{
      redis::parse_location("redis://127.0.0.1:" + std::to_string(servers_.redis_port()))};
};

TEST_F(RedisLoss, TheNextBatchFindsItAndEverythingIsPutBack) {
  auto storage = open();
  fill(storage);
  for (std::uint64_t n = 4; n < 8; ++n) {
    flush();
    EXPECT_EQ(line(*storage.queue), std::nullopt) << "nobody reads an empty line";
    EXPECT_EQ(storage.store->commit(join(n)), commit_outcome::committed);
  }
  expect_filled(storage, {1, 3, 4, 5, 6, 7});
  look_at(*storage.store);
  EXPECT_EQ(storage.store->restorings(), 4U);
  EXPECT_EQ(storage.store->commit(sell(2, {3}, 12)), commit_outcome::refused)
      << "what was applied is known";
  EXPECT_EQ(storage.store->commit(join(9, token_state::active)), commit_outcome::committed);
}

TEST_F(RedisLoss, ALookFindsItWhenNobodyWrites) {
  auto storage = open();
  fill(storage);
  look_at(*storage.store);
  EXPECT_EQ(storage.store->restorings(), 0U);
  flush();
  const auto found = look_at(*storage.store);
  EXPECT_EQ(found, condition::whole);
  EXPECT_EQ(storage.store->restorings(), 1U);
  expect_filled(storage, {1, 3});
}

TEST_F(RedisLoss, AnOldCopyIsReplacedByWhatWasCommitted) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(join(8)), commit_outcome::committed);
  const auto old = copy();
  ASSERT_EQ(storage.store->commit(join(8, token_state::left, at(1))), commit_outcome::committed);
  fill(storage);
  put_back(old);
  EXPECT_EQ(line(*storage.queue), std::nullopt);
  EXPECT_EQ(storage.store->commit(join(4)), commit_outcome::committed);
  expect_filled(storage, {1, 3, 4});
  EXPECT_EQ(storage.store->commit(join(8)), commit_outcome::committed);
}

TEST_F(RedisLoss, ACopyOfAnotherOwnerIsReplacedToo) {
  std::map<std::string, std::string> old;
  {
    auto storage = open();
    ASSERT_EQ(storage.store->commit(join(8)), commit_outcome::committed);
    old = copy();
    ASSERT_EQ(storage.store->commit(join(8, token_state::left, at(1))), commit_outcome::committed);
  }
  auto storage = open();
  fill(storage);
  put_back(old);
  EXPECT_EQ(look_at(*storage.store), condition::whole);
  expect_filled(storage, {1, 3});
}

TEST_F(RedisLoss, MorePlacesThanOnePageComeBackInOrder) {
  auto storage = open();
  numbers all;
  for (std::uint64_t n = 1; n <= 5'000; n += 500) {
    std::vector<queue_ranking_write> batch;
    for (auto i = n; i < n + 500; ++i) {
      batch.push_back(join(i).front());
      batch.push_back(sell(i, {1 + i % 7}, static_cast<std::int64_t>(i)).front());
      all.push_back(i);
    }
    ASSERT_EQ(storage.store->commit(batch), commit_outcome::committed);
  }
  flush();
  EXPECT_EQ(look_at(*storage.store), condition::whole);
  EXPECT_EQ(line(*storage.queue), all);
  auto next = open();  // and a successor reads the same
  EXPECT_EQ(line(*next.queue), all);
  flush();
  EXPECT_EQ(look_at(*next.store), condition::whole);
  EXPECT_EQ(line(*next.queue), all);
  const auto board = next.ranking->load_board("best_selling", 0);
  EXPECT_EQ(board.totals.size(), 7U);
  EXPECT_EQ(board.applied_through, 5'000U);
  EXPECT_GT(board.buckets.size(), limits::redis_page_items);
  EXPECT_EQ(
      next.ranking->applied_among("best_selling", {{{1001}, 1}, {{6000}, 5000}, {{6001}, 5001}})
          .size(),
      2U);
}

// Flushed at any moment, also in the middle of being put back.
TEST_F(RedisLoss, ManyLossesWhileBatchesGoOn) {
  auto storage = open();
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> begun{0};
  int flushed = 0;
  std::jthread villain{[&] {
    redis::link to{
        redis::parse_location("redis://127.0.0.1:" + std::to_string(servers_.redis_port()))};
    to.open();
    for (std::uint64_t seen = 0; !over;) {
      if (begun < seen + 4) {
        std::this_thread::yield();
        continue;
      }
      seen = begun;
      for (int i = 0; i < 3; ++i, ++flushed)
        to.run(redis::command{"FLUSHALL"});
    }
  }};
  numbers done;
  for (std::uint64_t n = 1; n <= 400; ++n, ++begun)
    if (storage.store->commit(join(n)) == commit_outcome::committed) done.push_back(n);
  over = true;
  villain.join();
  EXPECT_GT(flushed, 5);
  EXPECT_GT(done.size(), 20U);
  ASSERT_TRUE(system_test::eventually([&] { return look_at(*storage.store) == condition::whole; }));
  EXPECT_EQ(line(*storage.queue), done);
}

TEST_F(RedisLoss, WithTheServerDownRoomsBeginEmpty) {
  {
    auto storage = open();
    fill(storage);
  }
  flush();
  auto storage = open();
  EXPECT_EQ(line(*storage.queue), numbers{});
  EXPECT_EQ(storage.queue->load_room(a_concert, at(0)).last_sequence, 0U);
  EXPECT_EQ(storage.ranking->load_board("best_selling", 0).applied_through, 0U);
  look_at(*storage.store);
  EXPECT_EQ(storage.store->restorings(), 0U);
  fill(storage);
  expect_filled(storage, {1, 3});
}

TEST_F(RedisLoss, ASuccessorOfOneThatDiedWhilePuttingBackBeginsAnew) {
  {
    auto storage = open();
    fill(storage);
  }
  // As its death leaves it: some of the keys, and no owner.
  std::ignore = servers_.redis("DEL '{boxoffice}:owner' '{boxoffice}:live:5'");
  std::ignore = servers_.redis("SET '{boxoffice}:restoring' 5");
  auto storage = open();
  EXPECT_EQ(line(*storage.queue), numbers{});
  EXPECT_EQ(servers_.redis("EXISTS '{boxoffice}:restoring'"), "0\n");
  fill(storage);
  expect_filled(storage, {1, 3});
}

TEST_F(RedisLoss, OtherKeysAreLeftAlone) {
  std::ignore = servers_.redis("SET other 1");
  auto storage = open();
  fill(storage);
  std::ignore = servers_.redis("DEL '{boxoffice}:owner'");
  EXPECT_EQ(look_at(*storage.store), condition::whole);
  EXPECT_EQ(servers_.redis("GET other"), "1\n");
  expect_filled(storage, {1, 3});
}

TEST_F(RedisLoss, TheAuditReadsWhatIsThereBesideTheOwner) {
  auto storage = open();
  fill(storage);
  audit::books all;
  redis_books("redis://127.0.0.1:" + std::to_string(servers_.redis_port()))(all);
  ASSERT_EQ(all.applied.size(), 2U);
  EXPECT_EQ(all.applied[0].sequence, 1U);
  EXPECT_EQ(all.applied[0].event, 1001U);
  EXPECT_EQ(all.consumers.text(all.applied[0].consumer), "best_selling");
  EXPECT_EQ(all.totals.size(), 2U);
  // Half of it would look like a fault in the books.
  std::ignore = servers_.redis("DEL '{boxoffice}:owner'");
  std::ignore = servers_.redis("SET '{boxoffice}:restoring' 5");
  EXPECT_THROW(redis_books("redis://127.0.0.1:" + std::to_string(servers_.redis_port()))(all),
               storage_error);
  EXPECT_EQ(storage.store->commit(join(4)), commit_outcome::committed);
  redis_books("redis://127.0.0.1:" + std::to_string(servers_.redis_port()))(all);
  EXPECT_EQ(all.applied.size(), 4U);
}

}  // namespace
}  // namespace boxoffice::test
