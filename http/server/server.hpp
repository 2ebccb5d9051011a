#pragma once

#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "http/server/admission.hpp"
#include "http/server/dispatcher.hpp"
#include "http/server/listener.hpp"
#include "http/server/router.hpp"
#include "http/server/session.hpp"
#include "http/server/settings.hpp"
#include "http/server/token.hpp"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace boxoffice::http {

/// Listener, sessions, dispatcher and their io threads.
///
///     http::server server{settings, &tokens, clock, metrics};
///     http::bridge bridge{server.executor(), …};   // and whatever else the handlers need
///     server.start(std::move(routes));             // serves from here on
///     server.stop();                               // answers what is in flight, then returns
///
/// Life cycle: the executor works from construction to `stop`; `start` and `stop` once each. Owned
/// by the composition root. **Thread**: the owner's.
class server {
 public:
  /// **Requires** all to outlive this; `tokens` may be null when no route needs a role.
  server(server_settings how, const token_verifier* tokens, const clock& time, metrics& all);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  boost::asio::any_io_executor executor() { return io_.get_executor(); }

  /// Listens and serves. Throws listen_error.
  void start(router routes);
  /// Where it listens. **Requires** `start`.
  [[nodiscard]] listen_address address() const { return listener_->address(); }
  [[nodiscard]] std::string url() const { return "http://" + to_text(address()); }

  /// Stops accepting, answers for `drain_idle` what comes on the connections that there are, lets
  /// requests in flight be answered for at most `drain_max`, closes, and ends the io threads. Does
  /// nothing the second time.
  void stop();

 private:
  boost::asio::awaitable<void> sweep();
  boost::asio::any_io_executor session_executor();

  server_settings how_;
  const token_verifier* tokens_;
  const clock& time_;
  metrics& metrics_;
  // Before io_: what is left in it at the end still leaves the book when it is destroyed.
  connection_set book_;
  request_ids ids_;
  admission entrance_;
  router routes_;
  std::unique_ptr<request_metrics> measured_;
  std::unique_ptr<dispatcher> dispatcher_;
  std::unique_ptr<session_context> context_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer sweeper_;
  std::unique_ptr<listener> listener_;
  std::vector<std::thread> threads_;
  bool stopped_{false};
};

}  // namespace boxoffice::http
