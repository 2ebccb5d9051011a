#include "http/outgoing/event_post.hpp"

#include "config/limits.hpp"
#include "http/cli/operator_client.hpp"
#include "http/outgoing/webhook_signature.hpp"
#include "tests/http/scripted_peer.hpp"
#include "tests/http/toy_server.hpp"

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <future>
#include <thread>

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

using outcome = event_sink::outcome;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

std::string answer_with(const std::string& status, const std::string& fields = {}) {
  return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: 0\r\n\r\n";
}

const std::string new_secret = "whsec_bmV3IG5ldyBuZXcgbmV3IG5ldyBuZXcgbmV3IG5ldw==";
const std::string old_secret = "whsec_b2xkIG9sZCBvbGQgb2xkIG9sZCBvbGQgb2xkIG9sZA==";

/// Not what the server writes, which http/ does not know.
event_record write_event(const payment_event& e) {
  event_record out;
  out.body = R"({"id":")" + to_text(e.id) + R"(","user":")" + e.user.value + R"("})";
  return out;
}

/// A sink of the settings, and posts that wait for their outcome.
class poster {
 public:
  explicit poster(const std::string& url, const std::filesystem::path& ca_file = {},
                  std::chrono::milliseconds timeout = 5s) {
    settings::data_platform_settings how;
    how.url = url;
    how.ca_file = ca_file;
    how.secret = secret_text{new_secret};
    how.previous_secret = secret_text{old_secret};
    how.timeout = timeout;
    sink_ = open_event_sink(how, clock_, write_event);
  }

  std::future<event_sink::answer> begin(std::vector<payment_event> what = {event()}) {
    auto told = std::make_shared<std::promise<event_sink::answer>>();
    sink_->post(std::move(what), [told](event_sink::answer a) { told->set_value(std::move(a)); });
    return told->get_future();
  }
  event_sink::answer post(const payment_event& what = event()) { return post_all({what}); }
  event_sink::answer post_all(std::vector<payment_event> what) {
    auto told = begin(std::move(what));
    if (told.wait_for(20s) != std::future_status::ready) throw std::runtime_error{"no outcome"};
    return told.get();
  }
  outcome what() { return post().what; }
  void end() { sink_.reset(); }

  static payment_event event() {
    payment_event e;
    e.id = {7};
    e.sequence = 3;
    return e;
  }

 private:
  toy_clock clock_;
  std::unique_ptr<event_sink> sink_;
};

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(EventPost, CarriesTheSignaturesOfItsBodyByteForByte) {
  const scripted_peer peer;
  poster to{peer.url("/deep/er?of=mine")};
  EXPECT_EQ(to.what(), outcome::accepted);
  const auto request = peer.requests().at(0);
  const auto body = write_event(poster::event()).body;
  const auto key = [](const std::string& secret) {
    return std::get<webhook_key>(parse_webhook_secret(secret));
  };
  const auto id = to_text(poster::event().id);
  const auto stamp = stamp_webhook(id, toy_now);
  EXPECT_TRUE(request.starts_with("POST /deep/er?of=mine HTTP/1.1\r\n")) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\n" + body)) << request;
  const std::vector<std::string> fields{
      "Content-Type: application/cloudevents+json; charset=utf-8",
      "Content-Length: " + std::to_string(body.size()),
      "Idempotency-Key: " + id,
      "webhook-id: " + id,
      "webhook-timestamp: 1795348800",
      "webhook-signature: " + sign_webhook({key(new_secret)}, stamp, body) + ' ' +
          sign_webhook({key(old_secret)}, stamp, body),
      "Host: " + peer.url("").substr(std::string{"http://"}.size())};
  for (const auto& field : fields)
    EXPECT_TRUE(mentions(request, "\r\n" + field + "\r\n")) << field << "\n" << request;
  EXPECT_FALSE(mentions(request, "Expect"));
}

TEST(EventPost, SaysOfWhichRequestTheEventCame) {
  const scripted_peer peer;
  poster to{peer.url()};
  const std::string traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  auto event = poster::event();
  event.from = {"shop-17", traceparent};
  ASSERT_EQ(to.post(event).what, outcome::accepted);
  event.from = {"shop-18", ""};
  ASSERT_EQ(to.post(event).what, outcome::accepted);
  ASSERT_EQ(to.post().what, outcome::accepted) << "of before";
  const auto requests = peer.requests();
  EXPECT_TRUE(mentions(requests[0], "\r\nX-Request-Id: shop-17\r\n")) << requests[0];
  EXPECT_TRUE(mentions(requests[0], "\r\ntraceparent: " + traceparent + "\r\n")) << requests[0];
  EXPECT_TRUE(mentions(requests[1], "\r\nX-Request-Id: shop-18\r\n")) << requests[1];
  EXPECT_FALSE(mentions(requests[1], "traceparent")) << requests[1];
  EXPECT_FALSE(mentions(requests[2], "X-Request-Id")) << requests[2];
  EXPECT_FALSE(mentions(requests[2], "traceparent")) << requests[2];
}

