#include "http/paging.hpp"

#include "config/limits.hpp"

#include <charconv>
#include <utility>
#include <vector>

namespace boxoffice::http {
namespace {

// A cursor is `c1` and 16 hexadecimal digits. The number is scrambled, so that nobody builds on it.
constexpr std::string_view cursor_mark = "c1";
constexpr std::uint64_t odd = 0x9E37'79B9'7F4A'7C15ULL;          // golden ratio
constexpr std::uint64_t odd_inverse = 0xF1DE'83E1'9937'733DULL;  // odd * odd_inverse == 1 (2^64)
static_assert(odd * odd_inverse == 1);

std::optional<std::size_t> parse_limit(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() ||
      value < limits::list_items_min || value > limits::list_items_max)
    return std::nullopt;
  return value;
}

}  // namespace

std::string to_cursor(std::uint64_t position) {
  constexpr std::string_view digits = "0123456789abcdef";
  const std::uint64_t scrambled = position * odd;
  std::string out{cursor_mark};
  for (int shift = 60; shift >= 0; shift -= 4)
    out.push_back(digits[(scrambled >> shift) & 15]);
  return out;
}

std::optional<std::uint64_t> parse_cursor(std::string_view text) {
  if (text.size() != cursor_mark.size() + 16 || !text.starts_with(cursor_mark)) return std::nullopt;
  text.remove_prefix(cursor_mark.size());
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value * odd_inverse;
}

std::variant<page, problem> read_page(const request& from) {
  page wanted{limits::list_items_default, 0};
  std::vector<field_error> errors;
  if (const auto text = from.query_value("limit")) {
    const auto limit = parse_limit(*text);
    if (!limit) errors.push_back({"/query/limit", "must be an integer from 1 to 200"});
    wanted.limit = limit.value_or(wanted.limit);
  }
  if (const auto text = from.query_value("cursor")) {
    const auto position = parse_cursor(*text);
    if (!position) errors.push_back({"/query/cursor", "must be a nextCursor of this list"});
    wanted.after = position.value_or(0);
  }
  if (!errors.empty()) return problem{problem_code::invalid_field, errors};
  return wanted;
}

response list_response(nlohmann::ordered_json items, std::optional<std::uint64_t> next) {
  if (items.is_null()) items = nlohmann::ordered_json::array();
  nlohmann::ordered_json body{{"items", std::move(items)}, {"nextCursor", nullptr}};
  if (next) body["nextCursor"] = to_cursor(*next);
  return {status::ok, body};
}

}  // namespace boxoffice::http
