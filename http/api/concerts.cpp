#include "http/api/drafts.hpp"
#include "http/api/endpoints.hpp"
#include "http/api/paging.hpp"
#include "http/api/render.hpp"
#include "http/server/json_reader.hpp"

#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

std::string location(const concert& c) { return "/v1/concerts/" + to_text(c.id); }
std::string location(const schedule& s) { return "/v1/schedules/" + to_text(s.id); }

std::shared_ptr<const concert> find_concert(const catalogue& all, std::string_view text) {
  const auto id = parse_id<concert_id>(text);
  return id ? all.find(*id) : nullptr;
}

problem no_such_concert() {
  return problem{problem_code::concert_not_found, "There is no such concert."};
}

std::optional<problem> refused(const std::optional<catalogue_reply>& reply) {
  if (!reply) return problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) return failed;
  if (reply->refusal == catalogue_refusal::concert_not_found) return no_such_concert();
  return std::nullopt;
}

awaitable<response> create_concert_route(gateway& g, request& from) {
  json_reader body{from.json};
  auto draft = read_concert(body);
  if (auto wrong = body.finish()) co_return std::move(*wrong);
  auto made = draft;
  create_concert command{0, std::move(draft)};
  const auto reply = co_await g.ask(from, g.services().catalogue, command);
  if (auto no = refused(reply)) co_return std::move(*no);
  made.id = reply->concert;
  co_return response{status::created, render(made)}.with("Location", location(made));
}

awaitable<response> list_concerts(gateway& g, request& from) {
  const auto asked = read_page(from);
  if (const auto* wrong = std::get_if<problem>(&asked)) co_return *wrong;
  const auto& part = std::get<page>(asked);
  const auto all = g.snapshot();
  json_object items = json_object::array();
  std::optional<std::uint64_t> next;
  auto at = all->concerts.upper_bound(concert_id{part.after});
  for (; at != all->concerts.end() && items.size() < part.limit; ++at) {
    items.push_back(render(*at->second));
    next = at->first.value;
  }
  if (at == all->concerts.end()) next.reset();
  co_return list_response(from, std::move(items), next);
}

awaitable<response> get_concert(gateway& g, request& from) {
  const auto found = find_concert(*g.snapshot(), from.arguments[0]);
  if (!found) co_return g.missing(from, no_such_concert());
  co_return response{status::ok, render(*found)};
}

awaitable<response> change_waiting_room_route(gateway& g, request& from) {
  json_reader body{from.json};
  const auto rule = read_waiting_room(body);
  if (auto wrong = body.finish()) co_return std::move(*wrong);
  const auto found = find_concert(*g.snapshot(), from.arguments[0]);
  if (!found) co_return g.missing(from, no_such_concert());
  change_waiting_room command{0, found->id, rule};
  const auto reply = co_await g.ask(from, g.services().catalogue, command);
  if (auto no = refused(reply)) co_return std::move(*no);
  auto changed = *found;
  changed.waiting_room = rule;
  co_return response{status::ok, render(changed)};
}

// A schedule with the counters that its actor gives; a problem when it cannot.
awaitable<std::variant<json_object, problem>> schedule_json(gateway& g, request& from,
                                                            const schedule& s) {
  read_seats question{0, s.id, read_seats::detail::counts};
  const auto counts = co_await g.ask(from, g.services().reservation, question);
  if (!counts) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(counts->fault)) co_return std::move(*failed);
  co_return render(s, *counts);
}

awaitable<response> create_schedule_route(gateway& g, request& from) {
  json_reader body{from.json};
  auto draft = read_schedule(body, g.parts().hold_time_default);
  if (auto wrong = body.finish()) co_return std::move(*wrong);
  const auto of = find_concert(*g.snapshot(), from.arguments[0]);
  if (!of) co_return g.missing(from, no_such_concert());
  draft.concert = of->id;
  auto made = draft;
  auto command = create_schedule::of(std::move(draft));
  const auto reply = co_await g.ask(from, g.services().catalogue, command);
  if (auto no = refused(reply)) co_return std::move(*no);
  made.id = reply->schedule;
  seats_reply all_free;
  all_free.available = made.seats.seat_count();
  co_return response{status::created, render(made, all_free)}.with("Location", location(made));
}

