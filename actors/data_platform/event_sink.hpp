#pragma once

#include "actors/payment/payment.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace boxoffice {

/// Where the data platform forwarder hands events over: an HTTP client outside the actors.
class event_sink {
 public:
  virtual ~event_sink() = default;
  enum class outcome : std::uint8_t {
    accepted,
    try_later,  ///< nothing can be said to it now: no connection, time-out, 408, 425, 429, 3xx, 5xx
    doubtful,   ///< 401, 403, 404, 405, 407: about the event, or about the address and the secret
    rejected,   ///< another 4xx: this post will never be taken
    gone,       ///< 410: it wants no more events, and gets none until this process starts again
  };
  struct answer {
    outcome what{outcome::accepted};
    std::string reason;  ///< unless accepted
    /// With `try_later`: how long the platform asks not to be asked again.
    std::chrono::seconds not_within{0};
  };
  /// Sends events of one schedule, in their order, in one post; the outcome is that of all of them.
  /// `done` is called exactly once, from any thread, and only sends a message; never after the
  /// destruction of this. **Requires** at least one event, and at most
  /// limits::data_platform_parallel_max posts under way.
  virtual void post(std::vector<payment_event> events, std::function<void(answer)> done) = 0;
};

}  // namespace boxoffice
