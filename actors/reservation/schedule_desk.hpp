#pragma once

#include "actors/caf/actor.hpp"
#include "actors/reservation/hold_admission.hpp"
#include "actors/reservation/protocol.hpp"
#include "actors/reservation/reservation_desk.hpp"
#include "actors/reservation/seat_actor.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace boxoffice {

// From the front desk to the desk of a schedule. `now` was taken once, when the command came; the
// desk answers `caller`, or tells the front desk, which does.

struct claim_basket {
  std::uint64_t ticket{0};
  caf::actor caller;
  time_point now{};
  request_key key;
  user_id user;
  admitted_basket wish;
};

/// A command or question of the public protocol, passed on.
template <class Message>
struct passed_on {
  Message message;
  caf::actor caller;
  time_point now{};
};

/// There are holds in the store: load them, so that their deadlines are kept.
struct wake_desk {};

// From the desk of a schedule to the front desk, which adds what it knows and answers.

struct hold_answers {
  struct item {
    caf::actor caller;
    hold_reply reply;
    request_key key;
    time_point now{};
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

/// A hold was released: sent before its release is answered.
struct hold_released {
  user_id user;
  reservation_id reservation;
};

// Of a schedule desk to itself.

struct schedule_loaded {
  struct contents {
    reservation_reader::schedule_state state;
    std::vector<bool> written;  ///< for each doubtful operation: the store has it
  };
  std::uint32_t generation{0};
  std::shared_ptr<contents> loaded;  ///< null: the store cannot be read
};

struct reservation_recalled {
  std::uint32_t generation{0};
  reservation_id id;
  boxoffice::fault fault{fault::none};
  std::optional<reservation> found;
};

struct desk_tick {};

using schedule_desk_actor = accepts<claim_basket, passed_on<release_reservation>,
                                    passed_on<confirm_reservation>, passed_on<revert_reservation>,
                                    passed_on<find_reservation>, passed_on<read_seats>, wake_desk>;

/// Starts the desk of one schedule, which sells its seats: it asks the seats of a basket, all or
/// none, makes what they say durable, and answers. `front` gets hold_answers, confirm_answer and
/// hold_released. Life cycle: the front desk owns it and ends it; its books leave memory when
/// nobody asks for them.
schedule_desk_actor spawn_schedule_desk(caf::actor_system& system, caf::actor front,
                                        std::shared_ptr<const schedule> of,
                                        const reservation_context& context);

template <class Inspector>
auto inspect(Inspector& f, wake_desk&) {
  return fields(f);
}
template <class Inspector>
auto inspect(Inspector& f, hold_released& m) {
  return fields(f, m.user, m.reservation);
}
template <class Inspector>
auto inspect(Inspector& f, desk_tick&) {
  return fields(f);
}

}  // namespace boxoffice

// These never leave the process: a schedule's desk runs beside its front desk.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::claim_basket)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::passed_on<boxoffice::release_reservation>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::passed_on<boxoffice::confirm_reservation>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::passed_on<boxoffice::revert_reservation>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::passed_on<boxoffice::find_reservation>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::passed_on<boxoffice::read_seats>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::hold_answers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::confirm_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::schedule_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::reservation_recalled)
