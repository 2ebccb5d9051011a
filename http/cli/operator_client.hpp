#pragma once

#include "http/outgoing/outgoing.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// Asks a running server on behalf of an operator, one request after the other. **Thread**: the
/// caller's, which waits.
class operator_client {
 public:
  /// `url` is `http[s]://HOST[:PORT]`. Throws std::invalid_argument when it is not.
  operator_client(const std::string& url, std::string token);

  struct answer {
    unsigned status{0};
    nlohmann::ordered_json body;
  };
  /// Throws no_answer; `body` is not sent when it is null.
  [[nodiscard]] answer ask(outgoing_method method, const std::string& target,
                           const nlohmann::ordered_json& body = nullptr);

 private:
  std::string server_, token_;
  outgoing_line line_;
};

}  // namespace boxoffice::http
