// What the stores do when PostgreSQL is there and does not do what it is told: conflicts,
// time-outs, limits, a standby, a full disk. Each ends in recovery.
#include "tests/storage/postgres/trouble.hpp"

#include <thread>

namespace boxoffice::test {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

/// A statement's deadline and what its answer may take, but not two deadlines.
constexpr seconds one_deadline{8};

class PostgresServerTrouble : public PostgresTrouble {
 protected:
  /// `body` runs whenever a batch writes to the ledger.
  void on_each_batch(const std::string& body) {
    servers_.sql("point",
                 "CREATE OR REPLACE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$"
                 " BEGIN " +
                     body +
                     " RETURN NULL; END $$;"
                     "CREATE OR REPLACE TRIGGER trouble BEFORE INSERT ON ledger"
                     " FOR EACH STATEMENT EXECUTE FUNCTION trouble()");
  }
  void nothing_on_batches() { servers_.sql("point", "DROP TRIGGER trouble ON ledger"); }
};

// A sequence counts what is rolled back as well.
TEST_F(PostgresServerTrouble, ASerializationFailureIsRunAgain) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  servers_.sql("point", "CREATE SEQUENCE attempts");
  on_each_batch(
      "IF nextval('attempts') <= 2 THEN"
      " RAISE EXCEPTION 'unlucky' USING ERRCODE = 'serialization_failure'; END IF;");
  EXPECT_EQ(storage.store->commit(charge(2, 5, 15)), commit_outcome::committed);
  EXPECT_EQ(balance(*storage.reader), points{15});
  on_each_batch("RAISE EXCEPTION 'unlucky' USING ERRCODE = 'serialization_failure';");
  EXPECT_EQ(storage.store->commit(charge(3, 5, 20)), commit_outcome::failed) << "not for ever";
  nothing_on_batches();
  expect_recovery(storage, 3, 15);
}

// The other one waits for us while we wait for it; the shorter patience makes us the victim. On a
// busy machine the other may look too late, and nobody is one: then once more.
TEST_F(PostgresServerTrouble, ADeadlockIsRunAgain) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  ASSERT_EQ(storage.store->commit(charge(2, 10, 10, "ben")), commit_outcome::committed);
  const auto succeeds = [&](const std::string& sql) {
    try {
      servers_.sql("point", sql);
      return true;
    } catch (const std::exception&) {
      return false;
    }
  };
  const auto was_counted = [&] {
    return succeeds(
        "DO $$ BEGIN ASSERT (SELECT deadlocks FROM pg_stat_database"
        " WHERE datname = 'point') >= 1; END $$");
  };
  std::int64_t balance_now = 10;
  bool deadlocked = false;
  for (std::uint64_t id = 3; id < 13 && !deadlocked; id += 2) {
    std::jthread other{[&] {
      succeeds(R"(
        SET deadlock_timeout = '60s';
        DO $$ BEGIN
          UPDATE account SET balance = balance WHERE user_id = 'ben';
          LOOP
            PERFORM pg_stat_clear_snapshot();
            EXIT WHEN EXISTS (SELECT FROM pg_stat_activity
              WHERE application_name = 'boxoffice' AND wait_event_type = 'Lock');
            PERFORM pg_sleep(0.01);
          END LOOP;
          UPDATE account SET balance = balance WHERE user_id = 'ann';
        END $$)");
    }};
    ASSERT_TRUE(eventually(
        [&] { return !succeeds("SELECT FROM account WHERE user_id = 'ben' FOR UPDATE NOWAIT"); }));
    auto both = charge(id, 5, balance_now + 5);
    both.push_back(charge(id + 1, 5, balance_now + 5, "ben").front());
    const auto outcome = storage.store->commit(both);
    other.join();
    if (outcome == commit_outcome::committed) balance_now += 5;
    ASSERT_EQ(balance(*storage.reader, "ben"), points{balance_now});
    deadlocked = outcome == commit_outcome::committed &&
                 system_test::eventually(was_counted, std::chrono::seconds{15});
  }
  EXPECT_TRUE(deadlocked) << "there was none to be run again after";
  expect_recovery(storage, 13, balance_now);
}

TEST_F(PostgresServerTrouble, AStatementThatTakesTooLongFailsTheBatchOnce) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  on_each_batch("PERFORM pg_sleep(60);");
  const auto began = steady_clock::now();
  EXPECT_EQ(storage.store->commit(charge(2, 5, 15)), commit_outcome::failed);
  EXPECT_LT(steady_clock::now() - began, one_deadline)
      << "what is stuck is not tried again at once";
  EXPECT_EQ(balance(*storage.reader), points{10});
  nothing_on_batches();
  expect_recovery(storage, 2, 10);
}

