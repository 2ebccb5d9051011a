#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/random.hpp"
#include "actors/core/time.hpp"
#include "actors/data_platform/event_sink.hpp"
#include "actors/node/bus_ends.hpp"
#include "actors/node/node_stores.hpp"
#include "actors/node/service_handles.hpp"
#include "config/settings.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include <caf/actor_system.hpp>

namespace boxoffice {

/// What a node takes from the outside; all of it outlives the node. `data_platform` may be null:
/// then it is not told.
struct node_environment {
  const boxoffice::clock& time;
  random_source& random;
  boxoffice::metrics& metrics;
  event_sink* data_platform;
  bus_ends* brokers{nullptr};  ///< null: none
  std::string version{};       ///< of the program, for other nodes
  std::stop_token stop{};      ///< the start waits for other nodes, until then
  /// Called once, from a thread of the node, when this process may not go on: a store was replaced,
  /// set back or lost.
  std::function<void(const store_board::entry&)> on_end{[](const store_board::entry&) {}};
};

/// The services of one process (`node.roles`): their stores with threads and committers, their
/// actors, the actor system, and the links to the services that are elsewhere. Composition by hand:
/// this and service_parts.hpp are the places that know everybody.
///
/// Life cycle: construction starts everything; `stop` (or destruction) ends it in reverse order,
/// after finishing the commits that are queued. **Thread**: the owner's; handles from any.
class node {
 public:
  /// Throws what the stores throw when they cannot be read.
  node(node_stores stores, const settings& how, node_environment outside);
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  [[nodiscard]] caf::actor_system& system();
  [[nodiscard]] const service_handles& services() const;
  [[nodiscard]] const catalogue_view& catalogue() const;
  void stop();

 private:
  class parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace boxoffice
