#include "storage/sqlite/stores.hpp"
#include "tests/storage/temp_directory.hpp"

#include <sqlite3.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

std::vector<sqlite3*>& opened() {
  static std::vector<sqlite3*> handles;
  return handles;
}

int remember(sqlite3* db, const char**, const void*) {
  opened().push_back(db);
  return SQLITE_OK;
}

// Runs `open` and returns the connections it made, to look at the statements they keep.
template <class Open>
auto watched(Open open) {
  opened().clear();
  const auto hook = reinterpret_cast<void (*)()>(remember);
  sqlite3_auto_extension(hook);
  auto storage = open();
  sqlite3_cancel_auto_extension(hook);
  return storage;
}

std::string plan_of(sqlite3* db, const std::string& sql) {
  sqlite3_stmt* explain = nullptr;
  const auto text = "EXPLAIN QUERY PLAN " + sql;
  EXPECT_EQ(sqlite3_prepare_v2(db, text.c_str(), -1, &explain, nullptr), SQLITE_OK) << sql;
  std::string plan;
  while (sqlite3_step(explain) == SQLITE_ROW) {
    const std::string step = reinterpret_cast<const char*>(sqlite3_column_text(explain, 3));
    if (!step.starts_with("SCAN (subquery")) plan += step + "\n";  // a bounded one, and no table
  }
  sqlite3_finalize(explain);
  return plan;
}

// What walks a table or an index from an end on purpose: the lists of a start, the oldest keys in
// bounded steps, the few consumers; and what reads every payment once, to fill a board.
bool may_scan(const std::string& sql) {
  for (const auto* whole :
       {"FROM concert", "FROM schedule", "FROM section ORDER", "SELECT DISTINCT schedule",
        "DELETE FROM remembered_key", "SELECT min(sequence) FROM consumer",
        "WHERE state IN (0, 1, 4, 7, 8) ORDER BY", "WITH parked_here", "outbox_pruned",
        "FROM sqlite_sequence", "DELETE FROM sales_bucket"})
    if (sql.find(whole) != std::string::npos) return true;
  return false;
}

// Each statement that lives on one of the connections; the first handles are those of the
// migration, closed by now.
template <class Storage>
void expect_no_scans(const Storage&, std::size_t live_connections, std::size_t statements_min) {
  std::size_t statements = 0;
  const auto& all = opened();
  ASSERT_GE(all.size(), live_connections);
  for (auto i = all.size() - live_connections; i < all.size(); ++i) {
    for (auto* s = sqlite3_next_stmt(all[i], nullptr); s != nullptr;
         s = sqlite3_next_stmt(all[i], s)) {
      const std::string sql = sqlite3_sql(s);
      if (sql == "BEGIN" || sql == "BEGIN IMMEDIATE" || sql == "COMMIT" || sql == "ROLLBACK")
        continue;
      ++statements;
      const auto plan = plan_of(all[i], sql);
      if (!may_scan(sql)) {
        EXPECT_EQ(plan.find("SCAN "), std::string::npos) << sql << "\n" << plan;
      }
      // A walk down the whole table that does not call itself a scan; keys are read in portions.
      if (sql.find("DELETE FROM outbox") == std::string::npos &&
          sql.find("WHERE ordinal < $1 ORDER BY ordinal DESC LIMIT") == std::string::npos) {
        EXPECT_EQ(plan.find("(rowid<?)"), std::string::npos) << sql << "\n" << plan;
      }
      if (sql.find("WITH parked_here") == std::string::npos) {
        EXPECT_EQ(plan.find("USE TEMP B-TREE FOR ORDER BY"), std::string::npos) << sql << "\n"
                                                                                << plan;
      }
    }
  }
  EXPECT_GE(statements, statements_min);
}

TEST(QueryPlan, ConcertStatementsReadWholeTablesOnlyAtTheStart) {
  const test::temp_directory dir;
  const auto s = watched([&] { return open_concert_storage(dir.path() / "s.db"); });
  expect_no_scans(s, 1, 7);
}

TEST(QueryPlan, ReservationStatementsUseIndexes) {
  const test::temp_directory dir;
  const auto s = watched([&] { return open_reservation_storage(dir.path() / "s.db"); });
  expect_no_scans(s, 2, 16);
}

TEST(QueryPlan, PointStatementsUseIndexes) {
  const test::temp_directory dir;
  const auto s = watched([&] { return open_point_storage(dir.path() / "s.db"); });
  expect_no_scans(s, 2, 13);
}

TEST(QueryPlan, PaymentStatementsUseIndexes) {
  const test::temp_directory dir;
  const auto s = watched([&] { return open_payment_storage(dir.path() / "s.db"); });
  expect_no_scans(s, 2, 18);
}

TEST(QueryPlan, OpenSagasAndHoldsAreFoundThroughTheirPartialIndexes) {
  const test::temp_directory dir;
  const auto payments = open_payment_storage(dir.path() / "p.db");
  const auto reservations = open_reservation_storage(dir.path() / "r.db");
  const auto plan = [&](const char* file, const char* sql) {
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open((dir.path() / file).c_str(), &db), SQLITE_OK);
    auto text = plan_of(db, sql);
    sqlite3_close(db);
    return text;
  };
  EXPECT_NE(plan("p.db",
                 "SELECT id FROM payment WHERE state IN (0, 1, 4, 7, 8)"
                 " ORDER BY created_at, id")
                .find("payment_open"),
            std::string::npos);
  EXPECT_NE(plan("r.db", "SELECT DISTINCT schedule FROM reservation WHERE status = 0")
                .find("reservation_held"),
            std::string::npos);
}

TEST(QueryPlan, QueueRankingStatementsUseIndexes) {
  const test::temp_directory dir;
  const auto s = watched([&] { return open_queue_ranking_storage(dir.path() / "s.db"); });
  expect_no_scans(s, 3, 14);
}

}  // namespace
}  // namespace boxoffice
