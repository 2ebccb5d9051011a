#pragma once

#include "actors/core/call_context.hpp"
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

/// Appends the text that PostgreSQL reads as this value. Unsigned 64-bit ids become the signed
/// number with the same bits, times milliseconds since 1970. **Why** append: a batch has hundreds
/// of values, and a string for each would cost more than all else that is done with them.
void append_sql(std::string& to, std::int64_t value);
template <class Integer>
requires(std::is_integral_v<Integer>) void append_sql(std::string& to, Integer value) {
  append_sql(to, static_cast<std::int64_t>(value));
}
inline void append_sql(std::string& to, bool value) { to += value ? 't' : 'f'; }
template <class Enum>
requires(std::is_enum_v<Enum>) void append_sql(std::string& to, Enum value) {
  append_sql(to, static_cast<std::int64_t>(value));
}
template <class Tag>
void append_sql(std::string& to, id<Tag> value) {
  append_sql(to, std::bit_cast<std::int64_t>(value.value));
}
inline void append_sql(std::string& to, points value) { append_sql(to, value.value); }
inline void append_sql(std::string& to, time_point value) { append_sql(to, to_unix_ms(value)); }
inline void append_sql(std::string& to, std::chrono::seconds value) {
  append_sql(to, std::int64_t{value.count()});
}
/// Throws storage_error{constraint} for a text with a NUL, which PostgreSQL cannot keep.
void append_sql(std::string& to, std::string_view value);
inline void append_sql(std::string& to, const std::string& value) {
  append_sql(to, std::string_view{value});
}
inline void append_sql(std::string& to, const user_id& value) { append_sql(to, value.value); }
void append_sql(std::string& to, bytes value);

/// The same by itself; empty: NULL.
template <class T>
std::string to_sql(const T& value) {
  std::string text;
  append_sql(text, value);
  return text;
}
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
    separate();
    append_sql(text_, value);
  }
  void add(const std::string& value) { add_quoted(value); }
  void add(const user_id& value) { add_quoted(value.value); }
  void add(bytes value);
  template <class T>
  void add(const std::optional<T>& value) {
    if (value) return add(*value);
    separate();
    text_ += "NULL";
  }
  /// Without the brace that closes it.
  [[nodiscard]] const std::string& open() const { return text_; }

 private:
  void separate() {
    if (text_.size() > 1) text_ += ',';
  }
  void add_quoted(std::string_view value);

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
    value.emplace(next_text());
  }

  const answer& of_;
  std::size_t row_;
  std::size_t at_{0};
};

}  // namespace boxoffice::postgres
