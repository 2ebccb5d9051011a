#pragma once

#include "actors/cluster/link_messages.hpp"
#include "actors/cluster/proxy.hpp"
#include "actors/cluster/wire.hpp"
#include "actors/node/service_handles.hpp"
#include "tests/simulation/process.hpp"
#include "tests/simulation/wires.hpp"

#include <any>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::simulation {

constexpr cluster::front front_of(desk d) {
  switch (d) {
    case desk::catalogue:
      return cluster::front::catalogue;
    case desk::queue:
      return cluster::front::queue;
    case desk::best_selling:
      return cluster::front::best_selling;
    case desk::sold_out:
      return cluster::front::sold_out;
    case desk::reservation:
      return cluster::front::reservation;
    case desk::point:
      return cluster::front::point;
    case desk::payment:
      break;
  }
  return cluster::front::payment;
}

/// Both nodes of each of these services.
std::vector<address> nodes_of(const std::vector<service>& all);

/// What the ends of links say to the judges of a run.
struct link_judges {
  /// A reply is about to leave a process. `late`: its question came when another process owned the
  /// store already.
  std::function<void(const process&, const std::any& reply, bool late)> leaves;
  /// Whether somebody else owns the store of this process by now.
  std::function<bool(const process&)> is_replaced;
  std::function<void(std::string)> fail;
  std::function<void(const std::string&)> note;
  /// How often a command of the gateway has run anywhere.
  std::map<std::uint64_t, int> runs;
  /// Deadlines are a matter of opinion where clocks jump.
  bool clocks_agree;
  const time_point& now;
  /// Calls that are open, of all processes.
  std::uint64_t open{0};
};

/// Whoever waits for a call, for as long as it is open: one that is let go of before its deadline
/// without a word was forgotten.
class waiting_asker {
 public:
  waiting_asker(link_judges& by, time_point deadline, std::function<bool()> lives)
      : by_{by}, deadline_{deadline}, lives_{std::move(lives)} {
    ++by_.open;
  }
  ~waiting_asker() {
    --by_.open;
    if (!heard && by_.clocks_agree && by_.now < deadline_ && lives_())
      by_.fail("a call was forgotten before its deadline");
  }
  waiting_asker(const waiting_asker&) = delete;
  waiting_asker& operator=(const waiting_asker&) = delete;

  mutable bool heard{false};

 private:
  link_judges& by_;
  const time_point deadline_;
  const std::function<bool()> lives_;
};

/// The links of one process: its station, and the actors that production has around a hub: proxies,
/// the door, and in the place of the broker one that hands everything to the station.
class link_ends {
 public:
  struct surroundings {
    wires& net;
    link_judges& judges;
    const process& home;
    caf::actor_system& system;
    const clock& time;
    boxoffice::metrics& metrics;
    const store_board& stores;
    std::size_t node;
    std::vector<address> peers;
    std::function<void(const caf::actor&)> owns;
  };
  explicit link_ends(surroundings in);
  ~link_ends();
  link_ends(const link_ends&) = delete;
  link_ends& operator=(const link_ends&) = delete;

  template <class Interface>
  Interface proxy(desk to) {
    auto made = cluster::spawn_proxy<Interface>(in_.system, carrier_, front_of(to), in_.time);
    in_.owns(caf::actor_cast<caf::actor>(made));
    return made;
  }
  void serve(const catalogue_actor& h) { serve(desk::catalogue, local_.catalogue = h); }
  void serve(const queue_service_actor& h) { serve(desk::queue, local_.queue = h); }
  void serve(const best_selling_actor& h) { serve(desk::best_selling, local_.best_selling = h); }
  void serve(const sold_out_actor& h) { serve(desk::sold_out, local_.sold_out = h); }
  void serve(const reservation_service_actor& h) {
    serve(desk::reservation, local_.reservation = h);
  }
  void serve(const point_service_actor& h) { serve(desk::point, local_.point = h); }
  void serve(const payment_service_actor& h) { serve(desk::payment, local_.payment = h); }
  /// From here on commands are carried out.
  void open();
  /// No link any more: its actors finish what they have.
  void leave();
  /// Lets go of every actor. **Requires** that they end now.
  void let_go();

  // For the actor in the place of the broker.
  void on(cluster::link_call& m);
  void on(cluster::execution_done& m);
  void on(const cluster::execution_turned& m);
  void on(cluster::serve_fronts& m);

 private:
  using run_id = std::pair<cluster::incarnation, std::uint64_t>;
  struct running {
    std::uint64_t call;  // of the gateway; 0: of another process
    bool late;
  };

  template <class Handle>
  void serve(desk d, const Handle& /*h*/) {
    served_.push_back({front_of(d), in_.home.epoch()});
  }
  void run(cluster::execution e);
  void reply(const cluster::call& what, fault why, std::uint16_t type, std::string payload);

  const surroundings in_;
  std::unique_ptr<station> station_;
  caf::actor door_, carrier_;
  service_handles local_;
  std::vector<cluster::service_state> served_;
  std::map<run_id, running> running_;
};

/// Where clients ask: a process without a service, that lives as long as the run.
class gateway {
 public:
  /// `hears` takes the answer to a call, as a message.
  using hears_fn = std::function<void(std::uint64_t call, std::any reply)>;
  /// The life of the gateway among all; services have others.
  static constexpr cluster::incarnation self{1, 1};

  gateway(wires& net, link_judges& judges, const time_point& now, hears_fn hears);

  template <class Command>
  void ask(std::uint64_t number, desk to, const Command& m) {
    auto deadline = now_ + limits::link_call_time_max;
    if constexpr (requires { m.call.deadline; })
      if (m.call.deadline != no_time) deadline = m.call.deadline;
    ask({.asker = std::make_shared<asker>(judges_, deadline, number),
         .to = front_of(to),
         .type = cluster::wire_numbers::number_of<Command>,
         .deadline = deadline,
         .payload = cluster::to_bytes(m),
         .once = cluster::is_asked_once<Command>});
  }
  /// Answers that nobody has been told yet.
  [[nodiscard]] std::size_t ready() const { return heard_.size(); }
  /// Tells the first one. **Requires** ready() > 0.
  void step();

 private:
  struct asker : waiting_asker {
    asker(link_judges& by, time_point deadline, std::uint64_t number_)
        : waiting_asker{by, deadline, [] { return true; }}, number{number_} {}
    std::uint64_t number;
  };
  void ask(cluster::call what);
  void answered(const cluster::call& what, std::uint16_t type, const std::string& payload);
  void failed(const cluster::call& what, fault why);
  const asker& settle(const cluster::call& what);

  link_judges& judges_;
  const time_point& now_;
  const hears_fn hears_;
  std::deque<std::pair<std::uint64_t, std::any>> heard_;
  boxoffice::metrics metrics_;
  station station_;
};

}  // namespace boxoffice::simulation
