// boxoffice-bench-cluster: what clients notice while the nodes of a cluster are restarted, or die.
#include "bench/cluster/ended_nodes.hpp"
#include "bench/cluster/ha_cluster.hpp"
#include "bench/cluster/map_readers.hpp"
#include "bench/cluster/seat_changes.hpp"
#include "bench/cluster/steady_load.hpp"
#include "bench/cluster/sure_purchases.hpp"
#include "bench/compare/polling.hpp"
#include "bench/load/many_sockets.hpp"
#include "tests/rush/blocking_client.hpp"
#include "tests/rush/book_checks.hpp"

#include <cmath>
#include <cstdio>
#include <optional>

#include <CLI/CLI.hpp>

namespace boxoffice::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds p99_max{3000};
constexpr std::chrono::seconds readers_right_max{10};
constexpr std::size_t map_seats = 400, map_buyers = 200;

struct options {
  std::string server;
  std::string postgres;
  std::string redis;
  double rate{300};
  double seconds{60};
  bool kill{false};
  bool keep{false};
  std::size_t readers{1000};
  double changes{20};
};

double in_milliseconds(steady_clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

void print(const char* of, const histogram& times) {
  std::printf("| %s | %.0f | %.0f | %.0f |\n", of, in_milliseconds(times.quantile(0.5)),
              in_milliseconds(times.quantile(0.99)), in_milliseconds(times.max()));
}

/// Says what was not kept; false then.
bool expect(bool kept, const std::string& otherwise) {
  if (!kept) std::printf("NOT kept: %s\n", otherwise.c_str());
  return kept;
}

void print(const std::vector<ended_node>& ended, const sure_purchases& sold) {
  std::puts(
      "\n| node | until it is back, ms | longest without a success, ms | first success of who came "
      "after, ms |\n|---|---:|---:|---:|");
  for (const auto& each : ended)
    std::printf("| %s | %.0f | %.0f | %.0f |\n", each.name.c_str(),
                in_milliseconds(each.until - each.at),
                in_milliseconds(sold.longest_silence(each.at, each.until)),
                in_milliseconds(sold.first_begun_after(each.at)));
}

void print(const sure_purchases& sold, const answers_seen& seen) {
  std::puts("\n| ms | p50 | p99 | max |\n|---|---:|---:|---:|");
  print("a purchase", sold.whole());
  print("its payment", sold.payment());
  std::puts(
      "\n| purchases | holds refused | payments failed | 5xx but 503 with Retry-After | 429, 503 | "
      "409 in flight | refused | cut off | asked again "
      "|\n|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
  std::printf("| %zu | %zu | %zu | %zu | %zu | %zu | %zu | %zu | %zu |\n\n", sold.all().size(),
              sold.refused_holds(), sold.failed_payments(), seen.faults, seen.later, seen.in_flight,
              seen.refused, seen.cut_off, seen.asked_again());
}

/// The audit, and whether everything that buyers were told is in the books.
bool check_stores(const ha_cluster& at, const sure_purchases& sold) {
  const auto audit = at.audit();
  std::printf("boxoffice audit --drained: %s\n", audit.code == 0 ? "nothing found" : "FOUND");
  bool kept = expect(audit.code == 0, audit.faults());
  const auto found = rush::check_books(rush::read_books(at.data_dir()), sold.log(),
                                       sold.at().sale(), rush::books_are::at_rest);
  std::printf("books against what buyers were told: %zu compared, %zu differ\n", found.checked,
              found.violations.size());
  for (const auto& each : found.violations)
    kept = expect(false, each);
  return kept;
}

/// Every node is ended and started again while seats are bought at a steady rate.
bool measure_purchases(const options& how) {
  ha_cluster at{how.server, how.postgres, how.redis};
  if (how.keep) std::printf("logs: %s\n", at.keep().c_str());
  // The run takes longer when the nodes do.
  const auto seats = static_cast<std::size_t>(std::ceil(how.rate * (how.seconds + 20)));
  std::printf("%zu buyers are prepared\n", seats);
  sure_purchases sold{market{at.url(), {.seats = seats, .buyers = seats}}};
  steady_load load{
      {.gateways = at.endpoints(), .rate = how.rate, .count = sold.count_max()},
      [&](balanced_client& by, std::uint64_t number, steady_load::clock::time_point meant) {
        return sold.buy(by, number, meant);
      }};
  const auto began = steady_clock::now();
  const std::size_t nodes = how.kill ? 7 : 12;
  const auto wait_for_turn = [&](std::size_t ended) {
    const auto turn =
        began + std::chrono::duration<double>{how.seconds * (static_cast<double>(ended) + 0.5) /
                                              static_cast<double>(nodes)};
    const auto left =
        std::chrono::duration_cast<std::chrono::microseconds>(turn - steady_clock::now());
    compare::let_pass(std::max(left, std::chrono::microseconds{500'000}));
  };
  const auto ended = end_each(at.nodes(), ha_cluster::gateways(),
                              how.kill ? ending::killed : ending::asked, wait_for_turn);
  wait_for_turn(nodes);
  load.stop();
  std::printf("%.0f purchases a second for %.0f s; %s\n", how.rate,
              in_milliseconds(steady_clock::now() - began) / 1000,
              how.kill ? "kill -9 of each serving node" : "SIGTERM of every node");
  print(ended, sold);
  print(sold, load.seen());
  bool kept = check_stores(at, sold);
  const auto count = [](std::uint64_t of) { return std::to_string(of); };
  kept = expect(sold.failed_payments() + sold.refused_holds() == 0,
                count(sold.failed_payments()) + " payments failed, " + count(sold.refused_holds()) +
                    " holds were refused, first: " + sold.first_failure()) &&
         kept;
  kept = expect(load.seen().faults == 0,
                count(load.seen().faults) + " answers 5xx, first: " + load.seen().first_fault) &&
         kept;
  kept = expect(load.begun() < sold.count_max(), "there were too few buyers") && kept;
  if (how.kill) return kept;
  return expect(sold.whole().quantile(0.99) <= p99_max, "p99 of a purchase is above 3 s") && kept;
}

/// A node dies; prints how long it takes until every reader is right.
bool measure_death(ha_cluster& at, map_readers& all, const std::string& name) {
  const auto before = all.what_was_seen();
  all.mark();
  at.nodes().kill_hard(name);
  const auto right = all.await_all_right(3 * readers_right_max);
  if (name.starts_with("gateway"))
    at.nodes().start(name);
  else
    at.nodes().process(name + "-2").await_ready();
  const auto seen = all.what_was_seen();
  std::printf("| %s | %s | %zu | %zu | %zu | %zu | %zu |\n", name.c_str(),
              right ? std::to_string(std::lround(in_milliseconds(*right))).c_str() : "never",
              seen.lost - before.lost, seen.resumed - before.resumed,
              seen.snapshots - before.snapshots, seen.gaps - before.gaps,
              seen.wrong - before.wrong);
  std::fflush(stdout);
  compare::let_pass(std::chrono::seconds{2});
  return expect(right && *right <= readers_right_max,
                "not all readers were right within 10 s after " + name + " had died");
}

bool measure_readers(const options& how) {
  ha_cluster at{how.server, how.postgres, how.redis};
  if (how.keep) std::printf("logs: %s\n", at.keep().c_str());
  seat_changes changes{market{at.url(), {.seats = map_seats, .buyers = map_buyers}}};
  const auto& schedule = changes.at().sale().schedule_id;
  map_readers all{{.gateways = at.endpoints(), .schedule = schedule, .count = how.readers}};
  steady_load changing{{.gateways = at.endpoints(), .rate = how.changes / 2},
                       [&](balanced_client& by, std::uint64_t number, auto) {
                         return changes.hold_and_release(by, number);
                       }};
  steady_load looking{
      {.gateways = at.endpoints(), .rate = 2 * how.changes},
      [&](balanced_client& by, std::uint64_t, auto) { return look_at_map(by, schedule, all); }};
  std::printf("%zu readers over two gateways, %.0f changes a second\n\n", how.readers, how.changes);
  std::puts(
      "| kill -9 of | all right after, ms | connections lost | resumed | snapshots | gaps | "
      "wrong |\n|---|---:|---:|---:|---:|---:|---:|");
  bool kept = true;
  for (const auto* each : {"gateway", "reservation"})
    kept = measure_death(at, all, each) && kept;
  changing.stop();
  looking.stop();
  std::uint64_t version = 0;
  rush::blocking_client client{at.url()};
  const auto map = map_in(client.get("/v1/schedules/" + schedule + "/seats").body, version);
  std::size_t others = all.count_other_than(map);
  for (int tries = 0; others > 0 && tries < 100; ++tries) {
    compare::let_pass(milliseconds{50});
    others = all.count_other_than(map);
  }
  const auto seen = all.what_was_seen();
  std::printf("\nat the end: %zu of %zu know another map; %zu changes failed; 503: %zu\n", others,
              how.readers, changes.failed(), changing.seen().later);
  kept = expect(others == 0 && seen.wrong == 0 && seen.gaps == 0, "a reader was wrong") && kept;
  return expect(changes.failed() == 0, changes.first_failure()) && kept;
}

int run(int argc, char** argv) {
  CLI::App app{"What clients notice while the nodes of a cluster are restarted, or die.",
               "boxoffice-bench-cluster"};
  options how;
  app.add_option("--server", how.server, "The boxoffice to start")->required();
  app.add_option("--postgres", how.postgres, "postgresql://user@host:port/name")->required();
  app.add_option("--redis", how.redis, "redis://host:port")->required();
  app.add_option("--rate", how.rate, "Purchases begun a second")->capture_default_str();
  app.add_option("--seconds", how.seconds, "Over which the restarts are spread")
      ->capture_default_str();
  app.add_flag("--kill", how.kill, "kill -9 of the serving nodes and the gateways, not SIGTERM");
  auto* readers = app.add_option("--readers", how.readers,
                                 "No purchases: so many readers of one seat map while nodes die")
                      ->expected(0, 1)
                      ->capture_default_str();
  app.add_option("--changes", how.changes, "Of a seat, a second")->capture_default_str();
  app.add_flag("--keep", how.keep, "Keep the logs of the nodes, and say where");
  CLI11_PARSE(app, argc, argv);
  allow_many_sockets();
  return (readers->count() > 0 ? measure_readers(how) : measure_purchases(how)) ? 0 : 1;
}

}  // namespace
}  // namespace boxoffice::load

int main(int argc, char** argv) {
  try {
    return boxoffice::load::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "boxoffice-bench-cluster: %s\n", e.what());
    return 1;
  }
}
