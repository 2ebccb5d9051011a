#include "http/api/endpoints.hpp"
#include "http/api/render.hpp"
#include "http/api/streams/live_streams.hpp"
#include "http/server/json_reader.hpp"

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

response place_response(status code, const queue_place& place, const json_object& members) {
  response answer{code, members};
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
    co_return g.missing(from,
                        problem{problem_code::concert_not_found, "There is no such concert."});
  join_queue command{0, from.user(), *concert};
  const auto reply = co_await g.ask(from, g.services().queue, command);
  if (auto no = refused(reply)) co_return std::move(*no);
  if (reply->from == queue_reply::origin::existing)
    co_return place_response(status::ok, reply->place, render(reply->place));
  co_return place_response(status::created, reply->place, render(reply->place))
      .with("Location", "/v1/queue/tokens/" + to_text(reply->place.entry.token));
}

// Polls and leaves: a token that is none is not even asked for.
template <class Command>
awaitable<std::variant<queue_reply, problem>> ask_place(gateway& g, request& from) {
  const auto token = parse_id<queue_token>(from.arguments[0]);
  if (!token) co_return problem{problem_code::not_found, "There is no such queue token."};
  Command command{0, from.user(), *token};
  auto reply = co_await g.ask(from, g.services().queue, command);
  if (auto no = refused(reply)) co_return std::move(*no);
  co_return std::move(*reply);
}

awaitable<response> poll(gateway& g, request& from) {
  auto found = co_await ask_place<poll_queue>(g, from);
  if (auto* no = std::get_if<problem>(&found)) co_return std::move(*no);
  const auto& [correlation, failed, refusal, origin, place, late] = std::get<queue_reply>(found);
  auto members = render(place);
  members["etaRange"] = {{"p50", place.eta_seconds}, {"p90", late}};
  members["seatsLeft"] = nullptr;
  members["odds"] = nullptr;
  auto* const streams = g.parts().streams;
  std::optional<seat_supply> supply;
  if (streams != nullptr) supply = co_await streams->left().find(g, place.entry.concert);
  if (supply) {
    members["seatsLeft"] = supply->left;
    members["odds"] = odds(*supply, place.position);
  }
  co_return place_response(status::ok, place, std::move(members));
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
              .body = body_rule::json,
              .says = {.operation = "joinQueue",
                       .group = "Waiting room",
                       .summary = "Take a place in line",
                       .remarks = "A user has one live token for a concert. Without a waiting room "
                                  "it is ACTIVE at once.",
                       .body = "NewQueueToken",
                       .answers = {{.status = status::ok,
                                    .schema = "QueueToken",
                                    .headers = {"RetryAfter"},
                                    .remark = "The live token that the user has."},
                                   {.status = status::created,
                                    .schema = "QueueToken",
                                    .headers = {"Location", "RetryAfter"},
                                    .remark = "A new token."}},
                       .problems = {problem_code::concert_not_found}}});
  routes.add({.pattern = "/v1/queue/tokens/{token}",
              .needs = access::user,
              .handle = [&g](request& r) { return poll(g, r); },
              .says = {.operation = "getQueueToken",
                       .group = "Waiting room",
                       .summary = "Read a place in line",
                       .remarks = "Whoever does not ask for too long loses the place.",
                       .answers = {{status::ok, "QueueOutlook", {"RetryAfter"}}},
                       .problems = {problem_code::not_found}}});
  routes.add({.method = verb::delete_,
              .pattern = "/v1/queue/tokens/{token}",
              .needs = access::user,
              .handle = [&g](request& r) { return leave(g, r); },
              .says = {.operation = "leaveQueue",
                       .group = "Waiting room",
                       .summary = "Give a place in line back",
                       .answers = {{status::no_content}},
                       .problems = {problem_code::not_found}}});
}

}  // namespace boxoffice::http
