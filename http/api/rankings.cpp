#include "http/api/endpoints.hpp"
#include "http/api/paging.hpp"
#include "http/api/render.hpp"

#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

std::optional<ranking_window> parse_window(std::string_view text) {
  if (text == "1h") return ranking_window::hour;
  if (text == "24h") return ranking_window::day;
  if (text == "all") return ranking_window::all;
  return std::nullopt;
}

// What both boards say of a schedule.
json_object line_head(const catalogue& all, std::uint32_t rank, schedule_id schedule) {
  const auto at = all.find(schedule);
  const auto of = at ? all.find(at->concert) : nullptr;
  return {{"rank", rank},
          {"scheduleId", to_text(schedule)},
          {"concertId", at ? to_text(at->concert) : ""},
          {"title", of ? of->title : ""}};
}

awaitable<response> best_selling(gateway& g, request& from) {
  const auto asked = read_page(from);
  if (const auto* wrong = std::get_if<problem>(&asked)) co_return *wrong;
  const auto window = parse_window(from.query_value("window").value_or("all"));
  if (!window) co_return invalid_field("/query/window", "must be 1h, 24h or all");
  read_best_selling question{0, *window, static_cast<std::uint32_t>(std::get<page>(asked).limit)};
  const auto reply = co_await g.ask(from, g.services().best_selling, question);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  const auto all = g.snapshot();
  json_object items = json_object::array();
  for (const auto& line : reply->lines) {
    items.push_back(line_head(*all, line.rank, line.schedule));
    items.back()["seatsSold"] = line.seats_sold;
  }
  co_return response{status::ok, json_object{{"items", std::move(items)}}};
}

awaitable<response> sold_out(gateway& g, request& from) {
  const auto asked = read_page(from);
  if (const auto* wrong = std::get_if<problem>(&asked)) co_return *wrong;
  read_sold_out question{0, static_cast<std::uint32_t>(std::get<page>(asked).limit)};
  const auto reply = co_await g.ask(from, g.services().sold_out, question);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  const auto all = g.snapshot();
  json_object items = json_object::array();
  for (const auto& line : reply->lines) {
    items.push_back(line_head(*all, line.rank, line.schedule));
    auto& item = items.back();
    item["seatCount"] = line.seat_count;
    item["soldOutAt"] = to_rfc3339(line.sold_out_at);
    item["millisecondsToSellOut"] = line.to_sell_out.count();
    item["currentlySoldOut"] = line.currently == sold_out_line::now::sold_out;
  }
  co_return response{status::ok, json_object{{"items", std::move(items)}}};
}

}  // namespace

void add_ranking_routes(router& routes, gateway& g) {
  routes.add({.pattern = "/v1/rankings/best-selling",
              .handle = [&g](request& r) { return best_selling(g, r); },
              .query = {"window", "limit"},
              .says = {.operation = "getBestSelling",
                       .group = "Rankings",
                       .summary = "Read the best-selling schedules",
                       .query = {"window", "limit"},
                       .answers = {{status::ok, "BestSelling"}}}});
  routes.add({.pattern = "/v1/rankings/sold-out",
              .handle = [&g](request& r) { return sold_out(g, r); },
              .query = {"limit"},
              .says = {.operation = "getSoldOut",
                       .group = "Rankings",
                       .summary = "Read the schedules that sold out fastest",
                       .query = {"limit"},
                       .answers = {{status::ok, "SoldOut"}}}});
}

}  // namespace boxoffice::http
