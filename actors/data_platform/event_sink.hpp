#pragma once

#include "actors/payment/payment.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace boxoffice {

/// Where the data platform forwarder hands events over: an HTTP client outside the actors.
class event_sink {
 public:
  virtual ~event_sink() = default;
  enum class outcome : std::uint8_t {
    accepted,
    try_later,  ///< no connection, time-out, 408, 425, 429, 5xx
    rejected,   ///< another 4xx: this event will never be taken
  };
  /// Sends one event. `done` is called exactly once, from any thread, and only sends a message.
  virtual void post(const payment_event& event, std::function<void(outcome)> done) = 0;
};

}  // namespace boxoffice
