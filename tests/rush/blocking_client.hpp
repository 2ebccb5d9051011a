#pragma once

#include "tests/rush/connection_pool.hpp"
#include "tests/rush/http_message.hpp"

#include <string>

namespace boxoffice::rush {

/// One keep-alive connection for code that does one thing after the other: preparing a sale,
/// checking it, tests.
class blocking_client {
 public:
  explicit blocking_client(const std::string& url) : pool_{context_, parse_url(url), 1} {}

  /// Waits for the answer (30 s at most). A connection that breaks off is an answer that did not
  /// arrive; the next request opens a new one.
  http_answer send(const http_request& request);

  http_answer get(const std::string& target, const std::string& bearer = {});
  http_answer post(const std::string& target, const json& body, const std::string& bearer = {},
                   const std::string& idempotency_key = {}, const std::string& queue_token = {});
  /// A development token of this user; throws std::runtime_error when the server gives none.
  std::string dev_token(const std::string& user, const std::string& role = "user");

 private:
  boost::asio::io_context context_{1};
  connection_pool pool_;
};

}  // namespace boxoffice::rush
