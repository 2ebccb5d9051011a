#pragma once

#include "actors/commit/committer.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/core/epoch_numbers.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "actors/point/account.hpp"
#include "actors/point/point_store.hpp"
#include "actors/point/protocol.hpp"
#include "config/limits.hpp"

#include <caf/actor_system.hpp>

namespace boxoffice {

/// What a point service works with. Everything referred to outlives the service and its accounts.
struct point_context {
  const boxoffice::clock& time;
  committer<point_write>& commits;
  point_store& store;       ///< for pruning keys, as jobs of `commit_jobs`
  job_runner& commit_jobs;  ///< the committer's
  point_reader& reader;     ///< used in jobs of `reads`
  job_runner& reads;
  epoch_numbers& ids;  ///< of transactions
  boxoffice::metrics& metrics;
  account_rules rules;
  milliseconds account_idle{limits::account_idle_time_max};
};

/// Starts the front of the point service. It serves once it has read the keys the store remembers;
/// commands until then wait. **Faults** of its replies: `overloaded` when a bounded queue is full;
/// `unavailable` when the store cannot be read or a commit failed; `internal` when the store
/// refuses what the command would write; an outcome in doubt is looked up before it is answered,
/// for as long as that takes.
point_service_actor spawn_point_service(caf::actor_system& system, point_context context);

}  // namespace boxoffice
