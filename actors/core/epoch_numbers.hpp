#pragma once

#include <atomic>
#include <cstdint>

namespace boxoffice {

/// Numbers that are never given twice (docs/PROMISES.md, G20), not even after the store that keeps
/// what they name lost its last commits: they begin with the epoch of the store's owner, which is
/// at least the wall clock in milliseconds when it took the store over, and greater than every
/// epoch before (docs/decisions/0016). The node owns one of these for each store. **Thread**: any.
class epoch_numbers {
 public:
  /// Room for 2^20 numbers a millisecond, and above what was given before there were epochs: those
  /// are below 2^60.
  static constexpr unsigned wide = 20;
  /// For 1024 a millisecond: below 2^53 until the year 2248, so that it is exact in JSON.
  static constexpr unsigned narrow = 10;

  epoch_numbers(std::uint64_t epoch, unsigned bits) : epoch_{epoch}, last_{epoch << bits} {}

  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }

  [[nodiscard]] std::uint64_t next() { return last_.fetch_add(1, std::memory_order_relaxed) + 1; }

 private:
  const std::uint64_t epoch_;
  std::atomic<std::uint64_t> last_;
};

}  // namespace boxoffice
