#pragma once

#include "actors/commit/job_runner.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/payment/payment_store.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>

namespace boxoffice {

/// What the front of the outbox works with. Everything referred to outlives it.
struct outbox_context {
  payment_reader& reader;  ///< used in jobs of `reads`
  job_runner& reads;
  struct consumer {
    std::string name;  ///< as its relay has it
    outbox_relay_actor relay;
  };
  std::vector<consumer> consumers;
  /// What all of `consumers` have is deleted after a while: as jobs of `commit_jobs`, the
  /// committer's.
  const clock& time;
  payment_store& store;
  job_runner& commit_jobs;
  std::chrono::hours kept;
  boxoffice::metrics& metrics;  ///< where the relays count
};

/// Starts the front of the outbox for operators: it reads what waits and where, and tells relays to
/// replay. It also deletes the events that nobody needs any more, in bounded portions.
/// **Faults** of its replies: unavailable, overloaded; nothing was done.
outbox_service_actor spawn_outbox_service(caf::actor_system& system, outbox_context context);

}  // namespace boxoffice
