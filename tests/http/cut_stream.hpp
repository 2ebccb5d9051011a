#pragma once

#include "http/server/session.hpp"
#include "tests/http/toy_server.hpp"

#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace boxoffice::http {

/// A session whose io runs only while this looks on, so that a request reaches it cut exactly where
/// a test wants: each piece has been read and thought over before the next is sent.
class cut_stream {
 public:
  /// What the session answers when the pieces come one after the other: the status of each answer,
  /// with its code where it is a problem, and `closes` where the connection ends then. What differs
  /// from one time to the next is left out, and so is `100 Continue`.
  std::string answers(const std::vector<std::string_view>& pieces) {
    boost::asio::ip::tcp::socket client{io_};
    client.connect(acceptor_.local_endpoint());
    std::make_shared<session>(acceptor_.accept(), context_)->start();
    run();
    for (const auto& piece : pieces) {
      send(client, piece);
      run();
    }
    auto out = told(client);
    client.close();
    while (book_.size() != 0)
      run();
    return out;
  }

 private:
  void run() {
    io_.restart();
    while (io_.poll() != 0) {
    }
  }

  // Until the other side has all of it in its hands.
  void send(boost::asio::ip::tcp::socket& client, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto size =
          ::send(client.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (size > 0) bytes.remove_prefix(static_cast<std::size_t>(size));
      if (size < 0 && errno != EAGAIN) return;
      run();
    }
    for (int left = 1; left > 0; run())
      if (::ioctl(client.native_handle(), TIOCOUTQ, &left) != 0) return;
  }

  static std::string told(boost::asio::ip::tcp::socket& client) {
    std::string bytes;
    bool closes = false;
    for (char part[16 * 1024];;) {
      const auto size = ::recv(client.native_handle(), part, sizeof part, MSG_DONTWAIT);
      closes = size == 0;
      if (size <= 0) break;
      bytes.append(part, static_cast<std::size_t>(size));
    }
    std::string out;
    while (!bytes.empty())
      out += (out.empty() ? "" : ", ") + next_answer(bytes);
    return closes ? out + ", closes" : out;
  }

  static std::string next_answer(std::string& bytes) {
    const auto head = bytes.substr(0, bytes.find("\r\n\r\n") + 4);
    bytes.erase(0, head.size());
    if (head.starts_with("HTTP/1.1 100")) return bytes.empty() ? "100" : next_answer(bytes);
    constexpr std::string_view length = "Content-Length: ";
    const auto at = head.find(length);
    const auto size = at == head.npos ? 0 : std::stoul(head.substr(at + length.size()));
    const auto body = bytes.substr(0, size);
    bytes.erase(0, size);
    auto out = head.substr(9, 3);
    const auto value = nlohmann::json::parse(body, nullptr, false);
    if (value.is_object() && value.contains("code")) out += ' ' + value["code"].get<std::string>();
    const auto got = value.is_object() ? value.value("body", "") : "";
    if (!got.empty()) out += " of " + std::to_string(got.size());
    return out;
  }

  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
  toy_clock clock_;
  metrics metrics_;
  server_settings how_;
  token_verifier tokens_{token_key::hs256(toy_secret)};
  router routes_{toy_routes(metrics_)};
  admission entrance_{how_.in_flight_max, how_.streams_max, how_.rate_limit_per_second};
  request_metrics measured_{routes_, metrics_};
  dispatcher decide_{routes_, &tokens_, entrance_, measured_, how_};
  connection_set book_;
  request_ids ids_;
  session_context context_{how_, decide_, measured_, book_, ids_, clock_};
};

}  // namespace boxoffice::http
