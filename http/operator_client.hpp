#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/beast/http/verb.hpp>
#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// No answer came: nothing listens there, or it is no server of ours.
class no_answer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Asks a running server on behalf of an operator, one request after the other, each over a
/// connection of its own. **Thread**: the caller's, which waits.
class operator_client {
 public:
  /// `url` is `http://host[:port]`. Throws std::invalid_argument when it is not.
  operator_client(const std::string& url, std::string token);

  struct answer {
    unsigned status{0};
    nlohmann::ordered_json body;
  };
  /// Throws no_answer; `body` is not sent when it is null.
  [[nodiscard]] answer ask(boost::beast::http::verb method, const std::string& target,
                           const nlohmann::ordered_json& body = nullptr) const;

 private:
  std::string host_, port_, token_;
};

}  // namespace boxoffice::http
