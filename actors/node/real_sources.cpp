#include "actors/node/real_sources.hpp"

#include "config/limits.hpp"
#include "logging/log.hpp"

#include <ctime>

namespace boxoffice {

namespace {

time_point wall() {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

std::chrono::nanoseconds since_boot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

bool differs(milliseconds a, milliseconds b) {
  return std::chrono::abs(a - b) > limits::wall_step_min;
}

}  // namespace

system_clock_source::system_clock_source() : began_{wall()}, booted_{since_boot()} {}

time_point system_clock_source::now() const {
  return began_ + std::chrono::floor<milliseconds>(since_boot() - booted_);
}

time_point system_clock_source::calendar() const {
  const std::scoped_lock hold{lock_};
  const auto here = now();
  const auto ahead = wall() - here;
  if (!differs(ahead, ahead_)) {
    candidate_ = ahead_ = ahead;
  } else if (!differs(ahead, candidate_) && here - candidate_since_ >= limits::wall_step_lasting) {
    log(log_level::warning, "main",
        "the wall clock was stepped; durations go on, and times that are told are off by this "
        "until "
        "a restart",
        {{"milliseconds", ahead.count()}});
    candidate_ = ahead_ = ahead;
  } else if (differs(ahead, candidate_)) {
    candidate_ = ahead;
    candidate_since_ = here;
  }
  return here + ahead_;
}

system_random_source::system_random_source() {
  std::random_device entropy;
  std::seed_seq seed{entropy(), entropy(), entropy(), entropy(), entropy(), entropy()};
  engine_.seed(seed);
}

std::uint64_t system_random_source::next() {
  const std::scoped_lock hold{lock_};
  return engine_();
}

}  // namespace boxoffice
