#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace boxoffice {

/// Where a Redis is, and how to enter. Written as one of
///
///     redis://[user[:password]@]host[:port][/database]
///     redis+unix://[user[:password]@]/path/to/socket[?db=N]
///     redis-sentinel://[user[:password]@]host[:port],host[:port]/master[/database]
///
/// each with `?prefix=NAME` for keys under another name than `boxoffice`. All parts may be
/// percent-encoded; a password without a user is `:password@`.
struct redis_location {
  enum class way : std::uint8_t { tcp, unix_socket, sentinel };
  struct address {
    std::string host;
    int port{0};
  };
  way by{way::tcp};
  std::vector<address> addresses;  ///< of the server, or of the sentinels
  std::string socket;
  std::string master;  ///< its name, as the sentinels have it
  std::string user, password;
  int database{0};
  std::string prefix{"boxoffice"};
};

/// What is wrong with the text, as the rest of a sentence that begins with its name: `must begin
/// with redis://`. It quotes nothing of the text.
using location_fault = std::string;

std::variant<redis_location, location_fault> parse_redis_location(std::string_view text);

}  // namespace boxoffice
