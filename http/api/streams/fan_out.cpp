#include "http/api/streams/fan_out.hpp"

#include "config/stream_limits.hpp"

#include <algorithm>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boxoffice::http {
namespace {

namespace asio = boost::asio;

// Told in a row: a millisecond or two.
constexpr std::size_t told_in_a_row = 128;

}  // namespace

asio::awaitable<std::chrono::milliseconds> tell_all(stream_listeners told) {
  const auto begin = std::chrono::steady_clock::now();
  std::size_t count = 0;
  for (auto& each : told) {
    each->more();
    each.reset();
    if (++count % told_in_a_row == 0)
      co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
  }
  co_return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                  begin);
}

void flush_pace::took(std::chrono::milliseconds time) {
  const auto wanted = std::clamp(4 * time, limits::stream_flush_min, limits::stream_flush_max);
  every_ = std::max(wanted, every_ - every_ / 8);
}

change_bell::change_bell(const asio::any_io_executor& where) : where_{where}, timer_{where} {}

void change_bell::more() {
  asio::dispatch(where_, [self = shared_from_this()] {
    self->rung_ = true;
    self->timer_.cancel();
  });
}

asio::awaitable<void> change_bell::wait(std::chrono::milliseconds at_most) {
  if (rung_) co_return;
  timer_.expires_after(at_most);
  boost::system::error_code ignored;
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace boxoffice::http
