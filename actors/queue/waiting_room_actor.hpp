#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/queue/protocol.hpp"
#include "actors/queue/queue_service.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace boxoffice {

// Between the front of the service and its waiting rooms; nobody else includes this.

/// Payments were made with these tokens; answered by `tokens_used` when that is durable.
struct use_tokens {
  std::uint64_t correlation{0};
  std::vector<queue_token> tokens;
  std::vector<user_id> users;  ///< as many: whose payment it was
};
struct tokens_used {
  std::uint64_t correlation{0};
};

/// The waiting room of one concert.
using waiting_room_actor = accepts<join_queue, poll_queue, leave_queue, check_token, keep_token,
                                   use_tokens, move_parked_token, read_places>;

/// `parked` gets what the room sets aside.
waiting_room_actor spawn_waiting_room(caf::actor_system& system, const queue_context& context,
                                      concert_id concert, std::shared_ptr<parked_entities> parked);

}  // namespace boxoffice
