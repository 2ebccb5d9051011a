#include "storage/sqlite/connection.hpp"

#include "actors/commit/fence.hpp"
#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/encoding/fields.hpp"

#include <chrono>
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
    case SQLITE_TOOBIG:
      return storage_error::kind::constraint;
    default:
      return storage_error::kind::other;
  }
}

// No mmap: a disk error in mapped memory is a SIGBUS, not an error code.
const std::string settings_of_both =
    "PRAGMA foreign_keys = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA cache_size = -" +
    std::to_string(limits::sqlite_cache_kib) + ";";
const std::string settings_of_writer =
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 0;"  // writing_connection does it, and hears how that went
    "PRAGMA journal_size_limit = " +
    std::to_string(limits::sqlite_log_bytes_max) + ";";

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

void database_file::settle() {
  if (!doubtful_.load(std::memory_order_acquire)) return;
  translated([&] {
    auto db = open(path_, access::read_write);
    // A row written with the values it has changes no page; the counter in the header always does.
    SQLite::Transaction whole{db, SQLite::TransactionBehavior::IMMEDIATE};
    const auto settled_before = db.execAndGet("PRAGMA user_version").getInt();
    db.exec("PRAGMA user_version = " + std::to_string(settled_before % 1'000'000 + 1));
    whole.commit();
  });
  doubtful_.store(false);
}

namespace {

// Durable before anything is written under it, so no two owners ever have the same epoch.
std::uint64_t acquire(session& on, const char* newest) {
  statement next{on, std::string{"INSERT INTO owner (only_row, epoch) VALUES (1, max("
                                 "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER),"
                                 " coalesce(("} +
                         newest + R"(), 0) + 1))
    ON CONFLICT (only_row) DO UPDATE SET epoch = max(epoch + 1, excluded.epoch) RETURNING epoch)"};
  std::uint64_t epoch = 0;
  translated([&] { next.each([&](row& r) { epoch = r.next<std::uint64_t>(); }); });
  return epoch;
}

std::uint64_t read_batch(session& on) {
  statement newest{on, "SELECT batch FROM owner WHERE only_row = 1"};
  std::uint64_t batch = 0;
  translated([&] { newest.each([&](row& r) { batch = r.next<std::uint64_t>(); }); });
  return batch;
}

}  // namespace

writing_connection::writing_connection(std::shared_ptr<database_file> file, const char* newest)
    : name_{file->path().stem().string()},
      session_{std::move(file), access::read_write},
      write_back_at_{session_.file().log_pages_max()},
      begin_{session_, "BEGIN IMMEDIATE"},
      commit_{session_, "COMMIT"},
      rollback_{session_, "ROLLBACK"},
      owner_{session_, "SELECT epoch, batch FROM owner WHERE only_row = 1"},
      // The beat makes it a write also when nothing else has changed.
      keep_{session_, "UPDATE owner SET batch = ?, beat = beat + 1 WHERE only_row = 1"},
      see_{session_,
           "INSERT INTO seen (store, epoch, batch) VALUES (?, ?, ?)"
           " ON CONFLICT (store) DO UPDATE SET epoch = excluded.epoch, batch = excluded.batch"},
      epoch_{acquire(session_, newest)},
      batches_{read_batch(session_)},
      kept_{batches_} {
  session_.file().expect_there();
}

commit_result writing_connection::keep(std::span<const seen_position> others) noexcept {
  auto result = in_transaction([&] {
    keep_.run(batches_);
    for (const auto& other : others)
      see_.run(other.store, other.at.epoch, other.at.batch);
  });
  if (result == commit_outcome::committed) kept_ = --batches_;  // it is no batch itself
  return result;
}

