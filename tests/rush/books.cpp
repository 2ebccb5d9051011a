#include "tests/rush/books.hpp"

#include "config/settings.hpp"
#include "tests/rush/redis_keys.hpp"

#include <functional>
#include <memory>
#include <pqxx/pqxx>
#include <regex>
#include <stdexcept>
#include <string_view>
#include <variant>

#include <SQLiteCpp/SQLiteCpp.h>

namespace boxoffice::rush {
namespace {

constexpr int busy_milliseconds_max = 5000;

/// One row of a table, whatever keeps it.
class table_row {
 public:
  virtual ~table_row() = default;
  [[nodiscard]] virtual std::int64_t number(int column) const = 0;
  [[nodiscard]] virtual std::string text(int column) const = 0;
  [[nodiscard]] virtual std::string bytes(int column) const = 0;
};
using each_row = std::function<void(const table_row&)>;

/// A database of one service at one moment.
class snapshot {
 public:
  virtual ~snapshot() = default;
  virtual void rows(const std::string& sql, const each_row& each) = 0;
};

class sqlite_snapshot final : public snapshot {
 public:
  explicit sqlite_snapshot(const std::filesystem::path& file)
      : db_{file.string(), SQLite::OPEN_READONLY, busy_milliseconds_max} {
    db_.exec("BEGIN");
  }
  void rows(const std::string& sql, const each_row& each) override {
    struct found_row final : table_row {
      found_row(SQLite::Database& db, const std::string& sql) : found{db, sql} {}
      [[nodiscard]] std::int64_t number(int column) const override {
        return found.getColumn(column).getInt64();
      }
      [[nodiscard]] std::string text(int column) const override {
        return found.getColumn(column).getString();
      }
      [[nodiscard]] std::string bytes(int column) const override { return text(column); }
      mutable SQLite::Statement found;
    };
    found_row row{db_, sql};
    while (row.found.executeStep())
      each(row);
  }

 private:
  SQLite::Database db_;
};

class postgres_snapshot final : public snapshot {
 public:
  explicit postgres_snapshot(const std::string& url) : db_{url}, work_{db_} {
    work_.exec("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  }
  // A word that is a name in one of the two is none in the other.
  void rows(const std::string& sql, const each_row& each) override {
    struct found_row final : table_row {
      explicit found_row(const pqxx::row& of) : found{of} {}
      [[nodiscard]] std::int64_t number(int column) const override {
        return found[column].as<std::int64_t>();
      }
      [[nodiscard]] std::string text(int column) const override { return found[column].c_str(); }
      [[nodiscard]] std::string bytes(int column) const override {
        const auto hex = text(column).substr(2);
        std::string raw;
        for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
          raw += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
        return raw;
      }
      const pqxx::row found;
    };
    const auto word = std::regex{"\\buser\\b"};
    for (const auto& row : work_.exec(std::regex_replace(sql, word, "user_id")))
      each(found_row{row});
  }

 private:
  pqxx::connection db_;
  pqxx::nontransaction work_;
};

/// An unsigned number in LEB128, taken from the front.
std::uint64_t take_number(std::string_view& from) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !from.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  throw std::runtime_error{"a number in a list of seats does not end"};
}

/// Seat numbers out of `count, (seat, price)…`.
std::vector<std::uint32_t> take_seats(std::string_view from) {
  std::vector<std::uint32_t> seats;
  for (auto left = take_number(from); left > 0; --left) {
    seats.push_back(static_cast<std::uint32_t>(take_number(from)));
    take_number(from);
  }
  if (!from.empty()) throw std::runtime_error{"bytes are left over behind a list of seats"};
  return seats;
}

void read_reservations(snapshot& db, books& into) {
  db.rows(
      "SELECT id, schedule, user, seats, amount, status, held_at, expires_at, payment"
      " FROM reservation",
      [&](const table_row& row) {
        into.reservations[row.number(0)] = {row.number(1),
                                            row.text(2),
                                            take_seats(row.bytes(3)),
                                            row.number(4),
                                            reservation_row_status{row.number(5)},
                                            row.number(6),
                                            row.number(7),
                                            row.number(8)};
      });
  db.rows("SELECT schedule, seat, reservation FROM seat_claim", [&](const table_row& row) {
    into.claims.push_back({row.number(0), row.number(1), row.number(2)});
  });
}

void read_payments(snapshot& db, books& into) {
  db.rows("SELECT id, user, reservation, amount, state, created_at, completed_at FROM payment",
          [&](const table_row& row) {
            into.payments[row.number(0)] = {row.text(1),   row.number(2),
                                            row.number(3), payment_row_state{row.number(4)},
                                            row.number(5), row.number(6)};
          });
  db.rows("SELECT kind, payment FROM outbox", [&](const table_row& row) {
    into.events.push_back({row.number(0), row.number(1)});
  });
}

void read_points(snapshot& db, books& into) {
  db.rows("SELECT user, balance FROM account",
          [&](const table_row& row) { into.balances[row.text(0)] = row.number(1); });
  db.rows("SELECT id, user, kind, amount, balance_after, reference FROM ledger ORDER BY id",
          [&](const table_row& row) {
            into.ledger.push_back({row.number(0), row.text(1), ledger_row_kind{row.number(2)},
                                   row.number(3), row.number(4), row.number(5)});
          });
}

void read_places(snapshot& db, books& into) {
  db.rows("SELECT token, concert, user, sequence, state FROM queue_entry",
          [&](const table_row& row) {
            into.places[row.number(0)] = {row.number(1), row.text(2), row.number(3),
                                          place_row_state{row.number(4)}};
          });
}

}  // namespace

std::filesystem::path settings_beside(const std::filesystem::path& data_dir) {
  return data_dir.parent_path() / "stores.toml";
}

books read_books(const std::filesystem::path& data_dir) {
  settings_sources sources;
  sources.use = settings_use::data_only;
  if (const auto file = settings_beside(data_dir); exists(file)) sources.file = file;
  const auto read = load_settings(sources);
  if (const auto* mistakes = std::get_if<settings_mistakes>(&read))
    throw std::runtime_error{mistakes->front()};
  const auto& how = std::get<settings>(read);
  const auto open = [&](const service_store_settings& at,
                        const char* file) -> std::unique_ptr<snapshot> {
    if (how.store.kind == store_kind::postgres)
      return std::make_unique<postgres_snapshot>(at.url.reveal());
    return std::make_unique<sqlite_snapshot>(data_dir / file);
  };
  books all;
  read_reservations(*open(how.store.reservation, "reservation.db"), all);
  read_payments(*open(how.store.payment, "payment.db"), all);
  read_points(*open(how.store.point, "point.db"), all);
  if (how.queue_ranking.kind == ranking_store_kind::redis) {
    read_places_in_redis(how.queue_ranking.url.reveal(), all);
  } else {
    sqlite_snapshot places{data_dir / "queue_ranking.db"};
    read_places(places, all);
  }
  return all;
}

std::vector<std::int64_t> open_payments(const books& all) {
  std::vector<std::int64_t> open;
  for (const auto& [id, row] : all.payments) {
    switch (row.state) {
      case payment_row_state::started:
      case payment_row_state::debited:
      case payment_row_state::refunding:
      case payment_row_state::refund_started:
      case payment_row_state::refund_released:
        open.push_back(id);
        break;
      case payment_row_state::completed:
      case payment_row_state::failed:
      case payment_row_state::compensated:
      case payment_row_state::parked:
      case payment_row_state::refunded:
        break;
    }
  }
  return open;
}

}  // namespace boxoffice::rush
