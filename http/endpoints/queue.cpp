#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/render.hpp"
#include "http/json_reader.hpp"

#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

std::optional<problem> refused(const std::optional<queue_reply>& reply) {
  if (!reply) return problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) return failed;
  switch (reply->refusal) {
    case queue_refusal::none:
      return std::nullopt;
    case queue_refusal::concert_not_found:
      return problem{problem_code::concert_not_found, "There is no such concert."};
    case queue_refusal::token_not_found:
      return problem{problem_code::not_found, "There is no such queue token."};
  }
  return problem{problem_code::internal};
}

response place_response(status code, const queue_place& place) {
  response answer{code, render(place)};
  if (place.entry.state == token_state::waiting)
    answer.with("Retry-After", std::to_string(limits::waiting_room_poll_every.count()));
  return answer;
}

awaitable<response> join(gateway& g, request& from) {
  json_reader body{from.json};
  const auto text = body.id_text("concertId");
  if (auto wrong = body.finish()) co_return std::move(*wrong);
  const auto concert = parse_id<concert_id>(text);
  if (!concert || !g.snapshot()->find(*concert))
    co_return problem{problem_code::concert_not_found, "There is no such concert."};
  join_queue command{0, from.user(), *concert};
  const auto reply = co_await g.ask(from, g.services().queue, command);
  if (auto no = refused(reply)) co_return std::move(*no);
  if (reply->from == queue_reply::origin::existing)
    co_return place_response(status::ok, reply->place);
  co_return place_response(status::created, reply->place)
      .with("Location", "/v1/queue/tokens/" + to_text(reply->place.entry.token));
}

// Polls and leaves: a token that is none is not even asked for.
template <class Command>
awaitable<std::variant<queue_place, problem>> ask_place(gateway& g, request& from) {
  const auto token = parse_id<queue_token>(from.arguments[0]);
  if (!token) co_return problem{problem_code::not_found, "There is no such queue token."};
  Command command{0, from.user(), *token};
  const auto reply = co_await g.ask(from, g.services().queue, command);
  if (auto no = refused(reply)) co_return std::move(*no);
  co_return reply->place;
}

awaitable<response> poll(gateway& g, request& from) {
  auto place = co_await ask_place<poll_queue>(g, from);
  if (auto* no = std::get_if<problem>(&place)) co_return std::move(*no);
  co_return place_response(status::ok, std::get<queue_place>(place));
}

awaitable<response> leave(gateway& g, request& from) {
  auto place = co_await ask_place<leave_queue>(g, from);
  if (auto* no = std::get_if<problem>(&place)) co_return std::move(*no);
  co_return response{status::no_content};
}

}  // namespace

void add_queue_routes(router& routes, gateway& g) {
  routes.add({.method = verb::post,
              .pattern = "/v1/queue/tokens",
              .needs = access::user,
              .handle = [&g](request& r) { return join(g, r); },
              .body = body_rule::json});
  routes.add({.pattern = "/v1/queue/tokens/{token}",
              .needs = access::user,
              .handle = [&g](request& r) { return poll(g, r); }});
  routes.add({.method = verb::delete_,
              .pattern = "/v1/queue/tokens/{token}",
              .needs = access::user,
              .handle = [&g](request& r) { return leave(g, r); }});
}

}  // namespace boxoffice::http
