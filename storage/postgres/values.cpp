#include "storage/postgres/values.hpp"

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

std::string to_sql(const std::string& value) {
  if (value.find('\0') != value.npos)
    throw storage_error{storage_error::kind::constraint, "a text with a NUL cannot be stored"};
  return value;
}

std::string to_sql(bytes value) {
  std::string text = "\\x";
  text.reserve(2 + 2 * value.raw.size());
  for (const char c : value.raw) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
  }
  return text;
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

void array_text::put(const std::optional<std::string>& value, bool quoted) {
  if (text_.size() > 1) text_ += ',';
  if (!value) {
    text_ += "NULL";
  } else if (!quoted) {
    text_ += *value;
  } else {
    text_ += '"';
    for (const char c : *value) {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    text_ += '"';
  }
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
