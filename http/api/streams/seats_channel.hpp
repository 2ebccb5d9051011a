#pragma once

#include "actors/core/time.hpp"
#include "config/stream_limits.hpp"
#include "http/api/streams/seat_ring.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace boxoffice::http {

/// Which seat map a reader has: `<epoch>.<version>`.
struct seats_position {
  std::uint64_t epoch{0}, version{0};
  bool operator==(const seats_position&) const = default;
};
std::string to_text(const seats_position& at);
/// Empty for what is no position.
std::optional<seats_position> parse_seats_position(std::string_view text);

/// The seats of one schedule as all its readers on this server are told of them: what the schedule
/// says becomes frames, each rendered once, and each reader follows them from where it is. The same
/// position is the same map everywhere. **Thread**: any; whoever is to be told of more is returned,
/// to be told without a lock.
class seats_channel : public std::enable_shared_from_this<seats_channel> {
 public:
  /// **Requires** `time` to outlive this.
  explicit seats_channel(const boxoffice::clock& time) : time_{time} {}

  /// What the schedule has under `epoch`; older news than the last changes nothing. Under another
  /// epoch everybody comes back for a new map.
  stream_listeners take(std::uint64_t epoch, std::shared_ptr<const seat_snapshot> now);
  /// A sign of life.
  stream_listeners tick();
  /// Ends all streams, also those that are opened from now on; `reason` is a literal.
  stream_listeners close(std::string_view reason);
  void set_flush(std::chrono::milliseconds every);

  [[nodiscard]] std::optional<seats_position> position() const;
  [[nodiscard]] std::size_t readers() const;
  [[nodiscard]] bool closed() const;

  /// A stream for a reader that has `since`; `number` is a random one. **Requires** a position.
  std::shared_ptr<live_body> open(std::optional<seats_position> since, std::uint64_t number);
  /// What leads from `since` to now, as one JSON object. **Requires** a position.
  [[nodiscard]] std::string changes(std::optional<seats_position> since);
  /// Tells `who` once there is more. No when there is already.
  bool await_change(const seats_position& since, const std::shared_ptr<stream_listener>& who);

 private:
  class reader;
  using frame = std::shared_ptr<const stream_frame>;

  live_body::after read(reader& to, stream_frames& out,
                        const std::shared_ptr<stream_listener>& listener);
  frame hello(bool resumes) const;
  const frame& snapshot();
  void left();
  [[nodiscard]] std::string counts() const;
  [[nodiscard]] std::string server_time() const;

  const boxoffice::clock& time_;
  mutable std::mutex lock_;
  std::uint64_t epoch_{0};
  std::shared_ptr<const seat_snapshot> now_;
  seat_ring ring_;
  frame snapshot_;  // of now_, once somebody needed it
  stream_listeners listeners_;
  std::chrono::milliseconds flush_{limits::stream_flush_min};
  std::string_view closing_;
  std::size_t readers_{0};
};

}  // namespace boxoffice::http
