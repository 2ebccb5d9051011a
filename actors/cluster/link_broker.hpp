#pragma once

#include "actors/cluster/hub.hpp"

#include <functional>

#include <caf/fwd.hpp>

namespace boxoffice::cluster {

/// What the broker needs; all of it outlives the actor system.
struct link_broker_context {
  const boxoffice::clock& time;
  boxoffice::metrics& metrics;
  hub::identity who;
  std::function<void(calls::peer)> dial;  ///< answered with link_socket or link_dial_failed
  caf::actor door;                        ///< gets each `execution`
  std::function<void(const std::string&)> learned;  ///< as of hub
  std::function<void()> unasked;                    ///< as of hub
  link_board& board;
};

/// Starts the one actor that carries all links of this process, on the thread of CAF's I/O: a
/// caf::io::broker around a hub. It takes the messages of link_messages.hpp. **Requires** an actor
/// system with the I/O module; and `stop_links` before it ends, for a peer that reads nothing would
/// keep it.
caf::actor spawn_link_broker(caf::actor_system& system, link_broker_context context);

}  // namespace boxoffice::cluster
