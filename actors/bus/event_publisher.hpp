#pragma once

#include "actors/bus/event_record.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace boxoffice {

/// Where events leave for one broker. Implemented in storage/broker/.
///
/// A publisher connects on its own, with growing pauses, and makes what the broker must have (the
/// exchange, not the queues of others). It never gives up.
class event_publisher {
 public:
  virtual ~event_publisher() = default;
  enum class ending : std::uint8_t {
    whole,      ///< everything is confirmed
    try_later,  ///< nothing can be said to the broker now: no connection, no space, a nack
    doubtful,   ///< about the first event that is not confirmed, or about the broker's set-up
    rejected,   ///< the first event that is not confirmed will never be taken
  };
  struct answer {
    /// How many of the batch, from its beginning, the broker holds as durably as it was told to.
    std::size_t confirmed{0};
    ending how{ending::whole};
    std::string reason{};  ///< unless whole
  };
  /// Publishes `batch` in its order. `done` is called exactly once, from any thread, and only sends
  /// a message; never after the destruction of this. What stands behind the first event that is not
  /// confirmed may have reached the broker all the same. **Requires** that no batch is under way.
  virtual void publish(std::vector<event_record> batch, std::function<void(answer)> done) = 0;
};

}  // namespace boxoffice
