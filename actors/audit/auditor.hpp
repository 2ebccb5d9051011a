#pragma once

#include "actors/audit/audit.hpp"
#include "actors/audit/books_reader.hpp"
#include "actors/audit/protocol.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"

namespace caf {
class actor_system;
}

namespace boxoffice {

/// What the auditor needs; everything outlives it.
struct audit_context {
  const boxoffice::clock& time;
  audit::books_reader& reader;
  job_runner& jobs;  ///< a check takes seconds: nobody else should wait for this runner
  audit::audit_terms terms;
  boxoffice::metrics& metrics;
};

/// Starts the auditor of a node.
auditor_actor spawn_auditor(caf::actor_system& system, const audit_context& context);

}  // namespace boxoffice
