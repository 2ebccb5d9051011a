#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace boxoffice::redis {

/// Where a Redis is, and how to enter. Written as one of
///
///     redis://[user[:password]@]host[:port][/database]
///     redis+unix://[user[:password]@]/path/to/socket[?db=N]
///     redis-sentinel://[user[:password]@]host[:port],host[:port]/master[/database]
///
/// each with `?prefix=NAME` for keys under another name than `boxoffice`. User, password and prefix
/// may be percent-encoded; a password without a user is `:password@`.
struct location {
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

/// **Faults** storage_error{refused}, which says what is wrong with the URL and quotes nothing of
/// it.
location parse_location(const std::string& url);

/// The location without user and password, for people: `cache.example:6379/0`.
std::string public_name(const location& of);

}  // namespace boxoffice::redis
