#include "http/server/session.hpp"

#include "http/server/content_coding.hpp"
#include "http/server/cross_origin.hpp"
#include "http/server/stream_sender.hpp"
#include "logging/log.hpp"

#include <array>
#include <charconv>
#include <exception>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/completion_condition.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace boxoffice::http {
namespace {

namespace asio = boost::asio;
using error_code = boost::system::error_code;

// What is received at once while a body arrives. **Units**: bytes.
constexpr std::size_t body_step_bytes = 16 * 1024;
// Larger bodies are sent from where they are; smaller ones are copied behind the header.
constexpr std::size_t joined_bytes_max = 32 * 1024;

}  // namespace

session::session(asio::ip::tcp::socket socket, const session_context& context)
    : socket_{std::move(socket)}, context_{context} {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  socket_.non_blocking(true, ignored);
  const int unsent_max = limits::http_unsent_bytes_max;
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_max,
               sizeof unsent_max);
  const auto peer = socket_.remote_endpoint(ignored);
  request_.peer = peer.address();
  context_.book.enter(*this);
  context_.measured.connections().add(1);
}

session::~session() {
  context_.measured.connections().add(-1);
  context_.book.leave(*this);
}

void session::start() {
  asio::co_spawn(
      socket_.get_executor(), [self = shared_from_this()] { return self->run(); },
      [self = shared_from_this()](const std::exception_ptr& failure) {
        if (!failure) return;
        try {
          std::rethrow_exception(failure);
        } catch (const std::exception& error) {
          log(log_level::error, "http", "connection failed",
              {{"request_id", self->request_id_}, {"error", error.what()}});
        }
      });
}

void session::end(end_rule rule) {
  asio::post(socket_.get_executor(), [self = shared_from_this(), rule] {
    error_code ignored;
    // A request that has come is answered.
    const auto is_idle = [&] {
      return self->phase_ == phase::idle && self->socket_.available(ignored) == 0;
    };
    const bool wanted = rule == end_rule::now || (rule == end_rule::when_idle && is_idle()) ||
                        (rule == end_rule::when_late && self->is_late());
    if (!wanted) return;
    self->cut_ = rule == end_rule::when_late;
    // With a reset the kernel forgets what a reader that is cut has not taken.
    if (rule == end_rule::when_late && self->window_begin_)
      self->socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    self->socket_.close(ignored);
  });
}

void session::set_deadline(std::chrono::milliseconds from_now) {
  deadline_.store(std::chrono::steady_clock::now() + from_now, std::memory_order_relaxed);
}

void session::begin_write_window() {
  window_begin_ = taken_bytes();
  set_deadline(phase_ == phase::streaming ? context_.settings.stream_stall_max
                                          : context_.settings.write_max);
}

// What the peer has acknowledged since the connection began. **Why** not what the kernel took: its
// buffers hold megabytes, and a slow reader needs minutes for them.
std::uint64_t session::taken_bytes() {
  int not_taken = 0;
  ::ioctl(socket_.native_handle(), TIOCOUTQ, &not_taken);  // tcp(7) calls it SIOCOUTQ
  return handed_over_ - static_cast<std::uint64_t>(not_taken);
}

bool session::is_late() {
  if (deadline() > std::chrono::steady_clock::now()) return false;
  const bool streams = phase_ == phase::streaming;
  if (streams && taken_bytes() == handed_over_) {
    // It has all there is; the next bytes begin a new window.
    window_begin_.reset();
    deadline_.store(instant::max(), std::memory_order_relaxed);
    return false;
  }
  const auto least = streams ? 1 : context_.settings.write_bytes_min;
  if (!window_begin_ || taken_bytes() - *window_begin_ < least) return true;
  begin_write_window();
  return false;
}

asio::awaitable<void> session::run() {
  for (;;) {
    auto fault = scan_head();
    if (fault == form_fault::none && scanner_.head_size() == 0) {
      if (!co_await receive(1)) break;
      continue;
    }
    begin_request();
    if (fault == form_fault::none) fault = read_request_line();
    if (fault == form_fault::none) {
      decision_ = context_.decide.decide(request_, target_);
      fault = begin_body();
      if (fault == form_fault::none && !reader_->is_done()) fault = co_await read_body();
      if (!socket_.is_open()) break;
    }
    deadline_.store(instant::max(), std::memory_order_relaxed);  // handlers have their own
    auto answer = co_await answer_request(fault);
    if (!co_await send(answer)) break;
    end_request();
    if (!keep_alive_) {
      co_await linger();
      break;
    }
  }
  error_code ignored;
  socket_.close(ignored);
}

