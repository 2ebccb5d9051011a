#include "http/server/listener.hpp"

#include "config/limits.hpp"
#include "logging/log.hpp"

#include <chrono>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boxoffice::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// How long to wait when no descriptor or no room is left.
constexpr std::chrono::milliseconds pause{20};

tcp::endpoint resolve(const listen_address& where) {
  boost::system::error_code failed;
  const auto host = where.host == "localhost" ? std::string{"127.0.0.1"} : where.host;
  const auto address = asio::ip::make_address(host, failed);
  if (failed) throw listen_error{"not a numeric address: " + where.host};
  return {address, where.port};
}

}  // namespace

listener::listener(const asio::any_io_executor& io, const listen_address& where)
    : acceptor_{io}, address_{where} {
  const auto endpoint = resolve(where);
  try {
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address{true});
    acceptor_.bind(endpoint);
    acceptor_.listen(limits::http_backlog_connections_max);
    address_.port = acceptor_.local_endpoint().port();
  } catch (const boost::system::system_error& error) {
    throw listen_error{"cannot listen on " + to_text(where) + ": " + error.code().message()};
  }
}

asio::awaitable<void> listener::run(executor_source next_executor, room_check has_room,
                                    socket_sink take) {
  asio::steady_timer timer{acceptor_.get_executor()};
  boost::system::error_code failed;
  while (!closing_) {
    if (has_room()) {
      auto socket = co_await acceptor_.async_accept(
          next_executor(), asio::redirect_error(asio::use_awaitable, failed));
      if (!failed) {
        take(std::move(socket));
        continue;
      }
      if (closing_) break;
      log(log_level::warning, "http", "accept failed", {{"error", failed.message()}});
    }
    timer.expires_after(pause);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, failed));
  }
  // Their requests may be on the way: with the socket closed the kernel would cut them off.
  acceptor_.non_blocking(true, failed);
  while (!failed && has_room()) {
    tcp::socket waiting{next_executor()};
    acceptor_.accept(waiting, failed);
    if (!failed) take(std::move(waiting));
  }
  acceptor_.close(failed);
}

void listener::close() {
  asio::post(acceptor_.get_executor(), [this] {
    boost::system::error_code ignored;
    closing_ = true;
    acceptor_.cancel(ignored);
  });
}

}  // namespace boxoffice::http
