#pragma once

#include "actors/bus/event_codec.hpp"
#include "actors/bus/event_source.hpp"
#include "actors/bus/protocol.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "actors/outbox/protocol.hpp"
#include "config/limits.hpp"

#include <string>

namespace caf {
class actor_system;
}

namespace boxoffice {

/// What the subscriber of one consumer works with. Everything referred to outlives it.
struct subscriber_context {
  std::string consumer;  ///< and its group at the broker: `best_selling`
  event_source& from;
  event_decoder decode;
  event_consumer_actor to;
  const boxoffice::clock& time;
  boxoffice::metrics& metrics;
  parked_entities::kind kind{parked_entities::kind::best_selling};  ///< what it parks
  /// Silence of the consumer after which the same events are delivered again; it doubles, to
  /// `outbox_retry_max`.
  milliseconds patience{limits::outbox_poll_every * 2};
};

/// Starts what a relay is at the near end of a broker, at its far end: it delivers what arrives to
/// the consumer, in order, one batch at a time, and acknowledges it once it is applied durably.
/// What arrives again the consumer recognises. What is no event of ours, and what the consumer
/// refuses, is parked at the broker, with what follows of its schedule, while others flow. What is
/// parked there is read before anything of a session is delivered, so that a schedule stands still
/// over restarts and changes of the reader, until an operator has decided.
subscriber_actor spawn_subscriber(caf::actor_system& system, subscriber_context context);

}  // namespace boxoffice
