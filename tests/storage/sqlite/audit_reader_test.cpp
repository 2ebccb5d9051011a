#include "storage/sqlite/audit_reader.hpp"

#include "actors/audit/audit.hpp"
#include "storage/sqlite/data_directory.hpp"
#include "storage/sqlite/node_storage.hpp"
#include "storage/sqlite/stores.hpp"
#include "storage/storage_error.hpp"
#include "tests/storage/samples.hpp"
#include "tests/storage/temp_directory.hpp"

#include <fstream>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

namespace boxoffice::test {
namespace {

constexpr schedule_id show{3};
const payment_id paid_by = make_payment_id(7, at(0), 1);

/// A data directory with one sale in it: ada has charged 5000 and bought two seats for 2000.
class AuditReader : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto sold = with(held(show, 1, "ada", {4, 5}), reservation_status::confirmed, paid_by);
    EXPECT_EQ(stores_.reservation->commit(std::vector{write(sold)}), commit_outcome::committed);

    auto use = write(entry(2, "ada", transaction_kind::use, -2000, 3000, paid_by));
    use.step = remembered_step{
        paid_by, point_step::debit, {point_refusal::none, {2}, {-2000}, {3000}, {}, {}, {}}};
    point_write tombstone;
    tombstone.user = {"bob"};
    tombstone.step = remembered_step{make_payment_id(7, at(0), 9), point_step::refund, {}};
    EXPECT_EQ(stores_.point->commit(std::vector{
                  write(entry(1, "ada", transaction_kind::charge, 5000, 5000)), use, tombstone}),
              commit_outcome::committed);

    auto done = write(with(started(paid_by, sold.id), saga_state::completed));
    done.row->balance = {3000};
    done.event = event(paid_by.value << 1, *done.row);
    done.key = key(1);
    done.key_payment = paid_by;
    EXPECT_EQ(stores_.payment->commit(std::vector{done}), commit_outcome::committed);
    sequence_ = stores_.payment_reads->events_after(0, 1).at(0).sequence;
    payment_write seen;
    seen.consumed = {"sold_out", sequence_};
    EXPECT_EQ(stores_.payment->commit(std::vector{seen}), commit_outcome::committed);

    ranking_write applied{"sold_out", done.event->id, sequence_, std::nullopt, std::nullopt};
    applied.total = sales_total{show, 2, at(1), no_time};
    EXPECT_EQ(stores_.queue_ranking->commit(std::vector<queue_ranking_write>{applied}),
              commit_outcome::committed);
  }

  temp_directory directory_;
  node_stores stores_{open_node_stores(directory_.path())};
  std::uint64_t sequence_{0};
};

