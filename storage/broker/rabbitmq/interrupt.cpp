#include "storage/broker/rabbitmq/interrupt.hpp"

#include "storage/broker/rabbitmq/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace boxoffice::broker {
namespace {

using clock = std::chrono::steady_clock;

/// How long the owner of a connection may take to end on its own. It says goodbye to the broker
/// within that time.
constexpr std::chrono::milliseconds end_time_max{600};

[[noreturn]] void fail(const std::string& text) {
  throw rabbitmq_error{rabbitmq_error::kind::unreachable, text};
}

std::string text_of(int error) { return std::generic_category().message(error); }

/// Empty, or why there is no connection.
std::string connected(int socket, const addrinfo& to, clock::time_point until,
                      rabbitmq_interrupt& with) {
  if (connect(socket, to.ai_addr, to.ai_addrlen) == 0) return {};
  if (errno != EINPROGRESS) return text_of(errno);
  while (with.wait(socket, POLLOUT, until) == 0) {
    if (with.stopped()) return "the program ends";
    if (clock::now() >= until) return "no answer";
  }
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return error == 0 ? std::string{} : text_of(error);
}

}  // namespace

descriptor::~descriptor() {
  if (is_open()) ::close(number_);
}

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

int descriptor::release() { return std::exchange(number_, -1); }

rabbitmq_interrupt::rabbitmq_interrupt() : event_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (!event_.is_open()) throw std::system_error{errno, std::generic_category(), "eventfd"};
}

void rabbitmq_interrupt::wake() {
  const std::uint64_t one = 1;
  // It fails when somebody has woken 2^64 times already.
  [[maybe_unused]] const auto written = ::write(event_.number(), &one, sizeof one);
}

void rabbitmq_interrupt::stop() {
  stopped_ = true;
  wake();
}

void rabbitmq_interrupt::cut() {
  const std::scoped_lock lock{mutex_};
  is_cut_ = true;
  if (held_.is_open()) ::shutdown(held_.number(), SHUT_RDWR);
}

void rabbitmq_interrupt::hold(int socket) {
  const std::scoped_lock lock{mutex_};
  held_ = descriptor{fcntl(socket, F_DUPFD_CLOEXEC, 0)};
  if (is_cut_) ::shutdown(socket, SHUT_RDWR);
}

void rabbitmq_interrupt::release() {
  const std::scoped_lock lock{mutex_};
  held_ = descriptor{};
}

short rabbitmq_interrupt::wait(int socket, short events, time_point until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
  const auto most = std::int64_t{1000} * 3600;
  pollfd both[] = {{event_.number(), POLLIN, 0}, {socket, events, 0}};
  if (poll(both, 2, static_cast<int>(std::clamp<std::int64_t>(left, 0, most))) <= 0) return 0;
  if (both[0].revents != 0) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = ::read(event_.number(), &count, sizeof count);
  }
  return both[1].revents;
}

rabbitmq_thread::~rabbitmq_thread() {
  if (!thread_.joinable()) return;
  interrupt_.stop();
  if (ended_.get_future().wait_for(end_time_max) != std::future_status::ready) interrupt_.cut();
  thread_.join();
}

void rabbitmq_thread::start(std::function<void()> body) {
  thread_ = std::thread{[this, run = std::move(body)] {
    run();
    ended_.set_value();
  }};
}

descriptor connect_tcp(const std::string& host, unsigned port, std::chrono::milliseconds patience,
                       rabbitmq_interrupt& with) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const auto error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
      error != 0)
    fail(gai_strerror(error));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all{found, &freeaddrinfo};
  std::string why = "it has no address";
  for (const auto* each = found; each != nullptr && !with.stopped(); each = each->ai_next) {
    descriptor made{
        socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP)};
    if (!made.is_open()) {
      why = text_of(errno);
      continue;
    }
    const int on = 1;
    setsockopt(made.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(made.number(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    why = connected(made.number(), *each, clock::now() + patience, with);
    if (why.empty()) return made;
  }
  fail(why);
}

}  // namespace boxoffice::broker
