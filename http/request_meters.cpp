#include "http/request_meters.hpp"

#include <string>

namespace boxoffice::http {
namespace {

constexpr std::size_t status_slots = 512;  // 100 to 611

}  // namespace

request_meters::request_meters(const router& routes, meters& all)
    : all_{all},
      in_flight_{all.level("boxoffice_http_requests_in_flight", "Requests being handled now")},
      connections_{all.level("boxoffice_http_connections", "Open connections")},
      slots_((routes.routes().size() + 1) * status_slots) {}

histogram& request_meters::open(const route* which, std::size_t slot, status code) {
  const auto method = which == nullptr ? std::string{"any"}
                                       : std::string{boost::beast::http::to_string(which->method)};
  auto& meter = all_.duration("boxoffice_http_request_seconds",
                              "Time from the end of a request to the start of its answer",
                              {{"method", method},
                               {"route", which == nullptr ? "unmatched" : which->pattern},
                               {"status", std::to_string(static_cast<unsigned>(code))}});
  slots_[slot].store(&meter, std::memory_order_release);
  return meter;
}

void request_meters::observe(const route* which, std::size_t index, status code,
                             std::chrono::steady_clock::duration took) {
  const auto row = which == nullptr ? 0 : index + 1;
  const auto slot = row * status_slots + (static_cast<unsigned>(code) - 100) % status_slots;
  auto* meter = slots_[slot].load(std::memory_order_acquire);
  if (meter == nullptr) meter = &open(which, slot, code);
  meter->observe(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
}

}  // namespace boxoffice::http
