#pragma once

#include "actors/cluster/hub.hpp"
#include "actors/node/service_handles.hpp"

#include <caf/fwd.hpp>

namespace boxoffice::cluster {

/// Starts the actor that carries out here what other processes ask: it turns commands into messages
/// to the fronts of this process, and their replies into answers. It is told who they are, and who
/// carries the links, by `open_door`. `time` and `m` outlive the actor system.
caf::actor spawn_door(caf::actor_system& system, const boxoffice::clock& time, metrics& m);

/// From here on commands for the `served` fronts of `local` are carried out.
void open_door(const caf::actor& door, const caf::actor& links, const service_handles& local,
               const std::vector<service_state>& served);

}  // namespace boxoffice::cluster
