#pragma once

#include "actors/audit/audit.hpp"
#include "actors/core/metrics.hpp"
#include "actors/node/service_handles.hpp"
#include "bench/choreography/listeners.hpp"

#include <chrono>
#include <filesystem>
#include <memory>

#include <caf/actor_system.hpp>

namespace boxoffice::bench {

/// The services of a node over the SQLite files of a directory, but nobody orchestrates: point and
/// reservation have listeners and an outbox, payment is a participant. What was under way when the
/// last process ended goes on.
///
/// Life cycle: construction starts everything, destruction ends it. **Thread**: the owner's.
class choreographed_node {
 public:
  explicit choreographed_node(const std::filesystem::path& data_dir, const hears_fn& hears = {});
  ~choreographed_node();
  choreographed_node(const choreographed_node&) = delete;
  choreographed_node& operator=(const choreographed_node&) = delete;

  [[nodiscard]] caf::actor_system& system();
  /// Without the payment service, outbox and auditor.
  [[nodiscard]] const service_handles& services() const;
  /// Takes start_payment.
  [[nodiscard]] const caf::actor& payment() const;
  [[nodiscard]] const boxoffice::metrics& metrics() const;

 private:
  class parts;
  std::unique_ptr<parts> parts_;
};

/// Checks the books of a data directory. **Units** `later`: so much after the clock.
audit::audit_report audit_of(const std::filesystem::path& data_dir, audit::reading how,
                             milliseconds later = {});

/// Checks them until everything has had time to end; throws std::runtime_error, which names the
/// first violation, when that does not come within a minute.
audit::audit_report audit_when_drained(const std::filesystem::path& data_dir);

}  // namespace boxoffice::bench
