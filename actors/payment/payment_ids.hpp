#pragma once

#include "actors/core/ids.hpp"

#include <algorithm>
#include <cstdint>

namespace boxoffice {

/// Gives payments their ids: strictly growing, whatever the clock does. **Why**: the tombstone of a
/// reservation says "this payment and every one before it".
class payment_ids {
 public:
  payment_id next(std::uint32_t shard, time_point now) {
    // One more than the last carries into the milliseconds when a sequence is used up.
    last_ = std::max(last_ + payment_age_step, age_of(make_payment_id(0, now, 0)));
    return {last_ | shard};
  }
  /// An id that exists already.
  void raise_above(payment_id used) { last_ = std::max(last_, age_of(used)); }

 private:
  std::uint64_t last_{0};
};

}  // namespace boxoffice
