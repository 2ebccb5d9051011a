#pragma once

#include "actors/core/time.hpp"

#include <cstdint>
#include <deque>

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

/// How fast a line moves: a moving average of admissions in whole seconds in which somebody waited,
/// over about limits::waiting_room_outflow_window. Empty lines say nothing about capacity and are
/// not counted. **Thread**: its owner's.
class outflow {
 public:
  /// Closes the seconds that ended by `now`. `standing`: the line after what happened at `now`.
  enum class line_is : std::uint8_t { empty, standing };
  void advance(time_point now, line_is standing);
  void admitted(std::uint32_t n) { in_this_second_ += n; }

  /// Admissions per second, in millionths; `prior` (same unit) stands for what was not yet
  /// measured.
  [[nodiscard]] std::uint64_t per_second_millionths(std::uint64_t prior) const;

 private:
  std::int64_t second_{0};
  std::uint32_t in_this_second_{0};
  line_is standing_{line_is::empty};
  std::uint64_t average_{0};  // millionths per second
  std::uint64_t seconds_measured_{0};
};

}  // namespace boxoffice
