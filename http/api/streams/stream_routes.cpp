#include "config/stream_limits.hpp"
#include "http/api/endpoints.hpp"
#include "http/api/render.hpp"
#include "http/api/streams/fan_out.hpp"
#include "http/api/streams/live_streams.hpp"
#include "http/server/json_reader.hpp"

#include <array>
#include <charconv>
#include <utility>
#include <variant>

#include <boost/asio/this_coro.hpp>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

constexpr std::string_view figures_path{"/v1/admin/stream"};

// Proxies pass every piece on as it comes, and keep none.
response stream_of(std::shared_ptr<live_body> body) {
  response answer{status::ok};
  answer.content_type = "text/event-stream";
  answer.with("Cache-Control", "no-store, no-transform").with("X-Accel-Buffering", "no");
  answer.stream = std::move(body);
  return answer;
}

problem no_streams() {
  return problem{problem_code::unavailable, "There are no live streams now."};
}

// --- seats -------------------------------------------------------------------------------------

struct seats_wanted {
  schedule_id schedule{};
  std::optional<seats_position> since;
  std::chrono::seconds wait{0};
};

std::optional<std::chrono::seconds> parse_wait(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || value < 0 || value > limits::seats_poll_wait_max.count()) return std::nullopt;
  return std::chrono::seconds{value};
}

// A header that is none of ours is as good as none: EventSource would send it again for ever.
std::variant<seats_wanted, problem> read_wanted(gateway& g, const request& from) {
  seats_wanted wanted;
  std::vector<field_error> errors;
  if (const auto text = from.query_value("since")) {
    wanted.since = parse_seats_position(*text);
    if (!wanted.since) errors.push_back({"/query/since", "must be <epoch>.<version>"});
  }
  if (const auto text = from.query_value("waitSeconds")) {
    const auto wait = parse_wait(*text);
    if (!wait) errors.push_back({"/query/waitSeconds", "must be an integer from 0 to 25"});
    wanted.wait = wait.value_or(wanted.wait);
  }
  if (!errors.empty()) return problem{problem_code::invalid_field, errors};
  if (const auto known = parse_seats_position(from.header("Last-Event-ID"))) wanted.since = known;
  const auto id = parse_id<schedule_id>(from.arguments[0]);
  if (!id || !g.snapshot()->find(*id))
    return g.missing(from, problem{problem_code::schedule_not_found, "There is no such schedule."});
  wanted.schedule = *id;
  return wanted;
}

awaitable<response> stream_seats(gateway& g, request& from) {
  const auto read = read_wanted(g, from);
  if (const auto* wrong = std::get_if<problem>(&read)) co_return *wrong;
  const auto& wanted = std::get<seats_wanted>(read);
  if (g.parts().streams == nullptr) co_return no_streams();
  auto seats = co_await g.parts().streams->seats_of(g, wanted.schedule);
  if (seats.refused) co_return std::move(*seats.refused);
  co_return stream_of(seats.channel->open(wanted.since, g.parts().random.next()));
}

// For those who cannot stream.
awaitable<response> poll_seats(gateway& g, request& from) {
  const auto read = read_wanted(g, from);
  if (const auto* wrong = std::get_if<problem>(&read)) co_return *wrong;
  const auto& wanted = std::get<seats_wanted>(read);
  if (g.parts().streams == nullptr) co_return no_streams();
  auto seats = co_await g.parts().streams->seats_of(g, wanted.schedule);
  if (seats.refused) co_return std::move(*seats.refused);
  const auto until = std::chrono::steady_clock::now() + wanted.wait;
  while (wanted.since) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    const auto bell = std::make_shared<change_bell>(co_await boost::asio::this_coro::executor);
    if (left.count() <= 0 || !seats.channel->await_change(*wanted.since, bell)) break;
    co_await bell->wait(left);
  }
  response answer{status::ok, json_type, seats.channel->changes(wanted.since)};
  co_return std::move(answer).with("Cache-Control", "no-store");
}

// --- places in line ----------------------------------------------------------------------------

awaitable<response> stream_place(gateway& g, request& from) {
  const auto token = parse_id<queue_token>(from.arguments[0]);
  if (!token) co_return problem{problem_code::not_found, "There is no such queue token."};
  poll_queue question{0, from.user(), *token};
  const auto reply = co_await g.ask(from, g.services().queue, question);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  if (reply->refusal != queue_refusal::none)
    co_return problem{problem_code::not_found, "There is no such queue token."};
  if (g.parts().streams == nullptr) co_return no_streams();
  const auto channel = g.parts().streams->places_of(g, token->concert);
  if (!channel) co_return no_streams();
  const auto supply = co_await g.parts().streams->left().find(g, token->concert);
  const auto& [entry, position, eta] = reply->place;
  const token_standing place{*token,          entry.state, position, eta, reply->eta_seconds_late,
                             entry.expires_at};
  co_return stream_of(channel->open(place, supply, g.parts().random.next()));
}

// --- figures for operators ---------------------------------------------------------------------

