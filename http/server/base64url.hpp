#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace boxoffice::http {

/// The bytes as base64url without padding. **Source**: RFC 4648, 5.
std::string to_base64url(std::string_view bytes);

/// The bytes of a text of base64url. **Rejects** padding, other letters, and left-over bits that
/// are not zero, so that the same bytes have one text.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace boxoffice::http
