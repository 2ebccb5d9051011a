#include "bench/compare/node_benches.hpp"

#include "actors/point/account_actor.hpp"
#include "actors/reservation/seat_actor.hpp"
#include "bench/actors/workloads.hpp"
#include "bench/compare/polling.hpp"
#include "bench/load/processor_time.hpp"

#include <algorithm>
#include <cmath>
#include <malloc.h>
#include <stdexcept>
#include <unistd.h>

#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>

// Of mimalloc, where it is linked: sanitizers bring their own allocator.
extern "C" void mi_collect(bool force) noexcept __attribute__((weak));

namespace boxoffice::compare {
namespace {

using boxoffice::bench::bench_node;
using boxoffice::bench::bench_plan;
using boxoffice::bench::run_closed_loop;
using std::chrono::milliseconds;

constexpr auto durable = "SQLite, WAL, synchronous = FULL";

/// Holds, and remembers when each ends.
class noted_hold final : public boxoffice::bench::seat_hold {
 public:
  using seat_hold::seat_hold;
  progress on(const caf::actor& self, const hold_reply& reply) override {
    due.push_back(reply.outcome.held.expires_at);
    return seat_hold::on(self, reply);
  }
  std::vector<time_point> due;
};

std::uint64_t expiries(const metrics& of) {
  std::uint64_t found = 0;
  of.each([&](const metrics::entry& one) {
    if (one.name == "boxoffice_hold_expiries_total") found += one.as_counter->value();
  });
  return found;
}

struct holds_end_too_early : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct expiry_result {
  double made_per_second{0}, per_second{0}, p50_milliseconds{0}, p99_milliseconds{0};
};

/// Makes holds in schedule after schedule, each with a shorter time and begun at the same part of a
/// second, so that all end at about the same moment, and watches them go.
/// Throws holds_end_too_early when making them took longer.
expiry_result expire_at(std::uint32_t count, std::uint32_t schedules, seconds until_all_end) {
  bench_node node{{.seats = count / schedules, .schedules = 0}};
  const system_clock_source time;
  const auto end = time.now() + until_all_end;
  std::vector<time_point> due;
  double making = 0;
  for (std::uint32_t i = 0; i < schedules; ++i) {
    const auto left = std::chrono::floor<seconds>(end - time.now());
    if (left < seconds{1}) throw holds_end_too_early{"the holds end before all are made"};
    let_pass(end - time.now() - left);
    node.open_schedule(left);
    noted_hold work{node};
    const auto first = std::uint64_t{i} * (count / schedules);
    const auto made = run_closed_loop(
        node.system(), work, {.first = first, .count = count / schedules, .in_flight = 1024});
    if (made.refused != 0) throw std::runtime_error{"a hold was refused"};
    due.insert(due.end(), work.due.begin(), work.due.end());
    making += made.seconds;
  }
  std::ranges::sort(due);

  // The k-th that was counted as expired against the k-th that was due: nobody can tell them apart.
  std::vector<double> late;
  late.reserve(due.size());
  time_point last = time.now();
  while (late.size() < due.size()) {
    const auto counted = expiries(node.metrics());
    const auto now = time.now();
    while (late.size() < counted)
      late.push_back(static_cast<double>((now - due[late.size()]).count()));
    last = now;
    if (now > due.back() + seconds{120}) throw std::runtime_error{"holds do not expire"};
    if (late.size() < due.size()) let_pass(std::chrono::microseconds{500});
  }
  const std::chrono::duration<double> took = last - due.front();
  std::ranges::sort(late);
  const auto quantile = [&](double q) {
    return late[static_cast<std::size_t>(q * static_cast<double>(late.size() - 1))];
  };
  return {count / making, count / took.count(), quantile(0.5), quantile(0.99)};
}

/// To the system, above all what threads that have ended left behind: mimalloc 2.0 looks through
/// that whenever a thread wants more. A server has its threads for life; here nodes come and go.
void give_back_memory() {
  if (mi_collect != nullptr)
    mi_collect(true);
  else
    ::malloc_trim(0);
}

/// `making`: how many seconds it may take to make them; more time when it was not enough.
expiry_result expire(std::uint32_t count, std::uint32_t schedules, double making) {
  for (double factor = 2;; factor *= 2) {
    give_back_memory();
    try {
      return expire_at(count, schedules, seconds{schedules + 5 + std::lround(factor * making)});
    } catch (const holds_end_too_early&) {
      if (factor > 4) throw;
    }
  }
}

struct actor_cost {
  double bytes{0}, spawn_microseconds{0};
};

/// The memory of this process, once what is free has been given back to the system.
double bytes_in_use() {
  give_back_memory();
  return static_cast<double>(load::resident_bytes(::getpid()));
}

template <class Spawn>
actor_cost cost_of_actors(std::size_t count, Spawn spawn) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<decltype(spawn(system, 0))> all;
  all.reserve(count);
  const auto before = bytes_in_use();
  const auto began = std::chrono::steady_clock::now();
  for (std::uint64_t number = 0; number < count; ++number)
    all.push_back(spawn(system, number));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const auto each = static_cast<double>(count);
  const actor_cost found{(bytes_in_use() - before) / each, took.count() * 1e6 / each};
  for (auto& one : all)
    caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
  return found;
}

struct cost {
  double wall_microseconds{0}, cpu_microseconds{0};
};

template <class Work>
cost cost_of(const bench_plan& plan, std::uint32_t in_flight, std::uint64_t count,
             std::uint32_t basket = 1) {
  bench_node node{plan};
  Work work{node, basket};
  const auto before = load::own_cpu_seconds();
  const auto found = run_closed_loop(node.system(), work, {.count = count, .in_flight = in_flight});
  if (found.refused != 0) throw std::runtime_error{"a purchase was refused"};
  const auto done = static_cast<double>(found.done);
  return {found.seconds * 1e6 / done, (load::own_cpu_seconds() - before) * 1e6 / done};
}

chart cost_chart(const std::string& title, const std::string& x,
                 const std::vector<std::pair<double, cost>>& found) {
  curve wall{"elapsed", {}}, cpu{"CPU, all threads", {}};
  for (const auto& [at, each] : found) {
    wall.points.emplace_back(at, each.wall_microseconds);
    cpu.points.emplace_back(at, each.cpu_microseconds);
  }
  return {title, x, "µs per purchase", chart::axes::logarithmic, {wall, cpu}};
}

}  // namespace

