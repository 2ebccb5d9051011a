#pragma once

#include <cstdint>

namespace boxoffice {

/// Where random numbers come from; seeded in tests and simulation. **Thread**: any.
class random_source {
 public:
  virtual ~random_source() = default;
  /// 64 uniformly distributed bits.
  virtual std::uint64_t next() = 0;
};

}  // namespace boxoffice
