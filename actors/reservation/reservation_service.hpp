#pragma once

#include "actors/caf/actor.hpp"
#include "actors/commit/committer.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/concert/catalogue.hpp"
#include "actors/core/epoch_numbers.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "actors/reservation/protocol.hpp"
#include "actors/reservation/reservation_store.hpp"
#include "actors/reservation/seat_map_versions.hpp"

namespace boxoffice {

/// What the reservation service works with. Everything outlives its actors.
struct reservation_context {
  const boxoffice::clock& clock;
  const catalogue_view& catalogue;
  committer<reservation_write>& commits;  ///< applies to `store`, on `commit_runner`
  reservation_store& store;
  job_runner& commit_runner;
  reservation_reader& reader;  ///< used on `read_runner` only
  job_runner& read_runner;
  boxoffice::metrics& metrics;
  epoch_numbers& ids;       ///< of reservations
  epoch_numbers& versions;  ///< of seat maps
  /// Kept up by the schedules, when there is one.
  seat_map_versions* seat_maps{nullptr};
};

/// Starts the reservation service: its front, which starts the others as they are needed. It
/// reads what the store remembers first; commands that come meanwhile wait.
reservation_service_actor spawn_reservation_service(caf::actor_system& system,
                                                    const reservation_context& context);

}  // namespace boxoffice
