#pragma once

#include "actors/commit/committer.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/concert/catalogue.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "actors/queue_ranking/queue_ranking_store.hpp"
#include "actors/ranking/protocol.hpp"
#include "actors/ranking/ranking_store.hpp"

#include <caf/actor.hpp>

namespace caf {
class actor_system;
}

namespace boxoffice {

/// What the boards need; everything outlives the actors. `reads` runs jobs of `reader`.
struct ranking_context {
  const boxoffice::clock& clock;
  committer<queue_ranking_write>& commits;
  ranking_reader& reader;
  job_runner& reads;
  const catalogue_view& catalogue;
  boxoffice::metrics& metrics;
};

/// Start the boards; each restores itself from the store first. Every event changes a board exactly
/// once, and `events_applied` leaves when that is durable. Readers may see an event a moment
/// before.
/// **Faults** of reads: unavailable, while a board is being restored.
best_selling_actor spawn_best_selling(caf::actor_system& system, const ranking_context& context);
sold_out_actor spawn_sold_out(caf::actor_system& system, const ranking_context& context);

/// From now on the board passes on what operators ask about its parked events. Without it, nothing
/// is parked there: its relay does that. **Requires** a board of above.
void hears_from(const caf::actor& board, subscriber_actor by);

}  // namespace boxoffice
