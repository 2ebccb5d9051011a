#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/concert/catalogue.hpp"
#include "actors/core/call_context.hpp"
#include "actors/core/fault.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace boxoffice {

/// Adds a concert. The caller has checked the form.
struct create_concert {
  using reply = struct catalogue_reply;
  std::uint64_t correlation{0};
  concert draft;  ///< id is ignored
  call_context call{};
};

/// Adds a schedule to a concert. The caller has checked the form (counts, order of times).
struct create_schedule {
  using reply = struct catalogue_reply;
  std::uint64_t correlation{0};
  schedule draft;  ///< id is ignored
  call_context call{};
};

/// Changes how a concert lets people in, at once.
struct change_waiting_room {
  using reply = struct catalogue_reply;
  std::uint64_t correlation{0};
  concert_id concert;
  waiting_room_rule rule;
  call_context call{};
};

enum class catalogue_refusal : std::uint8_t { none, concert_not_found };

/// Answers the three above. **Ensures** the snapshot already shows the change when refusal and
/// fault are none.
struct catalogue_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  catalogue_refusal refusal{catalogue_refusal::none};
  concert_id concert;
  schedule_id schedule;
};

/// Owns the master data: decides, persists, publishes the new snapshot, answers.
using catalogue_actor = accepts<create_concert, create_schedule, change_waiting_room>;

}  // namespace boxoffice

// Drafts are handed over within one process; a gateway on another node sends its own form of them.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::create_concert)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::create_schedule)
