// What the stores say when the way to PostgreSQL, or PostgreSQL itself, fails; each ends in
// recovery.
#include "storage/postgres/audit_reader.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/stores.hpp"
#include "storage/storage_error.hpp"
#include "tests/servers/tcp_proxy.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::test {
namespace {

using std::chrono::seconds;

std::vector<point_write> charge(std::uint64_t id, std::int64_t amount, std::int64_t balance_after) {
  point_write w;
  w.user = {"ann"};
  w.entry = ledger_entry{{id}, w.user, transaction_kind::charge, {amount}, {balance_after}, {}, {}};
  return {w};
}

/// Until `done`, or for far longer than it may take.
template <class Condition>
bool eventually(Condition done) {
  return system_test::eventually(done, seconds{60});
}

std::optional<points> balance(point_reader& reader) {
  try {
    return reader.load_account({"ann"}, 8).balance;
  } catch (const storage_error&) {
    return std::nullopt;
  }
}

std::string url_at(int port, const std::string& database) {
  return "postgresql://boxoffice@127.0.0.1:" + std::to_string(port) + "/" + database;
}

class PostgresTrouble : public testing::Test {
 protected:
  PostgresTrouble() { servers_.sql("postgres", "CREATE DATABASE point"); }
  postgres_point open() { return open_postgres_point(postgres_at(url_at(proxy_.port(), "point"))); }

  own_servers servers_{"postgres"};
  tcp_proxy proxy_{servers_.postgres_port()};
};

TEST_F(PostgresTrouble, ACommitWithoutAnAnswerIsSettledByItsNumber) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  proxy_.cut_after("COMMIT");
  EXPECT_EQ(storage.store->commit(charge(2, 5, 15)), commit_outcome::committed);
  EXPECT_TRUE(proxy_.has_cut_after());
  EXPECT_EQ(balance(*storage.reader), points{15});
  EXPECT_EQ(storage.store->commit(charge(3, 1, 16)), commit_outcome::committed);
}

TEST_F(PostgresTrouble, ABatchThatWasCutBeforeCommitIsRunAgain) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  proxy_.cut();  // while it is idle
  EXPECT_EQ(storage.store->commit(charge(2, 5, 15)), commit_outcome::committed);
  proxy_.cut_after("BEGIN");
  EXPECT_EQ(storage.store->commit(charge(3, 5, 20)), commit_outcome::committed);
  EXPECT_TRUE(proxy_.has_cut_after());
  EXPECT_EQ(balance(*storage.reader), points{20});
}

TEST_F(PostgresTrouble, WhileTheServerIsAwayBatchesFailAndReadersThrow) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  servers_.kill_postgres();
  EXPECT_EQ(storage.store->commit(charge(2, 5, 15)), commit_outcome::failed);
  EXPECT_EQ(balance(*storage.reader), std::nullopt);
  servers_.start();
  EXPECT_TRUE(eventually([&] { return balance(*storage.reader) == points{10}; }));
  EXPECT_TRUE(eventually(
      [&] { return storage.store->commit(charge(2, 5, 15)) == commit_outcome::committed; }));
  EXPECT_EQ(balance(*storage.reader), points{15});
}

// The server dies with the COMMIT in hand: whether it is done is known only when it is back, and
// until then nobody is told anything about the rows.
TEST_F(PostgresTrouble, ADoubtLastsUntilTheServerIsBack) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  proxy_.cut_after("COMMIT");
  std::jthread killer{[&] {
    while (!proxy_.has_cut_after())
      std::this_thread::yield();
    servers_.kill_postgres();
  }};
  const auto outcome = storage.store->commit(charge(2, 5, 15));
  killer.join();
  if (outcome == commit_outcome::in_doubt) {
    EXPECT_EQ(balance(*storage.reader), std::nullopt);
  }
  servers_.start();
  std::optional<points> found;
  ASSERT_TRUE(eventually([&] { return (found = balance(*storage.reader)).has_value(); }));
  EXPECT_TRUE(*found == points{10} || *found == points{15});
  if (outcome == commit_outcome::committed) {
    EXPECT_EQ(*found, points{15});
  }
  if (outcome == commit_outcome::failed) {
    EXPECT_EQ(*found, points{10});
  }
  EXPECT_TRUE(eventually([&] {
    return storage.store->commit(charge(3, 1, found->value + 1)) == commit_outcome::committed;
  }));
}

TEST_F(PostgresTrouble, AStalledNetworkEndsACallAtItsDeadline) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  proxy_.stall(true);
  EXPECT_NE(storage.store->commit(charge(2, 5, 15)), commit_outcome::committed);
  proxy_.stall(false);
  EXPECT_TRUE(eventually([&] { return balance(*storage.reader) == points{10}; }));
  EXPECT_TRUE(eventually(
      [&] { return storage.store->commit(charge(2, 5, 15)) == commit_outcome::committed; }));
}

