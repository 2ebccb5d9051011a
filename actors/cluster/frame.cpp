#include "actors/cluster/frame.hpp"

#include "actors/cluster/wire.hpp"

namespace boxoffice::cluster {
namespace {

constexpr std::size_t head_bytes = sizeof(std::uint32_t) + 1;
constexpr std::size_t compact_at = std::size_t{64} * 1024;

}  // namespace

void append_frame(std::string& out, frame_kind kind, std::string_view body) {
  wire_writer write{out};
  write(static_cast<std::uint32_t>(body.size()), kind);
  out += body;
}

// Not with every frame: what is behind it would move each time.
std::nullopt_t frame_reader::forget_read() {
  if (begin_ == buffer_.size() || begin_ >= compact_at) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  return std::nullopt;
}

std::optional<frame> frame_reader::next() {
  if (broken_) return std::nullopt;
  const auto rest = std::string_view{buffer_}.substr(begin_);
  if (rest.size() < head_bytes) return forget_read();
  std::uint32_t length = 0;
  frame found;
  wire_reader head{rest.substr(0, head_bytes)};
  head(length, found.kind);
  if (!head.sound() || length > body_max_) {
    broken_ = true;
    buffer_ = {};
    return std::nullopt;
  }
  if (rest.size() - head_bytes < length) return forget_read();
  found.body = rest.substr(head_bytes, length);
  begin_ += head_bytes + length;
  return found;
}

}  // namespace boxoffice::cluster
