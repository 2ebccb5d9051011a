#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/concert/protocol.hpp"
#include "actors/core/call_context.hpp"
#include "actors/core/fault.hpp"
#include "actors/durable/figures.hpp"
#include "actors/durable/parked.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/queue/waiting_room.hpp"

#include <cstdint>
#include <vector>

namespace boxoffice {

/// Takes a place in line, or gives back the live one.
struct join_queue {
  using reply = struct queue_reply;
  std::uint64_t correlation{0};
  user_id user;
  concert_id concert;
  call_context call{};
};

/// Reads a place; counts as a sign of life.
struct poll_queue {
  using reply = struct queue_reply;
  std::uint64_t correlation{0};
  user_id user;
  queue_token token;
  call_context call{};
};

/// Gives up the place or the slot. Idempotent while the token is readable.
struct leave_queue {
  using reply = struct queue_reply;
  std::uint64_t correlation{0};
  user_id user;
  queue_token token;
  call_context call{};
};

enum class queue_refusal : std::uint8_t { none, concert_not_found, token_not_found };

struct queue_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  queue_refusal refusal{queue_refusal::none};
  enum class origin : std::uint8_t { existing, created } from{origin::existing};
  queue_place place;
  std::uint32_t eta_seconds_late{0};  ///< nine of ten wait no longer; `place` has the middle
};

/// Reads many places of one concert at once, for those who are told as they move. Each reading is
/// a sign of life.
struct read_places {
  using reply = struct places_reply;
  std::uint64_t correlation{0};
  concert_id concert;
  std::vector<queue_token> tokens;
  call_context call{};
};

struct token_standing {
  queue_token token;
  token_state state{token_state::waiting};
  std::uint32_t position{0};
  std::uint32_t eta_seconds{0};
  std::uint32_t eta_seconds_late{0};
  time_point expires_at{};
};

/// Tokens whose last change is not yet durable are left out, and come with the next reading.
struct places_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  std::vector<token_standing> places;
  std::vector<queue_token> unknown;  ///< nobody's, or forgotten since they ended
};

/// Whether `user` may buy in `concert` with `token` right now.
struct check_token {
  using reply = struct token_reply;
  std::uint64_t correlation{0};
  user_id user;
  concert_id concert;
  queue_token token;
  call_context call{};
};

enum class token_verdict : std::uint8_t {
  active,
  invalid,
  waiting,
  lapsed,  ///< it was the user's, and is over: used up, given up, or its time has passed
};

struct token_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  token_verdict verdict{token_verdict::invalid};
  std::uint32_t position{0};  ///< while waiting
};

/// The user holds seats until then: an ACTIVE token of theirs lives as long. No answer.
struct keep_token {
  std::uint64_t correlation{0};
  user_id user;
  queue_token token;  ///< number 0: the live one that the user has in that concert
  time_point until{};
  call_context call{};
};

/// What an operator wants of a token whose change the store refuses. To give it up: its place ends
/// as LEFT, and its user may take another.
struct move_parked_token {
  using reply = struct parked_reply;
  std::uint64_t correlation{0};
  queue_token token;
  parked_act act{parked_act::try_again};
  call_context call{};
};

/// Front of the waiting rooms: one actor per concert behind it, woken lazily. It also consumes
/// payment events (tokens become USED) and changes of the rule.
using queue_service_actor =
    accepts<join_queue, poll_queue, leave_queue, check_token, keep_token, deliver_events,
            ask_applied, list_parked, move_parked_token, read_places, read_figures>;

}  // namespace boxoffice
