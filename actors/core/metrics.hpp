#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice {

/// Labels of one series: (name, value) pairs.
using metric_labels = std::vector<std::pair<std::string, std::string>>;

/// A number that only grows. **Thread**: any.
class counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A number that goes up and down. **Thread**: any.
class gauge {
 public:
  void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }
  void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Counts observations in buckets that double: the first bucket ends at `first_bound`.
/// **Thread**: any. **Units**: the caller's, named in the metric's name (`_seconds` takes µs and is
/// scaled by `scale` when shown).
class histogram {
 public:
  static constexpr std::size_t bucket_count = 24;

  histogram(std::uint64_t first_bound, double scale) : first_bound_{first_bound}, scale_{scale} {}
  void observe(std::uint64_t value);

  [[nodiscard]] std::uint64_t bound(std::size_t bucket) const { return first_bound_ << bucket; }
  /// How many fell into bucket `i`, not cumulative; index bucket_count is "beyond the last".
  [[nodiscard]] std::uint64_t in_bucket(std::size_t i) const {
    return buckets_[i].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t sum() const { return sum_.load(std::memory_order_relaxed); }
  [[nodiscard]] double scale() const { return scale_; }

 private:
  std::uint64_t first_bound_;
  double scale_;
  std::array<std::atomic<std::uint64_t>, bucket_count + 1> buckets_{};
  std::atomic<std::uint64_t> sum_{0};
};

/// Every metric of one process by name. Whoever measures asks once and keeps the reference, which
/// lives as long as this object. **Thread**: any.
class metrics {
 public:
  boxoffice::counter& counter(std::string name, std::string help, metric_labels labels = {});
  boxoffice::gauge& gauge(std::string name, std::string help, metric_labels labels = {});
  /// A histogram of times, observed in microseconds, shown in seconds.
  boxoffice::histogram& duration_histogram(std::string name, std::string help,
                                           metric_labels labels = {});
  /// A histogram of sizes, from 1 on.
  boxoffice::histogram& size_histogram(std::string name, std::string help,
                                       metric_labels labels = {});

  enum class kind : std::uint8_t { counter, gauge, histogram };
  struct entry {
    kind what{};
    std::string name, help;
    metric_labels labels;
    std::unique_ptr<boxoffice::counter> as_counter;
    std::unique_ptr<boxoffice::gauge> as_gauge;
    std::unique_ptr<boxoffice::histogram> as_histogram;
  };
  /// Calls `visit` for every metric, in order of creation.
  template <class Visit>
  void each(Visit visit) const {
    const std::scoped_lock hold{lock_};
    for (const auto& e : entries_)
      visit(*e);
  }

 private:
  entry& find_or_add(kind what, std::string name, std::string help, metric_labels labels,
                     std::uint64_t first_bound = 0, double scale = 1);
  mutable std::mutex lock_;
  std::vector<std::unique_ptr<entry>> entries_;
};

}  // namespace boxoffice
