#pragma once

#include "actors/commit/job_runner.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/payment/payment_store.hpp"

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
};

/// Starts the front of the outbox for operators: it reads what waits and where, and tells relays to
/// replay. **Faults** of its replies: unavailable, overloaded; nothing was done.
outbox_service_actor spawn_outbox_service(caf::actor_system& system, outbox_context context);

}  // namespace boxoffice
