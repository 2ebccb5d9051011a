// A store is taken over only as it was seen: docs/decisions/0022.
#include "storage/postgres/connection.hpp"
#include "storage/postgres/stores.hpp"
#include "storage/redis/stores.hpp"
#include "storage/storage_error.hpp"
#include "tests/servers/test_servers.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>

namespace boxoffice::test {
namespace {

using seen_row = std::optional<cluster::owner_row>;

/// One store of each kind that several nodes may share.
struct shared_store {
  std::unique_ptr<test_database> database;
  std::function<std::unique_ptr<owner_row_source>()> watch;
  std::function<std::unique_ptr<owned_store>(const seen_row&)> open;
};

shared_store in_postgres() {
  auto database = std::make_unique<test_database>();
  const auto url = database->url();
  return {std::move(database), [url] { return postgres_owner("point", postgres_at(url)); },
          [url](const seen_row& seen) -> std::unique_ptr<owned_store> {
            const auto at = postgres_at(url);
            if (seen) at->take_over_only(seen->at);
            return open_postgres_point(at).store;
          }};
}

shared_store in_redis() {
  const auto url = redis_url();
  return {nullptr, [url] { return redis_owner(url); },
          [url](const seen_row& seen) -> std::unique_ptr<owned_store> {
            return open_redis_queue_ranking(url, limits::applied_events_kept, seen).store;
          }};
}

class TakeOver : public testing::TestWithParam<shared_store (*)()> {
 protected:
  void expect_refused(const seen_row& seen) {
    try {
      std::ignore = store_.open(seen);
      ADD_FAILURE() << "taken over";
    } catch (const storage_error& e) {
      EXPECT_EQ(e.why(), storage_error::kind::conflict) << e.what();
      EXPECT_TRUE(may_end_by_itself(e));
    }
  }

  const shared_store store_ = GetParam()();
  const std::unique_ptr<owner_row_source> watch_ = store_.watch();
};

TEST_P(TakeOver, OfWhatIsAsItWasSeen) {
  const auto empty = watch_->read();
  EXPECT_EQ(empty.at.epoch, 0U);
  const auto first = store_.open(empty);
  const auto second = store_.open(watch_->read());
  EXPECT_GT(second->epoch(), first->epoch());
  EXPECT_EQ(second->keep({}), commit_outcome::committed);
  EXPECT_EQ(first->keep({}).trouble, store_trouble::replaced);
}

TEST_P(TakeOver, OfAnOwnerThatWokeUpAfterTheLookFailsAndLeavesItAlone) {
  const auto owner = store_.open({});
  const auto seen = watch_->read();
  ASSERT_EQ(owner->keep({}), commit_outcome::committed);
  expect_refused(seen);
  EXPECT_EQ(owner->keep({}), commit_outcome::committed);
  EXPECT_NO_THROW(std::ignore = store_.open(watch_->read()));
}

TEST_P(TakeOver, OfTwoThatSawTheSameTheSecondFails) {
  std::ignore = store_.open({});
  const auto seen = watch_->read();
  const auto faster = store_.open(seen);
  expect_refused(seen);
  EXPECT_EQ(faster->keep({}), commit_outcome::committed);
}

TEST_P(TakeOver, OfTwoThatSawANewStoreTheSecondFails) {
  const auto seen = watch_->read();
  const auto faster = store_.open(seen);
  expect_refused(seen);
  EXPECT_EQ(faster->keep({}), commit_outcome::committed);
}

TEST_P(TakeOver, OfWhatWasReleased) {
  const auto owner = store_.open({});
  ASSERT_TRUE(watch_->release(owner->epoch()));
  const auto seen = watch_->read();
  EXPECT_TRUE(seen.released);
  const auto next = store_.open(seen);
  EXPECT_FALSE(watch_->release(owner->epoch())) << "a late release frees its successor";
  EXPECT_FALSE(watch_->read().released);
}

INSTANTIATE_TEST_SUITE_P(Stores, TakeOver, testing::Values(in_postgres, in_redis),
                         [](const auto& which) {
                           return which.index == 0 ? "PostgreSQL" : "Redis";
                         });

}  // namespace
}  // namespace boxoffice::test
