#pragma once

#include "tests/http/received_bytes.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// An event of a stream of server-sent events. **Source**: HTML Standard, 9.2.
struct live_event {
  std::string name, id, data;

  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(data, nullptr, false); }
};

/// A client that reads a live stream piece by piece, with its own reading of chunks and events.
/// Every read ends after a few seconds.
class stream_client {
 public:
  explicit stream_client(std::uint16_t port, int receive_buffer_bytes = 0) {
    socket_.open(boost::asio::ip::tcp::v4());
    if (receive_buffer_bytes > 0)
      ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                   sizeof receive_buffer_bytes);
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    const timeval patience{20, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    in_.read_from(socket_.native_handle());
  }

  /// Sends a GET and reads the header of its answer; the status, 0 when there is none.
  int open(const std::string& target, const std::string& fields = {}) {
    send("GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    return read_head();
  }
  void send(std::string_view bytes) {
    ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  int read_head() {
    std::string line;
    if (!in_.line(line) || line.size() < 12) return 0;
    const int status = std::atoi(line.substr(9, 3).c_str());
    while (in_.line(line) && !line.empty()) {
      const auto colon = std::min(line.find(':'), line.size());
      auto name = line.substr(0, colon);
      for (auto& c : name)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      headers[name] = line.substr(std::min(line.size(), colon + 2));
    }
    return status;
  }

  /// The next bytes of the body; empty when it is over or nothing comes.
  std::string piece() {
    if (!headers.contains("transfer-encoding")) {
      if (in_.empty() && !in_.fill()) return {};
      return in_.take_all();
    }
    std::string line;
    if (!in_.line(line)) return {};
    const auto size = std::strtoul(line.c_str(), nullptr, 16);
    std::string out;
    if (!in_.take(out, size) || !in_.line(line)) return {};
    ended_whole_ = size == 0;
    return out;
  }
  /// The next event; none when the stream is over.
  std::optional<live_event> next() {
    for (;;) {
      if (const auto end = text_.find("\n\n"); end != std::string::npos) {
        const auto block = text_.substr(0, end + 1);
        text_.erase(0, end + 2);
        return read_event(block);
      }
      auto more = piece();
      if (more.empty()) return std::nullopt;
      text_ += more;
    }
  }
  /// The next event of that name; others are left out.
  std::optional<live_event> next(std::string_view name) {
    for (auto event = next(); event; event = next())
      if (event->name == name) return event;
    return std::nullopt;
  }
  /// Whether the body came to its end, with its last chunk.
  [[nodiscard]] bool ended_whole() const { return ended_whole_; }
  /// Whether the server closes the connection without a further byte.
  bool closed() {
    char byte = 0;
    return in_.empty() && ::recv(socket_.native_handle(), &byte, 1, 0) == 0;
  }
  /// Whether nothing comes for that long.
  bool silent(std::chrono::milliseconds how_long) {
    const timeval brief{how_long.count() / 1000, (how_long.count() % 1000) * 1000};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief);
    char byte = 0;
    const bool nothing = in_.empty() && ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK) < 0;
    const timeval patience{20, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return nothing;
  }
  void close() { socket_.close(); }

  std::map<std::string, std::string> headers;  ///< of the answer, names in lower case

 private:
  static live_event read_event(const std::string& block) {
    live_event out;
    for (std::size_t at = 0; at < block.size();) {
      const auto end = block.find('\n', at);
      const auto line = block.substr(at, end - at);
      at = end + 1;
      if (line.starts_with("event: ")) out.name = line.substr(7);
      if (line.starts_with("id: ")) out.id = line.substr(4);
      if (line.starts_with("data: ")) out.data = line.substr(6);
    }
    return out;
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
  received_bytes in_;
  std::string text_;
  bool ended_whole_{false};
};

}  // namespace boxoffice::http
