#pragma once

#include "actors/durable/journal.hpp"
#include "actors/queue/room.hpp"
#include "actors/queue/waiting_room_actor.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>

namespace boxoffice {

// What a waiting room has under way; internal to its actor.

using room_command = std::variant<join_queue, poll_queue, leave_queue, check_token, keep_token,
                                  use_tokens, move_parked_token, read_places>;
using room_reply = std::variant<queue_reply, token_reply, tokens_used, parked_reply, places_reply>;

struct room_request {
  caf::actor from;
  room_command what;
  queue_token created{};  ///< the token that was given or moved before the outcome became doubtful
};

struct held_reply {
  room_request of;
  room_reply answer;
};

/// A change of a token under way, or an answer that waits behind one.
struct room_entry {
  std::optional<room_change> change;
  std::optional<held_reply> waits;
};
/// The changes of a token that are not yet durable.
struct undurable_changes {
  std::uint64_t entity{0};
  std::uint32_t writes{0};
};
using room_journal = journal<queue_ranking_write, room_entry>;

inline queue_reply token_not_found(std::uint64_t correlation) {
  return {correlation, fault::none, queue_refusal::token_not_found, {}, {}};
}

/// Where `token`, which is known, stands.
inline queue_reply reply_of(const waiting_room& room, std::uint64_t correlation, queue_token token,
                            queue_reply::origin from = queue_reply::origin::existing) {
  const auto place = room.place(token);
  return {correlation, fault::none, {}, from, place, room.eta_seconds_late(place.position)};
}

/// Where those stand whose last change is durable.
inline places_reply standings_of(
    const waiting_room& room, const std::unordered_map<queue_token, undurable_changes>& undurable,
    const read_places& asked) {
  places_reply out{asked.correlation, fault::none, {}, {}};
  for (const auto token : asked.tokens) {
    if (!room.knows(token)) {
      out.unknown.push_back(token);
    } else if (!undurable.contains(token)) {
      const auto place = room.place(token);
      out.places.push_back({token, place.entry.state, place.position, place.eta_seconds,
                            room.eta_seconds_late(place.position), place.entry.expires_at});
    }
  }
  return out;
}

inline bool owns(waiting_room& room, queue_token token, const user_id& user, time_point now) {
  const auto* e = room.find(token, now);
  return e != nullptr && e->user == user;
}

/// Whether the entry is there and as its deadline says: a change that found no room in the
/// committer's queue was taken back.
inline bool stands(const waiting_room& room, queue_token token, time_point now) {
  if (!room.knows(token)) return false;
  const auto e = room.place(token).entry;
  return !is_live(e.state) || now < e.expires_at;
}

/// The answer to what was not done. None for used tokens, since silence makes the relay deliver
/// their events again, and for what nobody waits for.
inline std::optional<room_reply> refusal_of(const room_request& r, fault why) {
  if (const auto* check = std::get_if<check_token>(&r.what))
    return token_reply{check->correlation, why, {}, 0};
  if (const auto* moved = std::get_if<move_parked_token>(&r.what)) {
    parked_reply no;
    no.correlation = moved->correlation;
    no.fault = why;
    return no;
  }
  if (std::holds_alternative<use_tokens>(r.what) || std::holds_alternative<keep_token>(r.what))
    return std::nullopt;
  if (const auto* places = std::get_if<read_places>(&r.what))
    return places_reply{places->correlation, why, {}, {}};
  const auto correlation = std::visit([](const auto& m) { return m.correlation; }, r.what);
  return queue_reply{correlation, why, {}, {}, {}};
}

}  // namespace boxoffice
