#pragma once

#include "actors/core/time.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace boxoffice {

/// Keeps at most one useful timer message of type `Tick` under way for an actor, due when its
/// earliest deadline is. A tick that comes too early (a later, earlier deadline replaced it) is
/// harmless. **Why**: one clock thread serves all timers of the process, so a timer per seat or
/// saga would drown it.
template <class Tick>
class wheel_timer {
 public:
  /// Makes sure that a tick arrives at `next` or, if that is past, at once.
  template <class Self>
  void arm(Self* self, time_point now, std::optional<time_point> next) {
    if (!next || (armed_ && *armed_ <= *next)) return;
    armed_ = *next;
    ++under_way_;
    self->delayed_send(self, std::max(milliseconds{0}, *next - now), Tick{});
  }
  /// The tick has arrived: call first in its handler, then `arm` again at its end.
  /// The last one under way always counts, also when the clock has been set back meanwhile.
  void fired(time_point now) {
    --under_way_;
    if (under_way_ == 0 || (armed_ && *armed_ <= now)) armed_.reset();
  }

 private:
  std::optional<time_point> armed_;
  int under_way_{0};
};

}  // namespace boxoffice
