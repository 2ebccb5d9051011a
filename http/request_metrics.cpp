#include "http/request_metrics.hpp"

#include <string>

namespace boxoffice::http {
namespace {

constexpr std::size_t status_slots = 512;  // 100 to 611

}  // namespace

request_metrics::request_metrics(const router& routes, metrics& all)
    : all_{all},
      in_flight_{all.gauge("boxoffice_http_requests_in_flight", "Requests being handled now")},
      connections_{all.gauge("boxoffice_http_connections", "Open connections")},
      slots_((routes.routes().size() + 1) * status_slots) {}

histogram& request_metrics::open(const route* which, std::size_t slot, status code) {
  const auto method = which == nullptr ? std::string{"any"}
                                       : std::string{boost::beast::http::to_string(which->method)};
  auto& metric = all_.duration_histogram(
      "boxoffice_http_request_seconds", "Time from the end of a request to the start of its answer",
      {{"method", method},
       {"route", which == nullptr ? "unmatched" : which->pattern},
       {"status", std::to_string(static_cast<unsigned>(code))}});
  slots_[slot].store(&metric, std::memory_order_release);
  return metric;
}

void request_metrics::observe(const route* which, std::size_t index, status code,
                              std::chrono::steady_clock::duration took) {
  const auto row = which == nullptr ? 0 : index + 1;
  const auto slot = row * status_slots + (static_cast<unsigned>(code) - 100) % status_slots;
  auto* metric = slots_[slot].load(std::memory_order_acquire);
  if (metric == nullptr) metric = &open(which, slot, code);
  metric->observe(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
}

}  // namespace boxoffice::http