awaitable<response> stream_figures(gateway& g) {
  if (g.parts().streams == nullptr) co_return no_streams();
  auto body = g.parts().streams->open_figures(g, g.parts().random.next());
  if (!body) co_return no_streams();
  co_return stream_of(std::move(body));
}

// --- tickets -----------------------------------------------------------------------------------

bool is_stream_path(std::string_view path) {
  if (path == figures_path) return true;
  using ends = std::pair<std::string_view, std::string_view>;
  constexpr std::array known{ends{"/v1/schedules/", "/seats/stream"},
                             ends{"/v1/queue/tokens/", "/stream"}};
  return std::ranges::any_of(known, [&](const ends& each) {
    const auto& [begin, end] = each;
    if (!path.starts_with(begin) || !path.ends_with(end)) return false;
    if (path.size() <= begin.size() + end.size()) return false;
    const auto id = path.substr(begin.size(), path.size() - begin.size() - end.size());
    return id.find('/') == std::string_view::npos;
  });
}

awaitable<response> give_ticket(gateway& g, request& from) {
  json_reader body{from.json};
  auto path = body.text("path");
  if (body.clean() && !is_stream_path(path)) body.reject("path", "must be the path of a stream");
  if (auto wrong = body.finish()) co_return std::move(*wrong);
  if (g.parts().streams == nullptr) co_return no_streams();
  const auto given = g.parts().streams->tickets().issue(*from.caller, std::move(path), from.now);
  if (!given) co_return problem{problem_code::overloaded, "Too many tickets are open."};
  const auto expires_at = from.calendar + (given->expires_at - from.now);
  co_return response{status::created,
                     json_object{{"ticket", given->ticket}, {"expiresAt", to_rfc3339(expires_at)}}}
      .with("Cache-Control", "no-store");
}

good_answer stream_answer(std::string_view schema) {
  return {.status = status::ok, .schema = schema, .types = {"text/event-stream"}};
}

}  // namespace

void add_stream_routes(router& routes, gateway& g) {
  routes.add(
      {.pattern = "/v1/schedules/{id}/seats/stream",
       .handle = [&g](request& r) { return stream_seats(g, r); },
       .query = {"since", "ticket"},
       .admitted = admission_rule::stream,
       .says = {.operation = "streamSeats",
                .group = "Concerts",
                .summary = "Follow the seats of a schedule",
                .remarks = "Server-sent events: `hello`, `snapshot`, `delta`, `tick`, `bye`. "
                           "`Last-Event-ID` goes on where a stream ended.",
                .query = {"since", "ticket"},
                .answers = {stream_answer("StreamEvent")},
                .problems = {problem_code::schedule_not_found}}});
  routes.add({.pattern = "/v1/schedules/{id}/seats/changes",
              .handle = [&g](request& r) { return poll_seats(g, r); },
              .query = {"since", "waitSeconds"},
              .admitted = admission_rule::stream,
              .says = {.operation = "getSeatChanges",
                       .group = "Concerts",
                       .summary = "Read what has changed of the seats",
                       .remarks = "For those who cannot stream. Without `since`, or when it is too "
                                  "old, all of them.",
                       .query = {"since", "waitSeconds"},
                       .answers = {{status::ok, "SeatChanges"}},
                       .problems = {problem_code::schedule_not_found}}});
  routes.add({.pattern = "/v1/queue/tokens/{token}/stream",
              .needs = access::user,
              .handle = [&g](request& r) { return stream_place(g, r); },
              .query = {"ticket"},
              .admitted = admission_rule::stream,
              .says = {.operation = "streamPlace",
                       .group = "Waiting room",
                       .summary = "Follow a place in line",
                       .remarks = "Server-sent events: `place`, `active`, `over`, `bye`. An open "
                                  "stream keeps the place.",
                       .query = {"ticket"},
                       .answers = {stream_answer("StreamEvent")},
                       .problems = {problem_code::not_found}}});
  routes.add(
      {.pattern = std::string{figures_path},
       .needs = access::operator_,
       .handle = [&g](request&) { return stream_figures(g); },
       .query = {"ticket"},
       .admitted = admission_rule::stream,
       .says = {.operation = "streamFigures",
                .group = "Operators",
                .summary = "Follow the sale at a glance",
                .remarks = "Server-sent events: `hello`, `summary` each second, `bye`. The data of "
                           "a `summary` is a Summary: figures of the whole house. What a service "
                           "that does not answer in time would say is null.",
                .query = {"ticket"},
                .answers = {stream_answer("SummaryEvent")}}});
  routes.add({.method = verb::post,
              .pattern = "/v1/streams/tickets",
              .needs = access::user,
              .handle = [&g](request& r) { return give_ticket(g, r); },
              .body = body_rule::json,
              .says = {.operation = "giveStreamTicket",
                       .group = "Waiting room",
                       .summary = "Get a ticket for a stream",
                       .remarks = "For browsers, whose EventSource sends no token.",
                       .body = "NewStreamTicket",
                       .answers = {{status::created, "StreamTicket"}}}});
}

}  // namespace boxoffice::http
