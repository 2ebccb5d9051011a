// What counts as a well-formed request, and what happens to the connection when it is not.
#include "tests/http/toy_server.hpp"

namespace boxoffice::http {
namespace {

struct bad_request_row {
  const char* name;
  std::string bytes;
  int status{400};
  const char* code{"malformed_request"};
};

std::string with_host(std::string_view line, std::string_view rest = {}) {
  return std::string{line} + "\r\nHost: h\r\n" + std::string{rest} + "\r\n";
}

const char* const line = "GET /v1/things/1 HTTP/1.1\r\n";
const char* const echo = "POST /v1/echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";

std::vector<bad_request_row> bad_lines_and_headers() {
  return {
      {"no version", "GET /v1/things/1\r\n\r\n"},
      {"two spaces", with_host("GET  /v1/things/1 HTTP/1.1")},
      {"space in target", with_host("GET /v1/a b HTTP/1.1")},
      {"tab", with_host("GET\t/v1/things/1 HTTP/1.1")},
      {"lower-case http", with_host("GET /v1/things/1 http/1.1")},
      {"version with text behind", with_host("GET /v1/things/1 HTTP/1.1x")},
      {"method is no token", with_host("G@T /v1/things/1 HTTP/1.1")},
      {"leading space", " GET /v1/things/1 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"garbage", "\x16\x03\x01\x02garbage"},
      {"bare line feeds", "GET /v1/things/1 HTTP/1.1\nHost: h\n\n"},
      {"bare line feed in header", std::string{line} + "Host: h\nX: y\r\n\r\n"},
      {"bare carriage return", std::string{line} + "Host: h\rX: y\r\n\r\n"},
      {"no host", std::string{line} + "\r\n"},
      {"two hosts", std::string{line} + "Host: a\r\nHost: b\r\n\r\n"},
      {"host with a slash", std::string{line} + "Host: a/b\r\n\r\n"},
      {"space before colon", std::string{line} + "Host : h\r\n\r\n"},
      {"no colon", with_host("GET /v1/things/1 HTTP/1.1", "Nonsense\r\n")},
      {"empty name", with_host("GET /v1/things/1 HTTP/1.1", ": x\r\n")},
      {"folded", with_host("GET /v1/things/1 HTTP/1.1", "X: a\r\n b\r\n")},
      {"folded, empty", with_host("GET /v1/things/1 HTTP/1.1", "X: \r\n \r\n")},
      {"nul in value", with_host("GET /v1/things/1 HTTP/1.1", std::string{"X: a\0b\r\n", 8})},
      {"control in name", with_host("GET /v1/things/1 HTTP/1.1", "X\x01: a\r\n")},
  };
}

std::vector<bad_request_row> bad_lengths() {
  return {
      {"length twice", std::string{echo} + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"},
      {"lengths differ", std::string{echo} + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"},
      {"length list", std::string{echo} + "Content-Length: 2, 2\r\n\r\n{}"},
      {"length negative", std::string{echo} + "Content-Length: -2\r\n\r\n{}"},
      {"length signed", std::string{echo} + "Content-Length: +2\r\n\r\n{}"},
      {"length hex", std::string{echo} + "Content-Length: 0x2\r\n\r\n{}"},
      {"length empty", std::string{echo} + "Content-Length: \r\n\r\n{}"},
      {"length text", std::string{echo} + "Content-Length: two\r\n\r\n{}"},
      {"length over 2^64", std::string{echo} + "Content-Length: 99999999999999999999999\r\n\r\n{}"},
      {"both lengths",
       std::string{echo} + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"both lengths, other order",
       std::string{echo} + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n"},
      {"not chunked", std::string{echo} + "Transfer-Encoding: gzip\r\n\r\n"},
      {"chunked not last", std::string{echo} + "Transfer-Encoding: chunked, gzip\r\n\r\n"},
      {"chunked twice", std::string{echo} + "Transfer-Encoding: chunked, chunked\r\n\r\n"},
      {"identity", std::string{echo} + "Transfer-Encoding: identity\r\n\r\n"},
      {"chunked in 1.0", "POST /v1/echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"chunk size no hex", std::string{echo} + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"},
      {"chunk size negative", std::string{echo} + "Transfer-Encoding: chunked\r\n\r\n-1\r\n{}"},
      {"chunk longer than said",
       std::string{echo} + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n"},
      {"chunk size over 2^64",
       std::string{echo} +
           "Transfer-Encoding: chunked\r\n\r\n1ffffffffffffffff\r\n{}\r\n0\r\n\r\n"},
  };
}

std::vector<bad_request_row> bad_targets_and_versions() {
  return {
      {"percent cut", with_host("GET /v1/things/%4 HTTP/1.1")},
      {"percent no hex", with_host("GET /v1/things/%zz HTTP/1.1")},
      {"percent nul", with_host("GET /v1/things/a%00b HTTP/1.1")},
      {"percent no utf-8", with_host("GET /v1/things/%ff%fe HTTP/1.1")},
      {"percent overlong", with_host("GET /v1/things/%c0%af HTTP/1.1")},
      {"percent in query", with_host("GET /v1/things?limit=%q HTTP/1.1")},
      {"raw utf-8", with_host("GET /v1/things/\xc3\xa4 HTTP/1.1")},
      {"fragment", with_host("GET /v1/things/1#x HTTP/1.1")},
      {"authority form", with_host("CONNECT h:80 HTTP/1.1")},
      {"relative", with_host("GET v1/things/1 HTTP/1.1")},
      {"other scheme", with_host("GET ftp://h/v1/things/1 HTTP/1.1")},
      {"2.0", with_host("GET /v1/things/1 HTTP/2.0"), 505, "http_version_not_supported"},
      {"1.2", with_host("GET /v1/things/1 HTTP/1.2"), 505, "http_version_not_supported"},
      {"0.9", with_host("GET /v1/things/1 HTTP/0.9"), 505, "http_version_not_supported"},
      {"http/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http_version_not_supported"},
  };
}

std::vector<bad_request_row> too_large_requests() {
  const auto large = std::string(17 * 1024, 'a');
  std::string many;
  for (int i = 0; i < 150; ++i)
    many += "X-" + std::to_string(i) + ": 1\r\n";
  return {
      {"long header", with_host("GET /v1/things/1 HTTP/1.1", "X: " + large + "\r\n"), 431,
       "headers_too_large"},
      {"long target", with_host("GET /v1/things/" + large + " HTTP/1.1"), 431, "headers_too_large"},
      {"endless header", std::string{line} + "X: " + large, 431, "headers_too_large"},
      {"many headers", with_host("GET /v1/things/1 HTTP/1.1", many), 431, "headers_too_large"},
      {"said to be too large", std::string{echo} + "Content-Length: 65537\r\n\r\n", 413,
       "payload_too_large"},
      {"too large in chunks",
       std::string{echo} + "Transfer-Encoding: chunked\r\n\r\n10001\r\n" + std::string(65537, ' '),
       413, "payload_too_large"},
  };
}

std::vector<bad_request_row> bad_requests() {
  std::vector<bad_request_row> all;
  for (const auto& part :
       {bad_lines_and_headers(), bad_lengths(), bad_targets_and_versions(), too_large_requests()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST_F(HttpServer, RefusesWhatIsNotWellFormedAndCloses) {
  serve();
  for (const auto& row : bad_requests()) {
    SCOPED_TRACE(row.name);
    auto client = connect();
    const auto answer = client.ask(row.bytes);
    EXPECT_EQ(answer.status, row.status);
    EXPECT_EQ(answer.code(), row.code);
    EXPECT_EQ(answer.headers.count("x-request-id"), 1U);
    if (answer.status == 0) continue;
    EXPECT_EQ(answer.headers.at("connection"), "close");
    EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
    EXPECT_TRUE(client.ended());
  }
  EXPECT_EQ(ask(get("/healthz")).status, 200);
}

TEST_F(HttpServer, RefusesTheSameWhenEveryByteComesAlone) {
  serve();
  for (const auto& row : bad_requests()) {
    if (row.bytes.size() > 512) continue;
    SCOPED_TRACE(row.name);
    auto client = connect();
    for (const char byte : row.bytes)
      if (!client.send({&byte, 1})) break;
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, row.status);
    EXPECT_EQ(answer.code(), row.code);
  }
}

struct good_request_row {
  const char* name;
  std::string bytes;
};

TEST_F(HttpServer, TakesWhatIsUnusualButWellFormed) {
  serve();
  const auto chunked = std::string{
      "POST /v1/echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: Chunked\r\n\r\n"};
  const std::vector<good_request_row> rows{
      {"empty line first", "\r\n" + get("/v1/things/1")},
      {"absolute form", with_host("GET http://h/v1/things/1 HTTP/1.1")},
      {"absolute form in capitals", with_host("GET HTTP://h:80/v1/things/1 HTTP/1.1")},
      {"empty host", "GET /v1/things/1 HTTP/1.1\r\nHost:\r\n\r\n"},
      {"host with port", "GET /v1/things/1 HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"},
      {"1.0 without host", "GET /v1/things/1 HTTP/1.0\r\n\r\n"},
      {"encoded path", get("/v1/%74hings/%61%20b")},
      {"value in Latin-1", get("/v1/things/1", "X: caf\xe9\r\n")},
      {"encoded slash", get("/v1/things/a%2Fb")},
      {"no space after colon", "GET /v1/things/1 HTTP/1.1\r\nHost:h\r\nX:y\r\n\r\n"},
      {"chunks", chunked + "1\r\n{\r\n00001;a=b\r\n}\r\n0\r\n\r\n"},
      {"trailer", chunked + "2\r\n{}\r\n0\r\nX-Trailer: 1\r\n\r\n"},
      {"upper-case hex", chunked + "A\r\n          \r\n2\r\n{}\r\n0\r\n\r\n"},
      {"leading zeros",
       "POST /v1/echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
       "Content-Length: 00002\r\n\r\n{}"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(ask(row.bytes).status, 200);
    auto slowly = connect();
    for (const char byte : row.bytes)
      slowly.send({&byte, 1});
    EXPECT_EQ(slowly.receive().status, 200);
  }
}

TEST_F(HttpServer, TrailerFieldsAreNoHeaders) {
  serve();
  const auto answer =
      ask("POST /v1/echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
          "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Request-Id: sneaky\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.headers.at("x-request-id"), "sneaky");
}

TEST_F(HttpServer, DecodesPathAndQueryOnce) {
  serve();
  EXPECT_EQ(ask(get("/v1/things/a%2Fb%25")).json()["argument"], "a/b%");
  EXPECT_EQ(ask(get("/v1/things/..%2F..")).json()["argument"], "../..");
  EXPECT_EQ(ask(get("/v1/things/../healthz")).status, 404);
  EXPECT_EQ(ask(get("/v1/things?limit=%37")).json()["items"][0]["limit"], 7);
}

TEST_F(HttpServer, TooLargeReachesAClientThatIsStillSending) {
  serve();
  auto client = connect();
  constexpr std::size_t size = 12'000'000;
  ASSERT_TRUE(
      client.send("POST /v1/echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                  "Content-Length: " +
                  std::to_string(size) + "\r\n\r\n"));
  const std::string piece(100'000, ' ');
  for (std::size_t sent = 0; sent < size; sent += piece.size())
    ASSERT_TRUE(client.send(piece)) << "after " << sent << " bytes";
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.code(), "payload_too_large");
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpServer, TooLargeInChunksReachesAClientThatIsStillSending) {
  serve();
  auto client = connect();
  client.send(
      "POST /v1/echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 2000; ++i)
    ASSERT_TRUE(client.send("400\r\n" + std::string(1024, ' ') + "\r\n"));
  client.send("0\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413);
}

TEST_F(HttpServer, BodyBoundsAreExactAndBelongToTheRoute) {
  serve();
  const auto body = [](std::size_t size) { return "{}" + std::string(size - 2, ' '); };
  EXPECT_EQ(ask(post("/v1/echo", body(64 * 1024))).status, 200);
  EXPECT_EQ(ask(post("/v1/echo", body(64 * 1024 + 1))).status, 413);
  EXPECT_EQ(ask(post("/v1/large", body(4 * 1024 * 1024))).json()["size"], 4 * 1024 * 1024);
  EXPECT_EQ(ask(post("/v1/large", body(4 * 1024 * 1024 + 1))).status, 413);
  EXPECT_EQ(ask(post("/nowhere", body(64 * 1024 + 1))).status, 413);
}

TEST_F(HttpServer, HeaderBoundIsExact) {
  serve();
  const auto sized = [](std::size_t bytes) {
    const auto bare = get("/v1/things/1", "X: \r\n").size();
    return get("/v1/things/1", "X: " + std::string(bytes - bare, 'x') + "\r\n");
  };
  EXPECT_EQ(ask(sized(16 * 1024)).status, 200);
  EXPECT_EQ(ask(sized(16 * 1024 + 1)).status, 431);
}

}  // namespace
}  // namespace boxoffice::http
