#pragma once

#include "actors/core/call_context.hpp"
#include "actors/core/check.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/money.hpp"
#include "actors/core/time.hpp"
#include "storage/sqlite/session.hpp"

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

namespace boxoffice::sqlite {

/// Bytes of a BLOB, borrowed for one call.
struct blob {
  std::string_view bytes;
};

/// One result row, read column by column from the left. Unsigned 64-bit ids are stored as the
/// signed number with the same bits.
class row {
 public:
  explicit row(SQLite::Statement& of) : of_{of} {}

  /// The next column as `T`: an integer, an enum, bool, an id, points, a time, a text or bytes.
  template <class T>
  T next() {
    T value{};
    get(value);
    return value;
  }
  /// Fills the fields from the next columns, in order.
  template <class... Fields>
  void into(Fields&... values) {
    (get(values), ...);
  }
  /// The next column, a BLOB or TEXT, valid until the statement moves on; empty for NULL.
  std::string_view next_bytes() {
    const auto column = of_.getColumn(at_++);
    const auto* data = static_cast<const char*>(column.getBlob());
    return {data, data == nullptr ? 0U : static_cast<std::size_t>(column.getBytes())};
  }
  std::string_view next_text() { return next_bytes(); }
  /// Whether the next column is NULL; does not move on.
  [[nodiscard]] bool next_is_null() const { return of_.getColumn(at_).isNull(); }
  void skip() { ++at_; }

 private:
  std::int64_t number() { return of_.getColumn(at_++).getInt64(); }
  template <class Integer>
  requires(std::is_integral_v<Integer>) void get(Integer& value) {
    value = static_cast<Integer>(number());
  }
  template <class Enum>
  requires(std::is_enum_v<Enum>) void get(Enum& value) { value = static_cast<Enum>(number()); }
  void get(bool& value) { value = number() != 0; }
  template <class Tag>
  void get(id<Tag>& value) {
    value.value = std::bit_cast<std::uint64_t>(number());
  }
  void get(user_id& value) { value.value = next_bytes(); }
  void get(points& value) { value.value = number(); }
  void get(time_point& value) { value = from_unix_ms(number()); }
  void get(std::chrono::seconds& value) { value = std::chrono::seconds{number()}; }
  void get(std::string& value) { value = next_bytes(); }
  /// Two columns: the id and the traceparent; without an id nobody asked.
  void get(request_origin& value) {
    std::string request_id, traceparent;
    get(request_id);
    get(traceparent);
    value = request_id.empty() ? request_origin{}
                               : request_origin{std::move(request_id), std::move(traceparent)};
  }
  void get(std::optional<std::string>& value) {
    if (next_is_null()) return skip();
    value.emplace(next_bytes());
  }

  SQLite::Statement& of_;
  int at_{0};
};

/// A prepared statement, kept for the life of its session, and prepared again after the session was
/// closed. Values are bound by position: a `?` for each, or `$1`, `$2`, … as PostgreSQL writes
/// them.
/// **Thread**: its session's. Throws SQLite::Exception, which only `translated` catches.
class statement {
 public:
  statement(session& on, std::string sql) : on_{on}, sql_{std::move(sql)} {
    prepared();
    on_.add(*this);
  }
  ~statement() { on_.remove(*this); }
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;

  /// Before its session closes.
  void finalize() noexcept { prepared_.reset(); }

  /// Runs it to its end; returns how many rows it changed.
  template <class... Values>
  int run(const Values&... values) {
    const reset_at_end guard{prepared()};
    bind_all(values...);
    return prepared_->exec();
  }
  /// Calls `visit(row)` for each row.
  template <class Visit, class... Values>
  void each(Visit visit, const Values&... values) {
    const reset_at_end guard{prepared()};
    bind_all(values...);
    while (prepared_->executeStep()) {
      row r{*prepared_};
      visit(r);
    }
  }
  /// What `make(row)` gives for the first row; empty without one.
  template <class Make, class... Values>
  auto first(Make make, const Values&... values)
      -> std::optional<std::invoke_result_t<Make, row&>> {
    const reset_at_end guard{prepared()};
    bind_all(values...);
    if (!prepared_->executeStep()) return std::nullopt;
    row r{*prepared_};
    return make(r);
  }

 private:
  struct reset_at_end {
    SQLite::Statement& of;
    ~reset_at_end() { of.tryReset(); }
  };

  SQLite::Statement& prepared() {
    if (prepared_) return *prepared_;
    prepared_.emplace(on_.database(), sql_);
    check(stands_in_order(sql_), "a statement names its values $1, $2, … in this order");
    return *prepared_;
  }
  // SQLite numbers names as it meets them; PostgreSQL reads the number.
  static bool stands_in_order(std::string_view sql);

  template <class... Values>
  void bind_all(const Values&... values) {
    int at = 0;
    (bind(++at, values), ...);
  }
  template <class Integer>
  requires(std::is_integral_v<Integer>) void bind(int at, Integer value) {
    prepared_->bind(at, static_cast<std::int64_t>(value));
  }
  template <class Enum>
  requires(std::is_enum_v<Enum>) void bind(int at, Enum value) {
    prepared_->bind(at, static_cast<std::int64_t>(value));
  }
  template <class Tag>
  void bind(int at, id<Tag> value) {
    prepared_->bind(at, std::bit_cast<std::int64_t>(value.value));
  }
  void bind(int at, const user_id& value) { bind(at, value.value); }
  void bind(int at, points value) { prepared_->bind(at, value.value); }
  void bind(int at, time_point value) { prepared_->bind(at, to_unix_ms(value)); }
  void bind(int at, std::chrono::seconds value) {
    prepared_->bind(at, static_cast<std::int64_t>(value.count()));
  }
  void bind(int at, const std::string& value) { prepared_->bindNoCopy(at, value); }
  void bind(int at, const std::optional<std::string>& value) {
    if (value) return bind(at, *value);
    prepared_->bind(at);
  }
  void bind(int at, blob value) {
    prepared_->bindNoCopy(at, value.bytes.data(), static_cast<int>(value.bytes.size()));
  }
  void bind(int at, const std::optional<blob>& value) {
    if (value) return bind(at, *value);
    prepared_->bind(at);
  }

  session& on_;
  const std::string sql_;
  std::optional<SQLite::Statement> prepared_;
};

}  // namespace boxoffice::sqlite
