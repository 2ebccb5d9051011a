// Pruning an outbox with many rows: a bounded range at a time, whatever stands before it.
#include "storage/sqlite/stores.hpp"
#include "tests/storage/samples.hpp"
#include "tests/storage/temp_directory.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

namespace boxoffice::test {
namespace {

constexpr std::int64_t many = 200'000;
constexpr std::int64_t parked = 5'000;

class OutboxPruning : public ::testing::Test {
 protected:
  OutboxPruning() : file_{dir_.path() / "payment.db"}, storage_{open_payment_storage(file_)} {
    SQLite::Database db{file_.string(), SQLite::OPEN_READWRITE};
    db.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
            std::to_string(many) +
            ") INSERT INTO outbox (sequence, id, kind, payment, user, reservation, schedule,"
            " concert, seats, amount, token, holds_else, paid_at, occurred_at)"
            " SELECT i, i, 0, i, 'u', i, i % 50, 1, 1, 100, 0, 0, i, i FROM n");
    db.exec(
        "INSERT INTO parked_event SELECT 'a', schedule, sequence, id, 'no', 1 FROM outbox"
        " WHERE sequence <= " +
        std::to_string(parked));
    db.exec("INSERT INTO consumer VALUES ('a', " + std::to_string(many) + ")");
  }
  std::int64_t rows() {
    SQLite::Database db{file_.string()};
    return db.execAndGet("SELECT count(*) FROM outbox").getInt64();
  }

  temp_directory dir_;
  std::filesystem::path file_;
  payment_storage storage_;
};

TEST_F(OutboxPruning, GoesOverEachRowOnceAndStaysBounded) {
  const kept_times none{from_unix_ms(many + 1)};
  std::int64_t portions = 0, over = 0;
  std::chrono::microseconds longest{0}, all{0};
  while (true) {
    const auto begun = std::chrono::steady_clock::now();
    const auto some = storage_.store->prune_outbox(none, limits::prune_rows_max, {"a"});
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begun);
    if (some == 0) break;
    EXPECT_LE(some, limits::prune_rows_max);
    ++portions;
    over += static_cast<std::int64_t>(some);
    longest = std::max(longest, took);
    all += took;
  }
  std::cout << many << " events: " << portions << " portions, " << all.count() / portions
            << " us each, the longest " << longest.count() << " us\n";
  EXPECT_EQ(over, many) << "nothing is gone over twice";
  EXPECT_EQ(portions, many / static_cast<std::int64_t>(limits::prune_rows_max));
  EXPECT_EQ(rows(), parked);
  EXPECT_EQ(storage_.reader->pruned_through(), static_cast<std::uint64_t>(many));
  EXPECT_EQ(storage_.reader->parked_for("a").events, static_cast<std::size_t>(parked));
}

TEST_F(OutboxPruning, SalesOfManyPaymentsAreCounted) {
  {
    SQLite::Database db{file_.string(), SQLite::OPEN_READWRITE};
    db.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
            std::to_string(many) +
            ") INSERT INTO payment (id, reservation, schedule, concert, user, amount, state,"
            " failure, reason, token, holds_else, seats, balance, created_at, deadline,"
            " completed_at, changed_at, released_at) SELECT i, i, i % 50, 1, 'u', 100,"
            " CASE WHEN i % 10 = 0 THEN 9 ELSE 2 END, 0, '', 0, 0, 1, 0, i, i, i, i + 1, i + 1"
            " FROM n");
  }
  const auto begun = std::chrono::steady_clock::now();
  const auto found = storage_.reader->sales("a", 0);
  std::cout << many << " payments counted in "
            << std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::steady_clock::now() - begun)
                   .count()
            << " ms\n";
  std::int64_t seats = 0;
  for (const auto& s : found.schedules)
    seats += s.seats;
  // Of what is parked, the refunds are told of as well; the payments are not counted.
  EXPECT_EQ(seats, (many - parked) - (many / 10));
  EXPECT_EQ(found.schedules.size(), 50U);
}

}  // namespace
}  // namespace boxoffice::test
