#pragma once

#include "actors/core/random.hpp"
#include "actors/core/time.hpp"

#include <mutex>
#include <random>

namespace boxoffice {

/// The machine's clock, in UTC.
class system_clock_source final : public clock {
 public:
  [[nodiscard]] time_point now() const override;
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
