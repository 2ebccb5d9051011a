#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

namespace boxoffice::sqlite {

class statement;

enum class access : std::uint8_t { read_write, read_only };

/// Opens the database file with the settings of this program (WAL, synchronous=FULL, foreign keys).
SQLite::Database open(const std::filesystem::path& file, access how);

/// One database file as the connections of this process share it, for what none of them can mend
/// alone. **Thread**: any.
///
/// **A doubt**: a commit of which SQLite could not say whether it happened. Nobody may read around
/// it: its frames stand in the write-ahead log, unpublished, and a restart would find them. The
/// next commit overwrites them, so `settle` makes one of a counter; after it the doubtful batch has
/// surely not happened. **Source**: sqlite.org/fileformat2.html, section 4 (salts, checksums).
///
/// **A failed sync of the database**: the kernel reports it once, calls the pages clean and forgets
/// them; the next sync succeeds without them. SQLite notes how far the log is written back without
/// a sync when a reader stops it half way, so trying again would skip the lost pages and then
/// discard the log that still has them. The note lives in the index of the log, as long as one
/// connection is open. So all close, without writing back; the first to open again reads the log
/// from its beginning.
class database_file {
 public:
  /// **Units** `log_pages_max` in pages: the log is written back when it has grown to so many.
  database_file(std::filesystem::path path, int log_pages_max)
      : path_{std::move(path)}, log_path_{path_.string() + "-wal"}, log_pages_max_{log_pages_max} {}

  void raise_doubt() { doubtful_.store(true); }
  void settled() {
    if (doubtful_.load(std::memory_order_relaxed)) doubtful_.store(false);
  }
  /// Nothing unless a doubt is open. Throws storage_error when the file cannot be written.
  void settle();
  /// Throws storage_error{gone} when the database or its log is no longer the file that was opened:
  /// what is written then is on no disk. **Thread**: the committer's.
  void expect_there();

  /// Closes all sessions at one moment; each opens again when it is next used. **Requires** that
  /// the caller uses `of` and no other session. **Why** one caller: two would wait for each other;
  /// only the committer's connection writes the log back.
  void close_all(class session& of) noexcept;
  /// Until it is released, `close_all` waits. For making and ending sessions while others work.
  [[nodiscard]] std::unique_lock<std::mutex> hold_open() { return std::unique_lock{coming_}; }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] int log_pages_max() const { return log_pages_max_; }

 private:
  friend class session;

  /// Which file a name stands for; empty: there was none when it was looked at.
  using file_number = std::optional<std::pair<std::uint64_t, std::uint64_t>>;
  static void expect_same(const std::filesystem::path& file, file_number& known);

  const std::filesystem::path path_, log_path_;
  const int log_pages_max_;
  file_number main_, log_;  // the committer's thread's
  std::atomic<bool> doubtful_{false};
  std::mutex coming_;
  std::mutex lock_;  // guards sessions_
  std::vector<session*> sessions_;
};

/// An open database with the statements that were prepared on it. It can be closed between two uses
/// and opens again by itself, with the same statements. **Thread**: one at a time, which holds
/// `in_use`.
class session {
 public:
  /// Opens at once, so that a file that cannot be opened is known.
  session(std::shared_ptr<database_file> file, access how);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// The database, opened again if it was closed.
  SQLite::Database& database();
  [[nodiscard]] sqlite3* handle() { return database().getHandle(); }
  [[nodiscard]] bool is_open() const { return db_.has_value(); }
  /// Pages of the write-ahead log after the newest commit of this session.
  [[nodiscard]] int log_pages() const { return log_pages_; }
  void close() noexcept;
  [[nodiscard]] std::unique_lock<std::mutex> use() { return std::unique_lock{in_use_}; }
  [[nodiscard]] database_file& file() { return *file_; }

 private:
  friend class statement;
  void add(statement& prepared) { statements_.push_back(&prepared); }
  void remove(statement& prepared) { std::erase(statements_, &prepared); }

  const std::shared_ptr<database_file> file_;
  const access how_;
  std::mutex in_use_;
  std::optional<SQLite::Database> db_;
  std::vector<statement*> statements_;
  int log_pages_{0};
};

}  // namespace boxoffice::sqlite