TEST(EventPost, SkipsHoweverManyInterimAnswers) {
  const std::string continued = "HTTP/1.1 100 Continue\r\n\r\n";
  const std::string processing = "HTTP/1.1 102 Processing\r\n\r\n";
  const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";
  std::string forty;
  for (int n = 0; n < 40; ++n)
    forty += processing;
  const scripted_peer peer{{continued + hints + hints + answer_with("204 No Content"),
                            forty + answer_with("422 No"), hints + answer_with("200 OK")}};
  poster to{peer.url()};
  EXPECT_EQ(to.what(), outcome::accepted);
  EXPECT_EQ(to.what(), outcome::rejected);
  EXPECT_EQ(to.what(), outcome::accepted);
  EXPECT_EQ(peer.requests().size(), 3U) << "each was sent once";
  EXPECT_EQ(peer.connections(), 1U);
}

TEST(EventPost, KeepsItsConnectionForAsLongAsTheOtherSideDoes) {
  const std::string last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
  const std::string more =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
  const scripted_peer peer{{more, answer_with("500 Oh"), more, last, more, more}};
  poster to{peer.url()};
  for (const auto expected :
       {outcome::accepted, outcome::try_later, outcome::accepted, outcome::accepted})
    EXPECT_EQ(to.what(), expected);
  EXPECT_EQ(peer.connections(), 1U);
  EXPECT_EQ(to.what(), outcome::accepted);
  EXPECT_EQ(to.what(), outcome::accepted);
  EXPECT_EQ(peer.connections(), 2U);
}

TEST(EventPost, GoesOverANewConnectionWhenTheKeptOneWasGivenUp) {
  const scripted_peer peer{{answer_with("200 OK"), ""}};
  poster to{peer.url()};
  EXPECT_EQ(to.what(), outcome::accepted);
  EXPECT_EQ(to.what(), outcome::accepted);
  EXPECT_EQ(peer.requests().size(), 3U);
  EXPECT_EQ(peer.connections(), 2U);
}

TEST(EventPost, FollowsNoRedirect) {
  const scripted_peer elsewhere;
  const auto to_elsewhere = "Location: " + elsewhere.url() + "\r\n";
  const std::vector<std::string> all{"301 Moved", "302 Found", "303 See", "307 Temporarily",
                                     "308 Permanently"};
  std::vector<std::string> script;
  script.reserve(all.size());
  for (const auto& status : all)
    script.push_back(answer_with(status, to_elsewhere));
  const scripted_peer peer{script};
  poster to{peer.url()};
  for (const auto& status : all) {
    const auto told = to.post();
    EXPECT_EQ(told.what, outcome::try_later) << status;
    EXPECT_EQ(told.reason, "the data platform answered " + status.substr(0, 3) +
                               ", a redirect, which is not followed");
  }
  EXPECT_EQ(elsewhere.connections(), 0U);
  EXPECT_EQ(to.what(), outcome::accepted) << "and is asked again itself";
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
std::string http_date(std::chrono::seconds from_now) {
  const auto at = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + from_now);
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text.data();
}

TEST(EventPost, SaysHowLongThePlatformWantsToBeLeftAlone) {
  struct row {
    std::string status, retry_after;
    std::chrono::seconds least, most;
  };
  const std::vector<row> rows{{"429 Slow", "17", 17s, 17s},
                              {"503 Away", "7200", 7200s, 7200s},
                              {"503 Away", http_date(90s), 80s, 91s},
                              {"429 Slow", http_date(1h), 3590s, 3601s},
                              {"503 Away", http_date(-1h), 0s, 0s},
                              {"503 Away", "soon", 0s, 0s},
                              {"429 Slow", "-5", 0s, 0s},
                              {"500 Oh", "60", 0s, 0s},
                              {"408 Late", "60", 0s, 0s}};
  std::vector<std::string> script;
  script.reserve(rows.size() + 1);
  for (const auto& each : rows)
    script.push_back(answer_with(each.status, "Retry-After: " + each.retry_after + "\r\n"));
  script.push_back(answer_with("503 Away"));
  const scripted_peer peer{script};
  poster to{peer.url()};
  for (const auto& each : rows) {
    const auto told = to.post();
    EXPECT_EQ(told.what, outcome::try_later) << each.status;
    EXPECT_GE(told.not_within, each.least) << each.status << ' ' << each.retry_after;
    EXPECT_LE(told.not_within, each.most) << each.status << ' ' << each.retry_after;
  }
  EXPECT_EQ(to.post().not_within, 0s) << "nothing stays of the answer before";
}

