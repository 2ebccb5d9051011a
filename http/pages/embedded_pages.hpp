#pragma once

#include <span>
#include <string_view>

namespace boxoffice::http {

/// One file that the binary brings: `index.html`, `console.html`, `assets/booking.js`.
struct embedded_page {
  std::string_view name;
  std::string_view plain;
  std::string_view compressed;  ///< the same in the format of RFC 1952
};

/// All of them, for the life of the process. The source of this is written by `web/bundle`.
std::span<const embedded_page> embedded_pages();
/// The digest in the addresses of the assets.
std::string_view embedded_pages_version();

}  // namespace boxoffice::http
