#include "http/server/server.hpp"

#include "logging/log.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boxoffice::http {
namespace {

namespace asio = boost::asio;

// How exact the time-outs of connections are.
constexpr std::chrono::milliseconds sweep_every{100};
// How often the end of the drain is looked for.
constexpr std::chrono::milliseconds drain_look_every{2};
// How long sessions get to notice that they were closed.
constexpr std::chrono::milliseconds close_max{1000};

// Waits on the owner's thread, which has nothing else to do while the server stops.
template <class Condition>
bool wait_until(Condition holds, std::chrono::milliseconds at_most) {
  std::mutex lock;
  std::condition_variable never;
  std::unique_lock hold{lock};
  const auto end = std::chrono::steady_clock::now() + at_most;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    never.wait_for(hold, drain_look_every);
  }
  return true;
}

}  // namespace

server::server(server_settings how, const token_verifier* tokens, const clock& time, metrics& all)
    : how_{std::move(how)},
      tokens_{tokens},
      time_{time},
      metrics_{all},
      entrance_{how_.in_flight_max, how_.streams_max, how_.rate_limit_per_second},
      io_{static_cast<int>(std::max<std::size_t>(how_.io_threads, 1))},
      work_{asio::make_work_guard(io_)},
      sweeper_{io_} {
  for (std::size_t i = 0; i < std::max<std::size_t>(how_.io_threads, 1); ++i)
    threads_.emplace_back([this] { io_.run(); });
}

server::~server() { stop(); }

asio::any_io_executor server::session_executor() {
  if (threads_.size() == 1) return io_.get_executor();
  return asio::make_strand(io_);
}

void server::start(router routes) {
  auto opened = std::make_unique<listener>(asio::make_strand(io_), how_.listen);
  routes_ = std::move(routes);
  measured_ = std::make_unique<request_metrics>(routes_, metrics_);
  dispatcher_ = std::make_unique<dispatcher>(routes_, tokens_, entrance_, *measured_, how_);
  context_ = std::make_unique<session_context>(
      session_context{how_, *dispatcher_, *measured_, book_, ids_, time_});
  listener_ = std::move(opened);
  asio::co_spawn(listener_->executor(),
                 listener_->run([this] { return session_executor(); },
                                [this] { return book_.size() < how_.connections_max; },
                                [this](asio::ip::tcp::socket socket) {
                                  std::make_shared<session>(std::move(socket), *context_)->start();
                                }),
                 asio::detached);
  asio::co_spawn(io_, sweep(), asio::detached);
}

asio::awaitable<void> server::sweep() {
  boost::system::error_code ignored;
  for (;;) {
    sweeper_.expires_after(sweep_every);
    co_await sweeper_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    book_.sweep(std::chrono::steady_clock::now());
  }
}

void server::stop() {
  if (std::exchange(stopped_, true)) return;
  if (listener_) {
    book_.drain();
    listener_->close();
    if (how_.drain_idle > std::chrono::milliseconds{0})
      wait_until([this] { return book_.size() == 0; }, how_.drain_idle);
    book_.end_idle();
    const bool answered = wait_until([this] { return book_.unfinished() == 0; }, how_.drain_max);
    if (!answered)
      log(log_level::warning, "http", "stopped with requests in flight",
          {{"requests", book_.unfinished()}});
    book_.end_all();
    wait_until([this] { return book_.size() == 0; }, close_max);
  }
  work_.reset();
  io_.stop();
  for (auto& each : threads_)
    each.join();
}

}  // namespace boxoffice::http
