#include "bench/compare/baseline_benches.hpp"

#include "bench/compare/hello_side.hpp"
#include "bench/compare/http_side.hpp"
#include "bench/load/asked_again.hpp"
#include "bench/load/attempts.hpp"
#include "bench/load/requests.hpp"
#include "tests/rush/blocking_client.hpp"

#include <stdexcept>

namespace boxoffice::compare {
namespace {

constexpr std::size_t connections = 64;
constexpr std::size_t seats = 50;

http_setup measured_on(const std::shared_ptr<load::measured_server>& server) {
  return {.server = server, .connections = connections, .renews = http_setup::renewal::never};
}

enum class reader : std::uint8_t { knows_the_map, is_new };

std::unique_ptr<load::scenario> map_readers(const std::string& url, reader who) {
  const load::market at{url, {.seats = seats}};
  const auto target = "/v1/schedules/" + at.sale().schedule_id + "/seats";
  std::string request;
  if (who == reader::is_new) {
    load::write_get(request, target);
    return std::make_unique<load::asked_again>(std::vector{request}, 200);
  }
  rush::blocking_client client{url};
  const auto first = client.get(target);
  if (first.status != 200) throw std::runtime_error{"no seat map: " + first.body};
  load::write_get(request, target, {.if_none_match = first.etag});
  return std::make_unique<load::asked_again>(std::vector{request}, 304);
}

}  // namespace

outcome compare_with_hello(const surroundings& from) {
  comparison of{.name = "baseline-http",
                .what = "what needs no decision, against a bare Beast server, 64 connections",
                .durability = "SQLite, WAL, synchronous = FULL; only the sold-out answer is kept"};
  const auto hello = of.add(make_hello_side(from.own_programs / "boxoffice-hello", 1, connections));

  const auto server = std::make_shared<load::measured_server>(from.server, "");
  auto unchanged = measured_on(server);
  unchanged.name = "seat map of 50 seats, 304";
  unchanged.does = "GET with If-None-Match of the current version";
  unchanged.prepare = [](const std::string& url, std::size_t) {
    return map_readers(url, reader::knows_the_map);
  };
  const auto not_modified = of.add(make_http_side(std::move(unchanged)));

  auto whole = measured_on(server);
  whole.name = "seat map of 50 seats, full body";
  whole.does = "GET of the whole map, about 5 KB";
  whole.prepare = [](const std::string& url, std::size_t) {
    return map_readers(url, reader::is_new);
  };
  const auto full = of.add(make_http_side(std::move(whole)));

  auto late = measured_on(server);
  late.name = "sold-out answer";
  late.does =
      "POST of a hold by one of 500 users for a seat that is sold, with JSON, JWT, "
      "Queue-Token and a new Idempotency-Key, under which the refusal is kept";
  late.prepare = [](const std::string& url, std::size_t) -> std::unique_ptr<load::scenario> {
    return std::make_unique<load::attempts>(load::sold_out(url, seats, 500));
  };
  const auto sold_out = of.add(make_http_side(std::move(late)));

  of.goals = {
      {.what = "sold-out answers/s", .of = sold_out, .over = hello, .must = 0.6, .aim = 0.85},
      {.what = "seat map of 50 seats, 304",
       .of = not_modified,
       .over = hello,
       .must = 0.8,
       .aim = 0.95},
      {.what = "seat map of 50 seats, full body",
       .of = full,
       .over = hello,
       .must = 0.5,
       .aim = 0.75}};
  return run_rounds(of, from.plan);
}

}  // namespace boxoffice::compare
