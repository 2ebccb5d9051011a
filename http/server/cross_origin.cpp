#include "http/server/cross_origin.hpp"

#include "http/server/request.hpp"
#include "http/server/response.hpp"

#include <algorithm>

namespace boxoffice::http {
namespace {

constexpr const char* taken_headers =
    "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Queue-Token, "
    "X-Request-Id, traceparent";
constexpr const char* shown_headers =
    "ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, "
    "WWW-Authenticate, X-Request-Id";
constexpr const char* preflight_kept_seconds = "7200";

}  // namespace

bool is_allowed_origin(const request& about, const std::vector<std::string>& origins) {
  return !origins.empty() && about.header_count("Origin") == 1 &&
         std::ranges::find(origins, about.header("Origin")) != origins.end();
}

std::optional<response> answer_preflight(const request& about, std::string_view allow,
                                         const std::vector<std::string>& origins) {
  if (about.method != verb::options || allow.empty() ||
      about.header("Access-Control-Request-Method").empty() || !is_allowed_origin(about, origins))
    return std::nullopt;
  return response{status::no_content}
      .with("Access-Control-Allow-Methods", std::string{allow})
      .with("Access-Control-Allow-Headers", taken_headers)
      .with("Access-Control-Max-Age", preflight_kept_seconds);
}

void allow_origin(response& answer, const request& about, const std::vector<std::string>& origins) {
  if (origins.empty()) return;
  answer.with("Vary", "Origin");
  if (!is_allowed_origin(about, origins)) return;
  answer.with("Access-Control-Allow-Origin", std::string{about.header("Origin")})
      .with("Access-Control-Expose-Headers", shown_headers);
}

}  // namespace boxoffice::http
