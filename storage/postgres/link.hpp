#pragma once

#include "config/limits.hpp"
#include "config/postgres_location.hpp"
#include "storage/postgres/deadline_watch.hpp"
#include "storage/postgres/statement_texts.hpp"
#include "storage/reconnect.hpp"
#include "storage/storage_error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::postgres {

/// Values of a statement as PostgreSQL reads them; empty: NULL.
using parameters = std::vector<std::optional<std::string>>;

/// What a statement gave, as text. Copies share it.
class answer {
 public:
  struct held;
  answer();
  explicit answer(std::shared_ptr<const held> of);

  [[nodiscard]] std::size_t rows() const;
  /// Rows that an INSERT, UPDATE or DELETE touched.
  [[nodiscard]] std::size_t affected() const;
  /// Valid as long as a copy of this lives; empty for NULL.
  [[nodiscard]] std::optional<std::string_view> text(std::size_t row, std::size_t column) const;

 private:
  std::shared_ptr<const held> held_;
};

enum class purpose : std::uint8_t {
  serving,  ///< statements have a deadline, here and at the server
  upkeep,   ///< migrations and the audit, which may take long
};

/// A connection to one PostgreSQL database, opened when it is used and again after it was lost. The
/// one place where the library is used and its exceptions are caught. **Thread**: one at a time.
/// **Faults** of all calls: storage_error; after `unreachable` the connection is closed.
class link {
 public:
  /// `location`: config/postgres_location.hpp; **Faults** `refused`. `texts` hears of every
  /// statement made for this link. Opens nothing yet.
  link(const std::string& location, std::shared_ptr<deadline_watch> watch, purpose why,
       std::shared_ptr<statement_texts> texts);
  ~link();
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  /// Opens it unless it is open. While a server is away, attempts have a growing, jittered
  /// distance, and a call between two of them fails at once.
  void open();
  [[nodiscard]] bool is_open() const;
  /// Whether the server has said something without being asked, or has hung up: mostly the end of
  /// an idle connection. **Requires** is_open().
  [[nodiscard]] bool has_unasked_input() const;
  void close() noexcept;
  /// How often it was opened: prepared statements and locks last until it changes.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

  /// Runs SQL text, which may hold several statements; the answer is that of the last.
  answer run(const std::string& sql);
  void prepare(const std::string& name, const std::string& sql);
  answer run_prepared(const std::string& name, const parameters& values);
  /// A name for a prepared statement that no other one of this link has.
  std::string name_for(const std::string& sql);
  /// The database as its operator knows it: host, port and name, never the password.
  [[nodiscard]] const std::string& name() const { return location_.public_name; }

 private:
  template <class Call>
  auto guarded(Call call);
  void connect();

  struct library;
  const postgres_location location_;
  const std::shared_ptr<deadline_watch> watch_;
  const purpose purpose_;
  const std::shared_ptr<statement_texts> texts_;
  std::unique_ptr<library> library_;
  std::uint64_t generation_{0};
  std::uint64_t names_{0};
  storage::reconnect reconnect_{limits::postgres_reconnect_first, limits::postgres_reconnect_max};
};

/// The location without user and password, for people: `db.example:5432/point`.
std::string public_name(const std::string& location);

}  // namespace boxoffice::postgres
