#pragma once

#include "http/server/live_body.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace boxoffice::http {

/// Sends a live body to its reader: what there is at once, the rest when the socket takes it, never
/// more than one write under way. What the reader sends meanwhile is thrown away; that it closes
/// its side ends the stream.
///
/// Life cycle: its session makes it, awaits `run` once, and outlives that. Feeds may hold it
/// longer, as a listener. **Thread**: the socket's executor; `more` any.
class stream_sender : public stream_listener, public std::enable_shared_from_this<stream_sender> {
 public:
  enum class framing : std::uint8_t { chunks, none };
  /// `sent` is told how many bytes the kernel took.
  stream_sender(boost::asio::ip::tcp::socket& socket, std::shared_ptr<live_body> body, framing how,
                std::function<void(std::size_t)> sent);

  enum class end : std::uint8_t { done, gone };
  /// Sends until the body ends or the reader is gone.
  boost::asio::awaitable<end> run();
  void more() override;

 private:
  using error_code = boost::system::error_code;

  void pump();
  bool write_now();
  void write_later();
  void watch_reader();
  void finish(end how);
  void consume(std::size_t bytes);

  boost::asio::ip::tcp::socket& socket_;  // not to be touched once over_
  boost::asio::any_io_executor executor_;
  std::shared_ptr<live_body> body_;
  framing framing_;
  std::function<void(std::size_t)> sent_;
  boost::asio::steady_timer over_event_;  // it never expires; cancelled when over
  stream_frames frames_;                  // being sent
  std::vector<boost::asio::const_buffer> buffers_;
  std::size_t discarded_{0};
  bool writing_{false}, last_{false}, over_{false};
  end how_{end::gone};
};

}  // namespace boxoffice::http
