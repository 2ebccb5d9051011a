#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/money.hpp"
#include "actors/core/time.hpp"
#include "storage/postgres/link.hpp"

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace boxoffice::postgres {

/// A `bytea`, borrowed for one call.
struct bytes {
  std::string_view raw;
};

/// The text that PostgreSQL reads as this value. Unsigned 64-bit ids become the signed number with
/// the same bits, times milliseconds since 1970.
template <class Integer>
requires(std::is_integral_v<Integer>) std::string to_sql(Integer value) {
  return std::to_string(static_cast<std::int64_t>(value));
}
inline std::string to_sql(bool value) { return value ? "t" : "f"; }
template <class Enum>
requires(std::is_enum_v<Enum>) std::string to_sql(Enum value) {
  return std::to_string(static_cast<std::int64_t>(value));
}
template <class Tag>
std::string to_sql(id<Tag> value) {
  return std::to_string(std::bit_cast<std::int64_t>(value.value));
}
/// Throws storage_error{constraint} for a text with a NUL, which PostgreSQL cannot keep.
std::string to_sql(const std::string& value);
inline std::string to_sql(const user_id& value) { return to_sql(value.value); }
inline std::string to_sql(points value) { return std::to_string(value.value); }
inline std::string to_sql(time_point value) { return std::to_string(to_unix_ms(value)); }
inline std::string to_sql(std::chrono::seconds value) { return std::to_string(value.count()); }
std::string to_sql(bytes value);
template <class T>
std::optional<std::string> to_sql(const std::optional<T>& value) {
  return value ? std::optional{to_sql(*value)} : std::nullopt;
}

/// Reads `bytea` in its text form. Throws storage_error{damaged}.
std::string from_hex(std::string_view text);

/// A PostgreSQL array being written: `{1,2,NULL,"a b"}`. **Source**: manual, 8.15.6.
class array_text {
 public:
  template <class T>
  void add(const T& value) {
    put(to_sql(value), may_need_quotes<T>);
  }
  template <class T>
  void add(const std::optional<T>& value) {
    put(to_sql(value), may_need_quotes<T>);
  }
  [[nodiscard]] std::string closed() const { return text_ + '}'; }

 private:
  template <class T>
  static constexpr bool may_need_quotes =
      std::is_same_v<T, std::string> || std::is_same_v<T, user_id> || std::is_same_v<T, bytes>;
  void put(const std::optional<std::string>& value, bool quoted);

  std::string text_{"{"};
};

/// Rows for `unnest`: an array per column, each a parameter of the statement.
class columns {
 public:
  explicit columns(std::size_t count) : arrays_(count) {}
  /// One row. **Requires** as many values as there are columns.
  template <class... Values>
  void add(const Values&... values) {
    std::size_t at = 0;
    (arrays_.at(at++).add(values), ...);
    ++rows_;
  }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] bool empty() const { return rows_ == 0; }
  [[nodiscard]] const std::vector<array_text>& arrays() const { return arrays_; }

 private:
  std::vector<array_text> arrays_;
  std::size_t rows_{0};
};

/// One result row, read column by column from the left.
class row {
 public:
  row(const answer& of, std::size_t at) : of_{of}, row_{at} {}

  /// The next column as `T`: an integer, an enum, bool, an id, points, a time, a text.
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
  /// The next column as text; empty for NULL. Valid as long as the answer.
  std::string_view next_text() { return of_.text(row_, at_++).value_or(std::string_view{}); }
  /// The next column, a `bytea`; empty for NULL.
  std::string next_bytes();
  /// Whether the next column is NULL; does not move on.
  [[nodiscard]] bool next_is_null() const { return !of_.text(row_, at_).has_value(); }
  void skip() { ++at_; }

 private:
  std::int64_t number();
  template <class Integer>
  requires(std::is_integral_v<Integer>) void get(Integer& value) {
    value = static_cast<Integer>(number());
  }
  template <class Enum>
  requires(std::is_enum_v<Enum>) void get(Enum& value) { value = static_cast<Enum>(number()); }
  void get(bool& value) { value = next_text() == "t"; }
  template <class Tag>
  void get(id<Tag>& value) {
    value.value = std::bit_cast<std::uint64_t>(number());
  }
  void get(user_id& value) { value.value = next_text(); }
  void get(points& value) { value.value = number(); }
  void get(time_point& value) { value = from_unix_ms(number()); }
  void get(std::chrono::seconds& value) { value = std::chrono::seconds{number()}; }
  void get(std::string& value) { value = next_text(); }
  void get(std::optional<std::string>& value) {
    if (next_is_null()) return skip();
    value.emplace(next_text());
  }

  const answer& of_;
  std::size_t row_;
  std::size_t at_{0};
};

}  // namespace boxoffice::postgres
