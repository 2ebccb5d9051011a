#pragma once

#include "bench/actors/closed_loop.hpp"
#include "bench/load/histogram.hpp"

#include <chrono>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace boxoffice::bench {

/// A hold of one seat and its payment, of seats in order and users in turn; notes how long the
/// payment took. **Thread**: the loop's.
class timed_purchase final : public workload {
 public:
  struct shop {
    reservation_service_actor reservation;
    caf::actor payment;  ///< takes start_payment
    schedule_id schedule;
    std::uint32_t users{0};
  };
  explicit timed_purchase(shop of) : shop_{std::move(of)} {}

  void begin(const caf::actor& self, std::uint64_t number) override;
  progress on(const caf::actor& self, const hold_reply& reply) override;
  progress on(const caf::actor& self, const payment_reply& reply) override;

  /// From start_payment to its answer.
  [[nodiscard]] const load::histogram& payments() const { return payments_; }
  /// Those that ended without the seats.
  [[nodiscard]] const std::vector<payment>& unpaid() const { return unpaid_; }

 private:
  const shop shop_;
  load::histogram payments_;
  std::vector<payment> unpaid_;
  std::unordered_map<std::uint64_t, std::chrono::steady_clock::time_point> began_;
};

}  // namespace boxoffice::bench
