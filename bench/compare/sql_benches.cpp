#include "bench/compare/sql_benches.hpp"

#include "bench/compare/http_side.hpp"
#include "bench/compare/pgbench_side.hpp"
#include "bench/load/attempts.hpp"
#include "bench/load/charges.hpp"
#include "bench/load/purchases.hpp"

#include <algorithm>
#include <functional>

namespace boxoffice::compare {
namespace {

constexpr auto durable = "PostgreSQL, fsync = on, synchronous_commit = on";
constexpr std::size_t in_flight = 64;
// As many buyers at once as an on-sale has. Plain SQL needs a connection for each, and gets slower
// beyond this many.
constexpr std::size_t crowd = 256, crowd_of_connections = 128;

std::function<void()> checkpoints(const surroundings& from) {
  return [postgres = from.postgres] { checkpoint(postgres); };
}

std::string in_flight_text(std::size_t clients) {
  return ", " + std::to_string(clients) + " in flight";
}

std::shared_ptr<load::measured_server> start_server(const surroundings& from) {
  return std::make_shared<load::measured_server>(from.server, from.postgres);
}

http_setup purchases_over_http(const surroundings& from, std::size_t connections) {
  return {.name = "boxoffice over HTTP" + in_flight_text(connections),
          .does =
              "hold and pay as two requests with JSON, JWT, Idempotency-Key and Queue-Token; "
              "saga with its timeline, outbox and its consumers, four databases; every user "
              "and every seat distinct",
          .server = start_server(from),
          .postgres = from.postgres,
          .connections = connections,
          .prepare = load::purchases_of_a_crowd(),
          .per_second_expected = from.size(600.0, 1500.0)};
}

pgbench_setup plain_sql(const surroundings& from, const std::string& name, const std::string& does,
                        const std::string& script, std::size_t clients) {
  return {.name = name + in_flight_text(clients),
          .does = does,
          .programs = from.programs,
          .scripts = from.scripts,
          .script = script,
          .postgres = from.postgres,
          .clients = clients,
          .warm_up = std::chrono::milliseconds{from.size(300, 1500)}};
}

constexpr auto separate_does =
    "hold and pay as two transactions of 9 and 13 statements, idempotency keys, outbox row; one "
    "database, no HTTP, no JSON, no tokens, no saga, nobody reads the outbox";
constexpr auto two_functions_do =
    "the same as two stored functions, a transaction each; one database, no HTTP, no saga";
constexpr auto function_does =
    "hold and payment as one stored function in one transaction, one commit and one idempotency "
    "key; one database, no HTTP, no saga";
constexpr auto batches_do =
    "256 purchases in one transaction of set-based statements, as nobody's requests arrive: the "
    "limit of this database";

pgbench_setup separate_statements(const surroundings& from, std::size_t clients) {
  return plain_sql(from, "separate statements", separate_does, "separate_statements.sql", clients);
}

pgbench_setup one_function(const surroundings& from, std::size_t clients) {
  return plain_sql(from, "one stored function", function_does, "stored_function.sql", clients);
}

}  // namespace

outcome compare_sql(const surroundings& from) {
  comparison of{.name = "sql-purchases",
                .what = "purchases over HTTP against plain SQL in one PostgreSQL database",
                .durability = durable,
                .settle = checkpoints(from)};
  const auto ours = of.add(make_http_side(purchases_over_http(from, in_flight)));
  const auto separate = of.add(make_pgbench_side(separate_statements(from, in_flight)));
  const auto two = of.add(make_pgbench_side(plain_sql(
      from, "two stored functions", two_functions_do, "two_stored_functions.sql", in_flight)));
  const auto one = of.add(make_pgbench_side(one_function(from, in_flight)));
  auto batches = plain_sql(from, "batches of 256", batches_do, "batches.sql", 2);
  batches.per_second_max = 50'000;
  batches.operations = 256;
  of.add(make_pgbench_side(std::move(batches)));
  const std::string what = "purchases/s over HTTP, PostgreSQL databases, against ";
  of.goals = {
      {.what = what + "separate statements", .of = ours, .over = separate, .must = 4, .aim = 8},
      {.what = what + "two stored functions", .of = ours, .over = two, .must = 1, .aim = 2},
      {.what = what + "one stored function", .of = ours, .over = one, .must = 1, .aim = 2}};
  return run_rounds(of, from.plan);
}

outcome compare_crowded(const surroundings& from) {
  comparison of{.name = "sql-crowded",
                .what = "the same with more in flight, each side as many as suit it",
                .durability = durable,
                .settle = checkpoints(from)};
  const auto ours = of.add(make_http_side(purchases_over_http(from, crowd)));
  const auto separate = of.add(make_pgbench_side(separate_statements(from, crowd_of_connections)));
  const auto one = of.add(make_pgbench_side(one_function(from, crowd_of_connections)));
  const std::string what = "purchases/s over HTTP, 256 in flight, against ";
  of.goals = {
      {.what = what + "separate statements", .of = ours, .over = separate, .must = 4, .aim = 8},
      {.what = what + "one stored function", .of = ours, .over = one, .must = 1, .aim = 2}};
  return run_rounds(of, from.plan);
}

outcome compare_hot_rows(const surroundings& from) {
  comparison of{.name = "sql-hot",
                .what = "everybody wants the same row: one account, one seat",
                .durability = durable,
                .settle = checkpoints(from)};
  const auto server = start_server(from);
  http_setup account{.name = "boxoffice over HTTP, one account",
                     .does =
                         "charges of one user as requests with JSON, JWT and Idempotency-Key; "
                         "ledger row each",
                     .server = server,
                     .postgres = from.postgres,
                     .connections = in_flight,
                     .prepare =
                         [](const std::string& url, std::size_t) {
                           return std::make_unique<load::charges>(load::market{url, {}});
                         },
                     .renews = http_setup::renewal::never};
  http_setup seat{
      .name = "boxoffice over HTTP, one seat",
      .does =
          "holds of one seat by 500 users, of which one is granted; each refusal "
          "is kept under its Idempotency-Key",
      .server = server,
      .postgres = from.postgres,
      .connections = in_flight,
      .prepare = [](const std::string& url, std::size_t) {
        return std::make_unique<load::attempts>(load::market{url, {.seats = 1, .buyers = 500}});
      }};
  auto charge = plain_sql(from, "stored function, one account",
                          "charges of one user: key, balance, ledger row in one transaction",
                          "hot_account.sql", in_flight);
  charge.counted_by = "SELECT count(*) FROM ledger";
  auto hold = plain_sql(from, "stored function, one seat",
                        "holds of one seat, of which one is granted; key of each attempt kept",
                        "hot_seat.sql", in_flight);
  hold.counted_by = "SELECT count(*) FROM idempotency";
  auto looking = hold;
  looking.name = "stored function, one seat, looks before it locks" + in_flight_text(in_flight);
  looking.does = "the same, but who sees that the seat is gone does not wait for its lock";
  looking.script = "hot_seat_looking_first.sql";
  const auto our_account = of.add(make_http_side(std::move(account)));
  const auto plain_account = of.add(make_pgbench_side(std::move(charge)));
  const auto our_seat = of.add(make_http_side(std::move(seat)));
  const auto plain_seat = of.add(make_pgbench_side(std::move(hold)));
  of.add(make_pgbench_side(std::move(looking)));
  of.goals = {
      {.what = "hot account", .of = our_account, .over = plain_account, .must = 4, .aim = 15},
      {.what = "hot seat", .of = our_seat, .over = plain_seat, .must = 4, .aim = 15}};
  return run_rounds(of, from.plan);
}

outcome compare_one_client(const surroundings& from) {
  comparison of{.name = "sql-one-client",
                .what = "a purchase by one client alone",
                .durability = durable,
                .settle = checkpoints(from)};
  auto alone = purchases_over_http(from, 1);
  alone.per_second_expected = 300;
  const auto ours = of.add(make_http_side(std::move(alone)));
  const auto separate = of.add(make_pgbench_side(separate_statements(from, 1)));
  of.add(make_pgbench_side(one_function(from, 1)));
  of.goals = {{.what = "p50 of a purchase, one client",
               .of = ours,
               .over = separate,
               .compares = goal::quantity::p50,
               .is = goal::bound::at_most,
               .must = 1.5,
               .aim = 0.8}};
  return run_rounds(of, from.plan);
}

outcome compare_at_seventy_percent(const surroundings& from) {
  comparison peaks{.name = "peaks", .what = "", .durability = durable, .settle = checkpoints(from)};
  auto ours = purchases_over_http(from, in_flight);
  peaks.add(make_http_side(ours));
  peaks.add(make_pgbench_side(one_function(from, in_flight)));
  auto short_plan = from.plan;
  short_plan.rounds = std::min(from.plan.rounds, 2);
  const auto found = run_rounds(peaks, short_plan);
  const auto peak_of = [&](std::size_t side) {
    double best = 0;
    for (const auto& m : found.sides[side].rounds)
      best = std::max(best, m.per_second);
    return best;
  };
  constexpr double share = 0.7;
  const auto rate_of = [&](std::size_t side) {
    return [rate = std::max(1.0, peak_of(side) * share)] { return rate; };
  };

  comparison of{.name = "sql-70-percent",
                .what = "latency of a purchase at 70 % of each side's own peak, arrivals at random",
                .durability = durable,
                .settle = checkpoints(from)};
  ours.rate = rate_of(0);
  ours.name = "boxoffice over HTTP at 70 %";
  auto plain = one_function(from, in_flight);
  plain.rate = rate_of(1);
  plain.name = "one stored function at 70 %";
  const auto a = of.add(make_http_side(std::move(ours)));
  const auto b = of.add(make_pgbench_side(std::move(plain)));
  of.goals = {{.what = "p99 of a purchase at 70 % of its own peak",
               .of = a,
               .over = b,
               .compares = goal::quantity::p99,
               .is = goal::bound::at_most,
               .must = 2,
               .aim = 1}};
  auto out = run_rounds(of, from.plan);
  out.figures = {{found.sides[0].name + ", peak", spread_of({peak_of(0)}), "/s"},
                 {found.sides[1].name + ", peak", spread_of({peak_of(1)}), "/s"}};
  out.notes = {"The latency counts from when a purchase was meant to begin, on both sides."};
  return out;
}

}  // namespace boxoffice::compare