outcome measure_timers(const surroundings& from) {
  outcome out{
      .name = "timers", .what = "holds that end at about the same moment", .durability = durable};
  double made_per_second = 20'000;  // on any machine, until it is known
  const auto run = [&](std::uint32_t count) {
    const auto name = std::to_string(count) + " holds";
    const auto schedules = from.size<std::uint32_t>(4, 10);
    const auto found = expire(count, schedules, count / made_per_second);
    made_per_second = found.made_per_second;
    out.figures.push_back({name + ", made", spread_of({found.made_per_second}), "/s"});
    out.figures.push_back({name + ", expired", spread_of({found.per_second}), "/s"});
    out.figures.push_back({name + ", p50 error", spread_of({found.p50_milliseconds}), "ms"});
    out.figures.push_back({name + ", p99 error", spread_of({found.p99_milliseconds}), "ms"});
    out.goals.push_back(judge(out, figure_goal("expiries/s", name + ", expired",
                                               goal::bound::at_least, 10'000, 100'000, "/s")));
    out.goals.push_back(judge(out, figure_goal("p99 error of expiry", name + ", p99 error",
                                               goal::bound::at_most, 200, 20, "ms")));
  };
  if (from.spends == surroundings::effort::quick) {
    run(20'000);
  } else {
    run(100'000);
    constexpr std::uint32_t many = 1'000'000;
    constexpr double making_max = 60;  // seconds: twice that is waited for
    if (many / made_per_second <= making_max)
      run(many);
    else
      out.notes.push_back(std::to_string(many) + " holds are left out: making them takes " +
                          std::to_string(std::lround(many / made_per_second)) + " s here.");
  }
  out.notes.emplace_back(
      "Error: from the deadline to when the desk counts the hold as expired and shows its "
      "seat as free to readers of the map; that a hold is over at its deadline does not "
      "depend on it. The rate is bounded by how fast the "
      "deadlines come: those of several schedules fall into the time that it took to make the "
      "holds of one.");
  return out;
}

outcome measure_memory(const surroundings& from) {
  const std::size_t count = from.size(100'000, 300'000);
  outcome out{.name = "memory",
              .what = std::to_string(count) + " actors that nobody talks to",
              .durability = "none"};
  const auto measured = [&](const std::string& kind, auto spawn) {
    const auto found = cost_of_actors(count, spawn);
    out.figures.push_back({"memory per idle " + kind, spread_of({found.bytes / 1024}), "KiB"});
    out.figures.push_back({kind + ", spawn", spread_of({found.spawn_microseconds}), "µs"});
  };
  measured("seat actor", [](caf::actor_system& system, std::uint64_t number) {
    return spawn_seat(system, static_cast<seat_index>(number), seat{});
  });
  gauge live;
  epoch_numbers ids{0, epoch_numbers::wide};
  measured("account actor", [&](caf::actor_system& system, std::uint64_t number) {
    return spawn_actor<account_state>(
        system, account{bench_node::user(number), {}, {}, {}, 0},
        account_surroundings{.writes = nullptr, .service = {}, .ids = ids, .live = live});
  });
  out.notes.emplace_back(
      "By the memory of the process. The accounts come second and may take what the seats gave "
      "back: "
      "theirs is a lower bound.");
  const std::string seats = "memory per idle seat actor";
  out.goals.push_back(judge(out, figure_goal(seats, seats, goal::bound::at_most, 2, 1, "KiB")));
  return out;
}

outcome measure_scaling(const surroundings& from) {
  using boxoffice::bench::purchase;
  outcome out{.name = "scaling",
              .what = "what a purchase costs by how many there are of something, in process",
              .durability = durable};
  const bool quick = from.spends == surroundings::effort::quick;
  const auto points = [&](std::vector<std::uint32_t> all) {
    if (quick) all = {all.front(), all[all.size() / 2]};
    return all;
  };
  const auto full = [&](std::uint64_t count) { return quick ? count / 5 : count; };

  std::vector<std::pair<double, cost>> found;
  for (const auto n : points({1, 4, 16, 64, 256, 1024}))
    found.emplace_back(n, cost_of<purchase>({}, n, full(n == 1 ? 400 : n < 64 ? 2'000 : 10'000)));
  out.charts.push_back(cost_chart("Purchase by purchases in flight", "in flight", found));

  found.clear();
  for (const auto n : points({1, 2, 4, 8}))
    found.emplace_back(n, cost_of<purchase>({}, 256, full(8'000), n));
  out.charts.push_back(cost_chart("Purchase by basket, 256 in flight", "seats in a basket", found));

  found.clear();
  for (const auto n : points({50, 500, 5'000, 50'000, 100'000})) {
    const auto schedules = std::max<std::uint32_t>(1, 5'000 / n);
    found.emplace_back(n,
                       cost_of<purchase>({.seats = n, .schedules = schedules}, 256, full(5'000)));
  }
  out.charts.push_back(
      cost_chart("Purchase by seats per schedule, 256 in flight", "seats per schedule", found));

  found.clear();
  for (const auto n : points({1'000, 10'000, 100'000, 1'000'000})) {
    const auto schedules = std::max<std::uint32_t>(1, n / 100'000);
    const bench_plan plan{.seats = n / schedules, .schedules = schedules, .users = n};
    found.emplace_back(n, cost_of<purchase>(plan, 256, std::min<std::uint64_t>(n, full(8'000))));
  }
  out.charts.push_back(cost_chart("Purchase by seats and accounts, 256 in flight",
                                  "seats on sale, and as many accounts", found));
  return out;
}

}  // namespace boxoffice::compare
