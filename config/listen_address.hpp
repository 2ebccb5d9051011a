#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boxoffice {

/// Where to listen: a numeric address (IPv6 without its brackets) or `localhost`. Port 0 takes a
/// free one.
struct listen_address {
  std::string host;
  std::uint16_t port{0};

  bool operator==(const listen_address&) const = default;
};

/// Only this machine can connect: 127.0.0.0/8, ::1 or `localhost`.
bool is_loopback(const listen_address& address);

/// Reads `HOST:PORT` and `[IPV6]:PORT`; empty when it is neither.
std::optional<listen_address> parse_listen_address(std::string_view text);
/// The same where a host may also be a name, and the port is never 0: whom to connect to.
std::optional<listen_address> parse_peer_address(std::string_view text);
std::string to_text(const listen_address& address);

}  // namespace boxoffice
