#include "config/address_range.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <string>

namespace boxoffice {
namespace {

constexpr std::size_t mapped_prefix_bytes = 12;  // of ::ffff:0:0/96

bool fixed_bits_match(const std::array<std::uint8_t, 16>& one,
                      const std::array<std::uint8_t, 16>& other, unsigned bits) {
  const auto whole = bits / 8;
  if (!std::equal(one.begin(), one.begin() + whole, other.begin())) return false;
  const auto rest = bits % 8;
  return rest == 0 || ((one[whole] ^ other[whole]) >> (8 - rest)) == 0;
}

}  // namespace

bool address_range::contains(const std::array<std::uint8_t, 16>& address) const {
  return fixed_bits_match(first, address, bits);
}

std::optional<address_range> parse_address_range(std::string_view text) {
  const auto slash = text.find('/');
  const std::string address{text.substr(0, slash)};
  address_range out;
  unsigned offset = 0;
  if (inet_pton(AF_INET, address.c_str(), out.first.data() + mapped_prefix_bytes) == 1) {
    out.first[10] = out.first[11] = 0xFF;
    offset = mapped_prefix_bytes * 8;
  } else if (inet_pton(AF_INET6, address.c_str(), out.first.data()) != 1) {
    return std::nullopt;
  }
  if (slash == std::string_view::npos) return out;
  const auto digits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.bits);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (out.bits > 128 - offset) return std::nullopt;
  out.bits += offset;
  auto rest = out.first;
  for (unsigned bit = 0; bit < out.bits; ++bit)
    rest[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
  if (std::ranges::any_of(rest, [](std::uint8_t byte) { return byte != 0; })) return std::nullopt;
  return out;
}

}  // namespace boxoffice