TEST_F(PostgresServerTrouble, ALockOfSomebodyElseFailsTheBatchOnce) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  std::jthread other{[&] {
    servers_.sql("point", "BEGIN; LOCK TABLE account IN EXCLUSIVE MODE; SELECT pg_sleep(7)");
  }};
  const auto is_locked = [&] {
    try {
      servers_.sql("point", "BEGIN; LOCK TABLE account IN ROW EXCLUSIVE MODE NOWAIT");
      return false;
    } catch (const std::exception&) {
      return true;
    }
  };
  ASSERT_TRUE(eventually(is_locked));
  const auto began = steady_clock::now();
  EXPECT_EQ(storage.store->commit(charge(2, 5, 15)), commit_outcome::failed);
  EXPECT_LT(steady_clock::now() - began, one_deadline);
  EXPECT_EQ(balance(*storage.reader), points{10}) << "who only reads waits for nobody";
  expect_recovery(storage, 2, 10);
}

TEST_F(PostgresServerTrouble, AServerWithoutAFreeConnectionIsTriedAgain) {
  servers_.sql("postgres", "CREATE ROLE seller LOGIN; ALTER DATABASE point OWNER TO seller");
  servers_.sql("point", "GRANT ALL ON SCHEMA public TO seller");
  auto storage = open("seller");
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  servers_.sql("postgres", "ALTER ROLE seller CONNECTION LIMIT 0");
  EXPECT_EQ(storage.store->commit(charge(2, 5, 15)), commit_outcome::committed)
      << "the connection that is there stays";
  proxy_.cut();
  EXPECT_NE(storage.store->commit(charge(3, 5, 20)), commit_outcome::committed);
  EXPECT_EQ(balance(*storage.reader), std::nullopt);
  servers_.sql("postgres", "ALTER ROLE seller CONNECTION LIMIT -1");
  expect_recovery(storage, 3, 15);
}

// A default is no standby: it is overridden, as every other is
// (tests/system/hostile_defaults_test).
TEST_F(PostgresServerTrouble, AReadOnlyDefaultIsOverridden) {
  auto storage = open();
  servers_.sql("postgres", "ALTER DATABASE point SET default_transaction_read_only = on");
  proxy_.cut();
  expect_recovery(storage, 1, 0);
}

// The primary dies and its standby is promoted; every commit had waited for the standby.
TEST_F(PostgresServerTrouble, AStandbyTakesOverWithAllThatWasAcknowledged) {
  auto storage = open();
  const own_servers standby{own_servers::standby_of{servers_}};
  servers_.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
  servers_.sql("postgres", "SELECT pg_reload_conf()");
  const auto waits_for_it = [&] {
    try {
      servers_.sql("postgres",
                   "DO $$ BEGIN ASSERT (SELECT sync_state FROM pg_stat_replication)"
                   " = 'sync'; END $$");
      return true;
    } catch (const std::exception&) {
      return false;
    }
  };
  ASSERT_TRUE(eventually(waits_for_it));
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  try {
    open_postgres_point(postgres_at(url_at(standby.postgres_port(), "point")));
    FAIL() << "took over a database that cannot be written";
  } catch (const storage_error& e) {
    EXPECT_EQ(e.why(), storage_error::kind::read_only) << e.what();
  }
  servers_.kill_postgres();
  proxy_.lead_to(standby.postgres_port());
  EXPECT_EQ(storage.store->commit(charge(2, 5, 15)), commit_outcome::failed);
  EXPECT_TRUE(eventually([&] { return balance(*storage.reader) == points{10}; }))
      << "a standby can be read";
  EXPECT_EQ(storage.store->commit(charge(2, 5, 15)), commit_outcome::failed);
  standby.sql("postgres", "SELECT pg_promote()");
  expect_recovery(storage, 2, 10);
}

class PostgresFullDisk : public PostgresTrouble {
 protected:
  PostgresFullDisk() : PostgresTrouble{own_servers::disk::can_be_full} {}
};

TEST_F(PostgresFullDisk, RefusesWholeBatchesAndGoesOnWhenThereIsRoom) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  std::vector<point_write> large;  // enough for a page more
  for (int i = 1; i <= 500; ++i)
    large.push_back(charge(static_cast<std::uint64_t>(1 + i), 1, 10 + i).front());
  servers_.fill_disk();
  EXPECT_EQ(storage.store->commit(large), commit_outcome::failed);
  EXPECT_EQ(balance(*storage.reader), points{10}) << "who only reads needs no room";
  servers_.make_room();
  expect_recovery(storage, 2, 10);
}

}  // namespace
}  // namespace boxoffice::test
