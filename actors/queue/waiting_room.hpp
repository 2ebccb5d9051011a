#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <cstdint>

namespace boxoffice {

enum class token_state : std::uint8_t { waiting, active, used, left, expired };

constexpr bool is_live(token_state s) {
  return s == token_state::waiting || s == token_state::active;
}

/// As clients see it.
constexpr const char* name_of(token_state s) {
  switch (s) {
    case token_state::waiting:
      return "WAITING";
    case token_state::active:
      return "ACTIVE";
    case token_state::used:
      return "USED";
    case token_state::left:
      return "LEFT";
    case token_state::expired:
      return "EXPIRED";
  }
  return "";
}

/// One place in the line of one concert.
struct queue_entry {
  queue_token token;
  concert_id concert;
  user_id user;
  std::uint64_t sequence{0};  ///< order of arrival within the concert
  token_state state{token_state::waiting};
  time_point expires_at{};  ///< waiting: when silence gives up the place; active: end of the slot
  time_point changed_at{};  ///< of the last change of state
};

/// A queue entry as its user sees it.
struct queue_place {
  queue_entry entry;
  std::uint32_t position{0};     ///< 1 for the next in line, 0 unless waiting
  std::uint32_t eta_seconds{0};  ///< from measured outflow
};

}  // namespace boxoffice
