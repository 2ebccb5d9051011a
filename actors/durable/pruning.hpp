#pragma once

#include "actors/caf/actor.hpp"
#include "actors/commit/job_runner.hpp"
#include "config/limits.hpp"
#include "logging/log.hpp"

#include <cstddef>
#include <exception>
#include <functional>
#include <utility>

#include <caf/send.hpp>

namespace boxoffice {

/// Deletes what is old, at most limits::prune_rows_max rows; returns how many. Runs as a job.
using prune_fn = std::function<std::size_t()>;

/// Runs `prune` until little is left: one bounded job after the other, with room for others between
/// them.
template <class Self>
void prune_in_jobs(Self* self, job_runner& jobs, const char* part, prune_fn prune) {
  auto job = [self, to = caf::actor_cast<caf::actor>(self), &jobs, part, prune] {
    std::size_t pruned = 0;
    try {
      pruned = prune();
    } catch (const std::exception& e) {
      log(log_level::warning, part, "what is old was not pruned", {{"error", e.what()}});
    }
    if (pruned >= limits::prune_rows_max)
      caf::anon_send(
          to, continuation{[self, &jobs, part, prune] { prune_in_jobs(self, jobs, part, prune); }});
  };
  // A full queue is no loss: the next round prunes.
  static_cast<void>(jobs.post(std::move(job)));
}

/// Does so every limits::prune_every, for as long as the actor lives. **Requires** that `prune`
/// outlives what `jobs` still runs.
template <class Self>
void keep_pruning(Self* self, job_runner& jobs, const char* part, prune_fn prune) {
  run_later(self, limits::prune_every, [self, &jobs, part, prune = std::move(prune)] {
    prune_in_jobs(self, jobs, part, prune);
    keep_pruning(self, jobs, part, prune);
  });
}

/// The same for the idempotency keys of a store, kept for limits::idempotency_kept.
template <class Self, class Store>
void keep_pruning_keys(Self* self, Store& store, job_runner& jobs, const clock& time,
                       const char* part) {
  keep_pruning(self, jobs, part, [&store, &time] {
    return store.prune_keys(time.now() - limits::idempotency_kept, limits::prune_rows_max);
  });
}

}  // namespace boxoffice