form_fault session::scan_head() {
  // Empty lines before a request line are ignored. **Source**: RFC 9112, 2.2.
  while (scanner_.head_size() == 0 && in_.bytes().starts_with("\r\n"))
    in_.consume(2);
  if (in_.bytes() == "\r") return form_fault::none;
  return scanner_.scan(in_.bytes());
}

void session::begin_request() {
  phase_ = phase::busy;
  read_at_ = std::chrono::steady_clock::now();
  body_unread_ = false;
  decision_ = {};
  request_.method = verb::unknown;
  request_.path = request_.body = request_.traceparent = request_.queue_token = {};
  request_.idempotency_key.clear();
  request_.query.clear();
  request_.headers.clear();
  request_.caller.reset();
  request_.codings = {};
  request_.origin = {};
  request_.now = context_.time.now();
  request_.calendar = context_.time.calendar();
  context_.ids.next(request_id_);
  request_.request_id = request_id_;
}

// Everything about a request but its body.
form_fault session::read_request_line() {
  const auto bytes = in_.bytes().substr(0, scanner_.head_size());
  parser_.emplace(head_);
  if (const auto fault = parser_->parse_head(bytes); fault != form_fault::none) return fault;
  in_.consume(bytes.size());
  request_.headers.swap(head_.fields);
  if (const auto id = request_.header("X-Request-Id"); is_request_id(id)) request_id_.assign(id);
  request_.request_id = request_id_;
  if (const auto parent = request_.header("traceparent");
      is_traceparent(parent) && request_.header_count("traceparent") == 1)
    request_.traceparent = parent;
  if (!target_.read(head_.target)) return form_fault::malformed;
  request_.method = head_.method;
  request_.path = target_.path;
  request_.query.swap(target_.query);
  return form_fault::none;
}

form_fault session::begin_body() {
  using use = body_reader::body_use;
  const bool unused = decision_.refused || decision_.found->body == body_rule::none;
  const auto framing =
      parser_->chunked() ? body_reader::framing::chunked : body_reader::framing::length;
  const auto length = parser_->content_length();
  body_.clear();
  return reader_.emplace(body_).begin(framing, length ? *length : 0, decision_.body_bytes_max,
                                      unused ? use::discard : use::keep);
}

asio::awaitable<form_fault> session::read_body() {
  if (head_.expects_continue) {
    // A client that asks first and is refused keeps the body; also one that sent some of it at
    // once, or the answer would depend on what had arrived.
    body_unread_ = decision_.refused.has_value();
    if (body_unread_) co_return form_fault::none;
    if (in_.empty() && !co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", {}))
      co_return form_fault::malformed;
  }
  set_deadline(context_.settings.read_max);
  for (;;) {
    std::size_t used = 0;
    const auto fault = reader_->read(in_.bytes(), used);
    in_.consume(used);
    if (fault != form_fault::none) co_return fault;
    request_.body = body_;
    if (reader_->is_done()) co_return form_fault::none;
    if (!head_memory_) head_memory_ = in_.move_out();
    if (!co_await receive(std::min(decision_.body_bytes_max, body_step_bytes))) {
      error_code ignored;
      socket_.close(ignored);
      co_return form_fault::malformed;
    }
  }
}

response session::refuse(form_fault fault) {
  switch (fault) {
    case form_fault::none:
      break;
    case form_fault::malformed:
      return problem{problem_code::malformed_request};
    case form_fault::version_unknown:
      return problem{problem_code::http_version_not_supported};
    case form_fault::headers_too_large:
      return problem{problem_code::headers_too_large};
    case form_fault::payload_too_large:
      return problem{problem_code::payload_too_large,
                     "At most " + std::to_string(decision_.body_bytes_max) + " bytes."};
  }
  return problem{problem_code::internal};
}

asio::awaitable<response> session::answer_request(form_fault fault) {
  keep_alive_ = fault == form_fault::none && !body_unread_ && parser_->keep_alive();
  if (fault != form_fault::none) co_return refuse(fault);
  if (request_.method != verb::head) co_return co_await context_.decide.answer(request_, decision_);
  request_.method = verb::get;
  auto answer = co_await context_.decide.answer(request_, decision_);
  request_.method = verb::head;
  co_return answer;
}

session::step session::send(response& answer) {
  render_refusal(answer, request_id_);
  allow_origin(answer, request_, context_.settings.cors_origins);
  if (choose_form(answer, request_) == form::gzip) co_await compress(answer);
  const bool chunked = answer.pieces && head_.version == 11;
  keep_alive_ =
      keep_alive_ && !context_.book.draining() && (!answer.pieces || chunked) && !answer.stream;
  context_.decide.finished(request_, decision_, answer,
                           std::chrono::steady_clock::now() - read_at_);
  begin_write_window();
  out_.clear();
  append_head(out_, answer, {head_.version, keep_alive_, request_id_, request_.calendar});
  const bool with_body = request_.method != verb::head && !is_bodiless(answer.status);
  if (answer.pieces && with_body) co_return co_await send_pieces(answer);
  if (answer.stream && with_body) co_return co_await send_stream(answer);
  const auto body = with_body ? answer.text() : std::string_view{};
  if (body.size() > joined_bytes_max) co_return co_await write_all(out_, body);
  out_.append(body);
  error_code failed;
  const auto sent = socket_.write_some(asio::buffer(out_), failed);
  handed_over_ += sent;
  if (sent == out_.size()) co_return true;
  co_return co_await write_all(std::string_view{out_}.substr(failed ? 0 : sent), {});
}

session::step session::send_pieces(response& answer) {
  const bool chunked = head_.version == 11;
  for (bool last = false; !last;) {
    deadline_.store(instant::max(), std::memory_order_relaxed);
    const auto piece = co_await answer.pieces();
    last = piece.empty();
    if (chunked && !last) {
      std::array<char, 16> digits{};
      const auto end =
          std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16);
      out_.append(digits.data(), end.ptr).append("\r\n");
    }
    out_.append(piece);
    if (chunked) out_.append(last ? "0\r\n\r\n" : "\r\n");
    begin_write_window();
    if (!co_await write_all(out_, {})) co_return false;
    out_.clear();
  }
  co_return true;
}

