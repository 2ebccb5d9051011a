#include "http/server/stream_sender.hpp"

#include "config/limits.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boxoffice::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view last_chunk = "0\r\n\r\n";

bool must_wait(const boost::system::error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again ||
         error == asio::error::interrupted;
}

}  // namespace

stream_frame::stream_frame(std::string_view text) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), text.size(), 16);
  bytes_.reserve(digits.size() + text.size() + 2 * line_end.size());
  bytes_.append(digits.data(), end.ptr).append(line_end);
  head_size_ = bytes_.size();
  bytes_.append(text).append(line_end);
}

std::string_view stream_frame::text() const {
  return std::string_view{bytes_}.substr(head_size_, bytes_.size() - head_size_ - line_end.size());
}

stream_sender::stream_sender(asio::ip::tcp::socket& socket, std::shared_ptr<live_body> body,
                             framing how, std::function<void(std::size_t)> sent)
    : socket_{socket},
      executor_{socket.get_executor()},
      body_{std::move(body)},
      framing_{how},
      sent_{std::move(sent)},
      over_event_{executor_, asio::steady_timer::time_point::max()} {}

asio::awaitable<stream_sender::end> stream_sender::run() {
  watch_reader();
  pump();
  error_code ignored;
  if (!over_) co_await over_event_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  socket_.cancel(ignored);
  co_return how_;
}

void stream_sender::more() {
  asio::dispatch(executor_, [self = shared_from_this()] { self->pump(); });
}

// Writes at once what the kernel takes: mostly that is all, and nothing is left to be waited for.
void stream_sender::pump() {
  while (!over_ && !writing_) {
    if (last_) return finish(end::done);
    frames_.clear();
    buffers_.clear();
    last_ = body_->read(frames_, shared_from_this()) == live_body::after::end;
    for (const auto& each : frames_)
      buffers_.push_back(asio::buffer(framing_ == framing::chunks ? each->chunk() : each->text()));
    if (last_ && framing_ == framing::chunks) buffers_.push_back(asio::buffer(last_chunk));
    if (buffers_.empty()) {
      if (last_) continue;
      return;
    }
    if (!write_now()) return write_later();
  }
}

bool stream_sender::write_now() {
  error_code failed;
  const auto size = socket_.write_some(buffers_, failed);
  if (failed && !must_wait(failed)) {
    finish(end::gone);
    return true;
  }
  consume(size);
  return buffers_.empty();
}

void stream_sender::consume(std::size_t bytes) {
  if (bytes == 0) return;
  sent_(bytes);
  auto first = buffers_.begin();
  while (first != buffers_.end() && bytes >= first->size())
    bytes -= (first++)->size();
  if (first != buffers_.end()) *first += bytes;
  buffers_.erase(buffers_.begin(), first);
}

void stream_sender::write_later() {
  writing_ = true;
  socket_.async_wait(asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this()](const error_code& failed) {
                       if (self->over_) return;
                       self->writing_ = false;
                       if (failed) return self->finish(end::gone);
                       if (!self->write_now()) return self->write_later();
                       self->pump();
                     });
}

void stream_sender::watch_reader() {
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](error_code failed) {
                       if (self->over_) return;
                       std::array<char, 4096> unread{};
                       while (!failed && self->discarded_ < limits::http_discard_bytes_max)
                         self->discarded_ += self->socket_.read_some(asio::buffer(unread), failed);
                       if (!must_wait(failed)) return self->finish(end::gone);
                       self->watch_reader();
                     });
}

void stream_sender::finish(end how) {
  if (std::exchange(over_, true)) return;
  how_ = how;
  body_.reset();
  over_event_.cancel();
}

}  // namespace boxoffice::http
