#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/concert/catalogue.hpp"
#include "actors/reservation/seat.hpp"

#include <cstdint>

namespace boxoffice {

// Between a schedule and its seats.

/// A hold asks for the seat; answered by `seat_answer` under the same poll.
struct claim_seat {
  std::uint64_t poll{0};
  reservation_id by;
  time_point expires_at{}, now{};
};
/// The reservation is paid.
struct sell_seat {
  reservation_id by;
};
struct free_seat {
  reservation_id by;
};
/// The hold has more time.
struct extend_seat {
  reservation_id by;
  time_point expires_at{};
};
struct seat_answer {
  std::uint64_t poll{0};
  seat_index seat{0};
  seat_verdict verdict{seat_verdict::granted};
};

/// One seat as an actor: decides about it, and keeps nothing that the store does not have.
/// Life cycle: its schedule activates it, is the only one to talk to it, and ends it when idle.
using seat_actor = accepts<claim_seat, sell_seat, free_seat, extend_seat>;

seat_actor spawn_seat(caf::actor_system& system, seat_index number, const seat& as_it_stands);

}  // namespace boxoffice
