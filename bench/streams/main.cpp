// boxoffice-bench-streams: how soon many readers of one seat map know of its changes, and what
// they cost beside purchases.
#include "bench/load/load_run.hpp"
#include "bench/load/many_sockets.hpp"
#include "bench/load/measured_server.hpp"
#include "bench/load/processor_time.hpp"
#include "bench/load/purchases.hpp"
#include "bench/streams/changes.hpp"
#include "bench/streams/readers.hpp"
#include "tests/rush/blocking_client.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <vector>

#include <CLI/CLI.hpp>

namespace boxoffice::load {
namespace {

struct options {
  std::string server;
  std::string postgres;
  std::vector<std::size_t> readers{1000, 10'000};
  std::size_t consoles{20};
  double changes{200};
  double seconds{10};
  std::size_t rounds{3};
};

constexpr std::size_t change_seats = 2000, change_buyers = 1000, purchase_seats = 30'000;

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
}

double in_milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

std::string stream_of(const market& at) {
  return "/v1/schedules/" + at.sale().schedule_id + "/seats/stream";
}

void print_changes_header() {
  std::puts(
      "| readers | changes/s | known after p50 | p99 | server, cores | a reader, KiB | slow reader "
      "behind, KiB | right again after |\n|---|---:|---:|---:|---:|---:|---:|---:|");
}

// Seats are held and given back at a steady rate.
void measure_changes(const options& how, std::size_t count, std::size_t slow) {
  measured_server server{how.server, how.postgres};
  const market at{server.url(), {.seats = change_seats, .buyers = change_buyers}};
  change_times times{at.sale().seats.size()};
  const auto before = resident_bytes(server.pid());
  readers all{{.server = at.server(), .target = stream_of(at), .count = count, .slow = slow},
              times};
  changes what{at, times};
  load_plan plan{.connections = 64,
                 .rate = how.changes / 2,
                 .warm_up = milliseconds_of(2),
                 .measured = milliseconds_of(how.seconds),
                 .metrics = {{"server", [&] { return cpu_seconds(server.pid()); }}}};
  plan.metrics.push_back({"begin", [&all, begun = false]() mutable {
                            if (!std::exchange(begun, true)) all.measure();
                            return 0.0;
                          }});
  const auto load = run_load(at.server(), what, plan);
  const auto bytes = resident_bytes(server.pid());
  const auto seen = all.stop();
  if (load.failed > 0 || seen.lost > 0 || seen.gaps > 0)
    throw std::runtime_error{std::to_string(load.failed) + " failed (" + load.failure + "), " +
                             std::to_string(seen.lost) + " readers lost, " +
                             std::to_string(seen.gaps) + " gaps"};
  std::printf(
      "| %zu | %.0f | %.0f ms | %.0f ms | %.2f | %.1f |", count, 2 * load.per_second(),
      in_milliseconds(seen.latency.quantile(0.5)), in_milliseconds(seen.latency.quantile(0.99)),
      load.cpu_seconds.at("server") / load.seconds,
      static_cast<double>(bytes - std::min(bytes, before)) / 1024 / static_cast<double>(count));
  if (slow > 0)
    std::printf(" %.1f | %.0f ms |\n", static_cast<double>(seen.held_bytes) / 1024,
                in_milliseconds(seen.recovery.max()));
  else
    std::puts(" | |");
  std::fflush(stdout);
}

/// Who reads beside purchases.
enum class reading { seats, figures };

readers_plan plan_of(const market& at, const std::string& url, reading what, std::size_t count) {
  readers_plan plan{.server = at.server(), .target = stream_of(at), .count = count, .timed_max = 0};
  if (what == reading::seats) return plan;
  plan.target = "/v1/admin/stream";
  plan.fields = "Authorization: Bearer " +
                rush::blocking_client{url}.dev_token("operator1", "operator") + "\r\n";
  return plan;
}

/// **Units** purchases a second.
double purchases_beside(const options& how, reading what, std::size_t count) {
  measured_server server{how.server, how.postgres};
  purchases all{market{server.url(), {.seats = purchase_seats, .buyers = purchase_seats}}};
  const change_times times{purchase_seats};
  std::unique_ptr<readers> crowd;
  if (count > 0)
    crowd = std::make_unique<readers>(plan_of(all.at(), server.url(), what, count), times);
  const auto load =
      run_load(all.at().server(), all,
               {.warm_up = milliseconds_of(1), .measured = milliseconds_of(how.seconds / 3)});
  if (load.failed > 0) throw std::runtime_error{load.failure};
  return load.per_second();
}

void measure_purchases(const options& how, reading what, std::size_t count) {
  std::vector<double> with, without, ratio;
  for (std::size_t round = 0; round < how.rounds; ++round) {
    if (round % 2 == 0) without.push_back(purchases_beside(how, what, 0));
    with.push_back(purchases_beside(how, what, count));
    if (round % 2 == 1) without.push_back(purchases_beside(how, what, 0));
    ratio.push_back(with.back() / without.back());
  }
  const auto median = [](std::vector<double> of) {
    std::ranges::sort(of);
    return of[of.size() / 2];
  };
  std::printf("| %zu | %.0f | %.0f | %.3f (%.3f–%.3f) × |\n", count, median(without), median(with),
              median(with) / median(without), std::ranges::min(ratio), std::ranges::max(ratio));
  std::fflush(stdout);
}

int run(int argc, char** argv) {
  CLI::App app{"How soon many readers of one seat map know of its changes.",
               "boxoffice-bench-streams"};
  options how;
  app.add_option("--server", how.server, "The boxoffice to start")->required();
  app.add_option("--postgres", how.postgres, "Keep its data there; without: SQLite files");
  app.add_option("--readers", how.readers, "How many at once")->capture_default_str();
  app.add_option("--changes", how.changes, "Of a seat, per second")->capture_default_str();
  app.add_option("--seconds", how.seconds, "Measured for each row")->capture_default_str();
  app.add_option("--rounds", how.rounds, "Of purchases with and without readers")
      ->check(CLI::Range(1, 99))
      ->capture_default_str();
  auto* consoles = app.add_option("--consoles", how.consoles,
                                  "Only purchases beside so many operators who read figures");
  CLI11_PARSE(app, argc, argv);
  allow_many_sockets();
  if (consoles->count() > 0) {
    std::puts("| consoles | purchases/s without | with | with / without |\n|---|---:|---:|---:|");
    measure_purchases(how, reading::figures, how.consoles);
    return 0;
  }
  constexpr std::size_t slow = 1024;
  print_changes_header();
  for (const auto count : how.readers)
    measure_changes(how, count, 0);
  measure_changes(how, how.readers.front(), slow);
  std::puts("\n| readers | purchases/s without | with | with / without |\n|---|---:|---:|---:|");
  for (const auto count : how.readers)
    measure_purchases(how, reading::seats, count);
  return 0;
}

}  // namespace
}  // namespace boxoffice::load

int main(int argc, char** argv) {
  try {
    return boxoffice::load::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "boxoffice-bench-streams: %s\n", e.what());
    return 1;
  }
}
