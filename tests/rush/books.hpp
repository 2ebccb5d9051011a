#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

namespace boxoffice::rush {

/// The numbers that stand in the databases for the states of a reservation and a payment.
enum class reservation_row_status : std::int64_t { held, confirmed, expired, released, refunded };
enum class payment_row_state : std::int64_t {
  started,
  debited,
  completed,
  failed,
  refunding,
  compensated,
  parked,
  refund_started,
  refund_released,
  refunded
};
enum class ledger_row_kind : std::int64_t { charge, use, refund };
enum class place_row_state : std::int64_t { waiting, active, used, left, expired };

struct reservation_row {
  std::int64_t schedule;
  std::string user;
  std::vector<std::uint32_t> seats;
  std::int64_t amount;
  reservation_row_status status;
  std::int64_t held_at, expires_at;
  std::int64_t payment;
};
struct claim_row {
  std::int64_t schedule, seat, reservation;
};
struct payment_row {
  std::string user;
  std::int64_t reservation, amount;
  payment_row_state state;
  std::int64_t created_at, completed_at;
};
struct ledger_row {
  std::int64_t id;
  std::string user;
  ledger_row_kind kind;
  std::int64_t amount, balance_after, reference;
};
struct event_row {
  std::int64_t kind, payment;
};
struct place_row {
  std::int64_t concert;
  std::string user;
  std::int64_t sequence;
  place_row_state state;
};

/// What the databases of a server hold, read without the server's code. Each database
/// is read in one snapshot; with a running server the four snapshots are moments apart.
struct books {
  std::unordered_map<std::int64_t, reservation_row> reservations;
  std::vector<claim_row> claims;
  std::unordered_map<std::int64_t, payment_row> payments;
  std::vector<event_row> events;
  std::unordered_map<std::string, std::int64_t> balances;
  std::vector<ledger_row> ledger;  ///< by id
  std::unordered_map<std::int64_t, place_row> places;
};

/// Of the server on this data directory; those databases that a settings file beside it
/// (settings_beside) puts elsewhere are read there. Throws std::exception when a database cannot be
/// read or holds what is no row of it.
books read_books(const std::filesystem::path& data_dir);

/// The settings file beside a data directory that says where the databases are which it does not
/// hold. Whoever starts a server or an audit on the directory gives it that file, when it is there.
std::filesystem::path settings_beside(const std::filesystem::path& data_dir);

/// Payments whose saga has neither ended nor is parked.
std::vector<std::int64_t> open_payments(const books& all);

}  // namespace boxoffice::rush
