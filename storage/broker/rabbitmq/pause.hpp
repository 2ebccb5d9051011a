#pragma once

#include "config/limits.hpp"
#include "storage/backoff.hpp"

#include <chrono>
#include <optional>

namespace boxoffice::broker {

/// When a broker is tried again. A connection that is lost at once counts as a failure too; one
/// that was of use, or lasted, ends the row of failures.
class rabbitmq_pause {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  [[nodiscard]] time_point next() const { return next_; }
  [[nodiscard]] bool is_over(time_point now) const { return now >= next_; }

  void opened(time_point now) { opened_ = now; }
  /// There is no connection, or not any more.
  void failed(time_point now) {
    if (opened_ && now - *opened_ > limits::bus_reconnect_max) was_of_use();
    opened_.reset();
    next_ = now + pause_.next();
  }
  void was_of_use() { pause_.reset(); }

 private:
  storage::backoff pause_{limits::bus_reconnect_first, limits::bus_reconnect_max};
  time_point next_{};
  std::optional<time_point> opened_;
};

}  // namespace boxoffice::broker
