#pragma once

#include "actors/concert/catalogue.hpp"
#include "tests/simulation/durable.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/process.hpp"

#include <any>
#include <functional>
#include <memory>

namespace boxoffice::simulation {

/// What the processes of a world share, because it is not theirs. All of it outlives them.
struct process_surroundings {
  durable& stores;
  fault_plan& faults;
  network& net;
  trace& events;
  catalogue_view& catalogue;
  const time_point& now;
  time_point began;
  /// Sees every answer that is about to leave a process, and says whether it may.
  std::function<bool(const process&, const std::any&)> leaves;
  /// Whether a process reaches its store now.
  std::function<bool(const process&)> reaches_store;
  /// As of store_board.
  milliseconds lease{0};
  /// Null: commands travel by `net`.
  wires* links{nullptr};
  link_judges* judges{nullptr};
};

/// Which life of which service begins.
struct new_life {
  service what;
  std::uint64_t number;
  std::uint64_t epoch;  ///< under which it has taken its store over
  std::uint64_t seed;
  std::size_t node{0};
};

/// Starts it over its store.
std::unique_ptr<process> start_process(const new_life& which, const process_surroundings& around);

}  // namespace boxoffice::simulation