void expect_the_sale(const audit::books& all) {
  ASSERT_EQ(all.reservations.size(), 1U);
  const auto& r = all.reservations.front();
  EXPECT_EQ(r.id, 1U);
  EXPECT_EQ(r.schedule, show.value);
  EXPECT_EQ(all.users.text(r.user), "ada");
  ASSERT_EQ(r.seats.size(), 2U);
  EXPECT_EQ(r.seats[1].seat, 5U);
  EXPECT_EQ(r.seats[1].price, 1000);
  EXPECT_EQ(r.amount, 2000);
  EXPECT_EQ(r.status, audit::reservation_status::confirmed);
  EXPECT_EQ(r.expires_at, to_unix_ms(at(300'000)));
  EXPECT_EQ(r.payment, paid_by.value);
  ASSERT_EQ(all.claims.size(), 2U);
  EXPECT_EQ(all.claims[1].schedule, show.value);
  EXPECT_EQ(all.claims[1].seat, 5U);
  EXPECT_EQ(all.claims[1].reservation, r.id);

  ASSERT_EQ(all.balances.size(), 1U);
  EXPECT_EQ(all.balances.front().balance, 3000);
  ASSERT_EQ(all.ledger.size(), 2U);
  EXPECT_EQ(all.ledger[1].kind, audit::ledger_kind::use);
  EXPECT_EQ(all.ledger[1].amount, -2000);
  EXPECT_EQ(all.ledger[1].balance_after, 3000);
  EXPECT_EQ(all.ledger[1].reference, paid_by.value);
  ASSERT_EQ(all.steps.size(), 2U);
  EXPECT_EQ(all.steps[0].answer, audit::step_answer::done);
  EXPECT_EQ(all.steps[0].transaction, 2U);
  EXPECT_EQ(all.steps[1].step, audit::point_step::refund);
  EXPECT_EQ(all.steps[1].transaction, 0U);

  ASSERT_EQ(all.payments.size(), 1U);
  EXPECT_EQ(all.payments.front().id, paid_by.value);
  EXPECT_EQ(all.payments.front().state, audit::payment_state::completed);
  EXPECT_EQ(all.payments.front().reason, audit::parking_reason::none);
  EXPECT_EQ(all.payments.front().seats, 2U);
  ASSERT_EQ(all.events.size(), 1U);
  EXPECT_EQ(all.events.front().payment, paid_by.value);
  EXPECT_EQ(all.events.front().kind, audit::event_kind::payment_completed);
  EXPECT_EQ(all.last_sequence, all.positions.at(0).sequence);
  EXPECT_EQ(all.payment_keys.size(), 1U);
  ASSERT_EQ(all.positions.size(), 1U);
  EXPECT_GT(all.positions.front().sequence, std::uint64_t{1} << 50) << "it begins with the epoch";
  ASSERT_EQ(all.applied.size(), 1U);
  EXPECT_EQ(all.applied.front().event, paid_by.value << 1);
  ASSERT_EQ(all.totals.size(), 1U);
  EXPECT_EQ(all.totals.front().seats, 2);
  const auto report = check_books(all, {.how = audit::reading::offline, .now = to_unix_ms(at(5))});
  EXPECT_TRUE(report.ok()) << report.violations.front().detail;
}

TEST_F(AuditReader, ReadsWhatTheStoresWroteWhileTheyAreOpen) {
  expect_the_sale(stores_.books->read());
  expect_the_sale(open_audit_reader(directory_.path())->read());
}

TEST_F(AuditReader, ReadsADirectoryThatNobodyHolds) {
  stores_ = {};
  expect_the_sale(open_audit_reader(directory_.path())->read());
  EXPECT_EQ(holder_of(directory_.path()), std::nullopt);
}

TEST_F(AuditReader, ReadsBesideAWriterAndLetsItWrite) {
  const auto reader = open_audit_reader(directory_.path());
  SQLite::Database other{(directory_.path() / "point.db").string(), SQLite::OPEN_READWRITE};
  SQLite::Transaction open{other, SQLite::TransactionBehavior::IMMEDIATE};
  other.exec("UPDATE account SET balance = 1");
  expect_the_sale(reader->read());
  open.commit();
  EXPECT_EQ(reader->read().balances.front().balance, 1);
}

TEST_F(AuditReader, NamesTheFileThatCannotBeRead) {
  stores_ = {};
  const auto expect_fault = [&](const std::string& part, storage_error::kind why) {
    try {
      open_audit_reader(directory_.path())->read();
      ADD_FAILURE() << "it was read";
    } catch (const storage_error& e) {
      EXPECT_EQ(e.why(), why) << e.what();
      EXPECT_NE(std::string{e.what()}.find(part), std::string::npos) << e.what();
    }
  };
  SQLite::Database{(directory_.path() / "reservation.db").string(), SQLite::OPEN_READWRITE}.exec(
      "PRAGMA ignore_check_constraints = ON; UPDATE reservation SET status = 9");
  expect_fault("reservation.db: a column holds a state", storage_error::kind::damaged);
  std::ofstream{directory_.path() / "point.db"} << "this is no database, however long it may be";
  expect_fault("point.db", storage_error::kind::damaged);
  std::filesystem::remove(directory_.path() / "payment.db");
  expect_fault("payment.db: there is no such database", storage_error::kind::disk_fault);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "payment.db")) << "nothing is created";
}

}  // namespace
}  // namespace boxoffice::test
