#pragma once

#include "http/server/live_body.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace boxoffice::http {

/// Tells many readers that there is more, a few at a time, so that requests come in between. Says
/// how long that took, which is how busy the threads are.
boost::asio::awaitable<std::chrono::milliseconds> tell_all(stream_listeners told);

/// How often a stream is flushed: as often as limits::stream_flush_min, and less often the longer
/// the readers take, so that they keep no more than a quarter of a thread busy.
class flush_pace {
 public:
  [[nodiscard]] std::chrono::milliseconds every() const { return every_; }
  void took(std::chrono::milliseconds time);

 private:
  std::chrono::milliseconds every_{100};
};

/// Wakes one coroutine that waits for it, from any thread. **Why** not a timer that is cancelled: a
/// cancellation that comes before the wait would be lost.
class change_bell : public stream_listener, public std::enable_shared_from_this<change_bell> {
 public:
  /// **Requires** the executor of the coroutine that waits.
  explicit change_bell(const boost::asio::any_io_executor& where);
  void more() override;
  /// Returns when it was rung since it was made, or after that time.
  boost::asio::awaitable<void> wait(std::chrono::milliseconds at_most);

 private:
  boost::asio::any_io_executor where_;
  boost::asio::steady_timer timer_;
  bool rung_{false};
};

}  // namespace boxoffice::http
