#include "tests/servers/tcp_proxy.hpp"

#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace boxoffice::test {
namespace {

constexpr int look_every_ms = 2;  // at the orders of the test

sockaddr_in loopback(int port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<std::uint16_t>(port));
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

void pause_for(int ms) {
  if (ms > 0) poll(nullptr, 0, ms);
}

bool send_all(int to, const char* data, std::size_t size) {
  while (size > 0) {
    const auto sent = send(to, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

tcp_proxy::tcp_proxy(int server_port) : server_port_{server_port} {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto at = loopback(0);
  socklen_t size = sizeof at;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&at), size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
    throw std::runtime_error{"the proxy cannot listen"};
  port_ = ntohs(at.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

tcp_proxy::~tcp_proxy() {
  ending_ = true;
  acceptor_.join();
  for (auto& each : carriers_)
    each.join();
  close(listener_);
}

void tcp_proxy::cut() {
  const int now = ++cuts_;
  const auto are_gone = [&] {
    const std::scoped_lock hold{lock_};
    return carried_.empty() || *carried_.begin() >= now;
  };
  while (!are_gone())
    pause_for(look_every_ms);
}

void tcp_proxy::cut_after(const std::string& text) {
  const std::scoped_lock hold{lock_};
  watched_ = text;
  armed_ = true;
}

bool tcp_proxy::is_watched(const char* data, std::size_t size) {
  const std::scoped_lock hold{lock_};
  if (!armed_ || std::string_view{data, size}.find(watched_) == std::string_view::npos)
    return false;
  armed_ = false;
  return true;
}

void tcp_proxy::accept_all() {
  while (!ending_) {
    pollfd ready{listener_, POLLIN, 0};
    if (poll(&ready, 1, look_every_ms * 5) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const std::scoped_lock hold{lock_};
    carriers_.emplace_back([this, client] { carry(client); });
  }
}

void tcp_proxy::carry(int client) {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto at = loopback(server_port_);
  const int cuts = cuts_;
  {
    const std::scoped_lock hold{lock_};
    carried_.insert(cuts);
  }
  int deaf = deaf_;
  int mute = mute_;
  std::array<char, 16'384> piece{};
  bool open = connect(server, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  const std::array<int, 2> ends{client, server};
  std::array<pollfd, 2> both{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
  while (open && !ending_ && cuts == cuts_) {
    if (deaf != deaf_) {
      deaf = deaf_;
      shutdown(server, SHUT_WR);
    }
    if (mute != mute_) {
      mute = mute_;
      shutdown(client, SHUT_WR);
    }
    for (std::size_t from = 0; from < both.size(); ++from)
      both.at(from).fd = is_stalled(from) ? -1 : ends.at(from);  // poll skips what is negative
    if (poll(both.data(), both.size(), look_every_ms) <= 0) continue;
    for (std::size_t from = 0; from < both.size() && open; ++from) {
      if (both.at(from).revents == 0) continue;
      const auto size = recv(both.at(from).fd, piece.data(), piece.size(), 0);
      pause_for(delay_ms_);
      open = size > 0 && send_all(ends.at(1 - from), piece.data(), static_cast<std::size_t>(size));
      if (open && from == 0 && is_watched(piece.data(), static_cast<std::size_t>(size)))
        open = false;
    }
  }
  close(client);
  close(server);
  const std::scoped_lock hold{lock_};
  carried_.erase(carried_.find(cuts));
}

}  // namespace boxoffice::test