TEST(EventPost, IsToldNothingMoreByAPlatformThatIsGone) {
  const scripted_peer peer{{answer_with("410 Gone")}};
  poster to{peer.url()};
  const auto told = to.post();
  EXPECT_EQ(told.what, outcome::gone);
  EXPECT_EQ(told.reason, "the data platform answered 410");
  EXPECT_EQ(to.what(), outcome::gone);
  EXPECT_EQ(peer.requests().size(), 1U);
}

TEST(EventPost, PostsSeveralAtATimeOverConnectionsThatAreKept) {
  const std::vector<std::string> script(limits::data_platform_parallel_max, scripted_peer::silence);
  const scripted_peer hung{script};
  constexpr auto many = limits::data_platform_parallel_max;
  {
    poster to{hung.url(), {}, 60s};
    std::vector<std::future<event_sink::answer>> all;
    for (std::size_t n = 0; n < many; ++n)
      all.push_back(to.begin());
    while (hung.requests().size() < many)
      std::this_thread::yield();
    EXPECT_EQ(hung.connections(), many);
    EXPECT_EQ(to.post().reason, "no answer from the data platform: too many requests at a time");
  }
  const scripted_peer peer;
  poster to{peer.url()};
  for (int round = 0; round < 3; ++round) {
    std::vector<std::future<event_sink::answer>> all;
    for (std::size_t n = 0; n < many; ++n)
      all.push_back(to.begin());
    for (auto& each : all)
      EXPECT_EQ(each.get().what, outcome::accepted);
  }
  EXPECT_EQ(peer.requests().size(), 3 * many);
  EXPECT_LE(peer.connections(), many);
}

TEST(EventPost, CarriesSeveralEventsAsASignedBatch) {
  const scripted_peer peer;
  poster to{peer.url()};
  auto first = poster::event();
  first.from = request_origin{"its-request", ""};
  auto last = poster::event();
  last.id = {9};
  EXPECT_EQ(to.post_all({first, last}).what, outcome::accepted);
  const auto request = peer.requests().at(0);
  const auto body = "[" + write_event(first).body + "," + write_event(last).body + "]";
  EXPECT_TRUE(request.ends_with("\r\n\r\n" + body)) << request;
  EXPECT_TRUE(
      mentions(request, "\r\nContent-Type: application/cloudevents-batch+json; charset=utf-8\r\n"))
      << request;
  const auto id = to_text(first.id) + "-" + to_text(last.id);
  EXPECT_TRUE(mentions(request, "\r\nwebhook-id: " + id + "\r\n")) << request;
  EXPECT_TRUE(mentions(request, "\r\nIdempotency-Key: " + id + "\r\n")) << request;
  EXPECT_FALSE(mentions(request, "X-Request-Id")) << "it came of several requests";
  const auto field = [&](const std::string& name) {
    const auto from = request.find(name + ": ") + name.size() + 2;
    return request.substr(from, request.find("\r\n", from) - from);
  };
  const auto key = std::get<webhook_key>(parse_webhook_secret(old_secret));
  EXPECT_TRUE(
      verify_webhook({key}, {id, field("webhook-timestamp")}, body, field("webhook-signature")));
}

TEST(EventPost, TakesTheStatusOfAnAnswerThatIsTooLong) {
  const std::size_t bytes = limits::data_platform_answer_bytes_max + 1;
  const auto long_one = [&](const std::string& status) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
           std::string(bytes, 'x');
  };
  const scripted_peer peer{{long_one("200 OK"), long_one("422 No")}};
  poster to{peer.url()};
  EXPECT_EQ(to.what(), outcome::accepted);
  EXPECT_EQ(to.what(), outcome::rejected);
  EXPECT_EQ(to.what(), outcome::accepted);
  EXPECT_EQ(peer.connections(), 3U);
}

