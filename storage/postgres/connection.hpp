#pragma once

#include "actors/commit/owned_store.hpp"
#include "storage/newest_numbers.hpp"
#include "storage/owned_port.hpp"
#include "storage/postgres/batch.hpp"
#include "storage/postgres/link.hpp"
#include "storage/postgres/values.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace boxoffice::postgres {

/// The database of one service as the connections of this process share it. **Thread**: any.
///
/// **A doubt**: a COMMIT whose answer was lost. The server may still be working on it, so reading
/// the rows is no answer yet. But every batch begins with its number in the row `owner`, and keeps
/// that row locked to its end: who gets the lock next sees whether the number stayed. **Why** not
/// the transaction number that PostgreSQL gives: after a crash it gives the same one again.
class server_database {
 public:
  server_database(std::string location, std::shared_ptr<deadline_watch> watch)
      : location_{std::move(location)}, watch_{std::move(watch)} {}

  [[nodiscard]] std::unique_ptr<link> new_link(purpose why = purpose::serving) const {
    return std::make_unique<link>(location_, watch_, why, texts_);
  }
  /// Every statement made for a connection of this database.
  [[nodiscard]] std::set<std::string> statements() const { return texts_->all(); }
  [[nodiscard]] std::string name() const { return public_name(location_); }

  /// Who takes it over does so only if it is still as it was seen to be.
  void take_over_only(const store_position& seen) { seen_ = seen; }
  [[nodiscard]] const std::optional<store_position>& seen() const { return seen_; }

  /// Says which batch it is, and which server process works on it.
  struct batch_mark {
    std::uint64_t owner{0}, number{0};
    std::string process;  ///< an SQL condition on pg_stat_activity
  };
  enum class fate : std::uint8_t { committed, aborted };
  /// Nothing unless a doubt is open. **Faults** storage_error{unreachable} while the server cannot
  /// say; `replaced` when the next owner has written over what it would say.
  void settle();
  /// Opens a doubt about a batch, and asks for at most `time` what became of it; empty when the
  /// server cannot say yet, and readers go on asking.
  std::optional<fate> settle(const batch_mark& about, std::chrono::milliseconds time);

 private:
  fate ask(const batch_mark& about);

  const std::string location_;
  const std::shared_ptr<deadline_watch> watch_;
  const std::shared_ptr<statement_texts> texts_ = std::make_shared<statement_texts>();
  std::optional<store_position> seen_;
  std::mutex lock_;  // guards what follows; held while the server is asked
  std::optional<batch_mark> open_;
  std::unique_ptr<link> asks_;
};

/// A prepared statement, prepared again after its connection was lost. **Thread**: its link's.
class statement {
 public:
  statement(link& on, std::string sql);

  /// Runs it. Each value is a parameter, `columns` one for each column.
  template <class... Values>
  answer run(const Values&... values) {
    parameters given;
    given.reserve(sizeof...(values));
    (give(given, values), ...);
    return execute(given);
  }
  /// Calls `visit(row)` for each row.
  template <class Visit, class... Values>
  void each(Visit visit, const Values&... values) {
    const auto found = run(values...);
    for (std::size_t at = 0; at < found.rows(); ++at) {
      row r{found, at};
      visit(r);
    }
  }
  /// What `make(row)` gives for the first row; empty without one.
  template <class Make, class... Values>
  auto first(Make make, const Values&... values)
      -> std::optional<std::invoke_result_t<Make, row&>> {
    const auto found = run(values...);
    if (found.rows() == 0) return std::nullopt;
    row r{found, 0};
    return make(r);
  }

 private:
  answer execute(const parameters& given);
  template <class T>
  static void give(parameters& into, const T& value) {
    into.emplace_back(to_sql(value));
  }
  static void give(parameters& into, const columns& rows) {
    for (const auto& column : rows.arrays())
      into.emplace_back(column.open() + '}');
  }

  link& on_;
  const std::string sql_;
  const std::string name_;
  std::uint64_t prepared_{0};  // in this generation of the link
};