// The request has been answered and is forgotten: a reader costs little while nothing happens.
session::step session::send_stream(response& answer) {
  const int unsent_max = limits::http_stream_unsent_bytes_max;
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_max,
               sizeof unsent_max);
  if (!co_await write_all(out_, {})) co_return false;
  phase_ = phase::streaming;
  std::string{}.swap(out_);
  std::vector<header_field>{}.swap(request_.headers);
  head_memory_.reset();
  in_ = {};
  window_begin_.reset();
  deadline_.store(instant::max(), std::memory_order_relaxed);
  context_.measured.streams().add(1);
  const auto body = std::move(answer.stream);
  const auto sender = std::make_shared<stream_sender>(
      socket_, body,
      head_.version == 11 ? stream_sender::framing::chunks : stream_sender::framing::none,
      [this](std::size_t bytes) {
        handed_over_ += bytes;
        if (!window_begin_) begin_write_window();
      });
  const bool whole = co_await sender->run() == stream_sender::end::done;
  context_.measured.streams().add(-1);
  context_.measured.stream_closed(whole ? body->reason() : cut_ ? "slow" : "client");
  co_return whole;
}

session::step session::receive(std::size_t least) {
  if (phase_ == phase::idle) {
    if (context_.book.ends_idle() && in_.empty()) co_return false;
    if (in_.empty()) set_deadline(context_.settings.idle_max);
  }
  error_code failed;
  const auto size = co_await socket_.async_read_some(
      in_.space(least), asio::redirect_error(asio::use_awaitable, failed));
  if (failed) co_return false;
  in_.commit(size);
  if (phase_ == phase::idle) {
    phase_ = phase::busy;
    set_deadline(context_.settings.read_max);
  }
  co_return true;
}

session::step session::write_all(std::string_view first, std::string_view second) {
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(first), asio::buffer(second)};
  const auto before = handed_over_;
  const auto count = [this, before](const error_code& error, std::size_t size) {
    handed_over_ = before + size;
    return asio::transfer_all()(error, size);
  };
  error_code failed;
  co_await asio::async_write(socket_, buffers, count,
                             asio::redirect_error(asio::use_awaitable, failed));
  co_return !failed;
}

void session::end_request() {
  decision_.stream_place = {};
  window_begin_.reset();
  parser_.reset();
  reader_.reset();
  scanner_.reset();
  head_memory_.reset();
  head_.version = 11;
  request_.json = nullptr;
  if (body_.capacity() > limits::http_body_bytes_max) std::string{}.swap(body_);
  if (out_.capacity() > 2 * joined_bytes_max) std::string{}.swap(out_);
  if (in_.empty()) {
    phase_ = phase::idle;
  } else {
    set_deadline(context_.settings.read_max);
  }
}

// Closing a socket with unread bytes resets the connection, and a reset makes the peer lose what
// it has not read yet: our answer. So: say that nothing more comes, and read on for a while.
asio::awaitable<void> session::linger() {
  phase_ = phase::lingering;
  decision_.stream_place = {};
  set_deadline(context_.settings.linger_max);
  error_code failed;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, failed);
  std::size_t left = limits::http_discard_bytes_max;
  while (!failed && left > 0) {
    in_.consume(in_.bytes().size());
    const auto size = co_await socket_.async_read_some(
        in_.space(body_step_bytes), asio::redirect_error(asio::use_awaitable, failed));
    left -= std::min(left, size);
  }
}

}  // namespace boxoffice::http
