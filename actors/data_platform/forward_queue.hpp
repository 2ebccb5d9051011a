#pragma once

#include "actors/payment/payment.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

namespace boxoffice {

/// The events on their way to the data platform: in order of arrival, each once, though they may be
/// delivered again. Entries are numbered 1, 2, 3, … as they come in. **Thread**: its forwarder's.
class forward_queue {
 public:
  /// At most `waiting_max` wait; `remembered_max` finished ones are recognised when repeated.
  forward_queue(std::size_t waiting_max, std::size_t remembered_max)
      : waiting_max_{waiting_max}, remembered_max_{remembered_max} {}

  enum class added : std::uint8_t { full, yes };
  /// `number`: the event is done when `done_through()` reaches it; 0 when it is done already.
  struct place {
    added taken;
    std::uint64_t number;
  };
  place add(const payment_event& event);

  /// The event to send next; null when there is none.
  [[nodiscard]] const payment_event* front() const;
  /// The front one was taken, or never will be.
  void pop();

  /// Forgets what waits: it comes again, but for the front one.
  void forget_waiting();

  [[nodiscard]] std::uint64_t done_through() const { return done_through_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

 private:
  std::size_t waiting_max_;
  std::size_t remembered_max_;
  std::deque<payment_event> waiting_;
  std::unordered_map<event_id, std::uint64_t> numbers_;  // waiting and remembered
  std::deque<event_id> remembered_;
  std::uint64_t done_through_{0};
};

/// How long to wait after the `tries`-th try in a row that did not succeed, from 1: doubling from
/// limits::outbox_retry_first to limits::outbox_retry_max, of which a random half is taken off. It
/// is no shorter than `not_within`, which counts up to limits::data_platform_retry_after_max.
std::chrono::milliseconds retry_pause(std::uint32_t tries, std::chrono::seconds not_within,
                                      std::uint64_t random);

}  // namespace boxoffice
