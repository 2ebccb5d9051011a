#pragma once

#include "actors/core/metrics.hpp"
#include "actors/core/random.hpp"
#include "actors/data_platform/event_sink.hpp"
#include "actors/outbox/protocol.hpp"

namespace caf {
class actor_system;
}

namespace boxoffice {

/// What the forwarder needs; everything outlives it.
struct data_platform_context {
  event_sink& sink;
  random_source& random;
  boxoffice::metrics& metrics;
  std::size_t post_events_max{1};  ///< of one schedule
};

/// Starts the consumer that hands every payment event to the data platform, one post of a schedule
/// at a time and in order, of several schedules at once. What cannot be sent is tried again for as
/// long as it takes, with growing pauses; what the platform refuses is refused to the relay, which
/// parks it. The newest delivery is answered as far as its events were taken. A platform that is
/// gone is sent nothing more: the relay hears nothing, and its events wait. After a restart the
/// relay delivers from its own durable cursor, so the platform may see an event again and
/// recognises it by its id.
event_consumer_actor spawn_forwarder(caf::actor_system& system,
                                     const data_platform_context& context);

}  // namespace boxoffice
