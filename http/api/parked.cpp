#include "http/api/endpoints.hpp"
#include "http/api/paging.hpp"
#include "http/api/render.hpp"

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

/// The lists of several services as one.
class gathered_lists {
 public:
  void add(std::optional<parked_list> found) {
    is_whole_ = is_whole_ && found && found->fault == fault::none;
    if (!is_whole_) return;
    std::ranges::move(found->items, std::back_inserter(items_));
    follows_ = follows_ || found->follows == parked_list::more::yes;
  }
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  /// The oldest, and the number of the last of them if there are more.
  std::optional<std::uint64_t> cut(std::size_t limit) {
    std::ranges::sort(items_, {}, &parked_entity::number);
    const bool more = follows_ || items_.size() > limit;
    items_.resize(std::min(items_.size(), limit));
    if (!more) return std::nullopt;
    return items_.back().number;
  }
  [[nodiscard]] const std::vector<parked_entity>& items() const { return items_; }

 private:
  std::vector<parked_entity> items_;
  bool is_whole_{true}, follows_{false};
};

// All services number what they park by time.
awaitable<response> list_all_parked(gateway& g, request& from) {
  const auto asked = read_page(from);
  if (const auto* wrong = std::get_if<problem>(&asked)) co_return *wrong;
  const auto limit = std::get<page>(asked).limit;
  const list_parked question{0, std::get<page>(asked).after, static_cast<std::uint32_t>(limit), {}};
  const auto& s = g.services();
  gathered_lists all;
  auto of_rooms = question;
  all.add(co_await g.ask(from, s.queue, of_rooms));
  auto of_schedules = question;
  all.add(co_await g.ask(from, s.reservation, of_schedules));
  auto of_best_selling = question;
  all.add(co_await g.ask(from, s.best_selling, of_best_selling));
  auto of_sold_out = question;
  all.add(co_await g.ask(from, s.sold_out, of_sold_out));
  if (!all.is_whole()) co_return *problem_of(fault::unavailable);
  const auto next = all.cut(limit);
  json_object items = json_object::array();
  for (const auto& e : all.items())
    items.push_back(render_parked(e));
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
      return problem{problem_code::still_refused, "It is still refused: " + reply->reason}
          .with("state", reply->state)
          .with("reason", reply->reason);
  }
  return response{status::ok, json_object{{"id", id}, {"state", reply->state}}};
}

/// Which of two answers about one event says more: a refusal, a fault, then whatever was done.
parked_reply stronger(parked_reply one, parked_reply other) {
  const auto weight = [](const parked_reply& r) {
    if (r.refusal == parked_refusal::still_refused) return 3;
    if (r.fault != fault::none) return 2;
    return r.refusal == parked_refusal::none ? 1 : 0;
  };
  return weight(other) > weight(one) ? std::move(other) : std::move(one);
}

// Each board has parked it, or has not.
awaitable<response> move_event(gateway& g, request& from, event_id event, parked_act act) {
  move_parked_event to_one{0, event, act, {}};
  auto to_other = to_one;
  auto one = co_await g.ask(from, g.services().best_selling, to_one);
  auto other = co_await g.ask(from, g.services().sold_out, to_other);
  if (!one || !other) co_return *problem_of(fault::unavailable);
  co_return parked_moved(from.arguments[0], stronger(std::move(*one), std::move(*other)));
}

// The end of a hold is all that a schedule parks, so giving up is the same there.
awaitable<response> move_parked(gateway& g, request& from, parked_act act) {
  const auto id = from.arguments[0];
  if (const auto token = parse_id<queue_token>(id)) {
    move_parked_token command{0, *token, act, {}};
    co_return parked_moved(id, co_await g.ask(from, g.services().queue, command));
  }
  if (const auto event = parse_id<event_id>(id))
    co_return co_await move_event(g, from, *event, act);
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
              .query = {"limit", "cursor"},
              .says = {.operation = "listParked",
                       .group = "Operators",
                       .summary = "List what is parked",
                       .query = {"limit", "cursor"},
                       .answers = {{status::ok, "ParkedList"}}}});
  const auto add = [&](const char* pattern, parked_act act, const char* operation,
                       const char* summary) {
    routes.add(
        {.method = verb::post,
         .pattern = pattern,
         .needs = access::operator_,
         .handle = [&g, act](request& r) { return move_parked(g, r, act); },
         .says = {.operation = operation,
                  .group = "Operators",
                  .summary = summary,
                  .answers = {{status::ok, "Moved"}},
                  .problems = {problem_code::parked_not_found, problem_code::still_refused}}});
  };
  add("/v1/admin/parked/{id}/retry", parked_act::try_again, "retryParked",
      "Try a parked change again");
  add("/v1/admin/parked/{id}/abandon", parked_act::give_up, "abandonParked", "End what is parked");
}

}  // namespace boxoffice::http
