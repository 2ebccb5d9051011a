#pragma once

#include "actors/core/time.hpp"
#include "http/server/body_reader.hpp"
#include "http/server/connection_set.hpp"
#include "http/server/dispatcher.hpp"
#include "http/server/input_buffer.hpp"
#include "http/server/request_parser.hpp"
#include "http/server/response_head.hpp"
#include "http/server/settings.hpp"
#include "http/server/target.hpp"
#include "http/server/tracing.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace boxoffice::http {

/// What all sessions of a server share; it outlives them.
struct session_context {
  const server_settings& settings;
  const dispatcher& decide;
  request_metrics& measured;
  connection_set& book;
  request_ids& ids;
  const clock& time;
};

/// One connection: reads requests one after the other, has each answered before it reads the next
/// (so answers to pipelined requests come in order), and ends with a lingering close.
///
/// Life cycle: made by the listener, `start`ed once, kept alive by its coroutine until the
/// connection is over. **Thread**: its socket's executor; `deadline`, `unfinished` and `end` any.
class session : public std::enable_shared_from_this<session> {
 public:
  session(boost::asio::ip::tcp::socket socket, const session_context& context);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void start();

  using instant = std::chrono::steady_clock::time_point;
  [[nodiscard]] instant deadline() const { return deadline_.load(std::memory_order_relaxed); }
  /// A request is being read or answered, or may still come.
  [[nodiscard]] bool unfinished() const { return phase_.load() != phase::lingering; }
  enum class end_rule : std::uint8_t { now, when_late, when_idle };
  void end(end_rule rule);

 private:
  enum class phase : std::uint8_t { idle, busy, streaming, lingering };
  using step = boost::asio::awaitable<bool>;  // false: the connection is over

  boost::asio::awaitable<void> run();
  form_fault scan_head();
  void begin_request();
  form_fault read_request_line();
  form_fault begin_body();
  boost::asio::awaitable<form_fault> read_body();
  boost::asio::awaitable<response> answer_request(form_fault fault);
  response refuse(form_fault fault);
  step send(response& answer);
  step send_pieces(response& answer);
  step send_stream(response& answer);
  step receive(std::size_t least);
  step write_all(std::string_view first, std::string_view second);
  boost::asio::awaitable<void> linger();
  void end_request();
  void set_deadline(std::chrono::milliseconds from_now);
  void begin_write_window();
  [[nodiscard]] std::uint64_t taken_bytes();
  [[nodiscard]] bool is_late();

  boost::asio::ip::tcp::socket socket_;
  const session_context& context_;
  std::atomic<instant> deadline_{instant::max()};
  std::atomic<phase> phase_{phase::idle};

  input_buffer in_;
  std::unique_ptr<char[]> head_memory_;  // of the header, when the buffer had to move on
  head_scanner scanner_;
  request_head head_;
  std::optional<request_parser> parser_;
  std::optional<body_reader> reader_;
  target target_;
  request request_;
  decision decision_;
  std::string body_, request_id_, out_;
  bool keep_alive_{true}, body_unread_{false}, cut_{false};
  instant read_at_;

  // Deadlines while an answer is sent are deadlines of progress: with each one that passes, the
  // peer has taken `write_bytes_min` more.
  std::uint64_t handed_over_{0};               // bytes that the kernel took from us
  std::optional<std::uint64_t> window_begin_;  // bytes that the peer had taken at its begin
};

}  // namespace boxoffice::http
