#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/values.hpp"
#include "actors/concert/catalogue.hpp"
#include "actors/reservation/seat.hpp"

#include <cstdint>

namespace boxoffice {

// Between a schedule desk and its seats. `round` 0 asks for no answer.

struct claim_seat {
  std::uint64_t round{0};
  reservation_id by;
  time_point expires_at{}, now{};
};
struct sell_seat {
  std::uint64_t round{0};
  reservation_id by;
  time_point now{};
};
struct free_seat {
  reservation_id by;
};
struct seat_answer {
  std::uint64_t round{0};
  seat_index seat{0};
  seat_verdict verdict{seat_verdict::granted};
};

/// One seat as an actor: decides about it, and keeps nothing that the store does not have.
/// Life cycle: its schedule desk wakes it, is the only one to talk to it, and ends it when idle.
using seat_actor = accepts<claim_seat, sell_seat, free_seat>;

seat_actor spawn_seat(caf::actor_system& system, seat_index number, const seat& as_it_stands);

template <class Inspector>
auto inspect(Inspector& f, claim_seat& m) {
  return fields(f, m.round, m.by, m.expires_at, m.now);
}
template <class Inspector>
auto inspect(Inspector& f, sell_seat& m) {
  return fields(f, m.round, m.by, m.now);
}
template <class Inspector>
auto inspect(Inspector& f, free_seat& m) {
  return fields(f, m.by);
}
template <class Inspector>
auto inspect(Inspector& f, seat_answer& m) {
  return fields(f, m.round, m.seat, m.verdict);
}

}  // namespace boxoffice
