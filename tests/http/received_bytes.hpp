#pragma once

#include <cstddef>
#include <string>
#include <sys/socket.h>
#include <utility>

namespace boxoffice::http {

/// What a test's client has received and not yet read. Reads end at the socket's SO_RCVTIMEO.
class received_bytes {
 public:
  /// **Requires** a connected socket that outlives this.
  void read_from(int socket) { socket_ = socket; }

  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  /// Receives more; no when nothing comes, or nothing more ever.
  bool fill() {
    char received[16 * 1024];
    const auto size = ::recv(socket_, received, sizeof received, 0);
    if (size <= 0) return false;
    bytes_.append(received, static_cast<std::size_t>(size));
    return true;
  }
  /// The next line, without its end.
  bool line(std::string& to) {
    for (;;) {
      if (const auto end = bytes_.find("\r\n"); end != std::string::npos) {
        to = bytes_.substr(0, end);
        bytes_.erase(0, end + 2);
        return true;
      }
      if (!fill()) return false;
    }
  }
  /// Appends the next `count` bytes.
  bool take(std::string& to, std::size_t count) {
    while (bytes_.size() < count)
      if (!fill()) return false;
    to.append(bytes_, 0, count);
    bytes_.erase(0, count);
    return true;
  }
  /// What there is.
  std::string take_all() { return std::exchange(bytes_, {}); }

 private:
  int socket_{-1};
  std::string bytes_;
};

}  // namespace boxoffice::http
