#include "tests/rush/connection_pool.hpp"

#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <sys/socket.h>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http.hpp>

namespace boxoffice::rush {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using asio::use_awaitable;
using boost::asio::ip::tcp;

constexpr std::chrono::seconds answer_time_max{30};
constexpr std::size_t body_bytes_max = std::size_t{64} * 1024 * 1024;

http::verb verb_of(method m) {
  switch (m) {
    case method::get:
      return http::verb::get;
    case method::post:
      return http::verb::post;
    case method::remove:
      return http::verb::delete_;
  }
  return http::verb::get;
}

http::request<http::string_body> message_of(const http_request& from) {
  http::request<http::string_body> out{verb_of(from.verb), from.target, 11};
  out.set(http::field::host, "localhost");
  if (!from.bearer.empty()) out.set(http::field::authorization, "Bearer " + from.bearer);
  if (!from.idempotency_key.empty()) out.set("Idempotency-Key", from.idempotency_key);
  if (!from.queue_token.empty()) out.set("Queue-Token", from.queue_token);
  if (!from.if_none_match.empty()) out.set(http::field::if_none_match, from.if_none_match);
  if (!from.body.empty()) {
    out.set(http::field::content_type, "application/json");
    out.body() = from.body;
  }
  out.prepare_payload();
  return out;
}

std::chrono::seconds seconds_in(boost::beast::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::chrono::seconds{value};
}

// Nobody sends anything on a connection that waits for a request, unless it is to say goodbye.
bool has_been_closed(tcp::socket& idle) {
  char byte = 0;
  return ::recv(idle.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
}

awaitable<void> until_cancelled(asio::steady_timer& timer) {
  boost::system::error_code ignored;
  timer.expires_at(asio::steady_timer::time_point::max());
  co_await timer.async_wait(asio::redirect_error(use_awaitable, ignored));
}

}  // namespace

std::string http_answer::code() const {
  if (succeeded()) return {};
  const auto problem = value();
  if (!problem.is_object()) return {};
  const auto found = problem.find("code");
  return found != problem.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

tcp::endpoint parse_url(const std::string& url) {
  constexpr std::string_view scheme = "http://";
  const auto colon = url.rfind(':');
  if (!url.starts_with(scheme) || colon == std::string::npos || colon < scheme.size())
    throw std::invalid_argument{"not of the form http://ADDRESS:PORT: " + url};
  auto host = url.substr(scheme.size(), colon - scheme.size());
  if (host == "localhost") host = "127.0.0.1";
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code wrong;
  const auto address = asio::ip::make_address(host, wrong);
  std::uint16_t port = 0;
  const auto* end = url.data() + url.size();
  const auto parsed = std::from_chars(url.data() + colon + 1, end, port);
  const bool tail = parsed.ptr == end || (*parsed.ptr == '/' && parsed.ptr + 1 == end);
  if (wrong || parsed.ec != std::errc{} || !tail)
    throw std::invalid_argument{"not of the form http://ADDRESS:PORT: " + url};
  return {address, port};
}

connection_pool::connection_pool(asio::io_context& context, tcp::endpoint server,
                                 std::size_t connections_max)
    : context_{context}, server_{std::move(server)} {
  for (std::size_t i = 0; i < connections_max; ++i)
    idle_.push_back(std::make_unique<connection>(context));
}

awaitable<connection_pool::connection_ptr> connection_pool::take() {
  if (!idle_.empty()) {
    auto one = std::move(idle_.back());
    idle_.pop_back();
    co_return one;
  }
  waiter me{asio::steady_timer{context_}, nullptr};
  const auto place = waiting_.insert(waiting_.end(), &me);
  co_await until_cancelled(me.woken);
  waiting_.erase(place);
  co_return std::move(me.given);
}

void connection_pool::give_back(connection_ptr one) {
  for (auto* next : waiting_) {
    if (next->given) continue;  // woken already, has not run yet
    next->given = std::move(one);
    next->woken.cancel();
    return;
  }
  idle_.push_back(std::move(one));
}

awaitable<void> connection_pool::in_service() {
  while (!in_service_) {
    asio::steady_timer woken{context_};
    const auto place = out_of_service_.insert(out_of_service_.end(), &woken);
    co_await until_cancelled(woken);
    out_of_service_.erase(place);
  }
}

void connection_pool::suspend() { in_service_ = false; }

void connection_pool::resume(tcp::endpoint server) {
  server_ = std::move(server);
  ++generation_;
  in_service_ = true;
  for (auto* woken : out_of_service_)
    woken->cancel();
}

awaitable<http_answer> connection_pool::exchange(const http_request& request) {
  co_await in_service();
  auto on = co_await take();
  while (!in_service_) {  // it ended while this waited for a connection
    give_back(std::move(on));
    co_await in_service();
    on = co_await take();
  }
  http_answer answer;
  ++in_flight_;
  const auto began = std::chrono::steady_clock::now();
  try {
    co_await exchange_on(*on, request, answer);
  } catch (const boost::system::system_error& broken) {
    answer = {};
    answer.transport_error = broken.code().message();
    on->open = false;
    on->stream.close();
    on->buffer.clear();
  }
  --in_flight_;
  answer.took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - began);
  give_back(std::move(on));
  co_return answer;
}

awaitable<void> connection_pool::exchange_on(connection& on, const http_request& request,
                                             http_answer& into) {
  on.stream.expires_after(answer_time_max);
  if (!on.open || on.generation != generation_ || has_been_closed(on.stream.socket())) {
    on.stream.close();
    on.buffer.clear();
    on.open = false;
    co_await on.stream.async_connect(server_, use_awaitable);
    on.stream.socket().set_option(tcp::no_delay{true});
    on.generation = generation_;
    on.open = true;
  }
  const auto message = message_of(request);
  co_await http::async_write(on.stream, message, use_awaitable);
  http::response_parser<http::string_body> parser;
  parser.body_limit(body_bytes_max);
  co_await http::async_read(on.stream, on.buffer, parser, use_awaitable);
  on.stream.expires_never();
  auto& got = parser.get();
  into.etag = std::string{got[http::field::etag]};
  into.retry_after = seconds_in(got[http::field::retry_after]);
  into.replayed = got["Idempotent-Replayed"] == "true";
  into.body = std::move(got.body());
  into.status = static_cast<int>(got.result_int());
  if (got.need_eof()) {
    on.open = false;
    on.stream.close();
  }
}

}  // namespace boxoffice::rush
