// The constraints of the schemas, asked with SQL of their own: the second line behind the actors.
#include "storage/postgres/connection.hpp"
#include "storage/postgres/stores.hpp"
#include "storage/storage_error.hpp"
#include "tests/servers/test_servers.hpp"

#include <string>

#include <gtest/gtest.h>

namespace boxoffice::test {
namespace {

/// An empty database of one service, and somebody with psql at it.
template <class Storage, Storage (*Open)(const postgres_database&)>
class schema_of {
 public:
  schema_of() { shell_->open(); }
  void run(const std::string& sql) { shell_->run(sql); }
  /// The database refuses `sql` for the sake of `constraint`.
  void expect_refused(const std::string& sql, const std::string& constraint) {
    try {
      shell_->run(sql);
      ADD_FAILURE() << sql << " was done";
    } catch (const storage_error& e) {
      EXPECT_EQ(e.why(), storage_error::kind::constraint) << sql << "\n" << e.what();
      EXPECT_NE(std::string{e.what()}.find(constraint), std::string::npos) << sql << "\n"
                                                                           << e.what();
    }
  }

 private:
  test_database database_;
  postgres_database at_ = postgres_at(database_.url());
  Storage storage_{Open(at_)};
  std::unique_ptr<postgres::link> shell_ = at_->new_link(postgres::purpose::upkeep);
};

TEST(PostgresSchema, ASeatHasOneLiveHolder) {
  schema_of<postgres_reservation, open_postgres_reservation> s;
  s.run(
      "INSERT INTO reservation (id, schedule, concert, user_id, seats, amount, status, held_at,"
      " expires_at, payment, reverted)"
      " SELECT n, 1, 1, 'ann', '', 0, 0, 1, 2, 0, 0 FROM generate_series(1, 2) n;"
      "INSERT INTO seat_claim VALUES (1, 7, 1)");
  s.expect_refused("INSERT INTO seat_claim VALUES (1, 7, 2)", "seat_claim_pkey");
  s.expect_refused("INSERT INTO seat_claim VALUES (1, 8, 3)", "seat_claim_reservation_fkey");
  s.expect_refused("DELETE FROM reservation WHERE id & 1 = 1", "seat_claim_reservation_fkey");
  s.expect_refused("UPDATE reservation SET status = 1", "reservation_check");
  s.expect_refused("UPDATE reservation SET status = 5", "reservation_status_check");
  s.expect_refused("UPDATE reservation SET amount = -1", "reservation_amount_check");
  s.expect_refused("UPDATE reservation SET expires_at = 0", "reservation_check");
  s.run("INSERT INTO seat_claim VALUES (1, 8, 2)");
}

TEST(PostgresSchema, ABalanceIsNeverBelowZeroAndTheLedgerStands) {
  schema_of<postgres_point, open_postgres_point> s;
  s.run(
      "INSERT INTO account VALUES ('ann', 10);"
      "INSERT INTO ledger VALUES (1, 'ann', 0, 10, 10, 0, 1), (2, 'ann', 1, -4, 6, 77, 1)");
  s.expect_refused("UPDATE account SET balance = -1", "account_balance_check");
  s.expect_refused("INSERT INTO account VALUES ('ann', 1)", "account_pkey");
  s.expect_refused("INSERT INTO ledger VALUES (3, 'ben', 0, 1, 1, 0, 1)", "ledger_user_id_fkey");
  s.expect_refused("INSERT INTO ledger VALUES (3, 'ann', 1, -1, 5, 77, 1)", "ledger_once");
  s.expect_refused("INSERT INTO ledger VALUES (1, 'ann', 0, 1, 1, 0, 1)", "ledger_pkey");
  s.expect_refused("INSERT INTO ledger VALUES (3, 'ann', 0, 1, -1, 0, 1)",
                   "ledger_balance_after_check");
  s.expect_refused("INSERT INTO ledger VALUES (3, 'ann', 1, 1, 7, 78, 1)", "ledger_check");
  s.expect_refused("INSERT INTO ledger VALUES (3, 'ann', 2, 1, 7, 0, 1)", "ledger_check1");
  for (const auto* sql : {"UPDATE ledger SET amount = 1", "DELETE FROM ledger", "TRUNCATE ledger"})
    s.expect_refused(sql, "append-only");
  // The same payment may give back what it took, once.
  s.run("INSERT INTO ledger VALUES (3, 'ann', 2, 4, 10, 77, 1)");
  s.expect_refused("INSERT INTO ledger VALUES (4, 'ann', 2, 4, 14, 77, 1)", "ledger_once");
  s.run("INSERT INTO step VALUES (77, 0, 'ann', 1, '')");
  s.expect_refused("INSERT INTO step VALUES (77, 0, 'ann', 1, '')", "step_pkey");
}

TEST(PostgresSchema, AReservationIsPaidOnce) {
  schema_of<postgres_payment, open_postgres_payment> s;
  const auto payment = [](int id, int state, int completed_at = 1) {
    return "INSERT INTO payment VALUES (" + std::to_string(id) + ", 5, 1, 'ann', 10, " +
           std::to_string(state) + ", 0, '', 0, false, 1, 0, 1, 1, " +
           std::to_string(completed_at) + ", 1, 0)";
  };
  s.run(payment(1, 2));
  s.run(payment(2, 3));     // failed
  s.run(payment(3, 6, 0));  // parked before it completed
  for (const int keeps : {2, 6, 7, 8})
    s.expect_refused(payment(9, keeps), "payment_keeps_seats");
  s.expect_refused(payment(1, 0), "payment_pkey");
  s.expect_refused(payment(9, 10), "payment_state_check");
  s.expect_refused("UPDATE payment SET amount = -1", "payment_amount_check");
  const std::string event =
      "INSERT INTO outbox SELECT s, i, k, p, 'ann', 5, 1, 1, 10, 0, false, 1, 1"
      " FROM (VALUES ";
  s.run(event + "(1, 1, 0, 1)) v (s, i, k, p)");
  s.expect_refused(event + "(2, 2, 0, 1)) v (s, i, k, p)", "outbox_payment_kind_key");
  s.expect_refused(event + "(2, 1, 1, 1)) v (s, i, k, p)", "outbox_id_key");
  s.expect_refused(event + "(1, 2, 1, 1)) v (s, i, k, p)", "outbox_pkey");
  s.run("INSERT INTO parked_event VALUES ('a', 1, 1, 1, 'no', 1)");
  s.expect_refused("INSERT INTO parked_event VALUES ('a', 1, 9, 9, 'no', 1)",
                   "parked_event_sequence_fkey");
  s.expect_refused("DELETE FROM outbox", "parked_event_sequence_fkey");
  s.expect_refused("INSERT INTO outbox_counter VALUES (2, 0)", "outbox_counter_only_row_check");
}

TEST(PostgresSchema, AScheduleBelongsToAConcert) {
  schema_of<postgres_concert, open_postgres_concert> s;
  s.run(
      "INSERT INTO concert VALUES (1, 't', 'a', NULL, false, 0, 0);"
      "INSERT INTO schedule VALUES (1, 1, 3, 1, 2, 'v', 300, 4);"
      "INSERT INTO section VALUES (1, 0, 'A', 1, 1, 1)");
  s.expect_refused("INSERT INTO schedule VALUES (2, 9, 3, 1, 2, 'v', 300, 4)",
                   "schedule_concert_fkey");
  s.expect_refused("INSERT INTO schedule VALUES (2, 1, 1, 1, 2, 'v', 300, 4)", "schedule_check");
  s.expect_refused("INSERT INTO section VALUES (9, 0, 'A', 1, 1, 1)", "section_schedule_fkey");
  s.expect_refused("INSERT INTO section VALUES (1, 1, 'A', 1, 1, 1)", "section_schedule_name_key");
  s.expect_refused("UPDATE section SET price = -1", "section_price_check");
  s.expect_refused("DELETE FROM concert", "schedule_concert_fkey");
}

TEST(PostgresSchema, AKeyIsRememberedOnceAndADatabaseHasOneOwner) {
  schema_of<postgres_reservation, open_postgres_reservation> s;
  const auto* key =
      "INSERT INTO remembered_key (scope_high, scope_low, body_high, body_low, answer, at)"
      " VALUES (1, 2, 3, 4, '', 5)";
  s.run(key);
  s.expect_refused(key, "remembered_key_scope_high_scope_low_key");
  s.expect_refused("INSERT INTO owner VALUES (2, 1)", "owner_only_row_check");
  s.expect_refused("UPDATE owner SET epoch = 0", "owner_epoch_check");
}

}  // namespace
}  // namespace boxoffice::test
