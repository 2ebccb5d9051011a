#pragma once

#include "actors/cluster/hub.hpp"
#include "tests/simulation/faults.hpp"
#include "tests/simulation/services.hpp"
#include "tests/simulation/trace.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::simulation {

class wires;

/// Where a node can be dialled.
struct address {
  service what;
  std::size_t node;
  auto operator<=>(const address&) const = default;
};

/// One process as the wires see it: the hub of actors/cluster, and who its peers are.
class station {
 public:
  struct outlets {
    std::function<void(cluster::execution)> run;
    std::function<void(const cluster::call&, std::uint16_t type, std::string payload)> answered;
    std::function<void(const cluster::call&, fault)> failed;
    /// One that stands still reads and writes nothing.
    std::function<bool()> stands_still{[] { return false; }};
    /// By its own clock.
    std::function<time_point()> now;
  };
  /// `at`: where others dial it; empty: nobody does. `life`: no two have the same.
  station(wires& net, std::string name, std::uint64_t life, std::optional<address> at,
          std::vector<address> peers, outlets to, metrics& m);
  ~station();
  station(const station&) = delete;
  station& operator=(const station&) = delete;

  /// Calls the hub, and lets its bytes go.
  template <class Act>
  void with_hub(Act act) {
    act(hub_, now_());
    flush();
  }
  [[nodiscard]] bool stands_still() const { return stands_still_(); }

 private:
  friend class wires;
  void flush();

  wires& net_;
  const std::string name_;
  const std::optional<address> at_;
  const std::vector<address> peers_;
  const std::function<bool()> stands_still_;
  const std::function<time_point()> now_;
  time_point ticks_at_;
  cluster::hub hub_;
};

/// Byte pipes between the hubs of processes: late, in pieces, standing still in one direction, cut,
/// refused. What both ends see of an end is an end, or silence.
class wires {
 public:
  struct surroundings {
    dice& random;
    fault_plan& faults;
    trace& events;
    const time_point& now;
    time_point began;
  };
  explicit wires(surroundings in) : in_{in} {}

  /// What goes wrong with one of them.
  void strike();
  /// Nothing that the process at `from` says on its connections arrives before `until`; if it dies
  /// meanwhile, it is lost.
  void hold_back(const address& from, time_point until);
  /// Ticks of hubs that are due.
  void tend();
  /// What could arrive now.
  [[nodiscard]] std::size_t ready() const;
  /// Lets one of it arrive. **Requires** ready() > 0.
  void step();
  [[nodiscard]] time_point next() const;

 private:
  friend class station;
  using number = cluster::hub::link;
  struct event {
    enum class kind : std::uint8_t { accepted, dialled, refused, bytes, closed } is;
    time_point due;
    std::string bytes;
    cluster::calls::peer peer{0};
  };
  /// To one end of a connection, in order.
  struct pipe {
    station* to;
    station* from;  // null: it is gone
    number on;
    time_point flows_from{};
    std::deque<event> events;
  };

  void join(station& which);
  void leave(station& which);
  void dial(station& by, cluster::calls::peer peer);
  void cut(station& by, number on);
  void send(station& by, number on, std::string bytes);
  void end(number on, station* silent_to);
  [[nodiscard]] bool flows(const pipe& at) const;
  void put(pipe& into, event what);
  void arrive(pipe& at);
  static void lose_bytes(pipe& in);
  void note(const std::string& what);

  surroundings in_;
  std::vector<station*> in_order_;  // of their beginning
  std::vector<pipe> pipes_;         // in the order of their numbers
  std::map<address, station*> listening_;
  number last_{0};
};

}  // namespace boxoffice::simulation
