#include "storage/sqlite/audit_reader.hpp"

#include "config/limits.hpp"
#include "storage/sql/books.hpp"
#include "storage/sqlite/dialect.hpp"
#include "storage/sqlite/stores.hpp"

#include <sqlite3.h>
#include <string>
#include <utility>

namespace boxoffice {
namespace {

using namespace sqlite;  // NOLINT(google-build-using-namespace): the folder's own
using audit::books;

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

void read_rankings(session& db, books& into) {
  sql::each_row<dialect>(db, "SELECT consumer, sequence, event FROM applied_event", [&](row& r) {
    auto& a = into.applied.emplace_back();
    a.consumer = into.consumers.of(r.next_bytes());
    r.into(a.sequence, a.event);
  });
  if (dialect::has_table(db, "forgotten_marks"))
    sql::each_row<dialect>(db, "SELECT consumer, forgotten_through FROM forgotten_marks",
                           [&](row& r) {
                             const auto consumer = into.consumers.of(r.next_bytes());
                             into.forgotten.push_back({consumer, r.next<std::uint64_t>()});
                           });
  sql::each_row<dialect>(db, "SELECT consumer, schedule, seats FROM sales_total", [&](row& r) {
    auto& t = into.totals.emplace_back();
    t.consumer = into.consumers.of(r.next_bytes());
    r.into(t.schedule, t.seats);
  });
}

}  // namespace

books_parts sqlite_books(audited_files files) {
  return {.payment =
              [file = std::move(files.payment)](books& into) {
                in_snapshot(file, [&](session& db) {
                  sql::read_payments<dialect>(db, into);
                  sql::read_outbox<dialect>(db, into);
                });
              },
          .point =
              [file = std::move(files.point)](books& into) {
                in_snapshot(file, [&](session& db) { sql::read_points<dialect>(db, into); });
              },
          .reservation =
              [file = std::move(files.reservation)](books& into) {
                in_snapshot(file, [&](session& db) { sql::read_reservations<dialect>(db, into); });
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
