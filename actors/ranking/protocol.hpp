#pragma once

#include "actors/bus/protocol.hpp"
#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/core/call_context.hpp"
#include "actors/core/fault.hpp"
#include "actors/durable/figures.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/ranking/leaderboard.hpp"

#include <cstdint>
#include <vector>

namespace boxoffice {

struct read_best_selling {
  using reply = struct best_selling_reply;
  std::uint64_t correlation{0};
  ranking_window window{ranking_window::all};
  std::uint32_t limit{50};
  call_context call{};
};

struct best_selling_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  std::vector<best_selling_line> lines;
};

struct read_sold_out {
  using reply = struct sold_out_reply;
  std::uint64_t correlation{0};
  std::uint32_t limit{50};
  call_context call{};
};

struct sold_out_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  std::vector<sold_out_line> lines;
};

/// Most seats sold, by window. What is parked behind a broker is asked for here too.
using best_selling_actor = accepts<read_best_selling, deliver_events, ask_applied, fill_board,
                                   list_parked, move_parked_event, read_figures>;
/// Fastest sold out. As above.
using sold_out_actor =
    accepts<read_sold_out, deliver_events, ask_applied, fill_board, list_parked, move_parked_event>;

}  // namespace boxoffice
