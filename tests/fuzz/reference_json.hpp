#pragma once

#include "config/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace boxoffice::fuzz {

/// A JSON value as a second reading of RFC 8259 finds it. An integer is what is written as one and
/// fits into 64 bits.
struct json_value {
  struct number {
    enum class kind : std::uint8_t { negative, positive, fraction } is{kind::positive};
    std::uint64_t bits{0};  ///< of the integer or of the double
    bool operator==(const number&) const = default;
  };
  using object = std::map<std::string, json_value>;
  using array = std::vector<json_value>;
  std::variant<std::monostate, bool, number, std::string, array, object> is;
};

/// Reads JSON by recursive descent, with nothing but the grammar in mind. Written for the fuzzers:
/// slow, and unlike the reader that it is compared with.
class json_reference {
 public:
  /// Empty unless `text` is one JSON value as json_text.hpp promises to take it.
  static std::optional<json_value> read(std::string_view text) {
    json_reference reader{text};
    auto value = reader.value(0);
    reader.skip_blanks();
    if (!value || !reader.rest_.empty()) return std::nullopt;
    return value;
  }

 private:
  explicit json_reference(std::string_view text) : rest_{text} {}

  [[nodiscard]] char front() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  void skip_blanks() {
    while (front() == ' ' || front() == '\t' || front() == '\n' || front() == '\r')
      rest_.remove_prefix(1);
  }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  std::optional<json_value> value(std::size_t depth) {
    skip_blanks();
    if (take("null")) return json_value{};
    if (take("true")) return json_value{true};
    if (take("false")) return json_value{false};
    if (front() == '"') {
      auto text = this->text();
      if (!text) return std::nullopt;
      return json_value{std::move(*text)};
    }
    if (front() != '{' && front() != '[') return number();
    if (depth == limits::json_depth_levels_max) return std::nullopt;
    return front() == '{' ? object(depth) : array(depth);
  }

  std::optional<json_value> array(std::size_t depth) {
    json_value::array out;
    take('[');
    skip_blanks();
    if (take(']')) return json_value{out};
    do {
      auto one = value(depth + 1);
      if (!one) return std::nullopt;
      out.push_back(std::move(*one));
      skip_blanks();
    } while (take(','));
    if (!take(']')) return std::nullopt;
    return json_value{std::move(out)};
  }

  std::optional<json_value> object(std::size_t depth) {
    json_value::object out;
    take('{');
    skip_blanks();
    if (take('}')) return json_value{out};
    do {
      skip_blanks();
      if (front() != '"') return std::nullopt;
      auto name = text();
      skip_blanks();
      if (!name || !take(':')) return std::nullopt;
      auto one = value(depth + 1);
      if (!one || !out.emplace(std::move(*name), std::move(*one)).second) return std::nullopt;
      skip_blanks();
    } while (take(','));
    if (!take('}')) return std::nullopt;
    return json_value{std::move(out)};
  }

  std::optional<json_value> number() {
    const auto begin = rest_;
    const auto digits = [this] {
      std::size_t count = 0;
      for (; is_digit(front()); ++count)
        rest_.remove_prefix(1);
      return count;
    };
    const bool negative = take('-');
    const bool zero = front() == '0';
    const auto count = digits();
    if (count == 0 || (zero && count > 1)) return std::nullopt;
    bool whole = true;
    if (take('.')) {
      whole = false;
      if (digits() == 0) return std::nullopt;
    }
    if (take('e') || take('E')) {
      whole = false;
      if (!take('+')) take('-');
      if (digits() == 0) return std::nullopt;
    }
    const std::string spelled{begin.substr(0, begin.size() - rest_.size())};
    if (whole)
      if (const auto integer = to_integer(spelled, negative)) return json_value{*integer};
    const double read = std::strtod(spelled.c_str(), nullptr);
    if (read - read != 0) return std::nullopt;  // infinite
    json_value::number out{json_value::number::kind::fraction, 0};
    static_assert(sizeof read == sizeof out.bits);
    out.bits = __builtin_bit_cast(std::uint64_t, read);
    return json_value{out};
  }

  static std::optional<json_value::number> to_integer(std::string_view spelled, bool negative) {
    std::uint64_t value = 0;
    for (const char c : spelled.substr(negative ? 1 : 0)) {
      const auto digit = static_cast<std::uint64_t>(c - '0');
      if (value > (~std::uint64_t{0} - digit) / 10) return std::nullopt;
      value = value * 10 + digit;
    }
    if (!negative || value == 0)
      return json_value::number{json_value::number::kind::positive, value};
    if (value > std::uint64_t{1} << 63U) return std::nullopt;
    return json_value::number{json_value::number::kind::negative, ~value + 1};
  }

  std::optional<std::string> text() {
    std::string out;
    take('"');
    for (;;) {
      if (rest_.empty()) return std::nullopt;
      const auto c = static_cast<unsigned char>(rest_.front());
      if (take('"')) return out;
      if (c < 0x20) return std::nullopt;
      if (c == '\\' ? !escape(out) : !character(out)) return std::nullopt;
    }
  }

  bool escape(std::string& out) {
    take('\\');
    constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    if (const auto at = letters.find(front()); !rest_.empty() && at != letters.npos) {
      rest_.remove_prefix(1);
      out += meant[at];
      return true;
    }
    auto unit = this->unit();
    if (!unit || (*unit >= 0xDC00 && *unit < 0xE000)) return false;
    if (*unit >= 0xD800 && *unit < 0xDC00) {
      if (!take('\\')) return false;
      const auto low = this->unit();
      if (!low || *low < 0xDC00 || *low >= 0xE000) return false;
      unit = 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
    }
    append(out, *unit);
    return true;
  }

  std::optional<std::uint32_t> unit() {
    if (!take('u') || rest_.size() < 4) return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : rest_.substr(0, 4)) {
      constexpr std::string_view digits = "0123456789abcdef0123456789ABCDEF";
      const auto at = digits.find(c);
      if (at == digits.npos) return std::nullopt;
      value = value * 16 + static_cast<std::uint32_t>(at % 16);
    }
    rest_.remove_prefix(4);
    return value;
  }

  static void append(std::string& out, std::uint32_t point) {
    const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
    if (point < 0x80) return byte(point);
    if (point < 0x800) {
      byte(0xC0 | point >> 6);
    } else if (point < 0x10000) {
      byte(0xE0 | point >> 12);
      byte(0x80 | (point >> 6 & 0x3F));
    } else {
      byte(0xF0 | point >> 18);
      byte(0x80 | (point >> 12 & 0x3F));
      byte(0x80 | (point >> 6 & 0x3F));
    }
    byte(0x80 | (point & 0x3F));
  }

  // One character of UTF-8: what its code point is written as must be what stood there.
  bool character(std::string& out) {
    const auto lead = static_cast<unsigned char>(rest_.front());
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (rest_.size() < size) return false;
    std::uint32_t point = size == 1 ? lead : lead & (0x7FU >> size);
    for (const char c : rest_.substr(1, size - 1))
      point = point << 6 | (static_cast<unsigned char>(c) & 0x3F);
    if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    std::string again;
    append(again, point);
    if (again != rest_.substr(0, size)) return false;
    out += again;
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view rest_;
};

}  // namespace boxoffice::fuzz
