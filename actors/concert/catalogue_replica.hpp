#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/concert/protocol.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <functional>

namespace caf {
class actor_system;
}

namespace boxoffice {

/// What a replica needs; all of it outlives the actor system.
struct catalogue_replica_context {
  const boxoffice::clock& time;
  boxoffice::metrics& metrics;
  catalogue_view& view;
  catalogue_actor owner;  ///< or who stands for it
  std::uint64_t self{0};  ///< by which the owner tells its followers apart: random
  /// Called once, in the actor, when the view has everything for the first time.
  std::function<void()> on_complete{[] {}};
};

/// A message of the replica to itself.
using catalogue_replica_actor = accepts<catalogue_changes>;

/// Keeps `view` as the owner's catalogue is, in a process that does not own it: asks for what
/// changed, and again as soon as it is answered. While the owner is away the view stays as it is,
/// and does not say any more that something does not exist (catalogue_view::is_complete).
catalogue_replica_actor spawn_catalogue_replica(caf::actor_system& system,
                                                const catalogue_replica_context& context);

}  // namespace boxoffice
