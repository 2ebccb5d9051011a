#include "bench/compare/http_benches.hpp"

#include "bench/compare/http_side.hpp"
#include "bench/load/asked_again.hpp"
#include "bench/load/attempts.hpp"
#include "bench/load/mix.hpp"
#include "bench/load/processor_time.hpp"
#include "bench/load/purchases.hpp"
#include "bench/load/requests.hpp"
#include "tests/rush/connection_pool.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::compare {
namespace {

using std::chrono::milliseconds;

constexpr auto durable = "SQLite, WAL, synchronous = FULL";

using server_ptr = std::shared_ptr<load::measured_server>;

http_setup scenario_of(const server_ptr& server, const std::string& name, const std::string& does,
                       std::size_t connections) {
  return {.name = name, .does = does, .server = server, .connections = connections};
}

/// Everybody at the same moment; the seats are gone after it, and nothing but the seats.
http_setup hold_storm(const server_ptr& server, std::size_t users, std::size_t seats) {
  auto out = scenario_of(
      server,
      "hold storm, " + std::to_string(users) + " users × " + std::to_string(seats) + " seats",
      "each user tries one hold, all at once; exactly the seats are granted", users);
  out.count = users;
  out.prepare = [=](const std::string& url, std::size_t) {
    return std::make_unique<load::attempts>(load::market{
        url, {.seats = seats, .buyers = users, .purses = load::market_plan::purse::empty}});
  };
  out.verify = [=](const load::scenario& ran) -> std::string {
    const auto granted = dynamic_cast<const load::attempts&>(ran).granted();
    if (granted == seats) return {};
    return std::to_string(granted) + " holds were granted for " + std::to_string(seats) + " seats";
  };
  return out;
}

std::unique_ptr<load::scenario> queue_polls(const std::string& url) {
  const load::market at{url,
                        {.seats = 10,
                         .buyers = 2000,
                         .waiting_room = rush::waiting_room_size{1, 1},
                         .purses = load::market_plan::purse::empty}};
  std::vector<std::string> requests;
  for (const auto& who : at.buyers()) {
    requests.emplace_back();
    load::write_get(requests.back(), "/v1/queue/tokens/" + who.queue_token, {.bearer = who.token});
  }
  return std::make_unique<load::asked_again>(std::move(requests), 200);
}

std::unique_ptr<load::scenario> map_readers(const std::string& url) {
  const load::market at{url, {.seats = 500}};
  std::string request;
  load::write_get(request, "/v1/schedules/" + at.sale().schedule_id + "/seats");
  return std::make_unique<load::asked_again>(std::vector{request}, 200);
}

double best_rate(const side_outcome& of) {
  double best = 0;
  for (const auto& m : of.rounds)
    best = std::max(best, m.per_second);
  return best;
}

/// What the server can do: purchases per second in a closed loop, in the best of some rounds, so
/// that a moment in which the machine was busy does not make three times as much too little.
double peak(const server_ptr& server, const surroundings& from) {
  comparison one{.name = "peak", .what = "", .durability = durable};
  auto closed = scenario_of(server, "purchases", "", 64);
  closed.prepare = load::purchases_of_a_crowd();
  one.add(make_http_side(std::move(closed)));
  return best_rate(run_rounds(one, {.rounds = 3, .time = from.plan.time}).sides.front());
}

}  // namespace

outcome measure_scenarios(const surroundings& from) {
  comparison of{.name = "http-scenarios",
                .what = "what happens during an on-sale, one thing at a time",
                .durability = durable};
  const auto server = std::make_shared<load::measured_server>(from.server, "");
  auto closed = scenario_of(server, "purchases, closed loop, 64 in flight",
                            "hold and pay; the next when one ends", 64);
  closed.prepare = load::purchases_of_a_crowd();
  of.add(make_http_side(std::move(closed)));
  auto open = scenario_of(server, "purchases, open loop, 400 a second",
                          "hold and pay; begun at this rate whatever the answers do", 64);
  open.prepare = load::purchases_of_a_crowd();
  open.rate = [] { return 400.0; };
  open.per_second_expected = 400;
  of.add(make_http_side(std::move(open)));
  of.add(make_http_side(hold_storm(server, 500, 1)));
  of.add(make_http_side(hold_storm(server, 2000, 500)));
  auto late = scenario_of(server, "sold-out storm",
                          "500 users ask again and again for seats that are sold", 64);
  late.prepare = [](const std::string& url, std::size_t) -> std::unique_ptr<load::scenario> {
    return std::make_unique<load::attempts>(load::sold_out(url, 50, 500));
  };
  late.renews = http_setup::renewal::never;
  of.add(make_http_side(std::move(late)));
  auto readers =
      scenario_of(server, "seat-map readers", "the whole map of 500 seats, about 50 KB", 64);
  readers.prepare = [](const std::string& url, std::size_t) { return map_readers(url); };
  readers.renews = http_setup::renewal::never;
  of.add(make_http_side(std::move(readers)));
  auto polls =
      scenario_of(server, "queue polling", "2,000 people in a line ask for their place", 64);
  polls.prepare = [](const std::string& url, std::size_t) { return queue_polls(url); };
  polls.renews = http_setup::renewal::never;
  of.add(make_http_side(std::move(polls)));
  return run_rounds(of, from.plan);
}

