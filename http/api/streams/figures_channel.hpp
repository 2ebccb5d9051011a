#pragma once

#include "actors/core/time.hpp"
#include "http/server/live_body.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

namespace boxoffice::http {

/// The figures of the house as its operators are told of them: each summary is a frame that all
/// readers share, and a reader that lags is sent the newest and nothing in between. **Thread**:
/// any; whoever is to be told of more is returned, to be told without a lock.
class figures_channel : public std::enable_shared_from_this<figures_channel> {
 public:
  /// **Requires** `time` to outlive this.
  explicit figures_channel(const boxoffice::clock& time) : time_{time} {}

  stream_listeners take(std::shared_ptr<const stream_frame> summary);
  /// Ends all streams, also those that are opened from now on; `reason` is a literal.
  stream_listeners close(std::string_view reason);
  [[nodiscard]] std::size_t readers() const;

  /// A stream for one more reader; `number` is a random one.
  std::shared_ptr<live_body> open(std::uint64_t number);

 private:
  class reader;

  live_body::after read(reader& to, stream_frames& out,
                        const std::shared_ptr<stream_listener>& listener);
  void left();
  [[nodiscard]] std::shared_ptr<const stream_frame> hello() const;

  const boxoffice::clock& time_;
  mutable std::mutex lock_;
  std::shared_ptr<const stream_frame> newest_;  // null: nothing is known yet
  std::uint64_t version_{0};                    // of it
  stream_listeners listeners_;
  std::string_view closing_;
  std::size_t readers_{0};
};

}  // namespace boxoffice::http
