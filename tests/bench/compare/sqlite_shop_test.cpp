#include "bench/compare/sqlite_shop.hpp"

#include "tests/rush/server_process.hpp"

#include <stdexcept>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

namespace boxoffice::compare {
namespace {

class SqliteShop : public ::testing::Test {
 protected:
  std::int64_t ask(const std::string& sql) const {
    const SQLite::Database db{(folder.path() / "shop.db").string(), SQLite::OPEN_READONLY};
    SQLite::Statement one{db, sql};
    one.executeStep();
    return one.getColumn(0).getInt64();
  }
  rush::scratch_directory folder{"boxoffice-shop-test"};
  sqlite_shop shop{folder.path() / "shop.db", 10};
};

TEST_F(SqliteShop, APurchaseLeavesAllItsRows) {
  shop.begin();
  shop.pay(3, shop.hold(3));
  shop.commit();
  EXPECT_EQ(ask("SELECT status FROM seat WHERE seat = 3"), 2);
  EXPECT_EQ(ask("SELECT balance FROM account WHERE user_id = 3"), 10'000'000 - 1000);
  EXPECT_EQ(ask("SELECT balance_after FROM ledger WHERE user_id = 3"), 10'000'000 - 1000);
  EXPECT_EQ(ask("SELECT count(*) FROM payment p JOIN reservation r ON r.payment = p.id "
                "AND p.reservation = r.id WHERE r.status = 1"),
            1);
  EXPECT_EQ(ask("SELECT count(*) FROM outbox"), 1);
  EXPECT_EQ(ask("SELECT count(*) FROM idempotency"), 2);
}

TEST_F(SqliteShop, ASeatIsHeldOnce) {
  shop.begin();
  shop.hold(1);
  EXPECT_THROW(shop.hold(1), std::runtime_error);
}

TEST_F(SqliteShop, IsAsDurableAsItSays) {
  const SQLite::Database db{(folder.path() / "shop.db").string(), SQLite::OPEN_READONLY};
  SQLite::Statement mode{db, "PRAGMA journal_mode"};
  mode.executeStep();
  EXPECT_EQ(mode.getColumn(0).getString(), "wal");
}

}  // namespace
}  // namespace boxoffice::compare
