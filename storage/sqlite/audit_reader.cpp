#include "storage/sqlite/audit_reader.hpp"

#include "config/limits.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/stores.hpp"

#include <sqlite3.h>
#include <string>
#include <string_view>
#include <utility>

namespace boxoffice {
namespace {

using namespace sqlite;  // NOLINT(google-build-using-namespace): the folder's own
using audit::books;

[[noreturn]] void damaged(const std::string& what) {
  throw storage_error{storage_error::kind::damaged, what};
}

/// The fields of a stored BLOB from its front. **Why** not the decoder of storage/encoding: what is
/// checked should not be read by the code that wrote it.
class stored_fields {
 public:
  explicit stored_fields(std::string_view bytes) : rest_{bytes} {}

  std::uint64_t next() {  // LEB128
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80U) return value;
    }
    damaged("a stored number does not end");
  }
  std::int64_t next_signed() {  // zigzag
    const auto raw = next();
    return static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

template <class Enum>
Enum one_of(row& r, Enum last) {
  const auto number = r.next<std::int64_t>();
  if (number < 0 || number > static_cast<std::int64_t>(last))
    damaged("a column holds a state that this program does not know");
  return static_cast<Enum>(number);
}

std::vector<audit::basket_seat> next_seats(row& r) {
  stored_fields in{r.next_bytes()};
  std::vector<audit::basket_seat> seats;
  for (auto left = in.next(); left > 0; --left) {
    const auto seat = static_cast<std::uint32_t>(in.next());
    seats.push_back({seat, in.next_signed()});
  }
  if (!in.at_end()) damaged("bytes are left over behind a list of seats");
  return seats;
}

/// The answer of an account to a step: layout, refusal, transaction, and more.
void next_answer(row& r, audit::step_row& into) {
  stored_fields in{r.next_bytes()};
  if (in.next() != 1) damaged("an answer about points is in an unknown layout");
  into.answer = in.next() == 0 ? audit::step_answer::done : audit::step_answer::refused;
  into.transaction = in.next();
}

template <class Each>
void each_row(session& db, const std::string& sql, Each each) {
  statement found{db, sql};
  found.each(each);
}

bool has_table(session& db, const char* name) {
  statement found{db, "SELECT 1 FROM sqlite_schema WHERE name = ?"};
  return found.first([](row&) { return true; }, std::string{name}).has_value();
}

// Asked of SQLite, whose files need not be the system's.
bool is_there(const std::filesystem::path& file) {
  auto* files = sqlite3_vfs_find(nullptr);
  int there = 0;
  files->xAccess(files, file.c_str(), SQLITE_ACCESS_EXISTS, &there);
  return there != 0;
}

/// Runs `read` in one snapshot of `file`, on a connection that keeps few pages: each is read once.
template <class Read>
void in_snapshot(const std::shared_ptr<database_file>& file, Read read) {
  try {
    if (!is_there(file->path()))
      throw storage_error{storage_error::kind::disk_fault, "there is no such database"};
    translated([&] {
      passing_connection db{file,
                            "PRAGMA cache_size = -" + std::to_string(limits::audit_cache_kib)};
      db.read([&] {
        read(db.database());
        return true;
      });
    });
  } catch (const storage_error& e) {
    throw storage_error{e.why(), file->path().string() + ": " + e.what()};
  }
}

void read_payments(session& db, books& into) {
  each_row(db,
           "SELECT id, reservation, user, amount, state, reason <> '', seats, created_at, deadline,"
           " completed_at, changed_at FROM payment",
           [&](row& r) {
             auto& p = into.payments.emplace_back();
             r.into(p.id, p.reservation);
             p.user = into.users.of(r.next_bytes());
             r.into(p.amount);
             p.state = one_of(r, audit::payment_state::refunded);
             p.reason = one_of(r, audit::parking_reason::given);
             r.into(p.seats, p.created_at, p.deadline, p.completed_at, p.changed_at);
           });
  each_row(db, "SELECT payment FROM remembered_key WHERE payment <> 0",
           [&](row& r) { into.payment_keys.push_back({r.next<std::uint64_t>()}); });
}

void read_outbox(session& db, books& into) {
  each_row(db, "SELECT sequence, id, kind, payment, user, reservation, seats, amount FROM outbox",
           [&](row& r) {
             auto& e = into.events.emplace_back();
             r.into(e.sequence, e.id);
             e.kind = one_of(r, audit::event_kind::payment_refunded);
             r.into(e.payment);
             e.user = into.users.of(r.next_bytes());
             r.into(e.reservation, e.seats, e.amount);
           });
  each_row(db, "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'",
           [&](row& r) { r.into(into.last_sequence); });
  each_row(db, "SELECT name, sequence FROM consumer", [&](row& r) {
    const auto consumer = into.consumers.of(r.next_bytes());
    into.positions.push_back({consumer, r.next<std::uint64_t>()});
  });
  // Databases of version 1 park nothing.
  if (!has_table(db, "parked_event")) return;
  each_row(db, "SELECT consumer, sequence FROM parked_event", [&](row& r) {
    const auto consumer = into.consumers.of(r.next_bytes());
    into.parked.push_back({consumer, r.next<std::uint64_t>()});
  });
}

void read_points(session& db, books& into) {
  each_row(db, "SELECT user, balance FROM account", [&](row& r) {
    const auto user = into.users.of(r.next_bytes());
    into.balances.push_back({user, r.next<std::int64_t>()});
  });
  each_row(db, "SELECT id, user, kind, amount, balance_after, reference FROM ledger ORDER BY id",
           [&](row& r) {
             auto& l = into.ledger.emplace_back();
             r.into(l.id);
             l.user = into.users.of(r.next_bytes());
             l.kind = one_of(r, audit::ledger_kind::refund);
             r.into(l.amount, l.balance_after, l.reference);
           });
  each_row(db, "SELECT payment, step, answer FROM step", [&](row& r) {
    auto& s = into.steps.emplace_back();
    r.into(s.payment);
    s.step = one_of(r, audit::point_step::refund);
    next_answer(r, s);
  });
}

void read_reservations(session& db, books& into) {
  each_row(db,
           "SELECT id, user, seats, amount, status, held_at, expires_at, payment, reverted"
           " FROM reservation",
           [&](row& r) {
             auto& res = into.reservations.emplace_back();
             r.into(res.id);
             res.user = into.users.of(r.next_bytes());
             res.seats = next_seats(r);
             r.into(res.amount);
             res.status = one_of(r, audit::reservation_status::refunded);
             r.into(res.held_at, res.expires_at, res.payment, res.reverted);
           });
  each_row(db, "SELECT schedule, seat, reservation FROM seat_claim", [&](row& r) {
    auto& c = into.claims.emplace_back();
    r.into(c.schedule, c.seat, c.reservation);
  });
}

void read_rankings(session& db, books& into) {
  each_row(db, "SELECT consumer, sequence, event FROM applied_event", [&](row& r) {
    auto& a = into.applied.emplace_back();
    a.consumer = into.consumers.of(r.next_bytes());
    r.into(a.sequence, a.event);
  });
  each_row(db, "SELECT consumer, schedule, seats FROM sales_total", [&](row& r) {
    auto& t = into.totals.emplace_back();
    t.consumer = into.consumers.of(r.next_bytes());
    r.into(t.schedule, t.seats);
  });
}

class sqlite_audit_reader final : public audit::books_reader {
 public:
  explicit sqlite_audit_reader(audited_files files) : files_{std::move(files)} {}

  books read() override {
    books all;
    in_snapshot(files_.payment, [&](session& db) {
      read_payments(db, all);
      read_outbox(db, all);
    });
    in_snapshot(files_.point, [&](session& db) { read_points(db, all); });
    in_snapshot(files_.reservation, [&](session& db) { read_reservations(db, all); });
    in_snapshot(files_.queue_ranking, [&](session& db) { read_rankings(db, all); });
    return all;
  }

 private:
  audited_files files_;
};

}  // namespace

std::unique_ptr<audit::books_reader> make_audit_reader(audited_files files) {
  return std::make_unique<sqlite_audit_reader>(std::move(files));
}

std::unique_ptr<audit::books_reader> open_audit_reader(const std::filesystem::path& data_dir) {
  const auto files = files_in(data_dir);
  const auto shared = [](const std::filesystem::path& file) {
    return std::make_shared<database_file>(file, static_cast<int>(limits::sqlite_checkpoint_pages));
  };
  return make_audit_reader({shared(files.payment), shared(files.point), shared(files.reservation),
                            shared(files.queue_ranking)});
}

}  // namespace boxoffice
