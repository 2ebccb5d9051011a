// Migrations of the PostgreSQL stores: one at a time, whole, never backwards.
#include "storage/postgres/migrations/migrate.hpp"

#include "storage/postgres/connection.hpp"
#include "tests/storage/postgres/trouble.hpp"

#include <atomic>
#include <thread>

namespace boxoffice::test {
namespace {

class PostgresMigrate : public PostgresTrouble {
 protected:
  [[nodiscard]] bool holds(const std::string& condition) const {
    try {
      servers_.sql("point", "DO $$ BEGIN ASSERT (" + condition + "); END $$");
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }
};

TEST_F(PostgresMigrate, NodesThatMigrateAtTheSameTimeWaitForEachOther) {
  std::vector<std::jthread> nodes;
  std::atomic<int> opened{0};
  nodes.reserve(4);
  for (int i = 0; i < 4; ++i)
    nodes.emplace_back([&] {
      open();
      ++opened;
    });
  nodes.clear();
  EXPECT_EQ(opened, 4);
}

// The number is that of migrate.cpp.
TEST_F(PostgresMigrate, WaitsForAnotherNodeThatMigrates) {
  const auto other =
      postgres_at(url_at(servers_.postgres_port(), "point"))->new_link(postgres::purpose::upkeep);
  other->open();
  other->run("SELECT pg_advisory_lock(7094705186312711523)");
  std::atomic<bool> opened{false};
  std::jthread node{[&] {
    open();
    opened = true;
  }};
  EXPECT_TRUE(eventually([&] {
    return holds("EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)");
  }));
  EXPECT_FALSE(opened);
  EXPECT_TRUE(holds("to_regclass('ledger') IS NULL")) << "it migrates without the lock";
  other->run("SELECT pg_advisory_unlock(7094705186312711523)");
  EXPECT_TRUE(eventually([&] { return opened.load(); }));
}

TEST_F(PostgresMigrate, WhatBreaksOffLeavesNothingAndNoLock) {
  proxy_.cut_after("CREATE TABLE account");
  EXPECT_THROW(open(), storage_error);
  ASSERT_TRUE(proxy_.has_cut_after());
  EXPECT_TRUE(eventually([&] { return holds("to_regclass('account') IS NULL"); }));
  auto storage = open();
  EXPECT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
}

TEST_F(PostgresMigrate, ASecondTimeThereIsNothingToDo) {
  open();
  const auto again = postgres::migrate(*postgres_at(url_at(servers_.postgres_port(), "point")),
                                       postgres::point_schema);
  EXPECT_EQ(again.from, again.to);
}

TEST_F(PostgresMigrate, TheDatabaseOfAnotherServiceIsLeftAlone) {
  open();
  try {
    open_postgres_payment(postgres_at(url_at(servers_.postgres_port(), "point")));
    FAIL() << "opened the database of point as that of payment";
  } catch (const storage_error& e) {
    EXPECT_EQ(e.why(), storage_error::kind::damaged);
    EXPECT_NE(std::string{e.what()}.find("point service, not of payment"), std::string::npos)
        << e.what();
  }
  servers_.sql("point", "UPDATE schema_version SET version = 99");
  EXPECT_THROW(open(), schema_too_new);
}

}  // namespace
}  // namespace boxoffice::test
