#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <cstdint>

namespace boxoffice {

enum class token_state : std::uint8_t { waiting, active, used, left, expired };

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
