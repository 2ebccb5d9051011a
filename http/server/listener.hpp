#pragma once

#include "config/settings.hpp"

#include <cstdint>
#include <functional>
#include <stdexcept>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace boxoffice::http {

/// The address cannot be listened on; the text says which and why.
struct listen_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Accepts connections until it is closed.
/// Life cycle: the constructor binds and listens, `run` accepts, `close` ends `run`.
class listener {
 public:
  /// Throws listen_error.
  listener(const boost::asio::any_io_executor& io, const listen_address& where);

  /// Where it really listens.
  [[nodiscard]] listen_address address() const { return address_; }

  /// Where `run` must run.
  boost::asio::any_io_executor executor() { return acceptor_.get_executor(); }

  using executor_source = std::function<boost::asio::any_io_executor()>;
  using socket_sink = std::function<void(boost::asio::ip::tcp::socket)>;
  using room_check = std::function<bool()>;
  /// Gives each connection an executor and hands it on. While there is no room, connections wait
  /// in the kernel.
  boost::asio::awaitable<void> run(executor_source next_executor, room_check has_room,
                                   socket_sink take);
  /// Hands on whoever has connected already, then refuses. **Thread**: any.
  void close();

 private:
  boost::asio::ip::tcp::acceptor acceptor_;
  listen_address address_;
  bool closing_{false};
};

}  // namespace boxoffice::http
