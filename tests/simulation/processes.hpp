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
  /// Sees every answer that leaves a process.
  std::function<void(const std::any&)> leaves;
};

/// Starts `what` over its store, which it takes over: a former owner can write no more.
std::unique_ptr<process> start_process(service what, std::uint64_t number,
                                       const process_surroundings& around, std::uint64_t seed);

}  // namespace boxoffice::simulation
