#include "actors/durable/recovery.hpp"

#include "config/limits.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {

recovery::recovery(std::size_t stash_max, std::function<void()> load, timer_fn later, resting how)
    : stash_max_{stash_max},
      load_{std::move(load)},
      later_{std::move(later)},
      how_{how},
      pause_{limits::store_retry_first} {}

void recovery::admit(command c, effect of) {
  if (rests_ && of == effect::writes) return c(fault::unavailable);
  switch (phase_) {
    case phase::serving:
      return c(fault::none);
    case phase::idle:
      stash(std::move(c));
      return start();
    case phase::loading:
      return stash(std::move(c));
    case phase::away:
      return c(fault::unavailable);
  }
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

void recovery::stash(command c) {
  if (stash_.size() >= stash_max_) return c(fault::overloaded);
  stash_.push_back(std::move(c));
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
  for (auto& c : std::exchange(stash_, {})) {
    if (how == fault::none && !serves())
      stash(std::move(c));
    else
      c(how);
  }
}

}  // namespace boxoffice
