#pragma once

#include "actors/caf/actor.hpp"
#include "actors/commit/job_runner.hpp"
#include "bench/choreography/event_table.hpp"
#include "bench/choreography/purchase_event.hpp"

#include <caf/actor_system.hpp>

namespace boxoffice::bench {

/// To a relay, from the thread that has just committed them.
struct purchase_events_appended {
  std::vector<purchase_event> events;
};

/// A listener takes deliveries and tells when they are handled.
using listener_actor = accepts<deliver_purchase_events>;
using event_relay_actor = accepts<purchase_events_appended, purchase_events_handled>;

/// Who listens.
struct listeners {
  caf::actor payment, point, reservation;
};

struct event_relay_context {
  listeners to;
  job_runner& commit_jobs;  ///< of the committer, whose thread has the table
  event_table& table;
};

/// Starts what delivers the events of one outbox: each to its listener, at once, in order. Of a
/// payment at most one event is under way, so none waits for another. How far the listeners are is
/// written down now and then; after a restart the rest is delivered again.
event_relay_actor spawn_event_relay(caf::actor_system& system, event_relay_context context);

}  // namespace boxoffice::bench
