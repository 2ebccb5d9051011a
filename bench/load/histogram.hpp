#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace boxoffice::load {

/// Latencies in buckets whose width grows with the value: each quantile is right to 1.6 %, at a
/// fixed size. **Units** microseconds, up to an hour. **Source**: the layout of HdrHistogram.
class histogram {
 public:
  histogram();
  void add(std::chrono::nanoseconds took);
  void add(const histogram& other);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// The value that the share `q` of all values does not exceed; 0 when there are none.
  [[nodiscard]] std::chrono::microseconds quantile(double q) const;
  [[nodiscard]] std::chrono::microseconds max() const { return std::chrono::microseconds{max_}; }
  [[nodiscard]] double mean_microseconds() const;

 private:
  static std::size_t bucket_of(std::uint64_t microseconds);
  static std::uint64_t top_of(std::size_t bucket);

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_{0}, sum_{0}, max_{0};
};

}  // namespace boxoffice::load
