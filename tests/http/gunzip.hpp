#pragma once

#include <string>
#include <string_view>
#include <zlib.h>

namespace boxoffice::http {

/// What was compressed; empty unless `bytes` are one whole member of gzip and nothing else.
inline std::string gunzip(std::string_view bytes) {
  z_stream state{};
  if (inflateInit2(&state, 15 + 16) != Z_OK) return {};
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  state.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int said = Z_OK;
  for (char part[16 * 1024]; said == Z_OK;) {
    state.next_out = reinterpret_cast<Bytef*>(part);
    state.avail_out = sizeof part;
    said = inflate(&state, Z_NO_FLUSH);
    out.append(part, sizeof part - state.avail_out);
  }
  inflateEnd(&state);
  return said == Z_STREAM_END && state.avail_in == 0 ? out : std::string{};
}

}  // namespace boxoffice::http
