#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/core/call_context.hpp"
#include "actors/core/ids.hpp"
#include "actors/durable/parked.hpp"

#include <cstdint>

namespace boxoffice {

/// An operator decides about an event that a consumer behind a broker does not take.
struct move_parked_event {
  using reply = parked_reply;
  std::uint64_t correlation{0};
  event_id event;
  parked_act act{parked_act::try_again};
  call_context call{};
};

/// Whoever delivers events of a broker to a consumer, and keeps what it refuses.
///
/// Tried again, an event is delivered with all that is parked of its schedule, in order, up to the
/// first that is refused. Given up, it is never delivered again, and what is parked behind it is
/// tried. Either is durable at the broker when it is answered.
using subscriber_actor = accepts<list_parked, move_parked_event>;

}  // namespace boxoffice
