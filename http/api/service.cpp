#include "http/api/endpoints.hpp"
#include "http/api/readiness.hpp"
#include "http/api/render.hpp"
#include "http/server/json_reader.hpp"
#include "http/server/metrics_page.hpp"

#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

awaitable<response> healthz() { co_return response{status::ok, json_object{{"status", "ok"}}}; }

awaitable<response> readyz(gateway& g) {
  const auto found = co_await look_at_readiness(g);
  if (!found.missing.empty())
    co_return problem{problem_code::unavailable, "The node is not ready."}
        .with("missing", found.missing)
        .with("stores", found.stores);
  json_object said{{"status", "ready"}};
  if (!found.notes.empty()) said["notes"] = found.notes;
  co_return response{status::ok, std::move(said)};
}

std::optional<access> parse_role(std::string_view text) {
  if (text == "user") return access::user;
  if (text == "operator") return access::operator_;
  if (text == "admin") return access::admin;
  return std::nullopt;
}

awaitable<response> dev_token(const token_key& key, std::chrono::seconds lifetime, request& from) {
  json_reader body{from.json};
  identity who;
  who.user.value = body.id_text("userId");
  const auto role = parse_role(body.text("role"));
  if (!role && body.clean()) body.reject("role", "must be user, operator or admin");
  if (auto wrong = body.finish()) co_return std::move(*wrong);
  who.level = *role;
  const auto expires = std::chrono::floor<seconds>(from.calendar) + lifetime;
  co_return response{status::created, json_object{{"token", sign_token(key, who, expires)},
                                                  {"expiresAt", to_rfc3339(expires)}}};
}

}  // namespace

void add_health_routes(router& routes, gateway& g) {
  routes.add({.pattern = "/healthz",
              .handle = [](request&) { return healthz(); },
              .admitted = admission_rule::exempt,
              .says = {.operation = "getHealth",
                       .group = "Health",
                       .summary = "Ask whether the process lives",
                       .answers = {{status::ok, "Health"}}}});
  routes.add(
      {.pattern = "/readyz",
       .handle = [&g](request&) { return readyz(g); },
       .admitted = admission_rule::exempt,
       .says = {.operation = "getReadiness",
                .group = "Health",
                .summary = "Ask whether it serves",
                .remarks =
                    "503 names the services that do not answer and the stores that take no writes.",
                .answers = {{status::ok, "Readiness"}},
                .problems = {problem_code::unavailable}}});
  routes.add(metrics_route(g.parts().measured));
}

void add_dev_token_route(router& routes, token_key key, std::chrono::seconds lifetime) {
  routes.add({.method = verb::post,
              .pattern = "/v1/dev/tokens",
              .handle = [key = std::move(key),
                         lifetime](request& r) { return dev_token(key, lifetime, r); },
              .body = body_rule::json,
              .says = {.operation = "createDevToken",
                       .group = "Development",
                       .summary = "Make a token to try things with",
                       .body = "NewDevToken",
                       .answers = {{status::created, "DevToken"}}}});
}

void add_all_routes(router& routes, gateway& g, const ticket_keys& keys) {
  add_health_routes(routes, g);
  add_concert_routes(routes, g);
  add_seat_routes(routes, g);
  add_stream_routes(routes, g);
  add_queue_routes(routes, g);
  add_point_routes(routes, g);
  add_reservation_routes(routes, g);
  add_ticket_routes(routes, g, keys);
  add_payment_routes(routes, g);
  add_ranking_routes(routes, g);
  add_audit_routes(routes, g);
  add_operator_routes(routes, g);
  add_parked_routes(routes, g);
}

}  // namespace boxoffice::http
