#pragma once

#include "actors/commit/committer.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/payment/payment_store.hpp"
#include "config/limits.hpp"

#include <string>
#include <vector>

#include <caf/actor_system.hpp>

namespace boxoffice {

/// What the relay of one consumer works with. Everything referred to outlives the relay.
struct relay_context {
  const boxoffice::clock& time;
  std::string consumer;  ///< its name in the store: never change it
  event_consumer_actor to;
  committer<payment_write>& commits;
  payment_reader& reader;  ///< used in jobs of `reads`
  job_runner& reads;
  boxoffice::metrics& metrics;
  /// The consumer once more, if it is a board that can be filled anew; else null.
  fillable_actor fills{};
  /// Silence of the consumer after which the same events are delivered again; it doubles, to
  /// `outbox_retry_max`.
  milliseconds patience{limits::outbox_poll_every * 2};
  /// Events of one delivery: more, for a consumer that takes several at a time.
  std::size_t batch_events_max{limits::outbox_relay_batch_events_max};
};

/// Starts the relay of one consumer: reads the outbox from where the consumer is, delivers in
/// sequence order, one batch at a time, and remembers durably how far the consumer got. After a
/// restart it delivers again what was applied and not yet remembered; nothing is ever skipped. What
/// the consumer refuses is parked with its later siblings, in the same write as the position. A
/// board that has lost its store is filled from the payments first.
outbox_relay_actor spawn_outbox_relay(caf::actor_system& system, relay_context context);

}  // namespace boxoffice
