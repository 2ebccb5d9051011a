// One question and its answer between two actor systems over loopback: by our links, and by BASP,
// CAF's own protocol, which has neither a secret nor deadlines. Both ends are in this process.
#include "actors/cluster/node_links.hpp"
#include "actors/core/metrics.hpp"
#include "actors/node/node_system.hpp"
#include "actors/node/real_sources.hpp"
#include "actors/node/service_handles.hpp"
#include "bench/actors/closed_loop.hpp"

#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <caf/io/all.hpp>

namespace boxoffice::bench {
namespace {

/// Answers as a point service does, without doing anything.
class echo {
 public:
  using interface = point_service_actor;
  static constexpr auto name = "echo";
  explicit echo(interface::pointer self) : self_{self} {}

  void on(const charge_points& m) {
    charge_reply r;
    r.correlation = m.correlation;
    r.outcome.amount = m.amount;
    answer(self_, sender_of(self_), std::move(r));
  }
  template <class Other>
  void on(const Other& /*m*/) {}

 private:
  interface::pointer self_;
};

class ask_echo final : public workload {
 public:
  explicit ask_echo(point_service_actor to) : to_{std::move(to)} {}
  void begin(const caf::actor& self, std::uint64_t number) override {
    charge_points m;
    m.correlation = number;
    m.user.value = "somebody-" + std::to_string(number % 1000);
    m.amount = {1000};
    caf::send_as(self, to_, std::move(m));
  }
  progress on(const caf::actor& /*self*/, const charge_reply& r) override {
    return r.fault == fault::none ? progress::done : progress::refused;
  }

 private:
  point_service_actor to_;
};

double cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

void measure(benchmark::State& state, caf::actor_system& system, point_service_actor to) {
  const auto in_flight = static_cast<std::uint32_t>(state.range(0));
  const std::uint64_t count = in_flight == 1 ? 5'000 : in_flight <= 16 ? 40'000 : 150'000;
  ask_echo work{std::move(to)};
  std::uint64_t next = 0, done = 0;
  run_closed_loop(system, work, {.first = next, .count = in_flight, .in_flight = in_flight});
  const auto before = cpu_seconds();
  while (state.KeepRunning()) {
    const auto result =
        run_closed_loop(system, work, {.first = next, .count = count, .in_flight = in_flight});
    next = result.next;
    done += result.done;
    state.SetIterationTime(result.seconds);
    if (result.refused != 0) state.SkipWithError("a question was refused");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(done));
  state.counters["cpu_us"] = (cpu_seconds() - before) * 1e6 / static_cast<double>(done);
}

/// One node with links; the asker dials the other.
struct linked_node {
  linked_node(role_set roles, std::uint64_t number, std::vector<listen_address> peers)
      : how{settings_of(std::move(roles), std::move(peers))}, config{how}, system{config} {
    links = std::make_unique<cluster::node_links>(cluster::node_links::surroundings{
        .system = system,
        .how = how,
        .time = time,
        .metrics = measured,
        .self = {.self = {1, number}, .node = "bench", .build = "bench"},
        .installation = {},
        .learned = [](const std::string&) {},
        .unasked = [] {},
        .owns = [this](const caf::actor& a) { owned.push_back(a); }});
    links->add_proxies(fronts, how.node.roles);
  }
  ~linked_node() {
    fronts = {};
    for (const auto& each : owned)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    owned.clear();
    links->stop();
    system.await_all_actors_done();
  }
  linked_node(const linked_node&) = delete;
  linked_node& operator=(const linked_node&) = delete;

  static settings settings_of(role_set roles, std::vector<listen_address> peers) {
    settings all;
    all.node.roles = std::move(roles);
    all.cluster.secret = secret_text{"a secret of thirty-two bytes, or more"};
    if (peers.empty()) all.cluster.listen = listen_address{"127.0.0.1", 0};
    all.cluster.peers = std::move(peers);
    return all;
  }

  const settings how;
  const system_clock_source time;
  metrics measured;
  node_system_config config;
  caf::actor_system system;
  std::vector<caf::actor> owned;
  service_handles fronts;
  std::unique_ptr<cluster::node_links> links;
};

void LinkRoundTrip(benchmark::State& state) {
  linked_node answers{{role::point}, 1, {}};
  answers.fronts.point = spawn_actor<echo>(answers.system);
  answers.owned.push_back(caf::actor_cast<caf::actor>(answers.fronts.point));
  answers.links->open_door(answers.fronts, {{cluster::front::point, 1}});
  linked_node asks{{role::gateway}, 2, {{"127.0.0.1", answers.links->port()}}};
  measure(state, asks.system, asks.fronts.point);
}

struct basp_config : node_system_config {
  basp_config() : node_system_config{linked_node::settings_of({role::point}, {})} {
    add_message_type<charge_points>("charge_points");
    add_message_type<charge_reply>("charge_reply");
    add_message_type<read_balance>("read_balance");
    add_message_type<list_transactions>("list_transactions");
    add_message_type<debit_points>("debit_points");
    add_message_type<refund_points>("refund_points");
  }
};

void BaspRoundTrip(benchmark::State& state) {
  basp_config server_config, client_config;
  caf::actor_system server{server_config}, client{client_config};
  auto target = spawn_actor<echo>(server);
  const auto port = server.middleman().publish(target, 0, "127.0.0.1");
  if (!port) throw std::runtime_error{"BASP does not publish"};
  auto proxy = client.middleman().remote_actor<point_service_actor>("127.0.0.1", *port);
  if (!proxy) throw std::runtime_error{"BASP does not connect"};
  measure(state, client, *proxy);
  caf::anon_send_exit(target, caf::exit_reason::user_shutdown);
}

BENCHMARK(LinkRoundTrip)->Arg(1)->Arg(16)->Arg(256)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(BaspRoundTrip)->Arg(1)->Arg(16)->Arg(256)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace boxoffice::bench
