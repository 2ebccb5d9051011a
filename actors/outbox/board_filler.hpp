#pragma once

#include "actors/commit/job_runner.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/payment/payment_store.hpp"

#include <string>

#include <caf/actor_system.hpp>

namespace boxoffice {

/// What a filler works with. Everything referred to outlives it.
struct filler_context {
  const clock& time;
  std::string consumer;
  event_consumer_actor to;
  fillable_actor fills;    ///< the same board
  payment_reader& reader;  ///< used in jobs of `reads`
  job_runner& reads;
  boxoffice::metrics& metrics;
};

/// Looks after a board that hears of events from a broker: when it holds nothing, its store is new,
/// and it is filled with all sales. What the broker brings of these the board takes for counted.
/// **Why** not the broker: it has forgotten what was acknowledged.
caf::actor spawn_board_filler(caf::actor_system& system, filler_context context);

}  // namespace boxoffice