awaitable<response> list_schedules(gateway& g, request& from) {
  const auto asked = read_page(from);
  if (const auto* wrong = std::get_if<problem>(&asked)) co_return *wrong;
  const auto& part = std::get<page>(asked);
  const auto all = g.snapshot();
  const auto of = find_concert(*all, from.arguments[0]);
  if (!of) co_return g.missing(from, no_such_concert());
  json_object items = json_object::array();
  std::optional<std::uint64_t> next, last;
  for (const auto& s : all->schedules_of(of->id)) {
    if (s->id.value <= part.after) continue;
    if (items.size() == part.limit) {
      next = last;
      break;
    }
    auto one = co_await schedule_json(g, from, *s);
    if (auto* failed = std::get_if<problem>(&one)) co_return std::move(*failed);
    items.push_back(std::get<json_object>(std::move(one)));
    last = s->id.value;
  }
  co_return list_response(from, std::move(items), next);
}

awaitable<response> get_schedule(gateway& g, request& from) {
  const auto id = parse_id<schedule_id>(from.arguments[0]);
  const auto found = id ? g.snapshot()->find(*id) : nullptr;
  if (!found)
    co_return g.missing(from,
                        problem{problem_code::schedule_not_found, "There is no such schedule."});
  auto one = co_await schedule_json(g, from, *found);
  if (auto* failed = std::get_if<problem>(&one)) co_return std::move(*failed);
  co_return response{status::ok, std::get<json_object>(one)};
}

}  // namespace

void add_concert_routes(router& routes, gateway& g) {
  routes.add({.method = verb::post,
              .pattern = "/v1/concerts",
              .needs = access::admin,
              .handle = [&g](request& r) { return create_concert_route(g, r); },
              .body = body_rule::json,
              .repeatable = false,
              .says = {.operation = "createConcert",
                       .group = "Concerts",
                       .summary = "Create a concert",
                       .body = "NewConcert",
                       .answers = {{status::created, "Concert", {"Location"}}}}});
  routes.add({.pattern = "/v1/concerts",
              .handle = [&g](request& r) { return list_concerts(g, r); },
              .query = {"limit", "cursor"},
              .says = {.operation = "listConcerts",
                       .group = "Concerts",
                       .summary = "List the concerts",
                       .query = {"limit", "cursor"},
                       .answers = {{status::ok, "ConcertList"}}}});
  routes.add({.pattern = "/v1/concerts/{id}",
              .handle = [&g](request& r) { return get_concert(g, r); },
              .says = {.operation = "getConcert",
                       .group = "Concerts",
                       .summary = "Read a concert",
                       .answers = {{status::ok, "Concert"}},
                       .problems = {problem_code::concert_not_found}}});
  routes.add({.method = verb::post,
              .pattern = "/v1/concerts/{id}/schedules",
              .needs = access::admin,
              .handle = [&g](request& r) { return create_schedule_route(g, r); },
              .body = body_rule::json,
              .body_bytes_max = limits::http_schedule_body_bytes_max,
              .repeatable = false,
              .says = {.operation = "createSchedule",
                       .group = "Concerts",
                       .summary = "Create a schedule of a concert",
                       .remarks = "The body may have 4 MiB.",
                       .body = "NewSchedule",
                       .answers = {{status::created, "Schedule", {"Location"}}},
                       .problems = {problem_code::concert_not_found}}});
  routes.add({.pattern = "/v1/concerts/{id}/schedules",
              .handle = [&g](request& r) { return list_schedules(g, r); },
              .query = {"limit", "cursor"},
              .says = {.operation = "listSchedules",
                       .group = "Concerts",
                       .summary = "List the schedules of a concert",
                       .query = {"limit", "cursor"},
                       .answers = {{status::ok, "ScheduleList"}},
                       .problems = {problem_code::concert_not_found}}});
  routes.add({.pattern = "/v1/schedules/{id}",
              .handle = [&g](request& r) { return get_schedule(g, r); },
              .says = {.operation = "getSchedule",
                       .group = "Concerts",
                       .summary = "Read a schedule",
                       .answers = {{status::ok, "Schedule"}},
                       .problems = {problem_code::schedule_not_found}}});
  routes.add({.method = verb::put,
              .pattern = "/v1/admin/concerts/{id}/waiting-room",
              .needs = access::operator_,
              .handle = [&g](request& r) { return change_waiting_room_route(g, r); },
              .body = body_rule::json,
              .says = {.operation = "changeWaitingRoom",
                       .group = "Operators",
                       .summary = "Change the waiting room of a concert",
                       .remarks = "Takes effect at once.",
                       .body = "WaitingRoom",
                       .answers = {{status::ok, "Concert"}},
                       .problems = {problem_code::concert_not_found}}});
}

}  // namespace boxoffice::http
