#pragma once

#include "tests/rush/connection_pool.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace boxoffice::load {

/// Lets a coroutine wait.
boost::asio::awaitable<void> pause_for(std::chrono::milliseconds time);

/// What a client was answered beside what it asked for.
struct answers_seen {
  std::uint64_t later{0};      ///< 429, or 503 with Retry-After
  std::uint64_t in_flight{0};  ///< 409: the first request with this key has not ended
  std::uint64_t refused{0};    ///< no connection: the request was not sent
  std::uint64_t cut_off{0};    ///< sent, and never answered
  std::uint64_t faults{0};     ///< 5xx that are none of the above
  std::string first_fault;

  /// Requests that were sent once more.
  [[nodiscard]] std::uint64_t asked_again() const { return later + in_flight + refused + cut_off; }
};

/// A good client behind a load balancer over several gateways. A gateway that does not answer is
/// left out for a moment, and the request goes to the next one. "Later" is obeyed. Whatever is
/// asked again is asked with the same key.
///
/// **Thread**: the one that runs the context.
class balanced_client {
 public:
  /// `connections`: to each gateway at most.
  balanced_client(boost::asio::io_context& context,
                  const std::vector<boost::asio::ip::tcp::endpoint>& gateways,
                  std::size_t connections);

  /// The answer that is not "later"; the last one there was when a minute has passed without it.
  boost::asio::awaitable<rush::http_answer> ask(const rush::http_request& request);

  [[nodiscard]] const answers_seen& seen() const { return seen_; }

 private:
  struct gateway {
    gateway(boost::asio::io_context& context, const boost::asio::ip::tcp::endpoint& at,
            std::size_t connections)
        : pool{context, at, connections} {}
    rush::connection_pool pool;
    std::chrono::steady_clock::time_point left_out_until{};
  };

  gateway& next();
  /// How long the client waits before it asks once more; negative: it has been answered.
  std::chrono::milliseconds pause_after(const rush::http_answer& answer);

  std::deque<gateway> gateways_;
  std::size_t turn_{0};
  answers_seen seen_;
};

}  // namespace boxoffice::load
