#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace boxoffice {

/// Where outgoing requests go: an http or https address without user, password and fragment.
struct web_address {
  std::string url;   ///< as libcurl writes it, with at least `/` as its path
  std::string path;  ///< with its query; what a bare `http://HOST:PORT` has is `/`
  bool operator==(const web_address&) const = default;
};

/// Why a text is no web_address.
enum class web_address_fault : std::uint8_t {
  characters,  ///< NUL, control characters, spaces, what is not ASCII
  scheme,      ///< none, or neither http nor https
  host,        ///< none
  user,        ///< a user or a password, even an empty one
  fragment,    ///< even an empty one
  port,        ///< 0, above 65535, or no number
  form,        ///< anything else that libcurl does not read
};
/// What the text must be: `must begin with http:// or https://`. It quotes nothing of the text,
/// which may hold a password.
std::string_view to_text(web_address_fault fault);

using web_address_result = std::variant<web_address, web_address_fault>;

/// Reads an address of a setting or of the command line; no other code does.
web_address_result parse_web_address(std::string_view text);

}  // namespace boxoffice
