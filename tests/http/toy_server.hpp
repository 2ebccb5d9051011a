#pragma once

#include "http/api/paging.hpp"
#include "http/server/content_coding.hpp"
#include "http/server/json_reader.hpp"
#include "http/server/metrics_page.hpp"
#include "http/server/server.hpp"
#include "tests/http/raw_client.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

namespace boxoffice::http {

inline const time_point toy_now = *parse_rfc3339("2026-11-22T12:00:00.000Z");
inline const std::string toy_secret = "0123456789abcdef0123456789abcdef";

class toy_clock : public clock {
 public:
  [[nodiscard]] time_point now() const override { return toy_now; }
};

/// Coroutine of a handler that needs none.
template <class Answer>
handler answering(Answer answer) {
  return [answer](request& about) -> boost::asio::awaitable<response> { co_return answer(about); };
}

inline boost::asio::awaitable<void> pause_for(std::chrono::milliseconds time) {
  boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, time};
  co_await timer.async_wait(boost::asio::use_awaitable);
}

inline response echo(request& about) {
  nlohmann::ordered_json out{{"method", std::string{boost::beast::http::to_string(about.method)}},
                             {"path", about.path},
                             {"argument", about.arguments[0]},
                             {"body", about.body},
                             {"traceparent", about.traceparent},
                             {"key", about.idempotency_key},
                             {"queueToken", about.queue_token},
                             {"user", about.caller ? about.caller->user.value : ""}};
  for (const auto& [name, value] : about.query)
    out["query"][name] = value;
  return {status::ok, out};
}

/// Letters that do not compress well, always the same.
inline std::string noise(std::size_t size) {
  std::string out;
  out.reserve(size);
  for (std::uint32_t state = 1; out.size() < size;) {
    state = state * 1'664'525 + 1'013'904'223;
    out.push_back(static_cast<char>('0' + (state >> 26U)));
  }
  return out;
}

/// Routes that show what the server does around handlers.
inline router toy_routes(const metrics& all) {
  router out;
  out.add(metrics_route(all));
  out.add({.method = verb::get,
           .pattern = "/healthz",
           .handle = answering([](request&) {
             return response{status::ok, "text/plain", "ok"};
           }),
           .admitted = admission_rule::exempt});
  out.add({.method = verb::get, .pattern = "/v1/things/{id}", .handle = answering(echo)});
  out.add({.method = verb::get,
           .pattern = "/v1/things/special",
           .handle = answering([](request&) {
             return response{status::ok, {{"special", true}}};
           })});
  out.add({.method = verb::get,
           .pattern = "/v1/things",
           .handle = answering([](request& about) -> response {
             auto wanted = read_page(about);
             if (auto* refused = std::get_if<problem>(&wanted)) return std::move(*refused);
             return list_response(about,
                                  {{{"limit", std::get<page>(wanted).limit},
                                    {"after", std::get<page>(wanted).after}}},
                                  std::get<page>(wanted).after + 1);
           }),
           .query = {"limit", "cursor"}});
  out.add({.method = verb::get,
           .pattern = "/v1/lists/{id}",
           .needs = access::user,
           .handle = answering([](request& about) -> response {
             auto wanted = read_page(about);
             if (auto* refused = std::get_if<problem>(&wanted)) return std::move(*refused);
             return list_response(about, {}, std::get<page>(wanted).after + 7);
           }),
           .query = {"limit", "cursor", "colour", "size"}});
  out.add({.method = verb::post,
           .pattern = "/v1/things",
           .needs = access::user,
           .handle = answering(echo),
           .body = body_rule::json,
           .key = key_rule::required,
           .queue = queue_token_rule::taken});
  out.add({.method = verb::delete_,
           .pattern = "/v1/things/{id}",
           .needs = access::admin,
           .handle = answering([](request&) { return response{status::no_content}; })});
  out.add({.method = verb::post,
           .pattern = "/v1/once",
           .handle = answering(echo),
           .body = body_rule::json,
           .repeatable = false});
  out.add({.method = verb::post,
           .pattern = "/v1/echo",
           .handle = answering(echo),
           .body = body_rule::json});
  out.add({.method = verb::post,
           .pattern = "/v1/large",
           .handle = answering([](request& about) {
             return response{status::ok, {{"size", about.body.size()}}};
           }),
           .body = body_rule::json,
           .body_bytes_max = limits::http_schedule_body_bytes_max});
  out.add({.method = verb::get,
           .pattern = "/v1/slow/{ms}",
           .handle = [](request& about) -> boost::asio::awaitable<response> {
             const std::string ms{about.arguments[0]};
             co_await pause_for(std::chrono::milliseconds{std::stoi(ms)});
             co_return response{status::ok, {{"slept", ms}}};
           }});
  out.add(
      {.method = verb::get, .pattern = "/v1/broken", .handle = answering([](request&) -> response {
                                                       throw std::runtime_error{"secret detail"};
                                                     })});
  out.add({.method = verb::get,
           .pattern = "/v1/pieces",
           .handle = answering([](request&) {
             response out_of_pieces{status::ok};
             out_of_pieces.content_type = "text/plain";
             out_of_pieces.pieces =
                 [left = std::make_shared<int>(3)]() -> boost::asio::awaitable<std::string> {
               if (*left == 0) co_return std::string{};
               co_return std::string(static_cast<std::size_t>((*left)--), 'x') + ";";
             };
             return out_of_pieces;
           })});
  out.add({.method = verb::get,
           .pattern = "/v1/big",
           .handle = answering(
               [text = std::make_shared<shared_text>(std::string(3'000'000, 'b'))](request&) {
                 return response{status::ok, "text/plain", text};
               })});
  out.add({.method = verb::get,
           .pattern = "/v1/noise",
           .handle =
               answering([text = std::make_shared<shared_text>(noise(3'000'000))](request& about) {
                 if (auto tag = matching_tag(about, "\"n-1\""))
                   return response{status::not_modified}.with("ETag", std::move(*tag));
                 return response{status::ok, "text/plain", text}.with("ETag", "\"n-1\"");
               })});
  out.add({.method = verb::get,
           .pattern = "/v1/text",
           .handle = answering([](request&) {
             return response{status::ok, "text/plain", std::string(5000, 't')};
           })});
  return out;
}

/// A server on a free port with the toy routes.
class HttpServer : public ::testing::Test {
 protected:
  void serve(const server_settings& how = {}) {
    server_ = std::make_unique<server>(how, &tokens_, clock_, metrics_);
    server_->start(toy_routes(metrics_));
  }
  void TearDown() override { server_.reset(); }

  [[nodiscard]] raw_client connect() const { return raw_client{server_->address().port}; }
  raw_answer ask(std::string_view bytes) const { return connect().ask(bytes); }

  static std::string token(access level, std::string user = "u1") {
    return sign_token(token_key::hs256(toy_secret), {user_id{std::move(user)}, level},
                      toy_now + std::chrono::hours{1});
  }
  static std::string get(std::string_view path, std::string_view headers = {}) {
    return "GET " + std::string{path} + " HTTP/1.1\r\nHost: h\r\n" + std::string{headers} + "\r\n";
  }
  static std::string post(std::string_view path, std::string_view body,
                          std::string_view headers = "Content-Type: application/json\r\n") {
    return "POST " + std::string{path} +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string{headers} + "\r\n" + std::string{body};
  }

  toy_clock clock_;
  metrics metrics_;
  token_verifier tokens_{token_key::hs256(toy_secret)};
  std::unique_ptr<server> server_;
};

}  // namespace boxoffice::http
