// Which form an answer is sent in, and how it is told apart from the other.
#include "http/server/gzip.hpp"
#include "tests/http/gunzip.hpp"
#include "tests/http/toy_server.hpp"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace boxoffice::http {
namespace {

namespace asio = boost::asio;

std::string accepting(std::string_view codings) {
  return "Accept-Encoding: " + std::string{codings} + "\r\n";
}

struct coding_row {
  std::string_view accept;
  std::string large, small;  // gzip, plain or 406
};

TEST_F(HttpServer, SendsTheFormThatTheClientTakes) {
  serve();
  const std::vector<coding_row> rows{
      {"gzip", "gzip", "plain"},
      {"GZip", "gzip", "plain"},
      {"x-gzip", "gzip", "plain"},
      {"gzip, deflate, br", "gzip", "plain"},
      {" \t br ,, \tgzip\t;\tq=1.000 , ", "gzip", "plain"},
      {"gzip;q=0.001", "gzip", "plain"},
      {"gzip;Q=0.5", "gzip", "plain"},
      {"*", "gzip", "plain"},
      {"br, *;q=0.1", "gzip", "plain"},
      {"gzip;q=0.5, identity;q=0.5", "gzip", "plain"},
      {"gzip;q=0.5, identity", "plain", "plain"},
      {"gzip;q=0.4, *;q=0.6", "plain", "plain"},
      {"gzip;q=0", "plain", "plain"},
      {"gzip;q=0.000, *", "plain", "plain"},
      {"", "plain", "plain"},
      {"identity", "plain", "plain"},
      {"br, deflate", "plain", "plain"},
      {"gzip;q=2", "plain", "plain"},
      {"gzip;q=0.1234", "plain", "plain"},
      {"gzip;q=", "plain", "plain"},
      {"gzip;level=1", "plain", "plain"},
      {"gzipped", "plain", "plain"},
      {"identity;q=0, gzip", "gzip", "gzip"},
      {"identity;q=0, *", "gzip", "gzip"},
      {"*;q=0, gzip", "gzip", "gzip"},
      {"identity;q=0", "406", "406"},
      {"identity;q=0, br", "406", "406"},
      {"*;q=0", "406", "406"},
      {"gzip;q=0, identity;q=0", "406", "406"},
      {"*;q=0, identity;q=0.1", "plain", "plain"},
  };
  auto client = connect();
  const auto form_of = [&](const std::string& path, std::string_view accept) -> std::string {
    const auto answer = client.ask(get(path, accepting(accept)));
    if (answer.status == 406 && answer.code() == "not_acceptable") return "406";
    const auto coding = answer.headers.find("content-encoding");
    const bool coded = coding != answer.headers.end();
    const auto plain = connect().ask(get(path));
    EXPECT_FALSE(plain.headers.contains("content-encoding"));
    EXPECT_EQ(coded ? gunzip(answer.body) : answer.body, plain.body);
    return coded ? coding->second : "plain";
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.accept);
    EXPECT_EQ(form_of("/v1/text", row.accept), row.large);
    EXPECT_EQ(form_of("/v1/noise", row.accept), row.large);
    EXPECT_EQ(form_of("/v1/things/special", row.accept), row.small);
  }
  const auto halves = client.ask(get("/v1/text", accepting("br") + accepting("gzip")));
  EXPECT_EQ(halves.headers.at("content-encoding"), "gzip");
}

TEST_F(HttpServer, SaysThatAnAnswerHasTwoForms) {
  serve();
  auto client = connect();
  EXPECT_EQ(client.ask(get("/v1/text")).headers.at("vary"), "Accept-Encoding");
  EXPECT_EQ(client.ask(get("/v1/text", accepting("gzip"))).headers.at("vary"), "Accept-Encoding");
  EXPECT_EQ(client.ask(get("/v1/text", accepting("*;q=0"))).headers.at("vary"), "Accept-Encoding");
  EXPECT_FALSE(client.ask(get("/v1/things/special")).headers.contains("vary"));
}

