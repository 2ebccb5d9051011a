#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"
#include "actors/queue/protocol.hpp"
#include "http/api/streams/seats_left.hpp"
#include "http/server/live_body.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace boxoffice::http {

/// The places of one waiting room as their users are told of them. Each event is a whole state, so
/// a reader that lags is sent the newest and nothing in between. **Thread**: any; whoever is to be
/// told of more is returned, to be told without a lock.
class places_channel : public std::enable_shared_from_this<places_channel> {
 public:
  /// **Requires** `time` to outlive this.
  explicit places_channel(const boxoffice::clock& time) : time_{time} {}

  /// Where the readers of these tokens stand; without `supply` nobody can tell what is left.
  stream_listeners take(const std::vector<token_standing>& places,
                        const std::optional<seat_supply>& supply);
  /// Nobody knows these any more: their streams end.
  stream_listeners forget(const std::vector<queue_token>& unknown);
  /// Ends all streams, also those that are opened from now on; `reason` is a literal.
  stream_listeners close(std::string_view reason);
  [[nodiscard]] bool closed() const;

  /// A stream for a reader that stands there; `number` is a random one.
  std::shared_ptr<live_body> open(const token_standing& place,
                                  const std::optional<seat_supply>& supply, std::uint64_t number);
  /// The tokens that somebody reads, each once.
  [[nodiscard]] std::vector<queue_token> tokens() const;

 private:
  class reader;

  struct state {
    token_standing place;
    std::optional<seat_supply> supply;
  };
  live_body::after read(reader& to, stream_frames& out,
                        const std::shared_ptr<stream_listener>& listener);
  void left(reader& who);
  bool is_news(const reader& to, const state& now) const;

  const boxoffice::clock& time_;
  mutable std::mutex lock_;
  std::unordered_multimap<queue_token, reader*> readers_;
  std::string_view closing_;
};

}  // namespace boxoffice::http
