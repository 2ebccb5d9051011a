#pragma once

#include "actors/core/ids.hpp"

#include <cstdint>

namespace boxoffice {

/// Gives payments their ids: strictly growing from the epoch of the store's owner on
/// (docs/PROMISES.md, G20), whatever the clock does. **Why** growing: the tombstone of a
/// reservation says "this payment and every one before it". **Thread**: its service's.
class payment_ids {
 public:
  explicit payment_ids(std::uint64_t epoch)
      : last_{make_payment_id(0, time_point{milliseconds{epoch}}, 0).value} {}

  // One more than the last carries into the milliseconds when a sequence is used up.
  payment_id next(std::uint32_t shard) { return {(last_ += payment_age_step) | shard}; }

 private:
  std::uint64_t last_;
};

}  // namespace boxoffice