void writing_connection::belong_to(const std::string& installation,
                                   std::span<const set_back> found) {
  statement name{session_,
                 "INSERT INTO installation (only_row, id) VALUES (1, ?)"
                 " ON CONFLICT (only_row) DO UPDATE SET id = excluded.id"};
  statement forget{session_, "DELETE FROM set_back"};
  statement note{session_,
                 "INSERT INTO set_back (store, epoch, batch, seen_epoch, seen_batch, seen_by)"
                 " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"};
  const auto done = in_transaction([&] {
    name.run(installation);
    forget.run();
    for (const auto& each : found)
      note.run(each.store, each.is.epoch, each.is.batch, each.was.epoch, each.was.batch,
               each.seen_by);
  });
  if (done == commit_outcome::committed) return;
  throw storage_error{storage_error::kind::disk_fault, name_ + ": " + done.reason};
}

commit_result writing_connection::in_transaction(const std::function<void()>& work) noexcept {
  const auto hold = session_.use();
  bool committing = false;
  try {
    translated([&] {
      begin_.run();
      expect_owner();
      work();
      committing = true;
      commit_.run();
    });
    session_.file().settled();
    ++batches_;
    session_.file().expect_there();
    if (session_.log_pages() >= write_back_at_) write_log_back();
    return commit_outcome::committed;
  } catch (const storage_error& e) {
    return after_failure(e, committing);
  } catch (const std::exception& e) {
    return after_failure(storage_error{storage_error::kind::other, e.what()}, committing);
  }
}

void writing_connection::expect_owner() {
  store_position now;
  owner_.each([&](row& r) { r.into(now.epoch, now.batch); });
  if (now.epoch < epoch_ || (now.epoch == epoch_ && now.batch < kept_.load()))
    throw storage_error{storage_error::kind::set_back,
                        "the database lost commits while it was open"};
  if (!may_write(epoch_, now.epoch))
    throw storage_error{storage_error::kind::replaced,
                        "another process has taken the database over; this one should end"};
}

commit_result writing_connection::after_failure(const storage_error& error,
                                                bool committing) noexcept {
  const bool refused = error.why() == storage_error::kind::constraint;
  try {
    // A refusal is told to whoever wrote it, and logged there.
    if (!refused)
      log(error.why() == storage_error::kind::locked ? log_level::warning : log_level::error,
          "storage", "a batch was not committed",
          {{"store", name_}, {"kind", to_text(error.why())}, {"error", error.what()}});
    // Some errors end the transaction by themselves; ROLLBACK would then be an error of its own.
    if (session_.is_open() && sqlite3_get_autocommit(session_.handle()) == 0)
      translated([&] { rollback_.run(); });
    if (refused) return {commit_outcome::refused, error.what()};
    const bool doubtful = committing && error.why() == storage_error::kind::disk_fault;
    if (!doubtful) return ended_by(error, commit_outcome::failed);
    session_.file().raise_doubt();
    session_.file().settle();
    return ended_by(error, commit_outcome::failed);
  } catch (const std::exception& e) {
    log(log_level::error, "storage", "the database cannot be settled after a failed commit",
        {{"store", name_}, {"error", e.what()}});
    return ended_by(error, committing ? commit_outcome::in_doubt : commit_outcome::failed);
  }
}

void writing_connection::write_log_back() noexcept {
  const auto most = session_.file().log_pages_max();
  const int result = sqlite3_wal_checkpoint_v2(session_.handle(), nullptr,
                                               SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (result == SQLITE_OK || (result & 0xFF) == SQLITE_BUSY) {
    write_back_at_ = most;
    return;
  }
  write_back_at_ = session_.log_pages() + most / 4;  // not again with every commit
  log(log_level::error, "storage", "the log was not written back; it grows until that succeeds",
      {{"store", name_}, {"error", sqlite3_errstr(result)}, {"code", result}});
  if (classify(result) == storage_error::kind::disk_fault) session_.file().close_all(session_);
}

reading_connection::reading_connection(std::shared_ptr<database_file> file)
    : session_{std::move(file), access::read_only}, begin_{session_, "BEGIN"} {}

reading_connection::snapshot::snapshot(reading_connection& of) : of_{of} {
  of_.session_.file().settle();
  of_.begin_.run();
}

reading_connection::snapshot::~snapshot() {
  // An error of a query may have ended the transaction already.
  if (sqlite3_get_autocommit(of_.session_.handle()) == 0)
    sqlite3_exec(of_.session_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace boxoffice::sqlite
