#include "http/server/forwarded.hpp"
#include "http/server/identity_provider.hpp"
#include "tests/http/signing_key.hpp"
#include "tests/http/toy_server.hpp"

#include <functional>
#include <future>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

/// Pages of other origins, and clients behind proxies.
class Origin : public HttpServer {
 protected:
  static server_settings open_to(std::string origin) {
    server_settings how;
    how.cors_origins = {std::move(origin)};
    return how;
  }
  static std::string preflight(std::string_view origin, std::string_view path = "/v1/things") {
    return "OPTIONS " + std::string{path} +
           " HTTP/1.1\r\nHost: h\r\nOrigin: " + std::string{origin} +
           "\r\nAccess-Control-Request-Method: POST\r\n\r\n";
  }
};

TEST_F(Origin, APageThatIsNamedMayAsk) {
  serve(open_to("https://shop.example"));
  const auto asked = ask(preflight("https://shop.example"));
  EXPECT_EQ(asked.status, 204);
  EXPECT_EQ(asked.headers.at("access-control-allow-origin"), "https://shop.example");
  EXPECT_NE(asked.headers.at("access-control-allow-methods").find("POST"), std::string::npos);
  for (const auto* each : {"Authorization", "Idempotency-Key", "Queue-Token", "Last-Event-ID"})
    EXPECT_NE(asked.headers.at("access-control-allow-headers").find(each), std::string::npos);
  EXPECT_FALSE(asked.headers.contains("access-control-allow-credentials"));

  const auto answer = ask(get("/v1/things/1", "Origin: https://shop.example\r\n"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("access-control-allow-origin"), "https://shop.example");
  EXPECT_EQ(answer.headers.at("vary"), "Origin");
  const auto refused = ask(post("/v1/things", "{}", "Origin: https://shop.example\r\n"));
  EXPECT_EQ(refused.status, 401) << "a refusal can be read, too";
  EXPECT_EQ(refused.headers.at("access-control-allow-origin"), "https://shop.example");
}

TEST_F(Origin, NobodyElseMayRead) {
  serve(open_to("https://shop.example"));
  for (const auto* origin :
       {"https://evil.example", "http://shop.example", "https://shop.example:444",
        "https://shop.example.evil.example", "null", "https://SHOP.example", "*"}) {
    const auto asked = ask(preflight(origin));
    EXPECT_EQ(asked.status, 405) << origin;
    EXPECT_FALSE(asked.headers.contains("access-control-allow-origin")) << origin;
    const auto answer = ask(get("/v1/things/1", "Origin: " + std::string{origin} + "\r\n"));
    EXPECT_FALSE(answer.headers.contains("access-control-allow-origin")) << origin;
  }
  const auto two = "Origin: https://shop.example\r\nOrigin: https://evil.example\r\n";
  EXPECT_FALSE(ask(get("/v1/things/1", two)).headers.contains("access-control-allow-origin"));
  EXPECT_EQ(ask(preflight("https://shop.example", "/v1/nowhere")).status, 404);
}

TEST_F(Origin, WithoutTheSettingNothingIsSaid) {
  serve();
  EXPECT_EQ(ask(preflight("https://shop.example")).status, 405);
  const auto answer = ask(get("/v1/things/1", "Origin: https://shop.example\r\n"));
  EXPECT_FALSE(answer.headers.contains("access-control-allow-origin"));
}

class Forwarded : public testing::Test {
 protected:
  using fields = std::vector<std::pair<std::string_view, std::string_view>>;
  /// Who asks, when 10.0.0.0/8 and ::1 are trusted proxies.
  static std::string client(std::string_view peer, const fields& headers) {
    request about;
    about.peer = boost::asio::ip::make_address(std::string{peer});
    for (const auto& [name, value] : headers)
      about.headers.push_back({{}, name, value});
    return client_address(about, {*parse_address_range("10.0.0.0/8"), *parse_address_range("::1")})
        .to_string();
  }
};

TEST_F(Forwarded, TrustedProxiesAreBelieved) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "192.0.2.7"}}), "192.0.2.7");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "192.0.2.7, 10.1.1.1"}}), "192.0.2.7");
  EXPECT_EQ(client("::1", {{"X-Forwarded-For", "2001:db8::7"}}), "2001:db8::7");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "192.0.2.7:4711"}}), "192.0.2.7");
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "for=192.0.2.7;proto=https"}}), "192.0.2.7");
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", R"(proto=https; For="[2001:db8::7]:80")"}}),
            "2001:db8::7");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "192.0.2.7"}, {"X-Forwarded-For", "10.1.1.1"}}),
            "192.0.2.7");
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "for=192.0.2.8"}, {"X-Forwarded-For", "192.0.2.7"}}),
            "192.0.2.8");
}

TEST_F(Forwarded, NobodyChoosesTheirOwnAddress) {
  EXPECT_EQ(client("192.0.2.9", {{"X-Forwarded-For", "192.0.2.7"}}), "192.0.2.9");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 192.0.2.7"}}), "192.0.2.7")
      << "what stands further left the client wrote";
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "192.0.2.7, unknown"}}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", ""}}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "for=_hidden"}}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "proto=https"}}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "for=\"[2001:db8::7\""}}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {}), "10.0.0.1");
}

