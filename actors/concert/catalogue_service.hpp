#pragma once

#include "actors/commit/committer.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/concert/catalogue.hpp"
#include "actors/concert/concert_store.hpp"
#include "actors/concert/protocol.hpp"
#include "actors/core/epoch_numbers.hpp"
#include "actors/core/metrics.hpp"

namespace caf {
class actor_system;
}

namespace boxoffice {

/// What the catalogue actor needs; everything outlives it. `writer` is the runner of `commits`, on
/// which the store is read back after a commit whose outcome is in doubt.
struct concert_context {
  committer<concert_write>& commits;
  concert_store& store;
  job_runner& writer;
  catalogue_view& view;
  boxoffice::metrics& metrics;
  epoch_numbers& ids;  ///< of concerts and schedules
  const boxoffice::clock& time;
  bool followed{false};  ///< other processes may keep copies
};

/// Starts the owner of the master data on top of `loaded` (concert_store::load), and publishes
/// that.
/// **Faults** of its replies: unavailable (a failed commit), overloaded, internal.
catalogue_actor spawn_catalogue(caf::actor_system& system, const concert_context& context,
                                catalogue loaded);

}  // namespace boxoffice
