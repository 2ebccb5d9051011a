#pragma once

#include <cstddef>

/// The bounds of tickets, beside those of limits.hpp.
namespace boxoffice::limits {

/// The text of a ticket: a QR code of 61 modules a side holds it, which telephones read off each
/// other's screens.
inline constexpr std::size_t ticket_chars_max = 300;
/// What a door may be shown: the longest text that a QR code can hold. **Source** ISO/IEC 18004.
inline constexpr std::size_t shown_ticket_chars_max = 4296;
/// Of a secret that signs tickets: as long as what HMAC-SHA256 makes of it.
inline constexpr std::size_t ticket_secret_bytes_min = 32;

}  // namespace boxoffice::limits
