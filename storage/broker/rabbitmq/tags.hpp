#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace boxoffice::broker {

/// Our tags of arrivals, which ascend over all connections, and those of the broker, which begin
/// with 1 on each.
class rabbitmq_tags {
 public:
  /// A new connection: what came over the last one comes again.
  void begin() { base_ = acknowledged_ = last_; }

  /// Our tag of a delivery. **Requires** the next one of this connection.
  std::uint64_t arrived(std::uint64_t delivery) { return last_ = base_ + delivery; }

  /// What to tell the broker when everything up to `through` is done with. Nothing when it knows
  /// that already, or it came over an earlier connection.
  std::optional<std::uint64_t> acknowledge(std::uint64_t through) {
    through = std::min(through, last_);
    if (through <= acknowledged_) return std::nullopt;
    acknowledged_ = through;
    return through - base_;
  }

 private:
  std::uint64_t base_{0}, last_{0}, acknowledged_{0};
};

}  // namespace boxoffice::broker
