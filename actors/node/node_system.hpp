#pragma once

#include "config/settings.hpp"

#include <caf/actor_system_config.hpp>

namespace boxoffice {

/// How the actor system of a node is set up; with CAF's I/O module if there are other nodes.
struct node_system_config : caf::actor_system_config {
  explicit node_system_config(const settings& how);
};

}  // namespace boxoffice
