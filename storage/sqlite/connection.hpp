#pragma once

#include "actors/commit/owned_store.hpp"
#include "storage/newest_numbers.hpp"
#include "storage/owned_port.hpp"
#include "storage/sqlite/session.hpp"
#include "storage/sqlite/statement.hpp"
#include "storage/storage_error.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace boxoffice::sqlite {

/// Runs `work`; what SQLiteCpp or a decoder throws leaves as storage_error. The one place where
/// exceptions of the library are caught.
void translated(const std::function<void()>& work);

/// The connection of a committer. **Thread**: the committer's.
class writing_connection {
 public:
  /// Takes the database over: who wrote it before can write no more (docs/PROMISES.md, G12).
  /// `newest`: storage/newest_numbers.hpp.
  explicit writing_connection(std::shared_ptr<database_file> file,
                              const char* newest = storage::no_numbers);

  /// For making statements, which live as long as this connection.
  session& database() { return session_; }
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  /// **Thread**: any.
  [[nodiscard]] store_position position() const { return {epoch_, kept_.load()}; }
  /// What owned_store says.
  commit_result keep(std::span<const seen_position> others) noexcept;
  void belong_to(const std::string& installation, std::span<const set_back> found);

  /// Runs `work` in one transaction: BEGIN IMMEDIATE, work, COMMIT. Never throws.
  /// - `committed`: COMMIT returned; the log is on the disk (synchronous=FULL).
  /// - `failed`: somebody else has taken the database over, something threw before COMMIT, or
  ///   COMMIT said that nothing was written (disk full while the log grew, a lock not to be had);
  ///   all is rolled back.
  /// - `refused`: a rule of the schema says no to something in it, or a value does not fit; all is
  ///   rolled back.
  /// - `in_doubt`: COMMIT ended in an I/O error (typically the fsync), and the small commit that
  ///   would have made it `failed` did not go through either. Readers of this file throw until one
  ///   does, so nobody is told "not done" of something that a restart would find done.
  ///
  /// Writes the log back when it has grown to database_file::log_pages_max.
  commit_result in_transaction(const std::function<void()>& work) noexcept;

  /// Copies the log into the database, as far as readers allow. A failure harms no commit: it is
  /// logged, mended (database_file::close_all), and the log grows until a later try succeeds.
  /// **Requires** that no transaction is open here.
  void write_log_back() noexcept;

 private:
  void expect_owner();
  commit_result after_failure(const storage_error& error, bool committing) noexcept;

  std::string name_;  // of the service, for the log
  session session_;
  int write_back_at_;  // pages of the log
  statement begin_, commit_, rollback_, owner_, keep_, see_;
  const std::uint64_t epoch_;
  // Batches are counted here and written down by `keep`: a page less in each commit. What is
  // written is what others may see.
  std::uint64_t batches_;
  std::atomic<std::uint64_t> kept_;
};

template <class Port>
using owned = storage::owned_port<Port, writing_connection>;

/// A connection that only reads, each time one snapshot of committed state. **Thread**: one reader.
class reading_connection {
 public:
  explicit reading_connection(std::shared_ptr<database_file> file);

  session& database() { return session_; }

  /// What `query` returns, with all its statements seeing the same state. Throws storage_error.
  template <class Query>
  auto read(Query query) {
    std::invoke_result_t<Query> result{};
    const auto hold = session_.use();
    translated([&] {
      const snapshot view{*this};
      result = query();
    });
    return result;
  }

  /// The same: a query of one statement is no cheaper here.
  template <class Query>
  auto read_once(Query query) {
    return read(std::move(query));
  }

 private:
  struct snapshot {
    explicit snapshot(reading_connection& of);
    ~snapshot();
    snapshot(const snapshot&) = delete;
    snapshot& operator=(const snapshot&) = delete;
    reading_connection& of_;
  };

  session session_;
  statement begin_;
};

/// A reading connection that comes and goes beside the stores of a running node, which may close
/// all connections of the file at any time. **Thread**: its owner's.
class passing_connection {
 public:
  /// `settings`: SQL that is run once.
  passing_connection(std::shared_ptr<database_file> file, const std::string& settings)
      : file_{std::move(file)} {
    const auto hold = file_->hold_open();
    reader_.emplace(file_);
    reader_->database().database().exec(settings);
  }
  ~passing_connection() {
    const auto hold = file_->hold_open();
    reader_.reset();
  }
  passing_connection(const passing_connection&) = delete;
  passing_connection& operator=(const passing_connection&) = delete;

  session& database() { return reader_->database(); }
  template <class Query>
  auto read(Query query) {
    return reader_->read(std::move(query));
  }

 private:
  const std::shared_ptr<database_file> file_;
  std::optional<reading_connection> reader_;
};

/// Throws storage_error{constraint} unless `holds`: the store refuses a write that only a bug
/// makes.
void expect(bool holds, const char* rule);

}  // namespace boxoffice::sqlite
