#pragma once

#include "actors/core/time.hpp"
#include "config/limits.hpp"
#include "http/server/problem.hpp"
#include "http/server/text_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace boxoffice::http {

struct integer_bounds {
  std::int64_t least{-limits::json_integer_max};
  std::int64_t most{limits::json_integer_max};
};
/// How many elements an array may have.
struct count_bounds {
  std::size_t least{0};
  std::size_t most{std::numeric_limits<std::size_t>::max()};
};

/// Reads the members of a JSON object and collects everything that is wrong with it.
///
///     json_reader body{request.json};
///     const auto title = body.line("title", {1, 200});
///     const auto price = body.integer("price", {0, 1'000'000'000});
///     if (auto refused = body.finish()) co_return std::move(*refused);
///
/// What could not be read comes back as an empty value and is in the errors. Members that nobody
/// asked for are errors too. `null` is a value of no type: it is refused, also for optional
/// members. A number is an integer when it is written as one: 1.0 and 1e3 are refused. What a text
/// may hold is in text_rules.hpp.
///
/// Life cycle: one per body, on the handler's stack; nested objects and arrays are read by a reader
/// of the same kind, within a call of `object` or `array`.
class json_reader {
 public:
  /// **Requires** `value`, and the names that are asked for, to outlive the reader.
  explicit json_reader(const nlohmann::json& value);

  [[nodiscard]] bool has(std::string_view name) const;

  std::string text(std::string_view name, text_bounds bounds = {});
  std::optional<std::string> optional_text(std::string_view name, text_bounds bounds = {});
  /// A text of one line on which something is to be seen.
  std::string line(std::string_view name, text_bounds bounds = {});
  std::int64_t integer(std::string_view name, integer_bounds bounds = {});
  std::optional<std::int64_t> optional_integer(std::string_view name, integer_bounds bounds = {});
  bool boolean(std::string_view name);
  std::optional<bool> optional_boolean(std::string_view name);
  /// RFC 3339, any offset.
  time_point time(std::string_view name);
  std::optional<time_point> optional_time(std::string_view name);
  /// The outside form of an id, `[A-Za-z0-9_-]{1,40}`.
  std::string id_text(std::string_view name);

  using read_part = std::function<void(json_reader&)>;
  /// Reads a nested object. Whether it was there and was an object.
  bool object(std::string_view name, const read_part& read);
  bool optional_object(std::string_view name, const read_part& read);
  /// Reads an array of objects, one call for each. Nothing is read when their number is wrong.
  void array(std::string_view name, count_bounds bounds, const read_part& read);
  /// An array of texts.
  std::vector<std::string> texts(std::string_view name, count_bounds count, text_bounds each = {});

  /// Adds an error of the handler's own about a member; an empty name is about the object itself.
  void reject(std::string_view name, std::string detail);
  /// RFC 6901 pointer of a member.
  [[nodiscard]] std::string pointer(std::string_view name) const;

  /// Whether anything has been wrong so far (unknown members show in `finish` only).
  [[nodiscard]] bool clean() const { return findings_->errors.empty(); }
  /// Everything that is wrong: unknown_field when a member is unknown, else invalid_field.
  [[nodiscard]] std::optional<problem> finish();

 private:
  struct findings {
    std::vector<field_error> errors;
    bool unknown{false};
  };
  json_reader(const nlohmann::json& value, std::string at, findings& all);

  enum class need : std::uint8_t { required, optional };
  const nlohmann::json* find(std::string_view name, need how);
  using text_rule = std::string (*)(std::string_view, text_bounds);
  std::optional<std::string> read_text(std::string_view name, text_rule rule, text_bounds bounds,
                                       need how);
  std::optional<std::int64_t> read_integer(std::string_view name, integer_bounds bounds, need how);
  std::optional<bool> read_boolean(std::string_view name, need how);
  std::optional<time_point> read_time(std::string_view name, need how);
  bool read_object(std::string_view name, const read_part& read, need how);
  const nlohmann::json* find_array(std::string_view name, count_bounds bounds);
  void find_unknown();

  const nlohmann::json* value_;  // null when it is not an object
  std::string at_;
  findings own_;
  findings* findings_;
  std::vector<std::string_view> asked_;
};

}  // namespace boxoffice::http
