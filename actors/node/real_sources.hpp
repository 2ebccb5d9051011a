#pragma once

#include "actors/core/random.hpp"
#include "actors/core/time.hpp"

#include <mutex>
#include <random>

namespace boxoffice {

/// The machine's clocks, in UTC.
///
/// `now` is the wall clock of the start plus the time since then by CLOCK_BOOTTIME, which nobody
/// steps and which goes on while the machine is suspended. `calendar` is the wall clock, but for a
/// step that has not lasted (limits::wall_step_lasting): a clock that is wrong for a moment opens
/// no sale. **Source** clock_gettime(2).
class system_clock_source final : public clock {
 public:
  system_clock_source();
  [[nodiscard]] time_point now() const override;
  [[nodiscard]] time_point calendar() const override;

 private:
  const time_point began_;
  const std::chrono::nanoseconds booted_;
  mutable std::mutex lock_;
  // How far the wall clock is ahead of `now`: as it is taken, and as it may be from now on.
  mutable milliseconds ahead_{0}, candidate_{0};
  mutable time_point candidate_since_{};
};

/// Random numbers from a generator seeded by the operating system. **Thread**: any.
/// Not for secrets: queue tokens are bound to their user.
class system_random_source final : public random_source {
 public:
  system_random_source();
  std::uint64_t next() override;

 private:
  std::mutex lock_;
  std::mt19937_64 engine_;
};

}  // namespace boxoffice
