#pragma once

#include "tests/rush/acknowledgements.hpp"
#include "tests/rush/connection_pool.hpp"
#include "tests/rush/persona.hpp"
#include "tests/rush/sale.hpp"
#include "tests/rush/statistics.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace boxoffice::rush {

/// The server as a crowd of buyers uses it: every request counted, what got no answer asked again,
/// and now and then the same request sent twice under one key, to see that the answers are equal.
/// **Thread**: the one that runs the context.
class shop {
 public:
  shop(boost::asio::io_context& context, connection_pool& pool, const on_sale& sale,
       double retry_share)
      : context_{context}, pool_{pool}, sale_{sale}, retry_share_{retry_share} {}

  /// Asks until there is an answer other than "later" (429, 503), a bounded number of times.
  /// **Requires** here and below that the request has a name in the caller: g++ 12 destroys twice
  /// what an aggregate made within a co_await expression holds.
  boost::asio::awaitable<http_answer> ask(step s, http_request request);
  /// Under a key of its own; `dice` decide about it and about sending it twice.
  boost::asio::awaitable<http_answer> ask_keyed(step s, http_request request, generator& dice);
  boost::asio::awaitable<void> pause(std::chrono::milliseconds time);
  /// Names of the seats that the map shows as available.
  boost::asio::awaitable<std::vector<std::string>> available_seats();

  [[nodiscard]] const on_sale& sale() const { return sale_; }
  statistics& measured() { return measured_; }
  [[nodiscard]] const statistics& measured() const { return measured_; }
  acknowledgement_log& log() { return log_; }
  [[nodiscard]] const acknowledgement_log& log() const { return log_; }

 private:
  boost::asio::awaitable<http_answer> ask_until_decided(step s, http_request request);
  boost::asio::awaitable<void> ask_both(step s, http_request request, http_answer& first,
                                        http_answer& second);
  void compare(step s, const http_request& request, const http_answer& first,
               const http_answer& second);

  boost::asio::io_context& context_;
  connection_pool& pool_;
  const on_sale& sale_;
  double retry_share_;
  statistics measured_;
  acknowledgement_log log_;
  std::string map_etag_;
  std::vector<std::string> available_;  // as of map_etag_
};

}  // namespace boxoffice::rush
