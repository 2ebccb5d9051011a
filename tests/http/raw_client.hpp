#pragma once

#include "tests/http/received_bytes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// One answer as it came over the wire.
struct raw_answer {
  int status{0};  ///< 0: the connection ended without a complete answer
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  [[nodiscard]] nlohmann::json json() const {
    return nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  }
  [[nodiscard]] std::string code() const {
    const auto value = json();
    return value.is_object() ? value.value("code", "") : "";
  }
};

/// A client that sends exactly the bytes it is told, with its own reading of answers, so that
/// server and test do not share a parser. Every read ends after a few seconds.
class raw_client {
 public:
  explicit raw_client(std::uint16_t port) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    const timeval patience{8, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    in_.read_from(socket_.native_handle());
  }

  /// False when the server has gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void finish_sending() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }

  enum class request_kind : std::uint8_t { get, head };

  raw_answer receive(request_kind kind = request_kind::get) {
    raw_answer out;
    std::string line;
    if (!in_.line(line) || !line.starts_with("HTTP/1.1 ") || line.size() < 12) return {};
    const int code = std::atoi(line.substr(9, 3).c_str());
    while (in_.line(line) && !line.empty()) {
      const auto colon = line.find(':');
      if (colon == std::string::npos) return {};
      auto name = line.substr(0, colon);
      for (auto& c : name)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      out.headers[name] = line.substr(line.find_first_not_of(' ', colon + 1));
    }
    const bool bodiless = kind == request_kind::head || code == 204 || code == 304 || code < 200;
    if (!bodiless && !read_body(out)) return {};
    out.status = code;
    return out;
  }

  raw_answer ask(std::string_view bytes) {
    send(bytes);
    return receive();
  }

  /// Reads what there is, at most so much, and forgets it; 0 when the connection is over.
  std::size_t take(std::size_t bytes_max) {
    std::string bytes(bytes_max, ' ');
    const auto size = ::recv(socket_.native_handle(), bytes.data(), bytes.size(), 0);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
  }
  /// From now on the kernel receives no more than that ahead.
  void bound_receive_buffer(int bytes) {
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  /// Whether the server ends the connection without a further byte.
  bool ended() {
    char byte = 0;
    return in_.empty() && ::recv(socket_.native_handle(), &byte, 1, 0) == 0;
  }
  /// Whether nothing has come for a while.
  bool silent(std::chrono::milliseconds how_long) {
    const timeval patience{0, static_cast<suseconds_t>(how_long.count() * 1000)};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char byte = 0;
    return in_.empty() && ::recv(socket_.native_handle(), &byte, 1, 0) < 0;
  }

 private:
  bool read_body(raw_answer& out) {
    if (const auto length = out.headers.find("content-length"); length != out.headers.end())
      return in_.take(out.body, std::stoul(length->second));
    if (!out.headers.contains("transfer-encoding")) {
      while (in_.fill()) {
      }
      out.body = in_.take_all();
      return true;
    }
    for (std::string line;;) {
      if (!in_.line(line)) return false;
      const auto size = std::stoul(line, nullptr, 16);
      if (!in_.take(out.body, size) || !in_.line(line) || !line.empty()) return false;
      if (size == 0) return true;
    }
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
  received_bytes in_;
};

}  // namespace boxoffice::http