TEST_F(HttpServer, EachFormHasATagOfItsOwn) {
  serve();
  auto client = connect();
  const auto tag_of = [&](const std::string& headers) {
    return client.ask(get("/v1/noise", headers)).headers.at("etag");
  };
  const auto plain = tag_of("");
  const auto gzip = tag_of(accepting("gzip"));
  EXPECT_EQ(plain, "\"n-1\"");
  EXPECT_EQ(gzip, "\"n-1-gzip\"");
  struct tag_row {
    std::string accept, known;
    std::string tag;  // of the 304; empty: 200
  };
  const std::vector<tag_row> rows{
      {"", plain, plain},
      {"gzip", gzip, gzip},
      {"gzip", "W/" + gzip, gzip},
      {"gzip", "\"other\", " + gzip + " ,\"more\"", gzip},
      {"gzip", plain, plain},  // it takes the plain one too
      {"gzip", "*", plain},
      {"", "*", plain},
      {"", "", ""},
      {"", gzip, ""},  // a cache has it for others
      {"gzip;q=0", gzip, ""},
      {"gzip, identity;q=0", plain, ""},
      {"gzip, identity;q=0", gzip, gzip},
      {"gzip", "\"n-2-gzip\"", ""},
      {"gzip", "\"n-1-gzip-gzip\"", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.accept + " | " + row.known);
    const auto answer = client.ask(
        get("/v1/noise", accepting(row.accept) + "If-None-Match: " + row.known + "\r\n"));
    EXPECT_EQ(answer.status, row.tag.empty() ? 200 : 304);
    EXPECT_EQ(answer.headers.at("vary"), "Accept-Encoding");
    if (!row.tag.empty()) {
      EXPECT_EQ(answer.headers.at("etag"), row.tag);
      EXPECT_FALSE(answer.headers.contains("content-encoding"));
    }
  }
  const auto twice =
      client.ask(get("/v1/noise", "If-None-Match: \"x\"\r\nIf-None-Match: " + plain + "\r\n"));
  EXPECT_EQ(twice.status, 304);
}

TEST_F(HttpServer, HeadTellsTheSameAsGetInEachForm) {
  serve();
  auto client = connect();
  for (const std::string accept : {"gzip", "identity"}) {
    client.send("HEAD /v1/noise HTTP/1.1\r\nHost: h\r\n" + accepting(accept) + "\r\n");
    auto head = client.receive(raw_client::request_kind::head).headers;
    auto full = client.ask(get("/v1/noise", accepting(accept))).headers;
    head.erase("x-request-id");
    full.erase("x-request-id");
    EXPECT_EQ(head, full);
  }
}

TEST_F(HttpServer, AChangeIsAnsweredPlainWhateverTheClientTakes) {
  serve();
  const auto body = "[\"" + std::string(5000, 'a') + "\"]";
  for (const std::string accept : {"gzip", "identity;q=0"}) {
    const auto answer =
        ask(post("/v1/echo", body, "Content-Type: application/json\r\n" + accepting(accept)));
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer.headers.contains("content-encoding"));
    EXPECT_FALSE(answer.headers.contains("vary"));
  }
}

TEST_F(HttpServer, RefusalsComeInTheFormThatIsTaken) {
  serve();
  const auto answer = ask(get("/nowhere", accepting("gzip, identity;q=0")));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.headers.at("content-encoding"), "gzip");
  EXPECT_NE(gunzip(answer.body).find("\"not_found\""), std::string::npos);
  EXPECT_EQ(ask(get("/nowhere", accepting("identity;q=0"))).code(), "not_found");
}

TEST(SharedText, IsCompressedOnceForAllWhoAskAtATime) {
  const auto text = std::make_shared<shared_text>(noise(3'000'000));
  asio::io_context io;
  std::vector<std::string_view> got(24);
  for (auto& each : got)
    asio::co_spawn(
        io, [&each, text]() -> asio::awaitable<void> { each = co_await text->compressed(); },
        asio::detached);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] { io.run(); });
  for (auto& each : threads)
    each.join();
  EXPECT_EQ(gunzip(got.front()), text->plain());
  for (const auto& each : got) {
    EXPECT_EQ(each.data(), got.front().data());
    EXPECT_EQ(each.size(), got.front().size());
  }
}

TEST(Gzip, LetsOthersHaveTheThreadInBetween) {
  asio::io_context io;
  const std::string text(9'000'000, 'x');
  bool done = false;
  int turns = 0;
  asio::co_spawn(
      io,
      [&]() -> asio::awaitable<void> {
        const auto made = co_await gzip(text);
        EXPECT_EQ(gunzip(made), text);
        done = true;
      },
      asio::detached);
  std::function<void()> other = [&] {
    if (done) return;
    ++turns;
    asio::post(io, other);
  };
  asio::post(io, other);
  io.run();
  EXPECT_TRUE(done);
  EXPECT_GE(turns, 9'000'000 / (64 * 1024));
}

TEST(Gzip, KeepsEverySize) {
  asio::io_context io;
  for (const std::size_t size : {0UL, 1UL, 65'535UL, 65'536UL, 65'537UL, 131'072UL, 200'000UL}) {
    const auto text = noise(size);
    std::string back = "not made";
    asio::co_spawn(
        io, [&]() -> asio::awaitable<void> { back = gunzip(co_await gzip(text)); }, asio::detached);
    io.restart();
    io.run();
    EXPECT_EQ(back, text);
  }
}

}  // namespace
}  // namespace boxoffice::http
