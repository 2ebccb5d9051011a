#pragma once

#include "config/limits.hpp"
#include "http/server/request.hpp"
#include "http/server/response.hpp"
#include "http/server/route_facts.hpp"
#include "http/server/target.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace boxoffice::http {

/// Answers one request. A coroutine lambda must live as long as the router: captures belong to it,
/// never to the coroutine.
using handler = std::function<boost::asio::awaitable<response>(request&)>;

/// What a route does with a body. `none` reads it and ignores it; `text` leaves it to the handler.
enum class body_rule : std::uint8_t { none, json, optional_json, text };
enum class key_rule : std::uint8_t { none, required };       ///< Idempotency-Key
enum class queue_token_rule : std::uint8_t { none, taken };  ///< header Queue-Token
/// `exempt` answers also when the server is full: health and metrics. `stream` has a bound of its
/// own, and is also let in by a ticket.
enum class admission_rule : std::uint8_t { counted, exempt, stream };

/// Query parameters that the route does not know. Links to pages get some on their way, for others
/// to count with.
enum class query_rule : std::uint8_t { known_only, any };

/// One line of the table of routes.
struct route {
  verb method{verb::get};
  std::string pattern;  ///< `/v1/concerts/{id}/schedules`
  access needs{access::anyone};
  handler handle;
  body_rule body{body_rule::none};
  key_rule key{key_rule::none};
  queue_token_rule queue{queue_token_rule::none};
  std::vector<std::string> query{};  ///< parameters that are known here
  query_rule takes{query_rule::known_only};
  std::size_t body_bytes_max{limits::http_body_bytes_max};
  admission_rule admitted{admission_rule::counted};
  /// False: asked again it is done again, so what was done is told in any case.
  bool repeatable{true};
  route_facts says{};  ///< what the API document tells of it, and what it may answer
};

/// Finds the route of a request. Filled once at start, read by all threads then.
class router {
 public:
  /// **Requires** a pattern that is `/`, or begins with it, has no empty segment and at most
  /// `path_arguments_max` parameters, and was not added before with the same method.
  router& add(route line);

  struct match {
    const route* found{nullptr};  ///< null: no such path, or not with this method
    std::size_t index{0};         ///< of the route, in order of adding
    std::string_view allow;       ///< of the path, for 405; empty when there is no such path
    std::array<std::string_view, path_arguments_max> arguments{};
  };
  /// HEAD finds the GET route. Fixed segments win over parameters.
  [[nodiscard]] match find(const target& wanted, verb method) const;

  [[nodiscard]] const std::vector<std::unique_ptr<route>>& routes() const { return routes_; }

 private:
  struct method_entry {
    verb method;
    std::size_t index;
  };
  struct path {
    std::string pattern;
    std::vector<std::string> segments;  // empty is a parameter
    std::size_t fixed{0};
    std::vector<method_entry> methods;
    std::string allow;
  };
  static bool fits(const path& candidate, const target& wanted, match& out);

  std::vector<std::unique_ptr<route>> routes_;
  std::array<std::vector<path>, path_segments_max + 1> by_size_;  // by number of segments
};

}  // namespace boxoffice::http
