#pragma once

#include "actors/commit/committer.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/random.hpp"
#include "actors/core/time.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/payment/payment_store.hpp"
#include "actors/payment/protocol.hpp"
#include "actors/payment/saga.hpp"
#include "actors/point/protocol.hpp"
#include "actors/reservation/protocol.hpp"
#include "config/limits.hpp"

#include <cstdint>
#include <functional>
#include <vector>

#include <caf/actor_system.hpp>

namespace boxoffice {

/// What a payment service works with. Everything referred to outlives the service and its sagas.
struct payment_context {
  const boxoffice::clock& time;
  random_source& random;
  committer<payment_write>& commits;
  payment_store& store;     ///< for pruning keys, as jobs of `commit_jobs`
  job_runner& commit_jobs;  ///< the committer's
  payment_reader& reader;   ///< used in jobs of `reads`
  job_runner& reads;
  boxoffice::metrics& metrics;
  reservation_service_actor reservation;
  /// The service of a user's account. **Thread**: the service's.
  std::function<point_service_actor(const user_id&)> points;
  std::vector<outbox_relay_actor> relays;  ///< told about every commit of an event
  saga_rules rules;
  milliseconds answer_time{limits::payment_answer_time_default};
  std::size_t open_sagas_max{limits::open_sagas_max};
  /// The shards this service serves; others' sagas it leaves alone.
  std::uint32_t first_shard{0};
  std::uint32_t shards{shard_count};
};

/// Starts the front of the payment service. It serves once it has read the store, and takes up
/// every open saga then; commands until then wait. **Faults** of its replies: `overloaded` when a
/// bound is reached and `unavailable` when nothing was begun; what may have begun is answered when
/// the store tells, by its end or as pending.
payment_service_actor spawn_payment_service(caf::actor_system& system, payment_context context);

}  // namespace boxoffice
