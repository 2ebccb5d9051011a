#include "storage/postgres/values.hpp"

#include <array>
#include <charconv>

namespace boxoffice::postgres {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

[[noreturn]] void damaged(const char* what) {
  throw storage_error{storage_error::kind::damaged, what};
}

unsigned digit_of(char c) {
  const auto value = digits.find(c);
  if (value == digits.npos) damaged("a stored byte string cannot be read");
  return static_cast<unsigned>(value);
}

}  // namespace

void append_sql(std::string& to, std::int64_t value) {
  std::array<char, 20> text;  // -9223372036854775808
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  to.append(text.data(), end);
}

void append_sql(std::string& to, std::string_view value) {
  if (value.find('\0') != value.npos)
    throw storage_error{storage_error::kind::constraint, "a text with a NUL cannot be stored"};
  to += value;
}

void append_sql(std::string& to, bytes value) {
  to += "\\x";
  auto at = to.size();
  to.resize(at + 2 * value.raw.size());
  for (const char c : value.raw) {
    const auto byte = static_cast<unsigned char>(c);
    to[at++] = digits[byte >> 4U];
    to[at++] = digits[byte & 0xFU];
  }
}

std::string from_hex(std::string_view text) {
  if (text.empty()) return {};
  if (!text.starts_with("\\x") || text.size() % 2 != 0)
    damaged("a stored byte string cannot be read");
  std::string raw;
  raw.reserve(text.size() / 2 - 1);
  for (std::size_t at = 2; at < text.size(); at += 2)
    raw += static_cast<char>(digit_of(text[at]) << 4U | digit_of(text[at + 1]));
  return raw;
}

void array_text::add(bytes value) {
  separate();
  text_ += "\"\\";  // a backslash, for the one that begins it
  append_sql(text_, value);
  text_ += '"';
}

void array_text::add_quoted(std::string_view value) {
  separate();
  text_ += '"';
  if (value.find_first_of("\"\\") == value.npos) {
    append_sql(text_, value);
  } else {
    std::string escaped;
    for (const char c : value) {
      if (c == '"' || c == '\\') escaped += '\\';
      escaped += c;
    }
    append_sql(text_, escaped);
  }
  text_ += '"';
}

std::string row::next_bytes() { return from_hex(next_text()); }

std::int64_t row::number() {
  const auto text = next_text();
  std::int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size())
    damaged("a stored number cannot be read");
  return value;
}

}  // namespace boxoffice::postgres
