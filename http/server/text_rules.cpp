#include "http/server/text_rules.hpp"

#include <algorithm>
#include <array>

namespace boxoffice::http {
namespace {

struct code_range {
  char32_t first, last;
};

// C0, delete and C1.
constexpr std::array control_ranges{code_range{0x00, 0x1F}, code_range{0x7F, 0x9F}};
// Line and paragraph separator.
constexpr std::array break_ranges{code_range{0x2028, 0x2029}};
// Marks, embeddings, overrides and isolates of writing directions.
constexpr std::array direction_ranges{code_range{0x061C, 0x061C}, code_range{0x200E, 0x200F},
                                      code_range{0x202A, 0x202E}, code_range{0x2066, 0x2069}};
// White space and what has no shape of its own: joiners, fillers, selectors of variants, tags.
constexpr std::array invisible_ranges{
    code_range{0x20, 0x20},      code_range{0xA0, 0xA0},     code_range{0xAD, 0xAD},
    code_range{0x034F, 0x034F},  code_range{0x115F, 0x1160}, code_range{0x1680, 0x1680},
    code_range{0x17B4, 0x17B5},  code_range{0x180B, 0x180F}, code_range{0x2000, 0x200D},
    code_range{0x202F, 0x202F},  code_range{0x205F, 0x2065}, code_range{0x206A, 0x206F},
    code_range{0x2800, 0x2800},  code_range{0x3000, 0x3000}, code_range{0x3164, 0x3164},
    code_range{0xFE00, 0xFE0F},  code_range{0xFEFF, 0xFEFF}, code_range{0xFFA0, 0xFFA0},
    code_range{0xE0000, 0xE0FFF}};

template <std::size_t Count>
bool is_in(const std::array<code_range, Count>& ranges, char32_t c) {
  return std::ranges::any_of(ranges,
                             [c](const code_range& r) { return c >= r.first && c <= r.last; });
}

// Takes the first character off `text`, which is UTF-8 and not empty.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t value = size == 1 ? lead : lead & (0x7FU >> size);
  for (const char c : text.substr(1, size - 1))
    value = (value << 6) | (static_cast<unsigned char>(c) & 0x3FU);
  text.remove_prefix(std::min(size, text.size()));
  return value;
}

std::string fault_of_length(std::string_view text, text_bounds bounds) {
  const auto characters = static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
  if (characters < bounds.least)
    return bounds.least == 1 ? "must not be empty"
                             : "must have at least " + std::to_string(bounds.least) + " characters";
  if (characters > bounds.most)
    return "must have at most " + std::to_string(bounds.most) + " characters";
  return "";
}

}  // namespace

std::string fault_of_text(std::string_view text, text_bounds bounds) {
  if (auto fault = fault_of_length(text, bounds); !fault.empty()) return fault;
  const bool has_control = std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  });
  return has_control ? "must not hold control characters" : "";
}

std::string fault_of_line(std::string_view text, text_bounds bounds) {
  if (auto fault = fault_of_length(text, bounds); !fault.empty()) return fault;
  bool visible = text.empty();
  for (auto rest = text; !rest.empty();) {
    const auto c = take_character(rest);
    if (is_in(break_ranges, c) || c == '\n' || c == '\r') return "must be one line";
    if (is_in(control_ranges, c)) return "must not hold control characters";
    if (is_in(direction_ranges, c)) return "must not hold marks of writing direction";
    visible = visible || !is_in(invisible_ranges, c);
  }
  return visible ? "" : "must not be blank";
}

}  // namespace boxoffice::http
