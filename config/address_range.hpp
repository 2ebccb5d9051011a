#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace boxoffice {

/// Addresses that begin with the same bits, as `10.0.0.0/8` or `fd00::/8` says; one address is a
/// range, too. IPv4 addresses are kept as IPv6 ones that stand for them (`::ffff:10.0.0.0`).
struct address_range {
  std::array<std::uint8_t, 16> first{};
  unsigned bits{128};  ///< how many of the bits are fixed

  [[nodiscard]] bool contains(const std::array<std::uint8_t, 16>& address) const;
};

/// Reads `ADDRESS` or `ADDRESS/BITS`. **Rejects** an address with bits beyond the fixed ones.
std::optional<address_range> parse_address_range(std::string_view text);

}  // namespace boxoffice
