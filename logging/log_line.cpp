#include "logging/log_line.hpp"

#include "logging/log_limits.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace boxoffice {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// How many bytes the well-formed UTF-8 sequence at `text[at]` has; 0 when there is none.
/// **Source**: Unicode 15, table 3-7.
std::size_t sequence_bytes(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto within = [&](std::size_t i, unsigned low, unsigned high) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return within(1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return within(1, low, high) && within(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return within(1, low, high) && within(2, 0x80, 0xBF) && within(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

void append_unit(std::string& out, unsigned unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u00";
  out += digits[(unit >> 4) & 0xF];
  out += digits[unit & 0xF];
}

/// What the text stands in.
enum class place : std::uint8_t { json, terminal };

void append_ascii(std::string& out, unsigned char c, place in) {
  if (in == place::terminal && (c == '"' || c == '\\' || c == '\n')) {
    out += static_cast<char>(c);
    return;
  }
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
  }
  if (c < 0x20 || c == 0x7F) {
    append_unit(out, c);
  } else {
    out += static_cast<char>(c);
  }
}

void append_escaped(std::string& out, std::string_view text, place in = place::json) {
  std::size_t at = 0;
  while (at < text.size() && at < limits::log_field_bytes_max) {
    const auto bytes = sequence_bytes(text, at);
    const auto lead = static_cast<unsigned char>(text[at]);
    if (bytes == 0) {
      out += replacement;
    } else if (bytes == 1) {
      append_ascii(out, lead, in);
    } else if (lead == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0) {
      append_unit(out, static_cast<unsigned char>(text[at + 1]));  // C1 controls steer terminals
    } else {
      out += text.substr(at, bytes);
    }
    at += bytes == 0 ? 1 : bytes;
  }
  if (at < text.size()) out += "…";
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number number) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(number)) {
      out += "null";
      return;
    }
  }
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

bool is_plain(std::string_view text) {
  if (text.empty() || text.size() > limits::log_field_bytes_max) return false;
  for (const char c : text) {
    if (c <= ' ' || c >= 0x7F || c == '"' || c == '=' || c == '\\') return false;
  }
  return true;
}

enum class text_style { always_quoted, quoted_if_needed };

void append_value(std::string& out, const log_field& field, text_style style) {
  std::visit(
      [&](const auto& value) {
        using type = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<type, std::string_view>) {
          if (style == text_style::quoted_if_needed && is_plain(value)) {
            out += value;
          } else {
            append_quoted(out, value);
          }
        } else if constexpr (std::is_same_v<type, bool>) {
          out += value ? "true" : "false";
        } else {
          append_number(out, value);
        }
      },
      field.value);
}

}  // namespace

std::string escape_json(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

std::string for_terminal(std::string_view text) {
  std::string out;
  append_escaped(out, text, place::terminal);
  return out;
}

std::string format_json(std::string_view component, std::string_view message,
                        std::span<const log_field> fields) {
  std::string out = R"("component":)";
  append_quoted(out, component);
  out += R"(,"message":)";
  append_quoted(out, message);
  for (const auto& field : fields) {
    out += ',';
    append_quoted(out, field.name);
    out += ':';
    append_value(out, field, text_style::always_quoted);
  }
  return out;
}

std::string format_text(std::string_view component, std::string_view message,
                        std::span<const log_field> fields) {
  std::string out{component};
  out += ": ";
  append_escaped(out, message);
  for (const auto& field : fields) {
    out += ' ';
    out += field.name;
    out += '=';
    append_value(out, field, text_style::quoted_if_needed);
  }
  return out;
}

}  // namespace boxoffice
