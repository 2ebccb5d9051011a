#pragma once

#include "actors/cluster/takeover_watch.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace boxoffice::cluster {

/// What a node that stands by does next, from one look at the rows of the owners to the other
/// (docs/decisions/0022).
///
/// A claim keeps other nodes that stand by from taking over as well. Who has it looks once more,
/// for another node may have been faster. Pure. **Thread**: its owner's.
class standing_by {
 public:
  enum class step : std::uint8_t {
    wait,       ///< look again after limits::owner_look_every
    claim,      ///< try to claim, and tell `claimed`
    give_back,  ///< let go of the claim, then wait
    take,       ///< take over what is still as it was seen
  };

  explicit standing_by(takeover_watch rows) : rows_{std::move(rows)} {}

  /// A look at all rows, the same stores in the same order each time. None: there is nothing to
  /// claim, and nobody to wait for.
  [[nodiscard]] step looked(const std::vector<owner_row>& rows, time_point asked,
                            time_point answered) {
    const bool free = rows_.look(rows, asked, answered);
    if (free && (claimed_ || rows.empty())) return step::take;
    if (free) return step::claim;
    if (!claimed_) return step::wait;
    claimed_ = false;
    return step::give_back;
  }
  /// True: look again at once.
  [[nodiscard]] bool claimed(bool got_it) { return claimed_ = got_it; }
  /// A look that failed: nothing is known, and a claim is gone.
  void failed() {
    rows_.failed();
    claimed_ = false;
  }

 private:
  takeover_watch rows_;
  bool claimed_{false};
};

}  // namespace boxoffice::cluster
