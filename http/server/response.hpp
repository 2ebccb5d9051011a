#pragma once

#include "http/server/gzip.hpp"
#include "http/server/live_body.hpp"
#include "http/server/problem.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/status.hpp>
#include <nlohmann/json.hpp>

namespace boxoffice::http {

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view problem_type = "application/problem+json";

/// What a handler answers. The session adds Date, Content-Length, Connection and X-Request-Id.
struct response {
  using status_code = boost::beast::http::status;
  /// Gives the next piece of a body whose size is not known; empty means the end.
  using piece_source = std::function<boost::asio::awaitable<std::string>()>;

  response() = default;
  explicit response(status_code code) : status{code} {}
  /// A JSON answer.
  response(status_code code, const nlohmann::ordered_json& value)
      : status{code}, content_type{json_type}, body{value.dump()} {}
  /// A text of any type; `type` must outlive the response (a literal).
  response(status_code code, std::string_view type, std::string text)
      : status{code}, content_type{type}, body{std::move(text)} {}
  /// A body that many answers share, e.g. a rendered seat map.
  response(status_code code, std::string_view type, std::shared_ptr<shared_text> text)
      : status{code}, content_type{type}, shared_body{std::move(text)} {}
  /// A refusal; `co_return problem{…};` is how handlers say no. Not explicit for that reason.
  response(problem why) : status{why.kind().status}, refusal{std::move(why)} {}  // NOLINT

  /// Adds a header; `name` must outlive the response (a literal).
  response& with(std::string_view name, std::string value) & {
    headers.emplace_back(name, std::move(value));
    return *this;
  }
  response&& with(std::string_view name, std::string value) && {
    return std::move(with(name, std::move(value)));
  }

  /// The body as it is sent.
  [[nodiscard]] std::string_view text() const {
    if (!compressed.empty()) return compressed;
    return shared_body ? std::string_view{shared_body->plain()} : body;
  }

  status_code status{status_code::ok};
  std::string_view content_type;
  std::vector<std::pair<std::string_view, std::string>> headers;
  std::string body;
  std::shared_ptr<shared_text> shared_body;  ///< instead of `body`
  std::string_view compressed;               ///< the form of `shared_body` that is sent, if any
  piece_source pieces;                       ///< instead of both: sent chunked
  std::shared_ptr<live_body> stream;  ///< instead of all: goes on until it or the client ends
  std::optional<problem> refusal;     ///< rendered when the answer goes out
};

}  // namespace boxoffice::http
