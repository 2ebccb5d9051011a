#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Addresses in settings and flags. libcurl takes them apart, here and nowhere else.
namespace boxoffice {

/// Why a text is no address of the kind that is wanted.
enum class address_fault : std::uint8_t {
  characters,  ///< NUL, control characters, spaces, what is not ASCII
  scheme,      ///< none, or another one
  host,        ///< none
  user,        ///< a user or a password that is not taken, or holds control characters
  fragment,    ///< even an empty one
  port,        ///< 0, above 65535, or no number
  percent,     ///< a % without two hexadecimal digits
  form,        ///< anything else that libcurl does not read
};
/// What the text of a web address must be: `must begin with http:// or https://`. It quotes nothing
/// of the text, which may hold a password.
std::string_view to_text(address_fault fault);

/// Where outgoing requests go: an http or https address without user, password and fragment.
struct web_address {
  std::string url;   ///< as libcurl writes it, with at least `/` as its path
  std::string path;  ///< with its query; what a bare `http://HOST:PORT` has is `/`
  bool operator==(const web_address&) const = default;
};
std::variant<web_address, address_fault> parse_web_address(std::string_view text);

/// Whether the text is the origin of a web page as browsers write it: scheme, host, and the port
/// where it is not the scheme's own. **Source**: RFC 6454, 6.2.
bool is_origin(std::string_view text);

/// `SCHEME://[USER[:PASSWORD]@][HOST[:PORT],…][/PATH][?NAME=VALUE&…]`, taken apart and
/// percent-decoded.
struct server_address {
  struct host_port {
    std::string host;  ///< an IPv6 address without its brackets
    std::optional<std::uint16_t> port;
    bool operator==(const host_port&) const = default;
  };
  std::string scheme;                         ///< in lower case
  std::optional<std::string> user, password;  ///< may be there and empty
  std::vector<host_port> hosts;               ///< none where a path follows at once
  std::string path;                           ///< at least `/`
  std::vector<std::pair<std::string, std::string>> query;
};
std::variant<server_address, address_fault> parse_server_address(std::string_view text);

}  // namespace boxoffice
