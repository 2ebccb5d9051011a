#include "storage/sqlite/audit_reader.hpp"

#include "config/limits.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/stores.hpp"

#include <sqlite3.h>
#include <string>
#include <utility>

namespace boxoffice {
namespace {

using namespace sqlite;  // NOLINT(google-build-using-namespace): the folder's own
using audit::books;

template <class Enum>
Enum one_of(row& r, Enum last) {
  return stored::one_of(r.next<std::int64_t>(), last);
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

// A database that was not migrated yet has no column of its own: an id began with its schedule.
std::string schedule_of(session& db, const std::string& table, const std::string& id) {
  statement found{db, "SELECT 1 FROM pragma_table_info(?) WHERE name = 'schedule'"};
  return found.first([](row&) { return true; }, table) ? "schedule" : id + " >> 36";
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
           "SELECT id, reservation, " + schedule_of(db, "payment", "reservation") +
               ", user, amount, state, reason <> '', seats, balance, created_at, deadline,"
               " completed_at, changed_at FROM payment",
           [&](row& r) {
             auto& p = into.payments.emplace_back();
             r.into(p.id, p.reservation, p.schedule);
             p.user = into.users.of(r.next_bytes());
             r.into(p.amount);
             p.state = one_of(r, audit::payment_state::refunded);
             p.reason = one_of(r, audit::parking_reason::given);
             r.into(p.seats, p.balance, p.created_at, p.deadline, p.completed_at, p.changed_at);
           });
  each_row(db, "SELECT payment FROM remembered_key WHERE payment <> 0",
           [&](row& r) { into.payment_keys.push_back({r.next<std::uint64_t>()}); });
}

void read_outbox(session& db, books& into) {
  each_row(db,
           "SELECT sequence, id, kind, payment, user, reservation, " +
               schedule_of(db, "outbox", "reservation") + ", seats, amount FROM outbox",
           [&](row& r) {
             auto& e = into.events.emplace_back();
             r.into(e.sequence, e.id);
             e.kind = one_of(r, audit::event_kind::payment_refunded);
             r.into(e.payment);
             e.user = into.users.of(r.next_bytes());
             r.into(e.reservation, e.schedule, e.seats, e.amount);
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
    stored::answer(r.next_bytes(), s);
  });
}

void read_reservations(session& db, books& into) {
  each_row(db,
           "SELECT id, " + schedule_of(db, "reservation", "id") +
               ", user, seats, amount, status, held_at, expires_at, payment, reverted"
               " FROM reservation",
           [&](row& r) {
             auto& res = into.reservations.emplace_back();
             r.into(res.id, res.schedule);
             res.user = into.users.of(r.next_bytes());
             res.seats = stored::seats(r.next_bytes());
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
  if (has_table(db, "forgotten_marks"))
    each_row(db, "SELECT consumer, forgotten_through FROM forgotten_marks", [&](row& r) {
      const auto consumer = into.consumers.of(r.next_bytes());
      into.forgotten.push_back({consumer, r.next<std::uint64_t>()});
    });
  each_row(db, "SELECT consumer, schedule, seats FROM sales_total", [&](row& r) {
    auto& t = into.totals.emplace_back();
    t.consumer = into.consumers.of(r.next_bytes());
    r.into(t.schedule, t.seats);
  });
}

}  // namespace

books_parts sqlite_books(audited_files files) {
  return {
      .payment =
          [file = std::move(files.payment)](books& into) {
            in_snapshot(file, [&](session& db) {
              read_payments(db, into);
              read_outbox(db, into);
            });
          },
      .point = [file = std::move(files.point)](
                   books& into) { in_snapshot(file, [&](session& db) { read_points(db, into); }); },
      .reservation =
          [file = std::move(files.reservation)](books& into) {
            in_snapshot(file, [&](session& db) { read_reservations(db, into); });
          },
      .queue_ranking =
          [file = std::move(files.queue_ranking)](books& into) {
            in_snapshot(file, [&](session& db) { read_rankings(db, into); });
          }};
}

books_parts sqlite_books(const std::filesystem::path& data_dir) {
  const auto files = files_in(data_dir);
  const auto shared = [](const std::filesystem::path& file) {
    return std::make_shared<database_file>(file, static_cast<int>(limits::sqlite_checkpoint_pages));
  };
  return sqlite_books({shared(files.payment), shared(files.point), shared(files.reservation),
                       shared(files.queue_ranking)});
}

std::unique_ptr<audit::books_reader> open_audit_reader(const std::filesystem::path& data_dir) {
  return make_books_reader(sqlite_books(data_dir));
}

}  // namespace boxoffice
