#pragma once

#include "actors/core/call_context.hpp"
#include "actors/core/idempotency.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <nlohmann/json.hpp>

namespace boxoffice::http {

using verb = boost::beast::http::verb;
using status = boost::beast::http::status;

/// Who may do something; a higher one may do what a lower one may.
enum class access : std::uint8_t { anyone, user, operator_, admin };

/// Whom a token names, and up to where they may go.
struct identity {
  user_id user;
  access level{access::anyone};
};

using ticket_rule =
    std::function<std::optional<identity>(std::string_view ticket, std::string_view path)>;

struct header_field {
  boost::beast::http::field id{};
  std::string_view name, value;
};

struct query_parameter {
  std::string name, value;
};

/// Which forms of an answer the client takes.
struct accepted_codings {
  bool plain{true}, gzip{false};
  bool gzip_first{false};  ///< where both are taken
};

/// Path parameters a pattern may have.
inline constexpr std::size_t path_arguments_max = 4;

/// One request as a handler sees it. What the route asks for has been checked before: identity,
/// role, Idempotency-Key, names of query parameters, JSON form. Views are valid until the handler's
/// coroutine ends. **Thread**: the connection's.
struct request {
  verb method{verb::unknown};                                    ///< HEAD arrives as GET
  std::string_view path;                                         ///< decoded, without query
  std::array<std::string_view, path_arguments_max> arguments{};  ///< {…} of the pattern, in order
  std::vector<query_parameter> query;                            ///< decoded
  std::vector<header_field> headers;
  std::string_view body;
  nlohmann::json json;  ///< the body, when the route takes JSON
  std::string_view request_id;
  std::string_view traceparent;    ///< the client's; empty when absent or malformed
  request_origin origin;           ///< what actors are told of it; set when one is asked
  std::string idempotency_key;     ///< when the route takes one; without its quotes
  std::string_view queue_token;    ///< header Queue-Token, when the route takes one
  std::optional<identity> caller;  ///< set when the route needs a role
  accepted_codings codings{};
  boost::asio::ip::address peer;
  time_point now{};       ///< when the request had been read
  time_point calendar{};  ///< the same by the wall clock

  /// 32 hexadecimal digits; empty when the client sent no trace.
  [[nodiscard]] std::string_view trace_id() const {
    return request_origin::trace_id_of(traceparent);
  }
  /// The first header of that name; empty when absent.
  [[nodiscard]] std::string_view header(boost::beast::http::field id) const;
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] std::size_t header_count(std::string_view name) const;
  /// The value of a query parameter (the router refuses repeated ones).
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
  /// The authenticated user. **Requires** a route that needs a role.
  [[nodiscard]] const user_id& user() const;
  /// What a retry of this request is recognised by. **Requires** a route that takes a key and JSON.
  [[nodiscard]] request_key key() const;
};

}  // namespace boxoffice::http
