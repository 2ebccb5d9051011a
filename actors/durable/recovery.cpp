#include "actors/durable/recovery.hpp"

#include "config/limits.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {

recovery::recovery(std::size_t stash_max, std::function<void()> load, timer_fn later,
                   call_deadlines deadlines, resting how)
    : stash_max_{stash_max},
      load_{std::move(load)},
      later_{std::move(later)},
      deadlines_{deadlines},
      how_{how},
      pause_{limits::store_retry_first} {}

void recovery::admit(const call_context& of, command c, effect what) {
  if (is_given_up(of.deadline) || (rests_ && what == effect::writes)) return c(fault::unavailable);
  switch (phase_) {
    case phase::serving:
      return c(fault::none);
    case phase::idle:
      stash({std::move(c), of.deadline});
      return start();
    case phase::loading:
      return stash({std::move(c), of.deadline});
    case phase::away:
      return c(fault::unavailable);
  }
}

bool recovery::is_given_up(time_point deadline) {
  const auto over = deadlines_.is_over(deadline);
  if (over) deadlines_.count();
  return over;
}

void recovery::start() {
  if (phase_ != phase::idle) return;
  phase_ = phase::loading;
  load();
}

void recovery::passivate() {
  ++number_;
  phase_ = phase::idle;
}

void recovery::stash(waiting w) {
  if (stash_.size() >= stash_max_) return w.run(fault::overloaded);
  stash_.push_back(std::move(w));
}

void recovery::reload(cause why) {
  ++number_;
  wake();
  const bool again = std::exchange(unproven_, true);
  if (again && why == cause::failed && how_ == resting::away) return load_after_pause();
  phase_ = phase::loading;
  if (again && why == cause::failed) rest();
  if (!again || why == cause::failed) return load();
  in(std::min(pause_, milliseconds{limits::refusal_pause_max}), &recovery::load);
}

void recovery::load_after_pause() {
  phase_ = phase::away;
  run_stash(fault::unavailable);
  in(pause_, &recovery::load);
}

void recovery::rest() {
  rests_ = true;
  in(pause_, &recovery::wake);
}

// The next pause is longer.
void recovery::in(milliseconds pause, void (recovery::*then)()) {
  later_(pause, [this, then, mine = number_] {
    if (mine == number_) (this->*then)();
  });
  pause_ = std::min(pause_ * 2, milliseconds{limits::store_retry_max});
}

void recovery::loaded() {
  phase_ = phase::serving;
  run_stash(fault::none);
}

void recovery::failed() {
  unproven_ = true;
  load_after_pause();
}

void recovery::prove() {
  unproven_ = false;
  pause_ = limits::store_retry_first;
}

void recovery::run_stash(fault how) {
  // A command may void memory again; what then waits comes behind the rest.
  for (auto& w : std::exchange(stash_, {})) {
    if (how != fault::none)
      w.run(how);
    else if (is_given_up(w.deadline))
      w.run(fault::unavailable);
    else if (serves())
      w.run(fault::none);
    else
      stash(std::move(w));
  }
}

}  // namespace boxoffice
