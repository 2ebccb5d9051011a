#include "http/operator_client.hpp"

#include "config/limits.hpp"
#include "http/event_post.hpp"

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace boxoffice::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;

using wire_request = beast_http::request<beast_http::string_body>;
using wire_response = beast_http::response<beast_http::string_body>;

asio::awaitable<void> exchange(asio::io_context& context, const std::string& host,
                               const std::string& port, wire_request& request,
                               wire_response& reply) {
  asio::ip::tcp::resolver resolver{context};
  const auto found = co_await resolver.async_resolve(host, port, asio::use_awaitable);
  beast::tcp_stream stream{context};
  stream.expires_after(limits::http_ask_time_max);
  co_await stream.async_connect(found, asio::use_awaitable);
  co_await beast_http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  co_await beast_http::async_read(stream, buffer, reply, asio::use_awaitable);
}

}  // namespace

operator_client::operator_client(const std::string& url, std::string token)
    : token_{std::move(token)} {
  const auto target = parse_post_target(url);
  if (!target || target->path != "/")
    throw std::invalid_argument{"the server's address is of the form http://HOST:PORT, not \"" +
                                url + "\""};
  host_ = target->host;
  port_ = target->port;
}

operator_client::answer operator_client::ask(beast_http::verb method, const std::string& target,
                                             const nlohmann::ordered_json& body) const {
  wire_request request{method, target, 11};
  request.set(beast_http::field::host, host_ + ":" + port_);
  request.set(beast_http::field::authorization, "Bearer " + token_);
  request.set(beast_http::field::connection, "close");
  if (!body.is_null()) {
    request.set(beast_http::field::content_type, "application/json");
    request.body() = body.dump();
  }
  request.prepare_payload();

  asio::io_context context{1};
  wire_response reply;
  std::exception_ptr failed;
  asio::co_spawn(context, exchange(context, host_, port_, request, reply),
                 [&](std::exception_ptr error) { failed = std::move(error); });
  context.run();
  try {
    if (failed) std::rethrow_exception(failed);
  } catch (const boost::system::system_error& e) {
    throw no_answer{"http://" + host_ + ":" + port_ + ": " + e.code().message()};
  }
  answer out{reply.result_int(), nlohmann::ordered_json::parse(reply.body(), nullptr, false)};
  if (!out.body.is_object())
    throw no_answer{"http://" + host_ + ":" + port_ + " does not answer like a boxoffice server"};
  return out;
}

}  // namespace boxoffice::http
