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
  payment_store& store;     ///< for pruning, as jobs of `commit_jobs`
  job_runner& commit_jobs;  ///< the committer's
  payment_reader& reader;   ///< used in jobs of `reads`
  job_runner& reads;
  boxoffice::metrics& metrics;
  /// One relay of a store also deletes what all of `consumers` have passed.
  enum class pruning : bool { no, yes } prunes{pruning::no};
  std::vector<std::string> consumers{};
  std::chrono::hours published_kept{limits::outbox_published_kept};
  /// Silence of the consumer after which the same events are delivered again; it doubles, to
  /// `outbox_retry_max`.
  milliseconds patience{limits::outbox_poll_every * 2};
};

/// Starts the relay of one consumer: reads the outbox from where the consumer is, delivers in
/// sequence order, one batch at a time, and remembers durably how far the consumer got. After a
/// restart it delivers again what was applied and not yet remembered; nothing is ever skipped. What
/// the consumer refuses is parked with its later siblings, in the same write as the position.
outbox_relay_actor spawn_outbox_relay(caf::actor_system& system, relay_context context);

}  // namespace boxoffice
