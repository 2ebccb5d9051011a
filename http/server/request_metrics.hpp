#pragma once

#include "actors/core/metrics.hpp"
#include "http/server/router.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

namespace boxoffice::http {

/// Measures requests: a latency histogram for each route and status, a counter for each route and
/// problem, requests in flight, open connections. **Thread**: any.
class request_metrics {
 public:
  /// **Requires** both to outlive this.
  request_metrics(const router& routes, metrics& all);

  /// `which` is null for requests that match no route.
  void observe(const route* which, std::size_t index, status code,
               std::chrono::steady_clock::duration took);
  void observe(const route* which, std::size_t index, problem_code code);
  counter& undeclared() { return undeclared_; }
  gauge& in_flight() { return in_flight_; }
  gauge& connections() { return connections_; }
  gauge& streams() { return streams_; }
  void stream_closed(std::string_view reason);

 private:
  histogram& open(const route* which, std::size_t slot, status code);

  metrics& all_;
  gauge &in_flight_, &connections_;
  counter& undeclared_;
  gauge& streams_;
  std::vector<std::atomic<histogram*>> slots_;   // [route or none][status]
  std::vector<std::atomic<counter*>> problems_;  // [route or none][code]
};

}  // namespace boxoffice::http
