#include "bench/load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace boxoffice::load {
namespace {

// Values below 2^(part_bits + 1) have a bucket each; above, every power of two has 2^part_bits.
constexpr unsigned part_bits = 6;
constexpr std::uint64_t parts = std::uint64_t{1} << part_bits;
constexpr std::uint64_t value_max = 3'600'000'000;

}  // namespace

histogram::histogram() : counts_(bucket_of(value_max) + 1) {}

std::size_t histogram::bucket_of(std::uint64_t microseconds) {
  const auto width = static_cast<unsigned>(std::bit_width(microseconds));
  const unsigned shift = width > part_bits + 1 ? width - part_bits - 1 : 0;
  return shift * parts + (microseconds >> shift);
}

std::uint64_t histogram::top_of(std::size_t bucket) {
  if (bucket < 2 * parts) return bucket;
  const auto shift = bucket / parts - 1;
  return ((bucket - shift * parts + 1) << shift) - 1;
}

void histogram::add(std::chrono::nanoseconds took) {
  const auto value =
      std::min<std::uint64_t>(static_cast<std::uint64_t>(std::max<std::int64_t>(
                                  0, std::chrono::round<std::chrono::microseconds>(took).count())),
                              value_max);
  ++counts_[bucket_of(value)];
  ++count_;
  sum_ += value;
  max_ = std::max(max_, value);
}

void histogram::add(const histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i)
    counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

std::chrono::microseconds histogram::quantile(double q) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_)));
  std::uint64_t passed = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    passed += counts_[i];
    if (passed != 0 && passed >= wanted)
      return std::chrono::microseconds{std::min(top_of(i), max_)};
  }
  return {};
}

double histogram::mean_microseconds() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

}  // namespace boxoffice::load
