#include "storage/sqlite/connection.hpp"

#include "config/limits.hpp"
#include "config/log.hpp"
#include "storage/encoding/fields.hpp"

#include <sqlite3.h>

namespace boxoffice::sqlite {
namespace {

storage_error::kind classify(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return storage_error::kind::disk_full;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return storage_error::kind::disk_fault;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return storage_error::kind::damaged;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return storage_error::kind::locked;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return storage_error::kind::constraint;
    default:
      return storage_error::kind::other;
  }
}

constexpr auto settings_of_both =
    "PRAGMA foreign_keys = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA mmap_size = 0;"         // a disk error in mapped memory is a SIGBUS, not an error code
    "PRAGMA cache_size = -65536;";  // KiB
// The write-ahead log is copied into the database by the commit that fills it to so many pages of
// 4 KiB. More pages make the copy rarer and cheaper per commit (a page written ten times is copied
// once) but each copy longer.
constexpr auto settings_of_writer =
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 4000;"       // pages
    "PRAGMA journal_size_limit = 67108864;";  // bytes

constexpr auto settings_of_reader = "PRAGMA query_only = ON;";

}  // namespace

void translated(const std::function<void()>& work) {
  try {
    work();
  } catch (const SQLite::Exception& e) {
    const auto code = e.getExtendedErrorCode() > 0 ? e.getExtendedErrorCode() : e.getErrorCode();
    throw storage_error{classify(code),
                        std::string{e.what()} + " (SQLite code " + std::to_string(code) + ")"};
  } catch (const encoding::decode_error& e) {
    throw storage_error{storage_error::kind::damaged,
                        std::string{"a stored value cannot be read: "} + e.what()};
  }
}

SQLite::Database open(const std::filesystem::path& file, access how) {
  const bool writes = how == access::read_write;
  const int flags =
      (writes ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE : SQLite::OPEN_READONLY) |
      SQLite::OPEN_NOMUTEX;
  SQLite::Database db{file.string(), flags,
                      static_cast<int>(milliseconds{limits::sqlite_busy_time_max}.count())};
  sqlite3_extended_result_codes(db.getHandle(), 1);
  db.exec(settings_of_both);
  if (writes && db.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal")
    throw storage_error{storage_error::kind::disk_fault,
                        file.string() + ": this file system cannot keep a write-ahead log"};
  db.exec(writes ? settings_of_writer : settings_of_reader);
  return db;
}

void expect(bool holds, const char* rule) {
  if (!holds) throw storage_error{storage_error::kind::constraint, rule};
}

void commit_doubt::settle() {
  if (!open_.load(std::memory_order_acquire)) return;
  translated([&] {
    auto db = open(file_, access::read_write);
    // A row written with the values it has changes no page; the counter in the header always does.
    SQLite::Transaction whole{db, SQLite::TransactionBehavior::IMMEDIATE};
    const auto settled_before = db.execAndGet("PRAGMA user_version").getInt();
    db.exec("PRAGMA user_version = " + std::to_string(settled_before % 1'000'000 + 1));
    whole.commit();
  });
  open_.store(false);
}

writing_connection::writing_connection(const std::filesystem::path& file,
                                       std::shared_ptr<commit_doubt> doubt)
    : name_{file.stem().string()},
      db_{open(file, access::read_write)},
      doubt_{std::move(doubt)},
      begin_{db_, "BEGIN IMMEDIATE"},
      commit_{db_, "COMMIT"},
      rollback_{db_, "ROLLBACK"} {}

commit_outcome writing_connection::in_transaction(const std::function<void()>& work) noexcept {
  bool committing = false;
  try {
    translated([&] {
      begin_.run();
      work();
      committing = true;
      commit_.run();
    });
    doubt_->settled();
    return commit_outcome::committed;
  } catch (const storage_error& e) {
    return after_failure(e, committing);
  } catch (const std::exception& e) {
    return after_failure(storage_error{storage_error::kind::other, e.what()}, committing);
  }
}

commit_outcome writing_connection::after_failure(const storage_error& error,
                                                 bool committing) noexcept {
  try {
    const auto level =
        error.why() == storage_error::kind::locked ? log_level::warning : log_level::error;
    log(level, "storage",
        error.why() == storage_error::kind::constraint ? "the schema refused a batch: this is a bug"
                                                       : "a batch was not committed",
        {{"store", name_}, {"kind", to_text(error.why())}, {"error", error.what()}});
    // Some errors end the transaction by themselves; ROLLBACK would then be an error of its own.
    if (sqlite3_get_autocommit(db_.getHandle()) == 0) roll_back();
    const bool doubtful = committing && error.why() == storage_error::kind::disk_fault;
    if (!doubtful) return commit_outcome::failed;
    doubt_->raise();
    doubt_->settle();
    return commit_outcome::failed;
  } catch (const std::exception& e) {
    log(log_level::error, "storage", "the database cannot be settled after a failed commit",
        {{"store", name_}, {"error", e.what()}});
    return committing ? commit_outcome::in_doubt : commit_outcome::failed;
  }
}

void writing_connection::roll_back() {
  translated([&] { rollback_.run(); });
}

reading_connection::reading_connection(const std::filesystem::path& file,
                                       std::shared_ptr<commit_doubt> doubt)
    : db_{open(file, access::read_only)}, doubt_{std::move(doubt)}, begin_{db_, "BEGIN"} {}

reading_connection::snapshot::snapshot(reading_connection& of) : of_{of} {
  of_.doubt_->settle();
  of_.begin_.run();
}

reading_connection::snapshot::~snapshot() {
  // An error of a query may have ended the transaction already.
  if (sqlite3_get_autocommit(of_.db_.getHandle()) == 0)
    sqlite3_exec(of_.db_.getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace boxoffice::sqlite

namespace boxoffice {

const char* to_text(storage_error::kind why) {
  switch (why) {
    case storage_error::kind::disk_full:
      return "disk_full";
    case storage_error::kind::disk_fault:
      return "disk_fault";
    case storage_error::kind::damaged:
      return "damaged";
    case storage_error::kind::locked:
      return "locked";
    case storage_error::kind::constraint:
      return "constraint";
    case storage_error::kind::other:
      return "other";
  }
  return "other";
}

}  // namespace boxoffice
