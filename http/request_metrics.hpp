#pragma once

#include "actors/core/metrics.hpp"
#include "http/router.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <vector>

namespace boxoffice::http {

/// Measures requests: a latency histogram for each route and status, requests in flight, open
/// connections. **Thread**: any.
class request_metrics {
 public:
  /// **Requires** both to outlive this.
  request_metrics(const router& routes, metrics& all);

  /// `which` is null for requests that match no route.
  void observe(const route* which, std::size_t index, status code,
               std::chrono::steady_clock::duration took);
  gauge& in_flight() { return in_flight_; }
  gauge& connections() { return connections_; }

 private:
  histogram& open(const route* which, std::size_t slot, status code);

  metrics& all_;
  gauge &in_flight_, &connections_;
  std::vector<std::atomic<histogram*>> slots_;  // [route or none][status]
};

}  // namespace boxoffice::http
