// What a request is answered does not depend on how its bytes were cut into packets.
#include "tests/http/cut_stream.hpp"

#include <algorithm>

namespace boxoffice::http {
namespace {

struct cut_row {
  const char* name;
  std::string bytes;
  std::string answers;
};

const std::string next = "GET /v1/things/1 HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string line_of_get = "GET /v1/things/1 HTTP/1.1\r\n";
const std::string bad = "400 malformed_request, closes";
const std::string wide = "431 headers_too_large, closes";

std::string head_of(std::string_view path, std::string_view fields) {
  return "POST " + std::string{path} +
         " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n" + std::string{fields} +
         "\r\n";
}
std::string sized(std::string_view body) {
  return head_of("/v1/echo", "Content-Length: " + std::to_string(body.size()) + "\r\n") +
         std::string{body};
}
std::string chunks(std::string_view body, std::string_view path = "/v1/echo") {
  return head_of(path, "Transfer-Encoding: chunked\r\n") + std::string{body};
}
std::string trailer(std::string_view fields) {
  return chunks("2\r\n{}\r\n0\r\n" + std::string{fields} + "\r\n");
}

std::vector<cut_row> heads() {
  return {
      {"one", next, "200"},
      {"two", next + next, "200, 200"},
      {"blank lines before", "\r\n\r\n\r\n" + next, "200"},
      {"blank line between", next + "\r\n" + next, "200, 200"},
      {"line feed before", "\n" + next, bad},
      {"carriage return before", "\r" + next, bad},
      {"bare line feeds", "GET /v1/things/1 HTTP/1.1\nHost: h\n\n", bad},
      {"bare line feed in a field", line_of_get + "Host: h\nX: y\r\n\r\n", bad},
      {"bare line feed at the end", line_of_get + "Host: h\r\n\n", bad},
      {"bare carriage return", line_of_get + "Host: h\rX: y\r\n\r\n", bad},
      {"folded", line_of_get + "Host: h\r\nX: a\r\n b\r\n\r\n", bad},
      {"folded at once", line_of_get + " Host: h\r\n\r\n", bad},
      {"after a good one", next + "GET\r\n\r\n", "200, " + bad},
      {"both lengths",
       head_of("/v1/echo", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
       bad},
      {"both lengths, turned",
       head_of("/v1/echo", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n") + "0\r\n\r\n",
       bad},
      {"length twice", head_of("/v1/echo", "Content-Length: 2\r\nContent-Length: 2\r\n") + "{}",
       bad},
      {"another version", "GET / HTTP/1.2\r\nHost: h\r\n\r\n",
       "505 http_version_not_supported, closes"},
      {"1.0", "GET /v1/things/1 HTTP/1.0\r\n\r\n", "200, closes"},
      {"TLS", "\x16\x03\x01\x02\x01\xfc\x03\x03", bad},
      {"not complete", "GET /v1/things/1 HTTP/1.1\r\nHost: h\r\n", ""},
  };
}

std::vector<cut_row> large_heads() {
  const auto field = [](std::size_t size) { return "X: " + std::string(size, 'x') + "\r\n"; };
  const auto exact = 16 * 1024 - next.size() - field(0).size();
  std::string many;
  for (int i = 0; i < 150; ++i)
    many += "X-" + std::to_string(i) + ": 1\r\n";
  const auto with = [](const std::string& fields) {
    return line_of_get + "Host: h\r\n" + fields + "\r\n";
  };
  return {
      {"exactly 16 KiB", with(field(exact)) + next, "200, 200"},
      {"a byte more", with(field(exact + 1)) + next, wide},
      {"one field of 17 KiB", with(field(17 * 1024)), wide},
      {"many fields", with(many), wide},
      {"folded beyond 16 KiB", with(field(16 * 1024) + " folded\r\n"), wide},
      {"bare line feed beyond 16 KiB", with(field(16 * 1024) + "X: y\n"), wide},
      {"folded before 16 KiB", with("X: a\r\n b\r\n" + field(17 * 1024)), bad},
      {"without an end", "GET /" + std::string(17 * 1024, 'a'), wide},
  };
}

std::vector<cut_row> bodies() {
  return {
      {"length", sized("{}") + next, "200 of 2, 200"},
      {"length 0", sized("") + next, "400 malformed_json, 200"},
      {"length, pipelined", sized("{}") + sized("[1]"), "200 of 2, 200 of 3"},
      {"too long by its length", head_of("/v1/echo", "Content-Length: 65537\r\n"),
       "413 payload_too_large, closes"},
      {"no route", head_of("/nowhere", "Content-Length: 2\r\n") + "{}" + next,
       "404 not_found, 200"},
      {"held back and refused",
       head_of("/nowhere", "Expect: 100-continue\r\nContent-Length: 2\r\n") + "{}" + next,
       "404 not_found, closes"},
      {"held back and taken",
       head_of("/v1/echo", "Expect: 100-continue\r\nContent-Length: 2\r\n") + "{}" + next,
       "200 of 2, 200"},
      {"chunks", chunks("1\r\n{\r\n1\r\n}\r\n0\r\n\r\n") + next, "200 of 2, 200"},
      {"chunks, pipelined", chunks("2\r\n{}\r\n0\r\n\r\n") + chunks("2\r\n{}\r\n0\r\n\r\n"),
       "200 of 2, 200 of 2"},
      {"no chunk", chunks("0\r\n\r\n") + next, "400 malformed_json, 200"},
      {"capitals and zeros", chunks("000A\r\n[       1]\r\n00\r\n\r\n") + next, "200 of 10, 200"},
      {"16 digits", chunks("0000000000000002\r\n{}\r\n0\r\n\r\n"), "200 of 2"},
      {"17 digits", chunks("00000000000000002\r\n{}\r\n0\r\n\r\n"), bad},
      {"no digits", chunks("\r\n{}\r\n0\r\n\r\n"), bad},
      {"only an extension", chunks(";a\r\n{}\r\n0\r\n\r\n"), bad},
      {"0x", chunks("0x2\r\n{}\r\n0\r\n\r\n"), bad},
      {"sign", chunks("+2\r\n{}\r\n0\r\n\r\n"), bad},
      {"longer than said", chunks("2\r\n{}x\r\n0\r\n\r\n"), bad},
      {"shorter than said", chunks("3\r\n{}\r\n0\r\n\r\n"), bad},
      {"line feed behind a size", chunks("2\n{}\r\n0\r\n\r\n"), bad},
      {"line feed behind data", chunks("2\r\n{}\n0\r\n\r\n"), bad},
      {"line feeds at the end", chunks("2\r\n{}\r\n0\n\n"), bad},
      {"too long", chunks("10001\r\n"), "413 payload_too_large, closes"},
      {"too long together", chunks("2\r\n{}\r\nffff\r\n"), "413 payload_too_large, closes"},
      {"no route, chunks", chunks("2\r\n{}\r\n0\r\n\r\n", "/nowhere") + next, "404 not_found, 200"},
      {"no token, bad chunks", chunks("2\r\n{}\r\nx\r\n\r\n", "/v1/things"), bad},
      {"not complete, chunks", chunks("2\r\n{}\r\n0\r\n"), ""},
  };
}

std::vector<cut_row> extensions_and_trailers() {
  const auto fields = [](int count) {
    std::string all;
    for (int i = 0; i < count; ++i)
      all += "X-" + std::to_string(1000 + i) + ": " + std::string(90, 't') + "\r\n";
    return all;
  };
  std::string many_extensions;
  for (int i = 0; i < 20; ++i)
    many_extensions += "1;" + std::string(900, 'e') + "\r\n \r\n";
  return {
      {"extensions", chunks("2;a=b;c=\"d e\"\r\n{}\r\n0;x\r\n\r\n") + next, "200 of 2, 200"},
      {"extension behind blanks", chunks("2 \t; a = b\r\n{}\r\n0\r\n\r\n"), "200 of 2"},
      {"blanks without extension", chunks("2 \r\n{}\r\n0\r\n\r\n"), bad},
      {"extension with a line feed", chunks("2;a\n{}\r\n0\r\n\r\n"), bad},
      {"extension with a carriage return", chunks("2;a\rb\r\n{}\r\n0\r\n\r\n"), bad},
      {"extension with a NUL", chunks(std::string{"2;\0\r\n{}\r\n0\r\n\r\n", 17}), bad},
      {"extension of 17 KiB", chunks("2;" + std::string(17 * 1024, 'e') + "\r\n{}"), wide},
      {"extensions of 17 KiB together", chunks(many_extensions + "0\r\n\r\n"), wide},
      {"trailer", trailer("X: 1\r\nY:\r\n") + next, "200 of 2, 200"},
      {"trailer with a length", trailer("Content-Length: 7\r\n") + next, "200 of 2, 200"},
      {"trailer with a coding", trailer("Transfer-Encoding: chunked\r\n") + next, "200 of 2, 200"},
      {"trailer that says close", trailer("Connection: close\r\n") + next, "200 of 2, 200"},
      {"trailer that names a host", trailer("Host: other\r\nHost: b\r\n") + next, "200 of 2, 200"},
      {"trailer, folded", trailer("X: 1\r\n 2\r\n"), bad},
      {"trailer without colon", trailer("Nonsense\r\n"), bad},
      {"trailer without name", trailer(": x\r\n"), bad},
      {"trailer, blank before colon", trailer("X : 1\r\n"), bad},
      {"trailer with a line feed", trailer("X: 1\nY: 2\r\n"), bad},
      {"trailer with a carriage return", trailer("X: 1\rY: 2\r\n"), bad},
      {"trailer with a NUL", trailer(std::string{"X: \0\r\n", 6}), bad},
      {"trailer of 15 KiB", trailer(fields(150)) + next, "200 of 2, 200"},
      {"trailer of 17 KiB", trailer(fields(175)), wide},
      {"trailer of 17 KiB in one field", trailer("X: " + std::string(17 * 1024, 't') + "\r\n"),
       wide},
      {"trailer without an end", chunks("2\r\n{}\r\n0\r\nX: " + std::string(17 * 1024, 't')), wide},
  };
}

std::vector<cut_row> all_rows() {
  std::vector<cut_row> all;
  for (const auto& part : {heads(), large_heads(), bodies(), extensions_and_trailers()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

// Every one; of a large request those at its ends, around the bound of 16 KiB, and each 509th.
std::vector<std::size_t> cuts_of(std::size_t size) {
  std::vector<std::size_t> out;
  const auto near = [](std::size_t at, std::size_t to) { return at < to + 40 && to < at + 40; };
  for (std::size_t at = 1; at < size; ++at)
    if (size <= 1024 || at % 509 == 0 || near(at, 0) || near(at, size) || near(at, 16 * 1024) ||
        near(at, 300))
      out.push_back(at);
  return out;
}

TEST(Cuts, DoNotChangeWhatARequestIsAnswered) {
  cut_stream to;
  std::size_t sent = 0;
  for (const auto& row : all_rows()) {
    SCOPED_TRACE(row.name);
    const std::string_view bytes{row.bytes};
    EXPECT_EQ(to.answers({bytes}), row.answers) << "whole";
    std::vector<std::string_view> alone;
    const std::size_t few = bytes.size() <= 1024 ? 1 : 7;
    for (std::size_t i = 0; i < bytes.size(); i += few)
      alone.push_back(bytes.substr(i, few));
    EXPECT_EQ(to.answers(alone), row.answers) << "byte by byte, or seven";
    for (const auto at : cuts_of(bytes.size())) {
      ++sent;
      const auto said = to.answers({bytes.substr(0, at), bytes.substr(at)});
      EXPECT_EQ(said, row.answers) << "cut after " << at << " bytes";
      if (said != row.answers) break;
    }
  }
  EXPECT_GT(sent, 5'000U);
  RecordProperty("cuts", static_cast<int>(sent));
}

}  // namespace
}  // namespace boxoffice::http
