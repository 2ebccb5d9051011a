#pragma once

#include "actors/core/time.hpp"
#include "actors/payment/payment.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace boxoffice {

/// How far one consumer is: what it has been given, what it has applied, what the store knows of
/// that. Pure.
///
///     applied ≤ given:  the events between wait for the consumer
///     stored ≤ applied: what lies between is delivered again after a restart
class relay_progress {
 public:
  explicit relay_progress(std::uint64_t stored) : applied_{stored} {}

  /// The next events of the outbox, after `applied`. **Requires** is_idle().
  void give(std::vector<payment_event> events) { waiting_ = std::move(events); }

  enum class applied : std::uint8_t { nothing_new, some, all };
  /// The consumer says it applied everything up to `sequence`. What it was never given it cannot
  /// have applied: such a claim is cut at the last event given.
  applied consumer_applied(std::uint64_t sequence);

  [[nodiscard]] bool is_idle() const { return waiting_.empty(); }
  [[nodiscard]] std::uint64_t position() const { return applied_; }
  /// Given and not applied, in order.
  [[nodiscard]] const std::vector<payment_event>& waiting() const { return waiting_; }

 private:
  std::uint64_t applied_;
  std::vector<payment_event> waiting_;
};

}  // namespace boxoffice
