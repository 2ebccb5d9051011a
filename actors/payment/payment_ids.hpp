#pragma once

#include "actors/core/ids.hpp"

#include <algorithm>
#include <array>

namespace boxoffice {

/// Gives payments their ids: strictly growing within a shard, whatever the clock does. **Why**: the
/// tombstone of a reservation says "this payment and every one before it".
class payment_ids {
 public:
  payment_id next(std::uint32_t shard, time_point now) {
    // One more than the last carries into the milliseconds when a sequence is used up.
    auto& last = last_[shard];
    last = std::max(last + 1, age_of(make_payment_id(shard, now, 0)));
    return {(std::uint64_t{shard} << 57) | last};
  }
  /// An id that exists already.
  void raise_above(payment_id used) {
    auto& last = last_[shard_of(used)];
    last = std::max(last, age_of(used));
  }

 private:
  std::array<std::uint64_t, shard_count> last_{};
};

}  // namespace boxoffice
