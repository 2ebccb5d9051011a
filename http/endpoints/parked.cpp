#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/render.hpp"
#include "http/paging.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

json_object render_parked(const parked_entity& e) {
  return {{"id", e.id},       {"userId", e.user.value}, {"state", e.state},
          {"wants", e.wants}, {"reason", e.reason},     {"parkedAt", to_rfc3339(e.at)}};
}

// Both services number what they park by time.
awaitable<response> list_all_parked(gateway& g, request& from) {
  const auto asked = read_page(from);
  if (const auto* wrong = std::get_if<problem>(&asked)) co_return *wrong;
  const auto limit = std::get<page>(asked).limit;
  const list_parked question{0, std::get<page>(asked).after, static_cast<std::uint32_t>(limit), {}};
  auto of_rooms = question;
  auto of_schedules = question;
  auto tokens = co_await g.ask(from, g.services().queue, of_rooms);
  if (!tokens) co_return *problem_of(fault::unavailable);
  auto holds = co_await g.ask(from, g.services().reservation, of_schedules);
  if (!holds) co_return *problem_of(fault::unavailable);
  auto& all = tokens->items;
  std::ranges::move(holds->items, std::back_inserter(all));
  std::ranges::sort(all, {}, &parked_entity::number);
  const bool more = all.size() > limit || tokens->follows == parked_list::more::yes ||
                    holds->follows == parked_list::more::yes;
  all.resize(std::min(all.size(), limit));
  json_object items = json_object::array();
  for (const auto& e : all)
    items.push_back(render_parked(e));
  std::optional<std::uint64_t> next;
  if (more) next = all.back().number;
  co_return list_response(from, std::move(items), next);
}

response parked_moved(std::string_view id, const std::optional<parked_reply>& reply) {
  if (!reply) return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) return std::move(*failed);
  switch (reply->refusal) {
    case parked_refusal::none:
      break;
    case parked_refusal::not_parked:
      return problem{problem_code::parked_not_found};
    case parked_refusal::still_refused:
      return problem{problem_code::still_refused, "The store still refuses it: " + reply->reason}
          .with("state", reply->state)
          .with("reason", reply->reason);
  }
  return response{status::ok, json_object{{"id", id}, {"state", reply->state}}};
}

// The end of a hold is all that a schedule parks, so giving up is the same there.
awaitable<response> move_parked(gateway& g, request& from, parked_act act) {
  const auto id = from.arguments[0];
  if (const auto token = parse_id<queue_token>(id)) {
    move_parked_token command{0, *token, act, {}};
    co_return parked_moved(id, co_await g.ask(from, g.services().queue, command));
  }
  const auto reservation = parse_id<reservation_id>(id);
  if (!reservation) co_return problem{problem_code::parked_not_found};
  move_parked_reservation command{0, *reservation, {}};
  co_return parked_moved(id, co_await g.ask(from, g.services().reservation, command));
}

}  // namespace

void add_parked_routes(router& routes, gateway& g) {
  routes.add({.method = verb::get,
              .pattern = "/v1/admin/parked",
              .needs = access::operator_,
              .handle = [&g](request& r) { return list_all_parked(g, r); },
              .query = {"limit", "cursor"}});
  const auto add = [&](const char* pattern, parked_act act) {
    routes.add({.method = verb::post,
                .pattern = pattern,
                .needs = access::operator_,
                .handle = [&g, act](request& r) { return move_parked(g, r, act); }});
  };
  add("/v1/admin/parked/{id}/retry", parked_act::try_again);
  add("/v1/admin/parked/{id}/abandon", parked_act::give_up);
}

}  // namespace boxoffice::http
