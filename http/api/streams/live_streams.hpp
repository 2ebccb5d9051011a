#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"
#include "http/api/streams/figures_channel.hpp"
#include "http/api/streams/places_channel.hpp"
#include "http/api/streams/seats_channel.hpp"
#include "http/api/streams/seats_left.hpp"
#include "http/server/problem.hpp"
#include "http/server/stream_tickets.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace boxoffice::http {

class gateway;

/// What the live streams of a server read from: one channel per schedule and per waiting room that
/// somebody reads, and one of figures. A channel is filled by one coroutine, which asks the owner
/// what has changed and waits for the answer, however many readers there are; it ends some time
/// after the last of them.
///
/// Life cycle: made before the routes, `close`d before the server stops, destroyed before its
/// executor. **Thread**: any.
class live_streams {
 public:
  /// **Requires** `time` to outlive this.
  live_streams(boost::asio::any_io_executor where, const boxoffice::clock& time);

  /// The channel of a schedule, which knows its seats; or why it does not.
  struct seats_found {
    std::shared_ptr<seats_channel> channel;
    std::optional<problem> refused;
  };
  boost::asio::awaitable<seats_found> seats_of(gateway& g, schedule_id schedule);
  /// The channel of a waiting room; null when the server is ending.
  std::shared_ptr<places_channel> places_of(gateway& g, concert_id concert);
  /// A stream of the figures of the whole house; null when the server is ending. `number` is a
  /// random one.
  std::shared_ptr<live_body> open_figures(gateway& g, std::uint64_t number);

  [[nodiscard]] stream_tickets& tickets() { return tickets_; }
  [[nodiscard]] seats_left& left() { return left_; }

  /// Says goodbye to all readers, and to those who still come.
  void close();

 private:
  std::shared_ptr<seats_channel> seats_channel_of(gateway& g, schedule_id schedule);
  boost::asio::awaitable<void> feed_seats(gateway& g, schedule_id schedule,
                                          std::shared_ptr<seats_channel> to);
  boost::asio::awaitable<void> feed_places(gateway& g, concert_id concert,
                                           std::shared_ptr<places_channel> to);
  boost::asio::awaitable<void> feed_figures(gateway& g, std::shared_ptr<figures_channel> to);

  boost::asio::any_io_executor where_;
  const boxoffice::clock& time_;
  stream_tickets tickets_;
  seats_left left_;
  std::mutex lock_;
  std::unordered_map<schedule_id, std::shared_ptr<seats_channel>> seats_;
  std::unordered_map<concert_id, std::shared_ptr<places_channel>> places_;
  std::shared_ptr<figures_channel> figures_;
  bool closed_{false};
};

}  // namespace boxoffice::http
