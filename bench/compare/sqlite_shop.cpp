#include "bench/compare/sqlite_shop.hpp"

#include "actors/core/time.hpp"
#include "config/limits.hpp"

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

namespace boxoffice::compare {
namespace {

// The tables of bench/sql/monolith.sql; times in milliseconds.
constexpr auto tables = R"(
CREATE TABLE schedule (
  id INTEGER PRIMARY KEY, sales_open_at INTEGER NOT NULL, sales_close_at INTEGER NOT NULL,
  hold_time INTEGER NOT NULL, seats_per_user_max INTEGER NOT NULL) STRICT;
CREATE TABLE account (
  user_id INTEGER PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0)) STRICT;
CREATE TABLE reservation (
  id INTEGER PRIMARY KEY, schedule INTEGER NOT NULL REFERENCES schedule (id),
  user_id INTEGER NOT NULL, seat INTEGER NOT NULL, amount INTEGER NOT NULL,
  status INTEGER NOT NULL, held_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  payment INTEGER) STRICT;
CREATE INDEX reservation_by_user ON reservation (user_id, held_at, id);
CREATE TABLE seat (
  schedule INTEGER NOT NULL REFERENCES schedule (id), seat INTEGER NOT NULL,
  price INTEGER NOT NULL, status INTEGER NOT NULL DEFAULT 0, reservation INTEGER,
  PRIMARY KEY (schedule, seat)) STRICT, WITHOUT ROWID;
CREATE TABLE payment (
  id INTEGER PRIMARY KEY, reservation INTEGER NOT NULL UNIQUE REFERENCES reservation (id),
  user_id INTEGER NOT NULL, amount INTEGER NOT NULL, status INTEGER NOT NULL,
  created_at INTEGER NOT NULL, completed_at INTEGER NOT NULL) STRICT;
CREATE TABLE ledger (
  id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES account (user_id),
  kind INTEGER NOT NULL, amount INTEGER NOT NULL,
  balance_after INTEGER NOT NULL CHECK (balance_after >= 0), reference INTEGER NOT NULL,
  at INTEGER NOT NULL, UNIQUE (reference, kind)) STRICT;
CREATE INDEX ledger_by_user ON ledger (user_id, id);
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, payment INTEGER NOT NULL,
  user_id INTEGER NOT NULL, reservation INTEGER NOT NULL, seats INTEGER NOT NULL,
  amount INTEGER NOT NULL, occurred_at INTEGER NOT NULL, UNIQUE (payment, kind)) STRICT;
CREATE TABLE idempotency (
  user_id INTEGER NOT NULL, key TEXT NOT NULL, body INTEGER NOT NULL, answer BLOB,
  at INTEGER NOT NULL, PRIMARY KEY (user_id, key)) STRICT, WITHOUT ROWID;
)";

const std::string settings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON; PRAGMA cache_size = -" +
    std::to_string(limits::sqlite_cache_kib) +
    "; PRAGMA wal_autocheckpoint = " + std::to_string(limits::sqlite_checkpoint_pages) + ";";

SQLite::Database open(const std::filesystem::path& file, std::int64_t now, std::uint64_t seats) {
  SQLite::Database db{file.string(),
                      SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX};
  db.exec(settings);
  db.exec("BEGIN");
  db.exec(tables);
  const auto upto = "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < " +
                    std::to_string(seats) + ") ";
  db.exec("INSERT INTO schedule VALUES (1, " + std::to_string(now - 3'600'000) + ", " +
          std::to_string(now + 86'400'000) + ", 3600000, 4)");
  db.exec("INSERT INTO seat (schedule, seat, price) " + upto + "SELECT 1, i, 1000 FROM n");
  db.exec("INSERT INTO account " + upto + "SELECT i, 10000000 FROM n");
  db.exec("COMMIT; PRAGMA wal_checkpoint (TRUNCATE); ANALYZE;");
  return db;
}

constexpr std::string_view hold_answer = R"({"reservationId":"1234567890"})";
constexpr std::string_view pay_answer = R"({"paymentId":"1234567890"})";

std::int64_t now_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

struct sqlite_shop::parts {
  parts(const std::filesystem::path& file, std::uint64_t seats)
      : db{open(file, now_milliseconds(), seats)} {}

