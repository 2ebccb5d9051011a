#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice {

/// Where events of one broker arrive, for one group of consumers. Implemented in storage/broker/.
///
/// A source connects on its own, with growing pauses, makes what the group needs at the broker (its
/// queue, its group), and never gives up. What was taken and not acknowledged comes again after a
/// lost connection, a restart, or a change of partitions.
class event_source {
 public:
  virtual ~event_source() = default;
  struct arrival {
    std::uint64_t tag{0};  ///< ascending over the life of the source, from 1
    std::string body;
    /// A new one when another reader of the group may have read, and parked, since the last one.
    std::uint64_t session{0};
  };
  /// Starts. `arrived` is called from one thread at a time with at least one event, in order per
  /// key, and only sends a message; never after the destruction of this. At most
  /// limits::bus_unacknowledged_max events are under way, acknowledged ones not counted.
  /// **Requires** that it was not called before.
  virtual void open(std::function<void(std::vector<arrival>)> arrived) = 0;
  /// Every arrival up to `tag` is applied durably, or parked. A tag of a connection or an
  /// assignment that is over is passed over in silence: that event comes again. **Thread**: any.
  virtual void acknowledge(std::uint64_t through) = 0;
  /// Keeps an event that its consumer does not take where an operator finds it, at the broker; the
  /// same event may be parked twice. `done(true)` when the broker holds it; then the caller
  /// acknowledges its tag as others. **Thread**: any; `done` as `arrived`.
  virtual void park(std::string body, std::string reason, std::function<void(bool)> done) = 0;

  /// What `park` has kept.
  struct parked_record {
    std::string body, reason;
  };
  using parked_records = std::vector<parked_record>;
  /// Reads all that was ever parked for the group and is still there, and leaves it. `done` gets
  /// it, those of one partition in their order; or nothing when it cannot be read now. **Requires**
  /// `open`, and one reading at a time. **Thread**: any; `done` as `arrived`.
  virtual void read_parked(std::function<void(std::optional<parked_records>)> done) = 0;
};

}  // namespace boxoffice
