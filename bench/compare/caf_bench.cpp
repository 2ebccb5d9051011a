#include "bench/compare/baseline_benches.hpp"
#include "bench/load/histogram.hpp"
#include "bench/load/processor_time.hpp"

#include <future>
#include <stdexcept>
#include <utility>

#include <caf/all.hpp>
#include <caf/io/all.hpp>

namespace boxoffice::compare {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

double milliseconds_of(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

/// As the node runs its actors.
struct system_settings : caf::actor_system_config {
  system_settings() {
    load<caf::io::middleman>();
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{2});
  }
};

caf::behavior pong() {
  return {[](std::uint64_t number) { return number; }};
}

struct ping_result {
  std::uint64_t done{0};
  load::histogram latency;
};

/// Keeps messages going until the time is over. Owned by the actor that sends them.
struct ping_state {
  caf::actor to;
  std::size_t in_flight;
  steady_clock::time_point until;
  std::promise<ping_result> finished;
  ping_result result{};
  std::vector<steady_clock::time_point> sent{};

  void send(caf::event_based_actor* self, std::uint64_t slot) {
    sent[slot] = steady_clock::now();
    caf::send_as(caf::actor_cast<caf::actor>(self), to, slot);
  }
  void start(caf::event_based_actor* self) {
    sent.resize(in_flight);
    for (std::uint64_t slot = 0; slot < in_flight; ++slot)
      send(self, slot);
  }
  void on(caf::event_based_actor* self, std::uint64_t slot) {
    const auto now = steady_clock::now();
    ++result.done;
    result.latency.add(now - sent[slot]);
    if (now < until) return send(self, slot);
    if (--in_flight != 0) return;
    finished.set_value(std::move(result));
    self->quit();
  }
};

class ping_side final : public side {
 public:
  enum class distance : std::uint8_t { local, loopback };
  ping_side(distance how_far, std::size_t in_flight) : how_far_{how_far}, in_flight_{in_flight} {}

  [[nodiscard]] std::string name() const override {
    return std::string{"CAF ping-pong, "} +
           (how_far_ == distance::local ? "in one process, " : "over loopback, ") +
           std::to_string(in_flight_) + " in flight";
  }
  [[nodiscard]] std::string does() const override {
    return how_far_ == distance::local ? "a message and its reply between two actors"
                                       : "the same between two actor systems, through BASP";
  }

  measurement run(milliseconds time) override {
    system_settings here, there;
    caf::actor_system near{here}, far{there};
    const auto ponger = (how_far_ == distance::local ? near : far).spawn(pong);
    auto to = ponger;
    if (how_far_ == distance::loopback) {
      const auto port = far.middleman().publish(ponger, 0, "127.0.0.1");
      if (!port) throw std::runtime_error{"CAF does not listen"};
      auto proxy = near.middleman().remote_actor("127.0.0.1", *port);
      if (!proxy) throw std::runtime_error{"CAF does not connect"};
      to = *proxy;
    }
    auto state =
        std::make_shared<ping_state>(ping_state{to, in_flight_, steady_clock::now() + time, {}});
    auto finished = state->finished.get_future();
    const auto cpu_before = load::own_cpu_seconds();
    const auto began = steady_clock::now();
    near.spawn([state](caf::event_based_actor* self) -> caf::behavior {
      state->start(self);
      return {[=](std::uint64_t slot) { state->on(self, slot); }};
    });
    const auto found = finished.get();
    const std::chrono::duration<double> took = steady_clock::now() - began;
    const auto done = static_cast<double>(found.done);
    measurement out{.per_second = done / took.count()};
    out.p50_milliseconds = milliseconds_of(found.latency.quantile(0.5));
    out.p99_milliseconds = milliseconds_of(found.latency.quantile(0.99));
    out.cpu["all"] = (load::own_cpu_seconds() - cpu_before) * 1000 / done;
    state->to = nullptr;
    caf::anon_send_exit(ponger, caf::exit_reason::user_shutdown);
    return out;
  }

 private:
  const distance how_far_;
  const std::size_t in_flight_;
};

}  // namespace

outcome measure_caf(const surroundings& from) {
  comparison of{.name = "baseline-caf",
                .what = "what a message and its reply cost: CAF alone",
                .durability = "none"};
  for (const auto how_far : {ping_side::distance::local, ping_side::distance::loopback})
    for (const std::size_t in_flight : {1, 256})
      of.add(std::make_unique<ping_side>(how_far, in_flight));
  auto plan = from.plan;
  plan.time = std::min(plan.time, milliseconds{1000});
  return run_rounds(of, plan);
}

}  // namespace boxoffice::compare
