#pragma once

#include "actors/core/time.hpp"
#include "http/api/streams/seat_delta.hpp"
#include "http/server/live_body.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace boxoffice::http {

/// The newest frames of a seat stream, in which each reader has a cursor: what it lags behind by
/// costs nothing, and what has left the ring it has lost. Bounds: limits::stream_ring_….
/// **Thread**: its owner's.
class seat_ring {
 public:
  using cursor = std::uint64_t;

  /// A frame that leads on from the version of the last one. A tick has no changes.
  void push(std::shared_ptr<const stream_frame> frame, std::shared_ptr<const seat_delta> changes,
            std::uint64_t version, time_point now);
  /// Nothing of before leads on to `version`.
  void restart(std::uint64_t version);

  [[nodiscard]] cursor end() const { return first_ + entries_.size(); }
  [[nodiscard]] bool has(cursor at) const { return at >= first_; }
  /// Behind which the changes after `version` come; none when they are not all there.
  [[nodiscard]] std::optional<cursor> after(std::uint64_t version) const;
  /// **Units**: bytes. **Requires** `has`.
  [[nodiscard]] std::size_t behind(cursor at) const;
  /// Appends what is there from `at` on, and moves it. **Requires** `has`.
  void read(cursor& at, stream_frames& out) const;
  /// **Requires** `has`.
  [[nodiscard]] std::vector<const seat_delta*> changes(cursor at) const;

 private:
  struct entry {
    std::shared_ptr<const stream_frame> frame;
    std::shared_ptr<const seat_delta> changes;
    std::uint64_t version{0};  // after it
    std::size_t begin{0};      // bytes of all frames before it
    time_point at{};
  };
  [[nodiscard]] std::size_t held_bytes() const { return total_ - base_; }

  std::deque<entry> entries_;
  cursor first_{0};
  std::uint64_t base_version_{0};  // before the first entry
  std::size_t total_{0};           // bytes of all frames there ever were
  std::size_t base_{0};            // of those that have left
};

}  // namespace boxoffice::http