TEST(AddressRange, IsReadStrictly) {
  for (const auto* good : {"10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "::/0", "fd00::/8", "::1",
                           "192.168.1.128/25", "2001:db8::/32"})
    EXPECT_TRUE(parse_address_range(good)) << good;
  for (const auto* bad : {"", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10/8",
                          "localhost", "fd00::1/8", "::/129", "10.0.0.0/8 ", "10.0.0.0/08x"})
    EXPECT_FALSE(parse_address_range(bad)) << bad;
}

TEST_F(Origin, BehindATrustedProxyEachClientHasItsOwnLimit) {
  server_settings how;
  how.rate_limit_per_second = 1;
  how.trusted_proxies = {*parse_address_range("127.0.0.1")};
  serve(how);
  const auto from = [&](std::string_view client) {
    return ask(get("/v1/things/1", "X-Forwarded-For: " + std::string{client} + "\r\n")).status;
  };
  EXPECT_EQ(from("192.0.2.1"), 200);
  EXPECT_EQ(from("192.0.2.2"), 200);
  EXPECT_EQ(from("192.0.2.3"), 200);
  int limited = 0;
  for (int i = 0; i < 50; ++i)
    limited += from("192.0.2.4") == 429 ? 1 : 0;
  EXPECT_GT(limited, 0);
}

/// Tokens of a provider whose keys come late.
class LateKeys : public HttpServer {
 protected:
  void serve_with(
      provider_keys::source fetch, key_fetch_times times = {},
      std::function<void()> give_up = [] {}) {
    token_verifier::providers all;
    all.push_back(std::make_unique<identity_provider>(
        provider_rules{"https://id.example", "boxoffice"},
        std::make_unique<provider_keys>("https://id.example", std::move(fetch), std::move(give_up),
                                        metrics_, times)));
    late_ = std::make_unique<token_verifier>(token_key::hs256(toy_secret), std::move(all));
    server_ = std::make_unique<server>(server_settings{}, late_.get(), clock_, metrics_);
    server_->start(toy_routes(metrics_));
  }
  void TearDown() override {
    late_->close();
    server_.reset();
    late_.reset();
  }
  raw_answer list(const signing_key& by, std::string_view role = "user") const {
    const auto text = by.token({{"iss", "https://id.example"},
                                {"aud", "boxoffice"},
                                {"sub", "u1"},
                                {"role", role},
                                {"exp", to_unix_ms(toy_now) / 1000 + 60}});
    return ask("DELETE /v1/things/1 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + text +
               "\r\n\r\n");
  }

  signing_key key_{"ES256", "k1"};
  std::unique_ptr<token_verifier> late_;
};

TEST_F(LateKeys, ARequestWaitsForTheFirstOnes) {
  std::promise<void> gate;
  serve_with([&, opened = gate.get_future().share()] {
    opened.wait();
    return key_set_of({&key_});
  });
  auto user = std::async(std::launch::async, [&] { return list(key_).status; });
  auto admin = std::async(std::launch::async, [&] { return list(key_, "admin").status; });
  EXPECT_EQ(user.wait_for(std::chrono::milliseconds{50}), std::future_status::timeout);
  gate.set_value();
  EXPECT_EQ(user.get(), 403);
  EXPECT_EQ(admin.get(), 204);
}

TEST_F(LateKeys, WithoutAnyTheAnswerIsNotNowInsteadOfNo) {
  serve_with([]() -> std::string { throw std::runtime_error{"away"}; });
  const auto answer = list(key_, "admin");
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.headers.contains("retry-after"));
  const auto own = "DELETE /v1/things/1 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " +
                   token(access::admin) + "\r\n\r\n";
  EXPECT_EQ(ask(own).status, 204) << "other tokens do not depend on it";
}

TEST_F(LateKeys, AServerThatEndsWaitsForNone) {
  std::promise<void> given_up;
  auto over = given_up.get_future().share();
  serve_with(
      [over]() -> std::string {
        over.wait();
        throw std::runtime_error{"given up"};
      },
      {}, [&] { given_up.set_value(); });
  auto user = std::async(std::launch::async, [&] { return list(key_).status; });
  EXPECT_EQ(user.wait_for(std::chrono::milliseconds{50}), std::future_status::timeout);
  late_->close();
  EXPECT_EQ(user.get(), 503);
}

TEST_F(LateKeys, ATokenOfANewKeyWaitsForTheFetchThatBringsIt) {
  const signing_key next{"RS256", "k2"};
  std::atomic<int> fetches{0};
  serve_with(
      [&] {
        return ++fetches == 1 ? key_set_of({&key_}) : key_set_of({&key_, &next});
      },
      {.pause = std::chrono::milliseconds{0}});
  EXPECT_EQ(list(key_, "admin").status, 204);
  EXPECT_EQ(list(next, "admin").status, 204);
  EXPECT_EQ(list(signing_key{"RS256", "k3"}, "admin").status, 401);
}

}  // namespace
}  // namespace boxoffice::http
