// In-process throughput through the actors with the SQLite stores: no HTTP, real files, every
// answer after its commit. Each benchmark keeps a fixed number of operations in flight.
#include "actors/reservation/seat_actor.hpp"
#include "bench/actors/counted_work.hpp"
#include "bench/actors/workloads.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>
#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>

namespace boxoffice::bench {
namespace {

// About a second of work at this load.
std::uint64_t operations(std::uint32_t in_flight) {
  return in_flight == 1 ? 300 : in_flight <= 16 ? 3'000 : 10'000;
}

void count_costs(benchmark::State& state, const counted_work& all, std::uint64_t done) {
  const auto each = [done](std::uint64_t n) {
    return static_cast<double>(n) / static_cast<double>(std::max<std::uint64_t>(1, done));
  };
  state.counters["messages"] = each(all.messages);
  state.counters["allocations"] = each(all.allocations);
  state.counters["commits"] = each(all.commits);
  state.counters["written_bytes"] = each(all.written_bytes);
}

void run(benchmark::State& state, bench_node& node, workload& work, std::uint32_t in_flight,
         std::uint64_t count) {
  std::uint64_t next = 0, done = 0;
  const auto before = work_so_far(node.metrics());
  while (state.KeepRunning()) {
    const auto result = run_closed_loop(node.system(), work,
                                        {.first = next, .count = count, .in_flight = in_flight});
    next = result.next;
    done += result.done;
    state.SetIterationTime(result.seconds);
    if (result.refused != 0) state.SkipWithError("an operation was refused");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(done));
  count_costs(state, work_so_far(node.metrics()) - before, done);
}

template <class Work>
void by_in_flight(benchmark::State& state) {
  const auto in_flight = static_cast<std::uint32_t>(state.range(0));
  bench_node node{{}};
  Work work{node};
  run(state, node, work, in_flight, operations(in_flight));
}

void Purchase(benchmark::State& state) { by_in_flight<purchase>(state); }
void SeatHold(benchmark::State& state) { by_in_flight<seat_hold>(state); }
void ContendedHold(benchmark::State& state) { by_in_flight<contended_hold>(state); }
void Charge(benchmark::State& state) { by_in_flight<charge>(state); }

void BasketHold(benchmark::State& state) {
  bench_node node{{}};
  seat_hold work{node, static_cast<std::uint32_t>(state.range(0))};
  run(state, node, work, 256, 10'000);
}

// Accounts that exist; each operation takes another one, so that most have to be woken.
void ChargeByAccounts(benchmark::State& state) {
  bench_node node{{.seats = 10, .users = static_cast<std::uint32_t>(state.range(0))}};
  charge work{node};
  run(state, node, work, 256, 20'000);
}

// Seats on sale, in schedules of at most 100,000.
void PurchaseBySeats(benchmark::State& state) {
  const auto seats = static_cast<std::uint32_t>(state.range(0));
  const auto schedules = std::max<std::uint32_t>(1, seats / 100'000);
  bench_node node{{.seats = seats / schedules, .schedules = schedules}};
  purchase work{node};
  run(state, node, work, 256, std::min<std::uint64_t>(seats / 2, 10'000));
}

// Starts seat actors that nobody talks to.
void SpawnSeats(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<seat_actor> seats;
  seats.reserve(count);
  const auto before = resident_bytes();
  while (state.KeepRunning())
    for (seat_index at = 0; at < count; ++at)
      seats.push_back(spawn_seat(system, at, seat{}));
  const auto grown = resident_bytes() - std::min(before, resident_bytes());
  state.counters["bytes_each"] = static_cast<double>(grown) / static_cast<double>(count);
  state.SetItemsProcessed(state.range(0));
  for (auto& each : seats)
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
}

void at_each_load(benchmark::internal::Benchmark* of) {
  of->ArgName("in_flight")->Arg(1)->Arg(16)->Arg(64)->Arg(256)->Arg(1024);
  of->Iterations(3)->UseManualTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK(Purchase)->Apply(at_each_load);
BENCHMARK(SeatHold)->Apply(at_each_load);
BENCHMARK(ContendedHold)->Apply(at_each_load);
BENCHMARK(Charge)->Apply(at_each_load);

void one_after_the_other(benchmark::internal::Benchmark* of) {
  of->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK(BasketHold)->Apply(one_after_the_other)->ArgName("seats")->Arg(1)->Arg(2)->Arg(4)->Arg(8);
BENCHMARK(ChargeByAccounts)
    ->Apply(one_after_the_other)
    ->ArgName("accounts")
    ->Arg(1)
    ->Arg(1'000)
    ->Arg(100'000)
    ->Arg(1'000'000);
BENCHMARK(PurchaseBySeats)
    ->Apply(one_after_the_other)
    ->ArgName("seats")
    ->Arg(1'000)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000);
BENCHMARK(SpawnSeats)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->ArgName("seats")
    ->Arg(1)
    ->Arg(100'000)
    ->Arg(1'000'000);

}  // namespace
}  // namespace boxoffice::bench

BENCHMARK_MAIN();
