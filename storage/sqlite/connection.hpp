#pragma once

#include "actors/commit/commit.hpp"
#include "storage/sqlite/statement.hpp"
#include "storage/sqlite/storage_error.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

namespace boxoffice::sqlite {

/// Runs `work`; what SQLiteCpp or a decoder throws leaves as storage_error. The one place where
/// exceptions of the library are caught.
void translated(const std::function<void()>& work);

enum class access : std::uint8_t { read_write, read_only };

/// Opens the database file with the settings of this program (WAL, synchronous=FULL, foreign keys).
SQLite::Database open(const std::filesystem::path& file, access how);

/// A commit of which SQLite could not say whether it happened. It is shared by the connections of
/// one file, for nobody may read around it: the frames of that commit stand in the write-ahead log,
/// unpublished, and a restart would find them. The next commit overwrites them, so `settle` makes
/// one of a counter; after it the doubtful batch has surely not happened. **Thread**: any.
/// **Source**: sqlite.org/fileformat2.html, section 4 (the WAL: salts, cumulative checksums).
class commit_doubt {
 public:
  explicit commit_doubt(std::filesystem::path file) : file_{std::move(file)} {}
  void raise() { open_.store(true); }
  void settled() {
    if (open_.load(std::memory_order_relaxed)) open_.store(false);
  }
  /// Nothing unless a doubt is open. Throws storage_error when the file cannot be written.
  void settle();

 private:
  std::filesystem::path file_;
  std::atomic<bool> open_{false};
};

/// The connection of a committer. **Thread**: the committer's.
class writing_connection {
 public:
  writing_connection(const std::filesystem::path& file, std::shared_ptr<commit_doubt> doubt);

  /// For making statements, which live as long as this connection.
  SQLite::Database& database() { return db_; }

  /// Runs `work` in one transaction: BEGIN IMMEDIATE, work, COMMIT. Never throws.
  /// - `committed`: COMMIT returned; the log is on the disk (synchronous=FULL).
  /// - `failed`: something threw before COMMIT, or COMMIT said that nothing was written (disk full
  ///   while the log grew, a lock not to be had); all is rolled back.
  /// - `in_doubt`: COMMIT ended in an I/O error (typically the fsync), and the small commit that
  ///   would have made it `failed` did not go through either. Readers of this file throw until one
  ///   does, so nobody is told "not done" of something that a restart would find done.
  commit_outcome in_transaction(const std::function<void()>& work) noexcept;

 private:
  commit_outcome after_failure(const storage_error& error, bool committing) noexcept;
  void roll_back();

  std::string name_;  // of the service, for the log
  SQLite::Database db_;
  std::shared_ptr<commit_doubt> doubt_;
  statement begin_, commit_, rollback_;
};

/// A connection that only reads, each time one snapshot of committed state. **Thread**: one reader.
class reading_connection {
 public:
  reading_connection(const std::filesystem::path& file, std::shared_ptr<commit_doubt> doubt);

  SQLite::Database& database() { return db_; }

  /// What `query` returns, with all its statements seeing the same state. Throws storage_error.
  template <class Query>
  auto read(Query query) {
    std::invoke_result_t<Query> result{};
    translated([&] {
      const snapshot view{*this};
      result = query();
    });
    return result;
  }

 private:
  struct snapshot {
    explicit snapshot(reading_connection& of);
    ~snapshot();
    snapshot(const snapshot&) = delete;
    snapshot& operator=(const snapshot&) = delete;
    reading_connection& of_;
  };

  SQLite::Database db_;
  std::shared_ptr<commit_doubt> doubt_;
  statement begin_;
};

/// Throws storage_error{constraint} unless `holds`: the store refuses a write that only a bug
/// makes.
void expect(bool holds, const char* rule);

}  // namespace boxoffice::sqlite
