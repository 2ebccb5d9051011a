#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/values.hpp"
#include "actors/concert/protocol.hpp"
#include "actors/core/fault.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/queue/waiting_room.hpp"

#include <cstdint>

namespace boxoffice {

/// Takes a place in line, or gives back the live one.
struct join_queue {
  std::uint64_t ticket{0};
  user_id user;
  concert_id concert;
};

/// Reads a place; counts as a sign of life.
struct poll_queue {
  std::uint64_t ticket{0};
  user_id user;
  queue_token token;
};

/// Gives up the place or the slot. Idempotent while the token is readable.
struct leave_queue {
  std::uint64_t ticket{0};
  user_id user;
  queue_token token;
};

enum class queue_refusal : std::uint8_t { none, concert_not_found, token_not_found };

struct queue_reply {
  std::uint64_t ticket{0};
  boxoffice::fault fault{fault::none};
  queue_refusal refusal{queue_refusal::none};
  enum class origin : std::uint8_t { existing, created } from{origin::existing};
  queue_place place;
};

/// Whether `user` may buy in `concert` with `token` right now.
struct check_token {
  std::uint64_t ticket{0};
  user_id user;
  concert_id concert;
  queue_token token;
};

enum class token_verdict : std::uint8_t { active, invalid, waiting };

struct token_reply {
  std::uint64_t ticket{0};
  boxoffice::fault fault{fault::none};
  token_verdict verdict{token_verdict::invalid};
  std::uint32_t position{0};  ///< while waiting
};

/// Whether the store that waiting rooms and rankings share is there, with everything in it.
struct ask_queue_store {
  std::uint64_t ticket{0};
};
struct queue_store_reply {
  std::uint64_t ticket{0};
  boxoffice::fault fault{fault::none};
};

/// Front of the waiting rooms: one actor per concert behind it, woken lazily. It also consumes
/// payment events (tokens become USED) and changes of the rule.
using queue_service_actor = accepts<join_queue, poll_queue, leave_queue, check_token,
                                    ask_queue_store, deliver_events, ask_applied>;

template <class Inspector>
auto inspect(Inspector& f, queue_entry& v) {
  return fields(f, v.token, v.concert, v.user, v.sequence, v.state, v.expires_at, v.changed_at);
}
template <class Inspector>
auto inspect(Inspector& f, queue_place& v) {
  return fields(f, v.entry, v.position, v.eta_seconds);
}
template <class Inspector>
auto inspect(Inspector& f, join_queue& m) {
  return fields(f, m.ticket, m.user, m.concert);
}
template <class Inspector>
auto inspect(Inspector& f, poll_queue& m) {
  return fields(f, m.ticket, m.user, m.token);
}
template <class Inspector>
auto inspect(Inspector& f, leave_queue& m) {
  return fields(f, m.ticket, m.user, m.token);
}
template <class Inspector>
auto inspect(Inspector& f, queue_reply& m) {
  return fields(f, m.ticket, m.fault, m.refusal, m.from, m.place);
}
template <class Inspector>
auto inspect(Inspector& f, check_token& m) {
  return fields(f, m.ticket, m.user, m.concert, m.token);
}
template <class Inspector>
auto inspect(Inspector& f, token_reply& m) {
  return fields(f, m.ticket, m.fault, m.verdict, m.position);
}
template <class Inspector>
auto inspect(Inspector& f, ask_queue_store& m) {
  return fields(f, m.ticket);
}
template <class Inspector>
auto inspect(Inspector& f, queue_store_reply& m) {
  return fields(f, m.ticket, m.fault);
}

}  // namespace boxoffice
