#include "http/api/paging.hpp"

#include "config/limits.hpp"
#include "http/server/json_text.hpp"
#include "http/server/octets.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace boxoffice::http {
namespace {

// A cursor is `c2`, the position and the seal: each number in 16 hexadecimal digits. The position
// is scrambled, so that nobody builds on it.
constexpr std::string_view cursor_mark = "c2";
constexpr std::size_t number_digits = 16;
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

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Tells for which list, filters and user a cursor was made. It keeps nobody from making one: a
// position is no secret.
std::uint64_t seal_of(const request& asked, std::uint64_t position) {
  std::vector<std::string> filters;
  for (const auto& [name, value] : asked.query)
    if (name != "limit" && name != "cursor") filters.push_back(name + '=' + value);
  std::ranges::sort(filters);
  std::vector<std::string> parts{std::to_string(position), std::string{asked.path},
                                 asked.caller ? asked.caller->user.value : std::string{}};
  parts.insert(parts.end(), filters.begin(), filters.end());
  return digest_of_parts(parts).high;
}

}  // namespace

std::string to_cursor(const request& asked, std::uint64_t position) {
  std::string out{cursor_mark};
  append_padded_hex(out, position * odd);
  append_padded_hex(out, seal_of(asked, position));
  return out;
}

std::optional<std::uint64_t> parse_cursor(const request& asked, std::string_view text) {
  if (text.size() != cursor_mark.size() + 2 * number_digits || !text.starts_with(cursor_mark))
    return std::nullopt;
  const auto scrambled = parse_number(text.substr(cursor_mark.size(), number_digits));
  const auto seal = parse_number(text.substr(cursor_mark.size() + number_digits));
  if (!scrambled || !seal) return std::nullopt;
  const auto position = *scrambled * odd_inverse;
  if (*seal != seal_of(asked, position)) return std::nullopt;
  return position;
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
    const auto position = parse_cursor(from, *text);
    if (!position)
      errors.push_back(
          {"/query/cursor", "must be a nextCursor of this list, with the same filters"});
    wanted.after = position.value_or(0);
  }
  if (!errors.empty()) return problem{problem_code::invalid_field, errors};
  return wanted;
}

response list_response(const request& asked, nlohmann::ordered_json items,
                       std::optional<std::uint64_t> next) {
  if (items.is_null()) items = nlohmann::ordered_json::array();
  nlohmann::ordered_json body{{"items", std::move(items)}, {"nextCursor", nullptr}};
  if (next) body["nextCursor"] = to_cursor(asked, *next);
  return {status::ok, body};
}

}  // namespace boxoffice::http
