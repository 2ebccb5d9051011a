#pragma once

#include "actors/queue/queue_store.hpp"
#include "actors/queue_ranking/queue_ranking_store.hpp"
#include "actors/ranking/ranking_store.hpp"
#include "storage/storage_error.hpp"
#include "tests/storage/samples.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Small batches, and what became of them.
namespace boxoffice::test {

using numbers = std::vector<std::uint64_t>;
inline constexpr concert_id a_concert{5};

/// The `n`th to come; the place as it is from now on.
inline std::vector<queue_ranking_write> join(std::uint64_t n,
                                             token_state state = token_state::waiting,
                                             time_point changed = at(0)) {
  queue_entry e;
  e.token = queue_token{a_concert, 1000 + n};
  e.concert = a_concert;
  e.user = {"u" + std::to_string(n)};
  e.sequence = n;
  e.state = state;
  e.expires_at = at(60'000);
  e.changed_at = changed;
  return {queue_write{e}};
}

/// The `n`th event, after which a schedule has sold so much.
inline std::vector<queue_ranking_write> sell(std::uint64_t n, schedule_id schedule,
                                             std::int64_t seats) {
  return {ranking_write{"best_selling",
                        {1000 + n},
                        n,
                        sales_bucket{schedule, 100 + static_cast<std::int64_t>(n), seats},
                        sales_total{schedule, seats, at(static_cast<std::int64_t>(n)), {}}}};
}

/// Who stands in line, by number; empty when it cannot be read.
inline std::optional<numbers> line(queue_reader& reader) {
  try {
    numbers found;
    for (const auto& e : reader.load_room(a_concert, at(0)).entries)
      if (e.state == token_state::waiting || e.state == token_state::active)
        found.push_back(e.sequence);
    return found;
  } catch (const storage_error&) {
    return std::nullopt;
  }
}

}  // namespace boxoffice::test
