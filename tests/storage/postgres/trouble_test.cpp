// What the stores say when the way to PostgreSQL fails; each ends in recovery.
#include "tests/storage/postgres/trouble.hpp"

#include "storage/postgres/audit_reader.hpp"
#include "storage/postgres/connection.hpp"

#include <atomic>
#include <span>
#include <thread>

namespace boxoffice::test {
namespace {

TEST_F(PostgresTrouble, ACommitWithoutAnAnswerIsSettledByItsNumber) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  proxy_.cut_after("EXECUTE");
  EXPECT_EQ(storage.store->commit(charge(2, 5, 15)), commit_outcome::committed);
  EXPECT_TRUE(proxy_.has_cut_after());
  EXPECT_EQ(balance(*storage.reader), points{15});
  EXPECT_EQ(storage.store->commit(charge(3, 1, 16)), commit_outcome::committed);
}

TEST_F(PostgresTrouble, ABatchThatWasCutBeforeItWasSentIsSentAgain) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  proxy_.cut();  // while it is idle
  EXPECT_EQ(storage.store->commit(charge(2, 5, 15)), commit_outcome::committed);
  proxy_.cut_after("PREPARE");
  proxy_.cut();
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

TEST_F(PostgresTrouble, ADamagedAccountKeepsNoOtherFromBeingRead) {
  auto storage = open();
  auto batch = charge(1, 10, 10);
  batch.front().step = remembered_step{{7}, point_step::debit, {}};
  ASSERT_EQ(storage.store->commit(batch), commit_outcome::committed);
  ASSERT_EQ(storage.store->commit(charge(2, 20, 20, "ben")), commit_outcome::committed);
  servers_.sql("point", "UPDATE step SET answer = 'x'");
  const std::vector<user_id> users{{"ann"}, {"ben"}};
  const auto found = storage.reader->load_accounts(users, 8);
  EXPECT_FALSE(found.at(0));
  EXPECT_EQ(found.at(1).value().balance, points{20});
}

// The server dies with the batch in hand: whether it is done is known only when it is back, and
// until then nobody is told anything about the rows.
TEST_F(PostgresTrouble, ADoubtLastsUntilTheServerIsBack) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  proxy_.cut_after("EXECUTE");
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

// What the network kept back arrives after all: a batch that is in doubt may be done.
TEST_F(PostgresTrouble, AStalledNetworkEndsACallAtItsDeadline) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  proxy_.stall(true);
  const auto outcome = storage.store->commit(charge(2, 5, 15));
  EXPECT_NE(outcome, commit_outcome::committed);
  proxy_.stall(false);
  std::optional<points> found;
  ASSERT_TRUE(eventually([&] { return (found = balance(*storage.reader)).has_value(); }));
  EXPECT_TRUE(found == points{10} || (found == points{15} && outcome == commit_outcome::in_doubt));
  expect_recovery(storage, 3, found->value);
}

TEST_F(PostgresTrouble, AHalfClosedConnectionIsALostOne) {
  auto storage = open();
  ASSERT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  ASSERT_EQ(balance(*storage.reader), points{10});
  proxy_.half_close(tcp_proxy::direction::to_server);
  expect_recovery(storage, 2, 10);
  proxy_.half_close(tcp_proxy::direction::to_client);
  expect_recovery(storage, 3, 11);
}

TEST_F(PostgresTrouble, ASlowNetworkIsNoTrouble) {
  auto storage = open();
  proxy_.delay(std::chrono::milliseconds{50});
  EXPECT_EQ(storage.store->commit(charge(1, 10, 10)), commit_outcome::committed);
  EXPECT_EQ(balance(*storage.reader), points{10});
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

// A sequence is given under the lock of one row: whoever commits later has the higher one.
TEST_F(PostgresTrouble, OfTwoThatAppendTheSecondWaits) {
  servers_.sql("postgres", "CREATE DATABASE payment");
  const auto at = postgres_at(url_at(servers_.postgres_port(), "payment"));
  auto storage = open_postgres_payment(at);
  const auto other = at->new_link(postgres::purpose::upkeep);
  other->open();
  other->run("BEGIN");
  const auto given = other->run(
      "UPDATE outbox_counter SET last_sequence = last_sequence + 1 RETURNING last_sequence");
  const auto first = std::stoull(std::string{given.text(0, 0).value()});
  payment_write w;
  w.event = payment_event{};
  w.event->id = {5};
  w.event->payment = {5};
  w.event->user = {"ann"};
  std::atomic<bool> committed{false};
  std::jthread second{[&] {
    committed = storage.store->commit(std::span{&w, 1}) == commit_outcome::committed;
  }};
  const auto watching = at->new_link(postgres::purpose::upkeep);
  watching->open();
  EXPECT_TRUE(eventually(
      [&] { return watching->run("SELECT 1 FROM pg_locks WHERE NOT granted").rows() > 0; }));
  EXPECT_FALSE(committed);
  other->run(
      "INSERT INTO outbox SELECT last_sequence, 4, 0, 4, 'ann', 1, 1, 1, 1, 0, false, 1, 1"
      " FROM outbox_counter");
  other->run("COMMIT");
  EXPECT_TRUE(eventually([&] { return committed.load(); }));
  const auto events = storage.reader->events_after(0, 10);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].sequence, first);
  EXPECT_EQ(events[1].id, event_id{5});
  EXPECT_EQ(storage.reader->sales("a", 0).through, events[1].sequence);
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
