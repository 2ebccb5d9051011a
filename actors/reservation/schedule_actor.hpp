#pragma once

#include "actors/caf/actor.hpp"
#include "actors/reservation/hold_validation.hpp"
#include "actors/reservation/protocol.hpp"
#include "actors/reservation/reservation_service.hpp"

#include <memory>
#include <string>
#include <vector>

namespace boxoffice {

// From the front of the service to a schedule. `now` was taken once, when the command came; the
// schedule answers `caller`, or tells the front, which does.

struct claim_seats {
  std::uint64_t correlation{0};
  caf::actor caller;
  time_point now{};
  request_key key;
  user_id user;
  validated_hold wanted;
  /// Whether the store has refused it once, together with the end of somebody else's hold.
  enum class attempt : std::uint8_t { first, second } is{attempt::first};
  call_context call{};
};

/// A command or question of the public protocol, forwarded.
template <class Message>
struct forwarded {
  Message message;
  caf::actor caller;
  time_point now{};
};

/// There are holds in the store: load them, so that their deadlines are kept.
struct activate_schedule {};

// From a schedule to the front, which adds what it knows and answers.

struct hold_answers {
  struct item {
    caf::actor caller;
    hold_reply reply;
    request_key key;
    time_point now{};
    request_origin from{};
  };
  std::vector<item> items;
};

struct confirm_answer {
  caf::actor caller;
  confirm_reply reply;
  user_id user;  ///< of the reservation, when confirmed
  reservation_id reservation;
  concert_id concert;
  time_point now{};
};

struct extension_answer {
  caf::actor caller;
  extension_reply reply;
  request_key key;
  time_point now{};
  request_origin from{};
};

/// A hold was released: sent before its release is answered.
struct hold_released {
  user_id user;
  reservation_id reservation;
};

using schedule_actor =
    accepts<claim_seats, forwarded<release_reservation>, forwarded<confirm_reservation>,
            forwarded<revert_reservation>, forwarded<find_reservation>, forwarded<read_seats>,
            forwarded<move_parked_reservation>, forwarded<admit_ticket>, forwarded<extend_hold>,
            activate_schedule>;

/// Seats of all schedules in memory that somebody holds; where there are holds, a schedule is.
inline gauge& seats_held_gauge(metrics& m) {
  return m.gauge("boxoffice_seats_held", "Seats that are held and not yet paid");
}

/// Starts the actor of one schedule, which sells its seats: it asks the seats of a hold, all or
/// none, makes what they say durable, and answers. `front` gets hold_answers, confirm_answer,
/// extension_answer and hold_released, `parked` what is parked. Life cycle: the front owns it and
/// ends it; what it knows leaves memory when nobody asks for it.
schedule_actor spawn_schedule(caf::actor_system& system, caf::actor front,
                              std::shared_ptr<const schedule> of,
                              const reservation_context& context,
                              std::shared_ptr<parked_entities> parked);

}  // namespace boxoffice

// These never leave the process: a schedule runs beside its front.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::claim_seats)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::forwarded<boxoffice::release_reservation>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::forwarded<boxoffice::confirm_reservation>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::forwarded<boxoffice::revert_reservation>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::forwarded<boxoffice::find_reservation>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::forwarded<boxoffice::read_seats>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::forwarded<boxoffice::move_parked_reservation>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::forwarded<boxoffice::admit_ticket>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::forwarded<boxoffice::extend_hold>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::hold_answers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::confirm_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::extension_answer)
