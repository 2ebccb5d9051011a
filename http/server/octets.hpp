#pragma once

#include <algorithm>
#include <string_view>

namespace boxoffice::http {

/// What a method and a field name are made of. **Source**: RFC 9110, 5.6.2.
inline bool is_token_char(char c) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         others.find(c) != std::string_view::npos;
}

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// What a field value holds; also octets beyond ASCII. **Source**: RFC 9110, 5.5.
inline bool is_field_char(char c) {
  const auto code = static_cast<unsigned char>(c);
  return is_blank(c) || (code > 0x20 && code != 0x7f);
}

/// The value of a hexadecimal digit; -1 for other characters.
inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Appends 16 hexadecimal digits.
inline void append_padded_hex(std::string& out, std::uint64_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4)
    out.push_back(digits[(value >> shift) & 15]);
}

/// Whether both are the same but for the case of ASCII letters.
/// **Why** not boost::beast::iequals: that of 1.74 reads one byte behind the end of texts that
/// differ in case only.
inline bool iequals(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// `text` without blanks at its ends.
inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

/// As OpenSSL takes them.
inline const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace boxoffice::http
