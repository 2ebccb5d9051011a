#include "http/server/request_metrics.hpp"

#include <string>

namespace boxoffice::http {
namespace {

constexpr std::size_t status_slots = 512;  // 100 to 611

// How a route is called in labels.
metric_labels labels_of(const route* which, std::string_view name, std::string value) {
  const auto method = which == nullptr ? std::string{"any"}
                                       : std::string{boost::beast::http::to_string(which->method)};
  return {{"method", method},
          {"route", which == nullptr ? "unmatched" : which->pattern},
          {std::string{name}, std::move(value)}};
}

std::size_t row_of(const route* which, std::size_t index) {
  return which == nullptr ? 0 : index + 1;
}

}  // namespace

request_metrics::request_metrics(const router& routes, metrics& all)
    : all_{all},
      in_flight_{all.gauge("boxoffice_http_requests_in_flight", "Requests being handled now")},
      connections_{all.gauge("boxoffice_http_connections", "Open connections")},
      undeclared_{all.counter("boxoffice_http_undeclared_answers_total",
                              "Answers that the API document does not declare for their route")},
      streams_{all.gauge("boxoffice_streams_open", "Live streams with a reader")},
      slots_((routes.routes().size() + 1) * status_slots),
      problems_((routes.routes().size() + 1) * problem_codes) {}

histogram& request_metrics::open(const route* which, std::size_t slot, status code) {
  auto& metric = all_.duration_histogram(
      "boxoffice_http_request_seconds", "Time from the end of a request to the start of its answer",
      labels_of(which, "status", std::to_string(static_cast<unsigned>(code))));
  slots_[slot].store(&metric, std::memory_order_release);
  return metric;
}

void request_metrics::stream_closed(std::string_view reason) {
  all_.counter("boxoffice_streams_closed_total", "Live streams that ended, by reason",
               {{"reason", std::string{reason}}})
      .add();
}

void request_metrics::observe(const route* which, std::size_t index, status code,
                              std::chrono::steady_clock::duration took) {
  const auto slot =
      row_of(which, index) * status_slots + (static_cast<unsigned>(code) - 100) % status_slots;
  auto* metric = slots_[slot].load(std::memory_order_acquire);
  if (metric == nullptr) metric = &open(which, slot, code);
  metric->observe(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
}

void request_metrics::observe(const route* which, std::size_t index, problem_code code) {
  auto& slot = problems_[row_of(which, index) * problem_codes + static_cast<std::size_t>(code)];
  auto* metric = slot.load(std::memory_order_acquire);
  if (metric == nullptr) {
    metric = &all_.counter("boxoffice_http_problems_total", "Refusals, by their code",
                           labels_of(which, "code", std::string{kind_of(code).name}));
    slot.store(metric, std::memory_order_release);
  }
  metric->add();
}

}  // namespace boxoffice::http
