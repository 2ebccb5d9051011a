// In-process throughput through the actors with the SQLite stores: no HTTP, real files, every
// answer after its commit. Each benchmark keeps a fixed number of operations in flight.
#include "bench/bench_node.hpp"
#include "bench/closed_loop.hpp"

#include <iostream>
#include <memory>

#include <benchmark/benchmark.h>
#include <caf/send.hpp>

namespace boxoffice::bench {
namespace {

// Holds one seat, then pays for it: seats in order, users in turn.
class purchase final : public workload {
 public:
  explicit purchase(const bench_node& node) : node_{node} {}
  void begin(const caf::actor& self, std::uint64_t number) override {
    caf::send_as(self, node_.services().reservation, hold(number));
  }
  progress on(const caf::actor& self, const hold_reply& reply) override {
    if (reply.fault != fault::none || reply.outcome.refusal != hold_refusal::none)
      return progress::refused;
    caf::send_as(self, node_.services().payment,
                 start_payment{.ticket = reply.ticket,
                               .key = key_of(reply.ticket, 2),
                               .user = buyer(reply.ticket),
                               .reservation = reply.outcome.held.id});
    return progress::under_way;
  }
  progress on(const caf::actor&, const payment_reply& reply) override {
    const bool paid =
        reply.fault == fault::none && reply.outcome.paid.state == saga_state::completed;
    return paid ? progress::done : progress::refused;
  }

  [[nodiscard]] hold_seats hold(std::uint64_t number) const {
    hold_seats command;
    command.ticket = number;
    command.key = key_of(number, 1);
    command.user = buyer(number);
    command.schedule = node_.on_sale();
    command.seats = {"A-" + std::to_string(number + 1)};
    return command;
  }

 private:
  [[nodiscard]] user_id buyer(std::uint64_t number) const {
    return bench_node::user(number % node_.users());
  }
  // Every request has a key, as every request over HTTP has.
  static request_key key_of(std::uint64_t number, std::uint64_t kind) {
    return {{kind, number * 0x9E3779B97F4A7C15ULL}, {kind, number}};
  }
  const bench_node& node_;
};

// Holds only.
class seat_hold final : public workload {
 public:
  explicit seat_hold(const bench_node& node) : node_{node}, purchase_{node} {}
  void begin(const caf::actor& self, std::uint64_t number) override {
    caf::send_as(self, node_.services().reservation, purchase_.hold(number));
  }
  progress on(const caf::actor&, const hold_reply& reply) override {
    const bool held = reply.fault == fault::none && reply.outcome.refusal == hold_refusal::none;
    return held ? progress::done : progress::refused;
  }

 private:
  const bench_node& node_;
  purchase purchase_;
};

std::uint64_t operations(std::int64_t in_flight) {
  return in_flight == 1 ? 500 : in_flight <= 16 ? 5'000 : 25'000;
}

template <class Work>
void run_in_flight(benchmark::State& state) {
  const auto in_flight = static_cast<std::uint32_t>(state.range(0));
  const auto count = operations(state.range(0));
  bench_node node{100'000, 2'000};
  Work work{node};
  std::uint64_t next = 0, done = 0;
  for (auto _ : state) {
    const auto result = run_closed_loop(node.system(), work, next, count, in_flight);
    next += count;
    done += result.done;
    state.SetIterationTime(result.seconds);
    if (result.refused != 0) state.SkipWithError("an operation was refused");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(done));
}

void Purchase(benchmark::State& state) { run_in_flight<purchase>(state); }
void SeatHold(benchmark::State& state) { run_in_flight<seat_hold>(state); }

void at_each_load(benchmark::internal::Benchmark* of) {
  of->ArgName("in_flight")->Arg(1)->Arg(16)->Arg(256);
  of->Iterations(3)->UseManualTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK(Purchase)->Apply(at_each_load);
BENCHMARK(SeatHold)->Apply(at_each_load);

}  // namespace
}  // namespace boxoffice::bench

BENCHMARK_MAIN();
