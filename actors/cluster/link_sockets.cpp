#include "actors/cluster/link_sockets.hpp"

#include "config/cluster_limits.hpp"
#include "logging/log.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <variant>

namespace boxoffice::cluster {
namespace {

std::string text_of(int error) { return std::generic_category().message(error); }

struct free_addresses {
  void operator()(addrinfo* all) const { freeaddrinfo(all); }
};
using addresses = std::unique_ptr<addrinfo, free_addresses>;

/// The addresses of a name, or why there are none.
std::variant<addresses, std::string> look_up(const listen_address& of, int flags) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const auto failed =
      getaddrinfo(of.host.c_str(), std::to_string(of.port).c_str(), &wanted, &found);
  if (failed != 0) return std::string{gai_strerror(failed)};
  return addresses{found};
}

void set(int descriptor, int level, int option, int value) {
  setsockopt(descriptor, level, option, &value, sizeof value);
}

/// A peer whose machine is gone takes no bytes and says nothing.
void limit_silence(int descriptor) {
  set(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT,
      static_cast<int>(milliseconds{limits::link_silence_max}.count()));
  set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
}

/// A connected socket, or why not.
std::variant<int, std::string> connect_to(const addrinfo& where) {
  const int descriptor =
      socket(where.ai_family, where.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, where.ai_protocol);
  if (descriptor < 0) return text_of(errno);
  const auto fail = [&](int error) {
    close(descriptor);
    return text_of(error);
  };
  if (connect(descriptor, where.ai_addr, where.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return fail(errno);
    pollfd done{descriptor, POLLOUT, 0};
    const auto ready = poll(&done, 1, static_cast<int>(limits::link_connect_time_max.count()));
    if (ready <= 0) return fail(ready == 0 ? ETIMEDOUT : errno);
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return fail(error);
  }
  limit_silence(descriptor);
  return descriptor;
}

std::uint16_t port_of(int descriptor) {
  sockaddr_storage at{};
  socklen_t length = sizeof at;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&at), &length);
  if (at.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&at)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&at)->sin_port);
}

int listen_at(const listen_address& where) {
  const auto fail = [&](const std::string& why) {
    return std::runtime_error{"cannot listen for other nodes on " + to_text(where) + ": " + why};
  };
  auto found = look_up(where, AI_PASSIVE);
  if (const auto* why = std::get_if<std::string>(&found)) throw fail(*why);
  const auto& at = *std::get<addresses>(found);
  const int descriptor = socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) throw fail(text_of(errno));
  set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
  if (bind(descriptor, at.ai_addr, at.ai_addrlen) != 0 ||
      listen(descriptor, limits::link_backlog_max) != 0) {
    const auto error = errno;
    close(descriptor);
    throw fail(text_of(error));
  }
  return descriptor;
}

}  // namespace

link_sockets::link_sockets(const std::optional<listen_address>& listen,
                           std::vector<listen_address> peers) {
  if (listen) {
    listening_ = listen_at(*listen);
    port_ = port_of(listening_);
  }
  for (auto& each : peers) {
    peers_.push_back(std::make_unique<dialler>());
    peers_.back()->to = std::move(each);
  }
}

link_sockets::~link_sockets() {
  stop();
  if (listening_ >= 0) close(listening_);
}

void link_sockets::start(outlets to) {
  to_ = std::move(to);
  if (listening_ >= 0)
    accepting_ = std::jthread{[this](const std::stop_token& stop) { accept_all(stop); }};
  for (calls::peer at = 0; at < peers_.size(); ++at)
    peers_[at]->thread =
        std::jthread{[this, at](const std::stop_token& stop) { connect_when_asked(stop, at); }};
}

void link_sockets::stop() {
  accepting_.request_stop();
  for (const auto& each : peers_)
    each->thread.request_stop();
  if (accepting_.joinable()) accepting_.join();
  for (const auto& each : peers_)
    if (each->thread.joinable()) each->thread.join();
}

void link_sockets::dial(calls::peer at) {
  auto& p = *peers_[at];
  const std::scoped_lock hold{p.lock};
  p.wanted = true;
  p.asked.notify_one();
}

void link_sockets::accept_all(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd waits{listening_, POLLIN, 0};
    if (poll(&waits, 1, static_cast<int>(limits::link_tick_every.count())) <= 0) continue;
    const int descriptor = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor >= 0) {
      limit_silence(descriptor);
      to_.came(descriptor);
      continue;
    }
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) continue;
    // Out of descriptors, above all: nothing gets better by asking at once.
    log(log_level::error, "link", "cannot accept a connection", {{"error", text_of(errno)}});
    poll(nullptr, 0, static_cast<int>(limits::link_tick_every.count()));
  }
}

void link_sockets::connect_when_asked(const std::stop_token& stop, calls::peer at) {
  auto& p = *peers_[at];
  while (true) {
    {
      std::unique_lock hold{p.lock};
      if (!p.asked.wait(hold, stop, [&] { return p.wanted; })) return;
      p.wanted = false;
    }
    auto found = look_up(p.to, 0);
    if (auto* why = std::get_if<std::string>(&found)) {
      to_.failed(at, to_text(p.to) + ": " + *why);
      continue;
    }
    std::string why = "it has no address";
    int descriptor = -1;
    for (const auto* each = std::get<addresses>(found).get();
         each != nullptr && descriptor < 0 && !stop.stop_requested(); each = each->ai_next) {
      auto made = connect_to(*each);
      if (auto* failed = std::get_if<std::string>(&made))
        why = std::move(*failed);
      else
        descriptor = std::get<int>(made);
    }
    if (descriptor >= 0)
      to_.connected(at, descriptor);
    else
      to_.failed(at, to_text(p.to) + ": " + why);
  }
}

}  // namespace boxoffice::cluster
