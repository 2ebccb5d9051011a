#pragma once

#include "actors/bus/event_codec.hpp"
#include "actors/bus/event_publisher.hpp"
#include "actors/core/metrics.hpp"
#include "actors/outbox/protocol.hpp"

#include <string>

namespace caf {
class actor_system;
}

namespace boxoffice {

/// What the publisher of one broker works with. Everything referred to outlives it.
struct publisher_context {
  std::string sink;  ///< as settings and metrics call it: `kafka`
  event_publisher& to;
  event_encoder encode;
  boxoffice::metrics& metrics;
};

/// Starts the consumer that hands every payment event to a broker, in order, one batch at a time. A
/// delivery is answered as far as the broker has confirmed it. What the broker cannot take now is
/// not answered: its relay delivers it again, with growing pauses. What it does not take at all is
/// refused, and the relay parks it. The broker may see an event again.
event_consumer_actor spawn_publisher(caf::actor_system& system, publisher_context context);

}  // namespace boxoffice
