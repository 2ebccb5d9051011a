#pragma once

#include "actors/commit/committer.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/concert/catalogue.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/random.hpp"
#include "actors/core/time.hpp"
#include "actors/queue/active_tokens.hpp"
#include "actors/queue/protocol.hpp"
#include "actors/queue/queue_store.hpp"
#include "actors/queue/room.hpp"
#include "actors/queue_ranking/queue_ranking_store.hpp"

#include <functional>

namespace caf {
class actor_system;
}

namespace boxoffice {

/// What the waiting rooms need; everything outlives the actors. `reads` runs jobs of `reader`.
struct queue_context {
  const boxoffice::clock& clock;
  random_source& random;
  committer<queue_ranking_write>& commits;
  queue_reader& reader;
  job_runner& reads;
  const catalogue_view& catalogue;
  boxoffice::metrics& metrics;
  queue_times times{};
  /// Called every limits::prune_every with the time before which ended entries may go; posts a
  /// bounded job to the store's writer. Empty: nothing is pruned.
  std::function<void(time_point)> prune{};
  /// Kept up by the rooms, when there is one.
  active_tokens* admitted{nullptr};
};

/// Starts the front of all waiting rooms. It wakes the room of a concert when somebody first asks
/// for it, and ends all rooms when it ends.
/// **Faults** of replies: unavailable, overloaded; in_doubt when a commit's outcome is lost and the
/// store cannot be read either. `deliver_events` is answered once every token is durably USED.
queue_service_actor spawn_queue_service(caf::actor_system& system, const queue_context& context);

}  // namespace boxoffice