TEST_F(PostgresTrouble, AReplacedOwnerWritesNothing) {
  auto first = open();
  ASSERT_EQ(first.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  auto second = open();
  EXPECT_EQ(first.store->commit(charge(2, 5, 15)), commit_outcome::failed);
  proxy_.cut();
  EXPECT_EQ(first.store->commit(charge(2, 5, 15)), commit_outcome::failed)
      << "a new connection is no new owner";
  EXPECT_EQ(second.store->commit(charge(2, 7, 17)), commit_outcome::committed);
  EXPECT_EQ(balance(*first.reader), points{17});
}

TEST_F(PostgresTrouble, AReadOnlyServerRefusesAndIsTriedAgain) {
  auto storage = open();
  servers_.sql("postgres", "ALTER DATABASE point SET default_transaction_read_only = on");
  proxy_.cut();
  EXPECT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::failed);
  servers_.sql("postgres", "ALTER DATABASE point RESET default_transaction_read_only");
  EXPECT_TRUE(eventually(
      [&] { return storage.store->commit(charge(1, 10, 10)) == commit_outcome::committed; }));
}

TEST_F(PostgresTrouble, ALockOfSomebodyElseFailsTheBatchAndNoMore) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  std::jthread other{[&] {
    servers_.sql("point", "BEGIN; LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(7)");
  }};
  EXPECT_TRUE(eventually([&] {
    return storage.store->commit(charge(2, 5, 15)) == commit_outcome::committed ||
           balance(*storage.reader) == points{15};
  }));
  EXPECT_EQ(balance(*storage.reader), points{15});
}

TEST_F(PostgresTrouble, WhoMayNotEnterIsToldSoAtOnce) {
  try {
    open_postgres_point(postgres_at(url_at(servers_.postgres_port(), "nowhere")));
    FAIL() << "opened a database that is not there";
  } catch (const storage_error& e) {
    EXPECT_EQ(e.why(), storage_error::kind::refused) << e.what();
  }
  try {
    open_postgres_point(postgres_at("postgresql://ann:hush@127.0.0.1:1/point"));
    FAIL() << "opened a database where no server is";
  } catch (const storage_error& e) {
    EXPECT_EQ(e.why(), storage_error::kind::unreachable) << e.what();
    EXPECT_EQ(std::string{e.what()}.find("hush"), std::string::npos) << e.what();
  }
}

TEST_F(PostgresTrouble, TheDatabaseOfAnotherServiceIsLeftAlone) {
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

TEST_F(PostgresTrouble, NodesThatMigrateAtTheSameTimeWaitForEachOther) {
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

TEST_F(PostgresTrouble, TheSchemaRefusesWhatABugWouldWrite) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  EXPECT_THROW(servers_.sql("point", "UPDATE account SET balance = -1"), std::exception);
  EXPECT_THROW(servers_.sql("point", "UPDATE ledger SET amount = 1"), std::exception);
  EXPECT_THROW(servers_.sql("point", "DELETE FROM ledger"), std::exception);
  EXPECT_THROW(servers_.sql("point", "TRUNCATE ledger"), std::exception);
  point_write nul;
  nul.user = {std::string{"a\0b", 3}};
  nul.entry = ledger_entry{{2}, nul.user, transaction_kind::charge, {1}, {1}, {}, {}};
  EXPECT_EQ(storage.store->commit(std::vector{nul}), commit_outcome::failed);
  EXPECT_EQ(storage.store->commit(charge(2, 1, 11)), commit_outcome::committed);
}

TEST_F(PostgresTrouble, TheAuditReadsWithARoleThatMayOnlyRead) {
  servers_.sql("postgres", "CREATE DATABASE payment");
  servers_.sql("postgres", "CREATE DATABASE reservation");
  auto storage = open();
  open_postgres_payment(postgres_at(url_at(servers_.postgres_port(), "payment")));
  open_postgres_reservation(postgres_at(url_at(servers_.postgres_port(), "reservation")));
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  servers_.sql("postgres", "CREATE ROLE auditor LOGIN; GRANT pg_read_all_data TO auditor");
  const auto as_auditor = [&](const std::string& database) {
    return "postgresql://auditor@127.0.0.1:" + std::to_string(servers_.postgres_port()) + "/" +
           database;
  };
  const auto parts = postgres_books({.concert = {},
                                     .reservation = as_auditor("reservation"),
                                     .point = as_auditor("point"),
                                     .payment = as_auditor("payment")});
  audit::books all;
  parts.payment(all);
  parts.point(all);
  parts.reservation(all);
  ASSERT_EQ(all.ledger.size(), 1U);
  EXPECT_EQ(all.ledger[0].balance_after, 10);
  EXPECT_EQ(all.balances.at(0).balance, 10);
  EXPECT_EQ(storage.store->commit(charge(2, 1, 11)), commit_outcome::committed);
}

}  // namespace
}  // namespace boxoffice::test