outcome measure_on_sale(const surroundings& from) {
  const load::measured_server server{from.server, ""};
  const auto part = milliseconds{from.size(1000, 5000)};
  constexpr double visitors = 1000, spike = 3;
  const auto total = static_cast<std::size_t>(visitors * (2 + spike) *
                                              std::chrono::duration<double>(part).count());
  std::vector<load::mix::part> parts;
  parts.push_back({map_readers(server.url()), 60});
  parts.push_back({queue_polls(server.url()), 20});
  parts.push_back({std::make_unique<load::attempts>(load::sold_out(server.url(), 50, 500)), 10});
  parts.push_back({load::purchases_of_a_crowd()(server.url(), total / 5), 10});
  load::mix all{std::move(parts)};
  const auto found =
      load::run_load(rush::parse_url(server.url()), all,
                     {.connections = 256,
                      .rate = visitors,
                      .arrivals = load::load_plan::spacing::random,
                      .later_rates = {{part, visitors * spike}, {part * 2, visitors}},
                      .warm_up = milliseconds{0},
                      .measured = part * 3,
                      .metrics = {{"server", [&] { return load::cpu_seconds(server.pid()); }}},
                      .interval = milliseconds{250}});
  outcome out{.name = "http-on-sale",
              .what = "everything at once, 1,000 visitors a second, 3,000 in the middle third",
              .durability = durable};
  auto measured = measured_by(found);
  if (measured.failed != 0) throw std::runtime_error{measured.failure};
  out.sides.push_back({"mixed on-sale",
                       "of 100 visitors 60 read the seat map, 20 ask for their place in a line, 10 "
                       "want what is sold, 10 hold and pay; arrivals at random",
                       {std::move(measured)}});
  curve rate{"answered per second", {}}, median{"p50", {}}, tail{"p99", {}};
  for (std::size_t i = 0; i < found.timeline.size(); ++i) {
    const auto& slot = found.timeline[i];
    const double at = static_cast<double>(i) * 0.25;
    const auto ms = [&](double q) { return static_cast<double>(slot.quantile(q).count()) / 1000; };
    rate.points.emplace_back(at, static_cast<double>(slot.count()) * 4);
    median.points.emplace_back(at, ms(0.5));
    tail.points.emplace_back(at, ms(0.99));
  }
  out.charts = {
      {"Answers through the spike", "seconds", "per second", chart::axes::linear, {rate}},
      {"Latency through the spike", "seconds", "ms", chart::axes::linear, {median, tail}}};
  return out;
}

outcome measure_overload(const surroundings& from) {
  constexpr double times = 3;
  const auto server = std::make_shared<load::measured_server>(
      from.server, "", std::vector<std::string>{"http.in_flight_max=512"});
  const auto capacity = peak(server, from);
  comparison of{.name = "overload",
                .what = "three times as many purchases as the server can do",
                .durability = durable};
  auto normal = scenario_of(server, "peak, closed loop, 64 in flight", "hold and pay", 64);
  normal.prepare = load::purchases_of_a_crowd();
  auto flood = scenario_of(server, "3 × capacity, open loop",
                           "hold and pay on 1,024 connections; the server admits 512 requests and "
                           "answers 503 beyond, who holds asks again for the payment, and who "
                           "finds no connection for a second goes away",
                           1024);
  flood.prepare = load::purchases_of_a_crowd();
  flood.rate = [capacity] { return capacity * times; };
  flood.patience = milliseconds{1000};
  flood.per_second_expected = capacity * times;
  const auto alone = of.add(make_http_side(std::move(normal)));
  const auto flooded = of.add(make_http_side(std::move(flood)));
  of.goals = {
      {.what = "goodput at 3 × capacity", .of = flooded, .over = alone, .must = 0.9, .aim = 0.98}};
  auto out = run_rounds(of, from.plan);
  out.figures = {{"capacity, best of 3 rounds before", spread_of({capacity}), "/s"},
                 {"offered", spread_of({capacity * times}), "/s"}};
  return out;
}

}  // namespace boxoffice::compare
