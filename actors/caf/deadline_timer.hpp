#pragma once

#include "actors/caf/actor.hpp"
#include "actors/core/time.hpp"

#include <optional>
#include <utility>

namespace boxoffice {

/// Keeps at most one useful timer under way for an actor, due when its earliest deadline is. A
/// timer that comes too early (a later, earlier deadline replaced it) is harmless. **Why**: one
/// clock thread serves all timers of the process, so a timer per seat or saga would drown it.
class deadline_timer {
 public:
  /// Makes sure that `due` runs at `next` or, if that is past, at once. `later` is the actor's
  /// timer_fn.
  template <class Due>
  void arm(const timer_fn& later, time_point now, std::optional<time_point> next, Due due) {
    if (!next || (armed_ && *armed_ <= *next)) return;
    armed_ = *next;
    ++under_way_;
    later(*next - now, std::move(due));
  }
  /// The timer has fired: call first in `due`, then `arm` again at its end.
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
