#pragma once

#include "http/server/request.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::http {

/// Segments of a path; no route has more, so a longer path is simply not found.
inline constexpr std::size_t path_segments_max = 8;

/// A request target, decoded. Reused from request to request. The views point into `path`.
struct target {
  std::string path;
  std::array<std::string_view, path_segments_max> segments{};
  std::size_t segment_count{0};  ///< path_segments_max + 1 when there are more
  std::vector<query_parameter> query;

  /// Reads origin-form and absolute-form (`http://host/path`). False when it is malformed: anything
  /// else, a fragment, a bad percent-encoding, an encoded or plain control character, decoded bytes
  /// that are not UTF-8. An encoded slash does not split a segment, and dots mean nothing.
  /// **Source**: RFC 9112 3.2, RFC 3986.
  bool read(std::string_view raw);
};

/// Whether `text` is well-formed UTF-8. **Source**: RFC 3629.
bool is_utf8(std::string_view text);

}  // namespace boxoffice::http
