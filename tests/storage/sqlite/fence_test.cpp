#include "storage/sqlite/stores.hpp"
#include "tests/storage/temp_directory.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::test {
namespace {

std::vector<point_write> charge(std::uint64_t id, std::int64_t amount, std::int64_t balance_after) {
  point_write w;
  w.user = {"ann"};
  w.entry = ledger_entry{{id}, w.user, transaction_kind::charge, {amount}, {balance_after}, {}, {}};
  return {w};
}

TEST(Fence, AReplacedOwnerWritesNothing) {
  const temp_directory directory;
  const auto file = directory.path() / "point.db";
  auto first = open_point_storage(file, {});
  ASSERT_EQ(first.store->commit(charge(1, 10, 10)), commit_outcome::committed);

  auto second = open_point_storage(file, {});
  EXPECT_EQ(first.store->commit(charge(2, 5, 15)), commit_outcome::failed);
  EXPECT_EQ(first.store->commit(charge(2, 5, 15)), commit_outcome::failed) << "for good";
  EXPECT_EQ(second.store->commit(charge(2, 7, 17)), commit_outcome::committed);
  EXPECT_EQ(second.reader->load_account({"ann"}, 8).value().balance, points{17});
}

TEST(Fence, TheSameProcessTakesOverAfterItsEnd) {
  const temp_directory directory;
  const auto file = directory.path() / "point.db";
  for (std::uint64_t life = 1; life <= 3; ++life) {
    auto storage = open_point_storage(file, {});
    EXPECT_EQ(storage.store->commit(charge(life, 1, static_cast<std::int64_t>(life))),
              commit_outcome::committed);
  }
}

}  // namespace
}  // namespace boxoffice::test