TEST(EventPost, VerifiesTheCertificateAgainstTheFileOfTheSettings) {
  const test_authority ours;
  const test_authority another;
  const scripted_peer peer{{}, ours.vouch_for("IP:127.0.0.1")};
  poster to{peer.url(), ours.file()};
  EXPECT_EQ(to.what(), outcome::accepted);
  EXPECT_EQ(to.what(), outcome::accepted);
  EXPECT_EQ(peer.connections(), 1U);
  for (const auto& ca_file : {std::filesystem::path{}, another.file()}) {
    const auto told = poster{peer.url(), ca_file}.post();
    EXPECT_EQ(told.what, outcome::try_later) << ca_file;
    EXPECT_TRUE(mentions(told.reason, "certificate")) << told.reason;
  }
  EXPECT_EQ(peer.requests().size(), 2U) << "nothing is sent to whom nobody vouches for";
  const scripted_peer by_another_name{{}, ours.vouch_for("DNS:platform.example")};
  const auto told = poster{by_another_name.url(), ours.file()}.post();
  EXPECT_EQ(told.what, outcome::try_later);
  EXPECT_TRUE(mentions(told.reason, "subject name")) << told.reason;
  EXPECT_EQ(by_another_name.requests().size(), 0U);
}

TEST(EventPost, AsksNoProxyOfTheEnvironment) {
  const scripted_peer proxy;
  for (const auto* name : {"http_proxy", "ALL_PROXY"})
    ::setenv(name, proxy.url("").c_str(), 1);
  const scripted_peer peer;
  EXPECT_EQ(poster{peer.url()}.what(), outcome::accepted);
  for (const auto* name : {"http_proxy", "ALL_PROXY"})
    ::unsetenv(name);
  EXPECT_EQ(proxy.connections(), 0U);
  EXPECT_EQ(peer.requests().size(), 1U);
}

TEST(EventPost, WaitsNoLongerThanItMay) {
  const scripted_peer peer{{scripted_peer::silence}};
  poster to{peer.url(), {}, 100ms};
  const auto told = to.post();
  EXPECT_EQ(told.what, outcome::try_later);
  EXPECT_EQ(told.reason, "no answer from the data platform: Timeout was reached");
  EXPECT_EQ(to.what(), outcome::accepted);
}

TEST(EventPost, IsGivenUpAtOnceWhenTheServerStops) {
  const scripted_peer peer{{scripted_peer::silence, scripted_peer::silence}};
  poster to{peer.url(), {}, 60s};
  auto told = to.begin();
  auto next = to.begin();
  while (peer.requests().size() < 2)
    std::this_thread::yield();
  const auto before = std::chrono::steady_clock::now();
  to.end();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  EXPECT_THROW(told.get(), std::future_error) << "nobody is told any more";
  EXPECT_THROW(next.get(), std::future_error);
}

TEST(OperatorClient, SendsWhatTheRoutesTake) {
  const std::string good = "HTTP/1.1 202 Yes\r\nContent-Length: 10\r\n\r\n{\"a\": \"b\"}";
  const scripted_peer peer{
      {"HTTP/1.1 103 Hints\r\n\r\n" + good, good, good, answer_with("200 OK")}};
  operator_client client{peer.url(""), "token-of-op"};
  EXPECT_EQ(client.ask(outgoing_method::get, "/v1/list?limit=2").body.at("a"), "b");
  EXPECT_EQ(client.ask(outgoing_method::post, "/v1/x/replay").status, 202U);
  EXPECT_EQ(client.ask(outgoing_method::post, "/v1/x/abort", {{"reason", "r"}}).status, 202U);
  EXPECT_THROW(static_cast<void>(client.ask(outgoing_method::get, "/")), no_answer);
  const auto seen = peer.requests();
  EXPECT_TRUE(seen.at(0).starts_with("GET /v1/list?limit=2 HTTP/1.1\r\n")) << seen[0];
  EXPECT_TRUE(mentions(seen.at(0), "\r\nAuthorization: Bearer token-of-op\r\n")) << seen[0];
  EXPECT_TRUE(mentions(seen.at(1), "\r\nContent-Length: 0\r\n")) << seen[1];
  EXPECT_FALSE(mentions(seen.at(1), "Content-Type")) << seen[1];
  EXPECT_TRUE(mentions(seen.at(2), "\r\nContent-Type: application/json\r\n")) << seen[2];
  EXPECT_TRUE(seen.at(2).ends_with("\r\n\r\n{\"reason\":\"r\"}")) << seen[2];
  EXPECT_EQ(peer.connections(), 1U);
}

TEST(OperatorClient, RefusesAddressesAndTokensThatCannotBe) {
  for (const std::string url : {"", "127.0.0.1:1", "ftp://h", "http://h/path", "http://h?q=1",
                                "http://op:secret@h", "http://h:65536", "http://h:0", "http:///"})
    EXPECT_THROW((operator_client{url, "t"}), std::invalid_argument) << url;
  operator_client client{"http://127.0.0.1:1/", "a\r\nX-Other: b"};
  EXPECT_THROW(static_cast<void>(client.ask(outgoing_method::get, "/")), std::invalid_argument);
}

}  // namespace
}  // namespace boxoffice::http
