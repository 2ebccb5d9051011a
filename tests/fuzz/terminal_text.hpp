#pragma once

#include <cstddef>
#include <string_view>

namespace boxoffice::fuzz {

/// Whether nothing in `text` steers a terminal: no control character but the end of a line, neither
/// of ASCII nor of C1, and nothing that is no UTF-8 and could be taken for one.
inline bool is_clean(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n') || c == 0x7F) return false;
    if (c < 0x80) continue;
    const std::size_t more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    if (c < 0xC2 || c > 0xF4 || text.size() - i <= more) return false;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    // C1; then what is too long, half a pair, or beyond Unicode. **Source**: RFC 3629, 4.
    if ((c == 0xC2 || c == 0xE0) && second < 0xA0) return false;
    if ((c == 0xED && second > 0x9F) || (c == 0xF0 && second < 0x90) ||
        (c == 0xF4 && second > 0x8F))
      return false;
    for (std::size_t k = 0; k < more; ++k)
      if (static_cast<unsigned char>(text[++i]) >> 6 != 2) return false;
  }
  return true;
}

inline bool is_sentence(std::string_view text) {
  return !text.empty() && text.find('\n') == text.npos && is_clean(text);
}

}  // namespace boxoffice::fuzz
