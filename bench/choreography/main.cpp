// boxoffice-bench-choreography: the purchase as a choreography and as the product's saga, in turns.
#include "bench/actors/bench_node.hpp"
#include "bench/actors/counted_work.hpp"
#include "bench/choreography/choreographed_node.hpp"
#include "bench/choreography/stuck_step.hpp"
#include "bench/choreography/timed_purchase.hpp"
#include "bench/compare/outcome.hpp"
#include "bench/load/processor_time.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace boxoffice::bench {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t seats = 100'000;
constexpr std::uint32_t users = 2'000;
constexpr std::uint64_t points_each = 10'000'000;

/// Of one round. **Units** as the names of the rows say.
struct figures {
  double per_second{0}, p50{0}, p99{0}, cpu{0}, messages{0}, commits{0}, bytes{0};
};

struct figure_row {
  const char* name;
  double figures::*of;
  const char* format;
};
constexpr std::array rows{
    figure_row{"purchases/s", &figures::per_second, "%.0f"},
    figure_row{"p50 of a payment, ms", &figures::p50, "%.2f"},
    figure_row{"p99 of a payment, ms", &figures::p99, "%.2f"},
    figure_row{"CPU of a purchase, µs", &figures::cpu, "%.0f"},
    figure_row{"messages of a purchase", &figures::messages, "%.1f"},
    figure_row{"commits of a purchase", &figures::commits, "%.3f"},
    figure_row{"bytes written of a purchase", &figures::bytes, "%.0f"},
};

figures measure(caf::actor_system& system, const metrics& of, timed_purchase& work,
                std::uint32_t in_flight, milliseconds time) {
  const auto cpu = load::own_cpu_seconds();
  const auto before = work_so_far(of);
  const auto found =
      run_closed_loop(system, work, {.count = seats, .in_flight = in_flight, .time = time});
  const auto all = work_so_far(of) - before;
  if (found.refused != 0) throw std::runtime_error{"a purchase was refused"};
  const auto done = static_cast<double>(found.done);
  const auto each = [done](std::uint64_t n) { return static_cast<double>(n) / done; };
  const auto ms_of = [&](double q) {
    return static_cast<double>(work.payments().quantile(q).count()) / 1000;
  };
  return {done / found.seconds,
          ms_of(0.5),
          ms_of(0.99),
          (load::own_cpu_seconds() - cpu) * 1e6 / done,
          each(all.messages),
          each(all.commits),
          each(all.written_bytes)};
}

figures orchestrated(std::uint32_t in_flight, milliseconds time) {
  bench_node node{{.seats = seats, .users = users, .points_each = points_each}};
  timed_purchase work{{node.services().reservation,
                       caf::actor_cast<caf::actor>(node.services().payment), node.on_sale().front(),
                       users}};
  const auto out = measure(node.system(), node.metrics(), work, in_flight, time);
  audit_when_drained(node.data_dir());
  return out;
}

figures choreographed(std::uint32_t in_flight, milliseconds time) {
  const scratch_directory scratch;
  choreographed_node node{scratch.path()};
  const auto& services = node.services();
  const auto concert = open_concert(node.system(), services.catalogue);
  const auto on_sale =
      open_schedule(node.system(), services.catalogue,
                    {.concert = concert, .seats = seats, .now = system_clock_source{}.now()});
  charge_users(node.system(), services.point, users, points_each);
  timed_purchase work{{services.reservation, node.payment(), on_sale, users}};
  const auto out = measure(node.system(), node.metrics(), work, in_flight, time);
  audit_when_drained(scratch.path());
  return out;
}

struct way {
  const char* name;
  figures (*run)(std::uint32_t in_flight, milliseconds time);
  std::vector<figures> rounds{};
};

std::string cell(const way& of, const figure_row& row) {
  std::vector<double> values;
  for (const auto& each : of.rounds)
    values.push_back(each.*row.of);
  const auto found = compare::spread_of(std::move(values));
  std::string text;
  const std::array parts{found.median, found.min, found.max};
  constexpr std::array around{" (", "–", ")"};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::array<char, 64> number{};
    std::snprintf(number.data(), number.size(), row.format, parts[i]);
    text.append(number.data()).append(around[i]);
  }
  return text;
}

void compare_at(std::uint32_t in_flight, int rounds, milliseconds time) {
  std::array ways{way{"orchestration", orchestrated}, way{"choreography", choreographed}};
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      auto& turn = ways[(static_cast<std::size_t>(round) + i) % ways.size()];
      turn.rounds.push_back(turn.run(in_flight, time));
      std::fprintf(stderr, "%u in flight, round %d: %s %.0f/s\n", in_flight, round + 1, turn.name,
                   turn.rounds.back().per_second);
    }
  }
  std::printf("| %u in flight | %s | %s |\n|---|---:|---:|\n", in_flight, ways[0].name,
              ways[1].name);
  for (const auto& row : rows)
    std::printf("| %s | %s | %s |\n", row.name, cell(ways[0], row).c_str(),
                cell(ways[1], row).c_str());
  std::printf("\n");
}

void compare_alarms() {
  std::printf(
      "| a participant never answers | given up, s | named, s | words |\n"
      "|---|---:|---:|---|\n");
  for (const auto& [name, found] : {std::pair{"orchestration", alarm_of_orchestration()},
                                    std::pair{"choreography", alarm_of_choreography()}})
    std::printf("| %s | %lld | %lld | %s |\n", name, static_cast<long long>(found.given_up.count()),
                static_cast<long long>(found.named.count()), found.what.c_str());
}

int run(int argc, char** argv) {
  CLI::App app{"Choreography against orchestration, in process, on SQLite files"};
  int rounds = 5;
  int time = 3;
  app.add_option("--rounds", rounds, "Of each side")->capture_default_str();
  app.add_option("--seconds", time, "Of a round")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  for (const std::uint32_t in_flight : {1U, 64U, 256U})
    compare_at(in_flight, rounds, std::chrono::seconds{time});
  compare_alarms();
  return 0;
}

}  // namespace
}  // namespace boxoffice::bench

int main(int argc, char** argv) {
  try {
    return boxoffice::bench::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "boxoffice-bench-choreography: %s\n", e.what());
    return 1;
  }
}
