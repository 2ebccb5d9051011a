#pragma once

#include "tests/rush/http_message.hpp"

#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <utility>  // before boost/asio/awaitable.hpp of 1.74, which needs it
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace boxoffice::rush {

/// Where a server listens, from a URL such as `http://127.0.0.1:8080`. Throws std::invalid_argument
/// unless it is `http://`, a numeric address and a port.
boost::asio::ip::tcp::endpoint parse_url(const std::string& url);

/// A fixed number of keep-alive connections that any number of coroutines share: a request takes
/// one for its exchange only, in order of arrival. **Thread**: the one that runs the context.
class connection_pool {
 public:
  connection_pool(boost::asio::io_context& context, boost::asio::ip::tcp::endpoint server,
                  std::size_t connections_max);

  /// One request, one answer; a broken or silent (30 s) connection is an answer that did not
  /// arrive.
  boost::asio::awaitable<http_answer> exchange(const http_request& request);

  /// Returns while the pool is in service, at once or after `resume`.
  boost::asio::awaitable<void> in_service();
  /// The server is gone: exchanges that have not begun wait for `resume`.
  void suspend();
  /// A server is there again, maybe elsewhere.
  void resume(boost::asio::ip::tcp::endpoint server);
  [[nodiscard]] bool is_in_service() const { return in_service_; }
  /// Exchanges begun and not answered.
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }

 private:
  struct connection {
    explicit connection(boost::asio::io_context& context) : stream{context} {}
    boost::beast::tcp_stream stream;
    boost::beast::flat_buffer buffer;
    std::size_t generation{0};
    bool open{false};
  };
  using connection_ptr = std::unique_ptr<connection>;

  boost::asio::awaitable<connection_ptr> take();
  void give_back(connection_ptr one);
  boost::asio::awaitable<void> exchange_on(connection& on, const http_request& request,
                                           http_answer& into);

  boost::asio::io_context& context_;
  boost::asio::ip::tcp::endpoint server_;
  std::size_t generation_{1};  // of server_; a connection of an older one is not used again
  bool in_service_{true};
  std::size_t in_flight_{0};
  std::vector<connection_ptr> idle_;
  struct waiter {
    boost::asio::steady_timer woken;
    connection_ptr given;
  };
  std::list<waiter*> waiting_;
  std::list<boost::asio::steady_timer*> out_of_service_;
};

}  // namespace boxoffice::rush
