#pragma once

#include "actors/core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace boxoffice {

/// How many people may be let in right now: never more than `per_second` within any 1,000 ms, also
/// across a change of the rule; up to one second's worth at once after a quiet second, and evenly
/// while a line stands. Exact integers. **Thread**: its owner's.
class pace {
 public:
  /// How many more may enter at `now`.
  std::uint32_t allowance(std::uint32_t per_second, time_point now);
  /// `n` entered at `now`, which is not before earlier calls.
  void entered(std::uint32_t n, time_point now);

 private:
  void forget_before(time_point now);

  struct entry {
    time_point at;
    std::uint32_t count;
  };
  std::deque<entry> last_second_;
  std::uint64_t in_last_second_{0};
  std::uint64_t credit_{~std::uint64_t{0}};  // thousandths of a person
  time_point counted_at_{};
};

/// How long a slot is used, from its admission until it comes back: the time that all slots were in
/// use, over how often one came back. So those who still use theirs count, and nobody knows better
/// at the beginning, when only the quick ones have left. What is old weighs less: both are halved
/// when every slot came back twice. **Thread**: its owner's.
class slot_use {
 public:
  /// So many slots were in use since the call before.
  void advance(time_point now, std::size_t in_use);
  void came_back(std::size_t slots);

  /// `unmeasured`: how long it would be taken for if nothing were known, which weighs as much as
  /// `weight` slots that came back. **Requires** a weight above 0.
  [[nodiscard]] double mean_seconds(seconds unmeasured, double weight) const;

 private:
  double used_seconds_{0}, came_back_{0};
  std::size_t in_use_max_{1};
  std::optional<time_point> counted_to_;
};

}  // namespace boxoffice