  template <class... Values>
  void run(SQLite::Statement& one, const Values&... values) {
    one.reset();
    int at = 0;
    (one.bind(++at, values), ...);
    one.exec();
  }
  using numbers = std::array<std::int64_t, 4>;
  // The first row, which there must be. The statement is over when this returns: one that is still
  // open keeps a COMMIT from happening.
  template <class... Values>
  numbers row(SQLite::Statement& one, const Values&... values) {
    one.reset();
    int at = 0;
    (one.bind(++at, values), ...);
    if (!one.executeStep()) throw std::runtime_error{"no row: " + one.getQuery()};
    numbers found{};
    for (int i = 0; i < one.getColumnCount(); ++i)
      found.at(static_cast<std::size_t>(i)) = one.getColumn(i).getInt64();
    one.reset();
    return found;
  }
  void remember(std::int64_t user, const char* key, std::string_view answer, std::int64_t at) {
    idempotency.reset();
    idempotency.bind(1, user);
    idempotency.bindNoCopy(2, key);
    idempotency.bindNoCopy(3, answer.data(), static_cast<int>(answer.size()));
    idempotency.bind(4, at);
    if (idempotency.exec() == 0) throw std::runtime_error{"the key is known"};
  }

  SQLite::Database db;
  SQLite::Statement begin{db, "BEGIN IMMEDIATE"}, commit{db, "COMMIT"};
  SQLite::Statement idempotency{
      db, "INSERT INTO idempotency VALUES (?1, ?2, 4711, ?3, ?4) ON CONFLICT DO NOTHING"};
  SQLite::Statement sale{db,
                         "SELECT sales_open_at, sales_close_at, hold_time, seats_per_user_max FROM "
                         "schedule WHERE id = 1"};
  SQLite::Statement held_by{db,
                            "SELECT count(*) FROM reservation WHERE user_id = ? AND schedule = 1"};
  SQLite::Statement seat{db, "SELECT price, status FROM seat WHERE schedule = 1 AND seat = ?"};
  SQLite::Statement reserve{
      db,
      "INSERT INTO reservation (schedule, user_id, seat, amount, status, held_at, expires_at) "
      "VALUES (1, ?, ?, ?, 0, ?, ?)"};
  SQLite::Statement take{
      db, "UPDATE seat SET status = 1, reservation = ? WHERE schedule = 1 AND seat = ?"};
  SQLite::Statement reserved{
      db, "SELECT amount, status, expires_at, seat FROM reservation WHERE id = ? AND user_id = ?"};
  SQLite::Statement pay{db, "INSERT INTO payment VALUES (NULL, ?1, ?2, ?3, 2, ?4, ?4)"};
  SQLite::Statement debit{db,
                          "UPDATE account SET balance = balance - ?1 WHERE user_id = ?2 AND "
                          "balance >= ?1 RETURNING balance"};
  SQLite::Statement book{db, "INSERT INTO ledger VALUES (NULL, ?, 1, ?, ?, ?, ?)"};
  SQLite::Statement confirm{db, "UPDATE reservation SET status = 1, payment = ? WHERE id = ?"};
  SQLite::Statement sell{db, "UPDATE seat SET status = 2 WHERE schedule = 1 AND seat = ?"};
  SQLite::Statement tell{db, "INSERT INTO outbox VALUES (NULL, 0, ?, ?, ?, 1, ?, ?)"};
};

sqlite_shop::sqlite_shop(const std::filesystem::path& file, std::uint64_t seats)
    : parts_{std::make_unique<parts>(file, seats)} {}
sqlite_shop::~sqlite_shop() = default;

void sqlite_shop::begin() { parts_->run(parts_->begin); }
void sqlite_shop::commit() { parts_->run(parts_->commit); }

std::int64_t sqlite_shop::hold(std::int64_t number) {
  auto& p = *parts_;
  const auto now = now_milliseconds();
  p.remember(number, "hold", hold_answer, now);
  const auto [opens, closes, hold_time, most] = p.row(p.sale);
  if (now < opens || now >= closes) throw std::runtime_error{"not on sale"};
  if (p.row(p.held_by, number)[0] >= most) throw std::runtime_error{"too many seats"};
  const auto seat = p.row(p.seat, number);
  const auto price = seat[0];
  if (seat[1] != 0) throw std::runtime_error{"the seat is taken"};
  p.run(p.reserve, number, number, price, now, now + hold_time);
  const auto reservation = p.db.getLastInsertRowid();
  p.run(p.take, reservation, number);
  return reservation;
}

void sqlite_shop::pay(std::int64_t number, std::int64_t reservation) {
  auto& p = *parts_;
  const auto now = now_milliseconds();
  p.remember(number, "pay", pay_answer, now);
  const auto [amount, status, expires, seat] = p.row(p.reserved, reservation, number);
  if (status != 0 || now >= expires) throw std::runtime_error{"the hold has ended"};
  p.run(p.pay, reservation, number, amount, now);
  const auto payment = p.db.getLastInsertRowid();
  const auto left = p.row(p.debit, amount, number)[0];
  p.run(p.book, number, -amount, left, payment, now);
  p.run(p.confirm, payment, reservation);
  p.run(p.sell, seat);
  p.run(p.tell, payment, number, reservation, amount, now);
}

}  // namespace boxoffice::compare