/// The connection of a committer. **Thread**: the committer's.
class writing_connection {
 public:
  /// Takes the database over: who wrote it before can write no more (docs/PROMISES.md, G12).
  /// `newest`: storage/newest_numbers.hpp. **Faults** storage_error; `conflict` when it is not as
  /// it was seen, and then nothing has happened.
  explicit writing_connection(std::shared_ptr<server_database> of,
                              const char* newest = storage::no_numbers);

  /// For making statements, which live as long as this connection.
  link& database() { return *link_; }
  [[nodiscard]] std::uint64_t epoch() const { return taken_.epoch; }
  /// **Thread**: any.
  [[nodiscard]] store_position position() const { return {taken_.epoch, newest_batch_.load()}; }
  /// What owned_store says.
  commit_result keep(std::span<const seen_position> others) noexcept;
  void belong_to(const std::string& installation, std::span<const set_back> found);

  /// Runs `work` in one transaction. Never throws.
  /// - `committed`: the server said so, or the number of the batch does.
  /// - `failed`: somebody else has taken the database over, something threw before COMMIT, or the
  ///   server refused it; nothing is kept. A batch whose connection had died before, or that the
  ///   server ended for another transaction's sake, is run again, so `work` must be repeatable.
  /// - `refused`: a rule of the schema says no to something in it, or a value does not fit; nothing
  ///   is kept.
  /// - `in_doubt`: the answer to COMMIT was lost and the server cannot be asked. Readers throw
  ///   until it can.
  commit_result in_transaction(const std::function<void()>& work) noexcept;
  /// The same for what is known beforehand: `fill` says what to call, and everything, the fence and
  /// the commit too, is one way to the server and back.
  commit_result in_batch(const std::function<void(batch&)>& fill) noexcept;

 private:
  enum class stage : std::uint8_t { opening, working, committing };
  struct attempt {
    stage at{stage::opening};
    server_database::batch_mark mark;
  };
  commit_result attempted(const std::function<void(attempt&)>& work) noexcept;
  void open();
  void expect_not_set_back();
  void begin(attempt& of);
  std::uint64_t last_batch();
  commit_result after_failure(const storage_error& error, const attempt& of);
  void roll_back() noexcept;

  const std::shared_ptr<server_database> database_;
  const std::unique_ptr<link> link_;
  const store_position taken_;
  std::atomic<std::uint64_t> newest_batch_;  // that surely was committed
  statement see_;
  std::uint64_t process_of_{0};  // generation of the link
  std::string process_;
  std::optional<std::uint64_t> last_batch_;  // its number; empty: only the server knows
  std::optional<batch_statement> fence_;
};

template <class Port>
using owned = storage::owned_port<Port, writing_connection>;

/// A connection that only reads, each time one snapshot of committed state. **Thread**: one reader.
class reading_connection {
 public:
  explicit reading_connection(std::shared_ptr<server_database> of, purpose why = purpose::serving)
      : database_{std::move(of)}, link_{database_->new_link(why)} {}

  link& database() { return *link_; }

  /// What `query` returns, with all its statements seeing the same state. Throws storage_error. A
  /// connection that died while it was idle is opened again, so `query` must be repeatable.
  template <class Query>
  auto read(Query query) {
    std::invoke_result_t<Query> result{};
    in_snapshot([&] { result = query(); });
    return result;
  }
  /// The same for a query of one statement, which sees one state by itself: one way to the server
  /// and back instead of three.
  template <class Query>
  auto read_once(Query query) {
    std::invoke_result_t<Query> result{};
    retried([&] { result = query(); });
    return result;
  }

 private:
  void in_snapshot(const std::function<void()>& query);
  void retried(const std::function<void()>& query);

  const std::shared_ptr<server_database> database_;
  const std::unique_ptr<link> link_;
};

/// Throws storage_error{constraint} unless `holds`: the store refuses a write that only a bug
/// makes.
void expect(bool holds, const char* rule);

}  // namespace boxoffice::postgres
