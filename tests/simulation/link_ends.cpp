#include "tests/simulation/link_ends.hpp"

#include "actors/caf/actor.hpp"
#include "actors/cluster/door.hpp"

#include <cstring>

namespace boxoffice::simulation {
namespace {

/// In the place of the broker: everything is the station's.
class carrier_state {
 public:
  using interface = accepts<cluster::link_call, cluster::execution_done, cluster::execution_turned,
                            cluster::serve_fronts>;
  static constexpr auto name = "carrier";
  carrier_state(interface::pointer /*self*/, link_ends& ends, const process& home)
      : ends_{ends}, home_{home} {}

  template <class Message>
  void on(Message& m) {
    if (!home_.is_dead()) ends_.on(m);
  }

 private:
  link_ends& ends_;
  const process& home_;
};

/// Who asked, for as long as the call is open.
struct asked_by : waiting_asker {
  asked_by(link_judges& by, time_point deadline, const process& home, cluster::link_call& m)
      : waiting_asker{by, deadline, [&home] { return !home.is_dead() && !home.is_ending(); }},
        proxy{std::move(m.proxy)},
        asker{std::move(m.asker)},
        correlation{m.correlation} {}
  caf::actor proxy, asker;
  std::uint64_t correlation;
};

/// The first field of every message.
std::uint64_t correlation_in(const std::string& payload) {
  std::uint64_t number = 0;
  if (payload.size() >= sizeof number) std::memcpy(&number, payload.data(), sizeof number);
  return number;
}

}  // namespace

std::vector<address> nodes_of(const std::vector<service>& all) {
  std::vector<address> found;
  for (const auto each : all)
    for (const std::size_t node : {0, 1})
      found.push_back({each, node});
  return found;
}

link_ends::link_ends(surroundings in) : in_{std::move(in)} {
  door_ = cluster::spawn_door(in_.system, in_.time, in_.metrics);
  carrier_ = caf::actor_cast<caf::actor>(spawn_actor<carrier_state>(in_.system, *this, in_.home));
  in_.owns(door_);
  in_.owns(carrier_);
  station_ = std::make_unique<station>(
      in_.net, std::string{name_of(in_.home.what())}, in_.home.number() + 1,
      address{in_.home.what(), in_.node}, in_.peers,
      station::outlets{
          .run = [this](cluster::execution e) { run(std::move(e)); },
          .answered =
              [this](const cluster::call& what, std::uint16_t type, std::string payload) {
                reply(what, fault::none, type, std::move(payload));
              },
          .failed = [this](const cluster::call& what,
                           fault why) { reply(what, why, 0, std::string{}); },
          .stands_still = [&home = in_.home] { return home.is_paused(); },
          .now = [&time = in_.time] { return time.now(); }},
      in_.metrics);
}
link_ends::~link_ends() = default;

void link_ends::open() {
  local_.stores = &in_.stores;
  cluster::open_door(door_, carrier_, local_, served_);
  local_ = {};
}
void link_ends::leave() { station_.reset(); }
void link_ends::let_go() {
  leave();
  local_ = {};
  door_ = {};
  carrier_ = {};
}

void link_ends::run(cluster::execution e) {
  const auto call = e.asker == gateway::self ? correlation_in(e.payload) : std::uint64_t{0};
  const auto life =
      " " + std::string{name_of(in_.home.what())} + " " + std::to_string(in_.home.number());
  if (call != 0) {
    ++in_.judges.runs[call];
    in_.judges.note("#" + std::to_string(call) + " runs in" + life + " as " + std::to_string(e.id));
  }
  running_.insert_or_assign({e.asker, e.id}, running{call, in_.judges.is_replaced(in_.home)});
  caf::anon_send(door_, std::move(e));
}

void link_ends::reply(const cluster::call& what, fault why, std::uint16_t type,
                      std::string payload) {
  const auto& by = *std::static_pointer_cast<const asked_by>(what.asker);
  by.heard = true;
  caf::anon_send(by.proxy, cluster::link_reply{by.asker, by.correlation, what.type, why, type,
                                               std::move(payload), what.asked_before});
}

void link_ends::on(cluster::link_call& m) {
  if (!station_) return;
  m.what.asker = std::make_shared<asked_by>(in_.judges, m.what.deadline, in_.home, m);
  station_->with_hub([&](cluster::hub& h, time_point now) { h.ask(std::move(m.what), now); });
}

void link_ends::on(cluster::execution_done& m) {
  if (!station_) return;
  const auto found = running_.find({m.asker, m.with.id});
  if (found != running_.end()) {
    const auto late = found->second.late;
    // The number of the gateway, as in the trace.
    const auto call = found->second.call;
    running_.erase(found);
    cluster::wire_numbers::visit(m.with.type, [&]<class Reply>() {
      if (auto said = cluster::from_bytes<Reply>(m.with.payload)) {
        if constexpr (requires { said->correlation; }) said->correlation = call;
        in_.judges.leaves(in_.home, std::any{std::move(*said)}, late);
      }
    });
  }
  station_->with_hub([&](cluster::hub& h, time_point /*now*/) { h.done(m.asker, m.with); });
}

void link_ends::on(const cluster::execution_turned& m) {
  if (!station_) return;
  const auto found = running_.find({m.asker, m.with.id});
  if (found != running_.end()) {
    if (found->second.call != 0)
      in_.judges.note("#" + std::to_string(found->second.call) + " is turned away");
    running_.erase(found);
  }
  station_->with_hub([&](cluster::hub& h, time_point /*now*/) { h.turned(m.asker, m.with); });
}

void link_ends::on(cluster::serve_fronts& m) {
  if (!station_) return;
  station_->with_hub([&](cluster::hub& h, time_point /*now*/) { h.serve(std::move(m.services)); });
}

gateway::gateway(wires& net, link_judges& judges, const time_point& now, hears_fn hears)
    : judges_{judges},
      now_{now},
      hears_{std::move(hears)},
      station_{net,
               "gateway",
               self.low,
               std::nullopt,
               nodes_of({service::concert, service::queue_ranking, service::reservation,
                         service::point, service::payment}),
               {.run = [](const cluster::execution& /*e*/) {},
                .answered = [this](const cluster::call& what, std::uint16_t type,
                                   const std::string& payload) { answered(what, type, payload); },
                .failed = [this](const cluster::call& what, fault why) { failed(what, why); },
                .now = [this] { return now_; }},
               metrics_} {}

void gateway::ask(cluster::call what) {
  station_.with_hub([&](cluster::hub& h, time_point now) { h.ask(std::move(what), now); });
}

// What went to one process alone ran once at the most, however often its link broke.
const gateway::asker& gateway::settle(const cluster::call& what) {
  const auto& by = *std::static_pointer_cast<const asker>(what.asker);
  by.heard = true;
  const auto runs = judges_.runs.extract(by.number);
  if (!runs.empty() && runs.mapped() > 1 && !what.asked_before)
    judges_.fail("command #" + std::to_string(by.number) + " ran twice");
  return by;
}

void gateway::answered(const cluster::call& what, std::uint16_t type, const std::string& payload) {
  const auto& by = settle(what);
  cluster::wire_numbers::visit(type, [&]<class Reply>() {
    auto said = cluster::from_bytes<Reply>(payload);
    if (!said) return;
    if constexpr (requires { said->correlation; }) said->correlation = 0;
    if (what.asked_before) cluster::doubt(*said);
    heard_.emplace_back(by.number, std::move(*said));
  });
}

void gateway::step() {
  const auto [number, reply] = std::move(heard_.front());
  heard_.pop_front();
  hears_(number, reply);
}

// As a proxy says it.
void gateway::failed(const cluster::call& what, fault why) {
  const auto& by = settle(what);
  cluster::wire_numbers::visit(what.type, [&]<class Asked>() {
    if constexpr (requires { typename Asked::reply; }) {
      if constexpr (requires(typename Asked::reply r) { r.fault; }) {
        typename Asked::reply said{};
        said.fault = why;
        if (what.asked_before) cluster::doubt(said);
        heard_.emplace_back(by.number, std::move(said));
      }
    }
  });
}

}  // namespace boxoffice::simulation
