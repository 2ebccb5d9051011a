#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::http {

/// A part of a stream, as all its readers are sent it: framed once as a chunk of HTTP/1.1.
/// **Requires** a text that is not empty. **Source**: RFC 9112, 7.1.
class stream_frame {
 public:
  explicit stream_frame(std::string_view text);

  [[nodiscard]] std::string_view chunk() const { return bytes_; }
  /// For HTTP/1.0, which knows no chunks.
  [[nodiscard]] std::string_view text() const;

 private:
  std::string bytes_;
  std::size_t head_size_{0};
};
using stream_frames = std::vector<std::shared_ptr<const stream_frame>>;

/// Who is told that there is more to read. **Thread**: any.
class stream_listener {
 public:
  virtual ~stream_listener() = default;
  virtual void more() = 0;
};
using stream_listeners = std::vector<std::shared_ptr<stream_listener>>;

/// What one reader of a live stream is sent, for as long as it goes on. Usually a cursor into
/// frames that many readers share. Destroyed when the reader is gone. **Thread**: the reader's.
class live_body {
 public:
  virtual ~live_body() = default;

  enum class after : std::uint8_t { more, end };
  /// Appends what comes next, about limits::http_stream_write_bytes_max at most. When there is
  /// nothing now, `listener` is told, once, when there is. `end`: these are the last, and the
  /// connection closes.
  virtual after read(stream_frames& out, const std::shared_ptr<stream_listener>& listener) = 0;
  /// Why it ended, for the metrics: a literal. **Requires** that `read` said so.
  [[nodiscard]] virtual std::string_view reason() const = 0;
};

}  // namespace boxoffice::http
