#include "bench/compare/comparisons.hpp"

#include "bench/compare/http_side.hpp"
#include "bench/compare/pgbench_side.hpp"
#include "bench/load/purchases.hpp"

#include <algorithm>

namespace boxoffice::compare {
namespace {

// More than any round can use up: purchases per second that no side reaches here.
constexpr double purchases_per_second_max = 6000;

std::size_t buyers_for(const rounds_plan& plan) {
  const double seconds = plan.rounds * (std::chrono::duration<double>(plan.time).count() + 0.7);
  return std::min<std::size_t>(100'000,
                               static_cast<std::size_t>(seconds * purchases_per_second_max));
}

std::unique_ptr<side> purchases_over_http(const surroundings& from, std::size_t connections) {
  const auto buyers = buyers_for(from.plan);
  return make_http_side(
      {.name = "boxoffice over HTTP, " + std::to_string(connections) + " in flight",
       .does = "hold and pay as two requests with JSON, JWT, Idempotency-Key and Queue-Token; "
               "saga with its timeline, outbox and its consumers, four databases; every user and "
               "every seat distinct",
       .server = from.server,
       .postgres = from.postgres,
       .buyers = buyers,
       .seats = buyers,
       .connections = connections,
       .make = [](const load::market& at) { return std::make_unique<load::purchases>(at); }});
}

std::unique_ptr<side> pgbench(const surroundings& from, const std::string& name,
                              const std::string& does, const std::string& script,
                              std::size_t clients) {
  return make_pgbench_side({.name = name + ", " + std::to_string(clients) + " in flight",
                            .does = does,
                            .programs = from.programs,
                            .scripts = from.scripts,
                            .script = script,
                            .postgres = from.postgres,
                            .clients = clients});
}

constexpr auto separate_does =
    "hold and pay as two transactions of 9 and 13 statements, idempotency keys, outbox row; one "
    "database, no HTTP, no JSON, no tokens, no saga, nobody reads the outbox";
constexpr auto two_functions_do =
    "the same as two stored functions, a transaction each; one database, no HTTP, no saga";
constexpr auto function_does =
    "hold and payment as one stored function in one transaction, one commit and one idempotency "
    "key; one database, no HTTP, no saga";

comparison sql(const surroundings& from) {
  constexpr std::size_t in_flight = 64;
  comparison out;
  out.name = "sql";
  out.durability = "PostgreSQL, fsync = on, synchronous_commit = on";
  out.sides.push_back(purchases_over_http(from, in_flight));
  out.sides.push_back(pgbench(from, "separate statements", separate_does,
                              "separate_statements.sql", in_flight));
  out.sides.push_back(pgbench(from, "two stored functions", two_functions_do,
                              "two_stored_functions.sql", in_flight));
  out.sides.push_back(
      pgbench(from, "one stored function", function_does, "stored_function.sql", in_flight));
  const auto ours = out.sides[0]->name();
  out.goals = {{ours, out.sides[1]->name(), 4, 8},
               {ours, out.sides[2]->name(), 1, 2},
               {ours, out.sides[3]->name(), 1, 2}};
  return out;
}

}  // namespace

const std::vector<named_comparison>& comparisons() {
  static const std::vector<named_comparison> all{
      {"sql", "purchases over HTTP against plain SQL in one PostgreSQL database", sql},
  };
  return all;
}

}  // namespace boxoffice::compare
