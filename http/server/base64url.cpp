#include "http/server/base64url.hpp"

#include <array>
#include <cstddef>

namespace boxoffice::http {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr auto digit_values = [] {
  std::array<int, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<int>(i);
  return values;
}();

}  // namespace

std::string to_base64url(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  unsigned bits = 0, held = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6)
      out.push_back(alphabet[(held >> (bits - 6)) & 63]);
  }
  if (bits != 0) out.push_back(alphabet[(held << (6 - bits)) & 63]);
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  unsigned bits = 0, held = 0;
  for (const char c : text) {
    const int value = digit_values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    held = ((held << 6) | static_cast<unsigned>(value)) & 0xFFFF;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<char>((held >> bits) & 0xFF));
  }
  if ((held & ((1U << bits) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace boxoffice::http
