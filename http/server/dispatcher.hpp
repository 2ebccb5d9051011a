#pragma once

#include "http/server/admission.hpp"
#include "http/server/declared_answers.hpp"
#include "http/server/request_metrics.hpp"
#include "http/server/router.hpp"
#include "http/server/settings.hpp"
#include "http/server/target.hpp"
#include "http/server/token.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

namespace boxoffice::http {

/// What the header of a request decided.
struct decision {
  const route* found{nullptr};
  std::size_t index{0};
  std::optional<response> refused;  ///< the answer, once the body has been walked over
  /// The caller is not known before these have been fetched; all other decisions are there.
  std::optional<keys_needed> keys;
  std::size_t body_bytes_max{limits::http_body_bytes_max};
  admission::place stream_place;  ///< while it streams
};

/// Takes the decisions about a request in the order of docs/API.md: rate (429), route (404),
/// method (405), token (401), role (403), Idempotency-Key, query parameters, Accept-Encoding (406);
/// then, with the body: room (503), content type (415), JSON (400), handler. A request with a valid
/// token counts for its user, also on a route that needs none; any other counts for its address,
/// where many users may share one. **Thread**: any.
class dispatcher {
 public:
  /// **Requires** all to outlive this; `tokens` may be null when no route needs a role.
  dispatcher(const router& routes, const token_verifier* tokens, admission& entrance,
             request_metrics& measured, const server_settings& how)
      : routes_{routes},
        tokens_{tokens},
        entrance_{entrance},
        measured_{measured},
        how_{how},
        declared_{routes} {}

  /// Decides what needs no body, and fills `about` on the way.
  decision decide(request& about, const target& wanted) const;

  /// Lets the handler answer, or refuses. Never throws: what a handler throws is logged and
  /// becomes a 500 that tells nothing. **Requires** `what` from `decide`.
  boost::asio::awaitable<response> answer(request& about, decision& what) const;

  /// Counts an answered request and writes its line to the log. An answer that the API document
  /// does not declare for the route is a bug: an error in the log and a counter, and in debug
  /// builds the end of the process.
  void finished(const request& about, const decision& what, const response& answer,
                std::chrono::steady_clock::duration took) const;

 private:
  [[nodiscard]] token_verdict find_caller(const request& about, const route* which) const;
  [[nodiscard]] std::optional<response> limit_rate(const request& about,
                                                   const token_verdict& caller) const;
  static std::optional<response> authenticate(request& about, const route& which,
                                              token_verdict caller);
  /// Waits for the keys, and refuses a caller that they do not make known.
  boost::asio::awaitable<std::optional<response>> authenticate_late(request& about,
                                                                    const decision& what) const;
  static std::optional<response> read_key(request& about);
  static std::optional<response> check_query(const request& about, const route& which);
  static std::optional<response> check_codings(const request& about, const route& which);
  static std::optional<response> read_json(request& about, const route& which);

  const router& routes_;
  const token_verifier* tokens_;
  admission& entrance_;
  request_metrics& measured_;
  const server_settings& how_;
  const declared_answers declared_;
};

}  // namespace boxoffice::http
