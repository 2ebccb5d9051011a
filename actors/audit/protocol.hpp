#pragma once

#include "actors/audit/audit.hpp"
#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/core/call_context.hpp"
#include "actors/core/fault.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <memory>

namespace boxoffice {

/// Asks whether the books of this node add up.
struct read_invariants {
  using reply = struct invariants_reply;
  std::uint64_t correlation{0};
  call_context call{};
};

/// **Faults** unavailable when a database cannot be read, overloaded when too many ask.
struct invariants_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  time_point checked_at{};
  std::shared_ptr<const audit::audit_report> report;  ///< null with a fault
};

/// Reads the databases on a thread of its own. Whoever asks while a check runs, or shortly after
/// it, gets that one's report.
using auditor_actor = accepts<read_invariants>;

}  // namespace boxoffice

// Never leaves its process: it speaks of the databases beside it.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::invariants_reply)
