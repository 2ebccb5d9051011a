#pragma once

#include "actors/payment/payment.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace boxoffice {

/// Where the data platform forwarder hands events over: an HTTP client outside the actors.
class event_sink {
 public:
  virtual ~event_sink() = default;
  enum class outcome : std::uint8_t {
    accepted,
    try_later,  ///< nothing can be said to it now: no connection, time-out, 408, 425, 429, 3xx, 5xx
    doubtful,   ///< 401, 403, 404, 405, 407: about the event, or about the address and the secret
    rejected,   ///< another 4xx: this event will never be taken
  };
  struct answer {
    outcome what{outcome::accepted};
    std::string reason;  ///< unless accepted
    /// With `try_later`: how long the platform asks not to be asked again.
    std::chrono::seconds not_within{0};
  };
  /// Sends one event. `done` is called exactly once, from any thread, and only sends a message.
  virtual void post(const payment_event& event, std::function<void(answer)> done) = 0;
};

}  // namespace boxoffice
