#pragma once

#include "bench/events/sides.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace boxoffice::bench {

/// When events were committed and when they were confirmed. **Thread**: any.
class lag_times {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Events up to `sequence` are committed.
  void committed(std::uint64_t sequence);
  void confirmed(std::uint64_t sequence);
  [[nodiscard]] std::uint64_t committed_events();
  [[nodiscard]] std::uint64_t confirmed_events();

  /// **Units** milliseconds; of a share of those confirmed, as 0.99.
  [[nodiscard]] double lag_of(double share);

 private:
  std::mutex lock_;
  std::vector<time_point> committed_;
  std::vector<double> lags_;
};

/// Appends events to the outbox at a rate, a commit for what is due every few milliseconds, and
/// tells `then` after each commit. **Units** `rate` events a second over 100 schedules. Returns the
/// rate that was reached.
double append_paced(const filled_outbox& to, double rate, std::chrono::seconds time,
                    lag_times& into, const std::function<void()>& then);

struct lag_row {
  double rate{0};  ///< events a second that were committed
  double p50{0}, p99{0};
  /// Seconds from the last commit until everything was confirmed.
  double left_over{0};
};

/// The lag of a broker at this rate, from the commit to the confirm.
lag_row lag_at_a_broker(const std::string& postgres, event_publisher& to, double rate,
                        std::chrono::seconds time);
/// The same of a data platform on this machine that takes 50 ms for each POST, up to the answer.
lag_row lag_at_a_platform(const std::string& postgres, double rate, std::size_t batch,
                          std::chrono::seconds time);

}  // namespace boxoffice::bench
