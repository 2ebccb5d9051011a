#include "bench/rush/books.hpp"

#include <stdexcept>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>

namespace boxoffice::rush {
namespace {

constexpr int busy_milliseconds_max = 5000;

class snapshot {
 public:
  explicit snapshot(const std::filesystem::path& file)
      : db_{file.string(), SQLite::OPEN_READONLY, busy_milliseconds_max} {
    db_.exec("BEGIN");
  }

  template <class Each>
  void rows(const char* sql, Each each) {
    SQLite::Statement found{db_, sql};
    while (found.executeStep())
      each(found);
  }

 private:
  SQLite::Database db_;
};

std::int64_t number(SQLite::Statement& row, int column) { return row.getColumn(column).getInt64(); }
std::string text(SQLite::Statement& row, int column) { return row.getColumn(column).getString(); }

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

void read_reservations(const std::filesystem::path& file, books& into) {
  snapshot db{file};
  db.rows("SELECT id, user, seats, amount, status, held_at, expires_at, payment FROM reservation",
          [&](SQLite::Statement& row) {
            into.reservations[number(row, 0)] = {
                text(row, 1),   take_seats(text(row, 2)),
                number(row, 3), reservation_row_status{number(row, 4)},
                number(row, 5), number(row, 6),
                number(row, 7)};
          });
  db.rows("SELECT schedule, seat, reservation FROM seat_claim", [&](SQLite::Statement& row) {
    into.claims.push_back({number(row, 0), number(row, 1), number(row, 2)});
  });
}

void read_payments(const std::filesystem::path& file, books& into) {
  snapshot db{file};
  db.rows("SELECT id, user, reservation, amount, state, created_at, completed_at FROM payment",
          [&](SQLite::Statement& row) {
            into.payments[number(row, 0)] = {text(row, 1),   number(row, 2),
                                             number(row, 3), payment_row_state{number(row, 4)},
                                             number(row, 5), number(row, 6)};
          });
  db.rows("SELECT kind, payment FROM outbox", [&](SQLite::Statement& row) {
    into.events.push_back({number(row, 0), number(row, 1)});
  });
}

void read_points(const std::filesystem::path& file, books& into) {
  snapshot db{file};
  db.rows("SELECT user, balance FROM account",
          [&](SQLite::Statement& row) { into.balances[text(row, 0)] = number(row, 1); });
  db.rows("SELECT id, user, kind, amount, balance_after, reference FROM ledger ORDER BY id",
          [&](SQLite::Statement& row) {
            into.ledger.push_back({number(row, 0), text(row, 1), ledger_row_kind{number(row, 2)},
                                   number(row, 3), number(row, 4), number(row, 5)});
          });
}

void read_places(const std::filesystem::path& file, books& into) {
  snapshot db{file};
  db.rows("SELECT token, concert, user, sequence, state FROM queue_entry",
          [&](SQLite::Statement& row) {
            into.places[number(row, 0)] = {number(row, 1), text(row, 2), number(row, 3),
                                           place_row_state{number(row, 4)}};
          });
}

}  // namespace

books read_books(const std::filesystem::path& data_dir) {
  books all;
  read_reservations(data_dir / "reservation.db", all);
  read_payments(data_dir / "payment.db", all);
  read_points(data_dir / "point.db", all);
  read_places(data_dir / "queue_ranking.db", all);
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
