#include "tests/system/bad_input_cases.hpp"

namespace boxoffice::system_test {
namespace {

std::string charge(const stage& on, int number, std::string_view fields, std::string_view body) {
  return "POST /v1/points/charges HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
         "Authorization: Bearer " +
         on.user + "\r\nIdempotency-Key: bad-bytes-" + std::to_string(number) + "\r\n" +
         std::string{fields} + "\r\n" + std::string{body};
}

}  // namespace

std::vector<bytes_case> cases_of_bytes(const stage& on) {
  std::vector<bytes_case> all;
  const auto add = [&](const char* name, std::string_view fields, const std::string& body,
                       int status, const char* code) {
    all.push_back({name, charge(on, static_cast<int>(all.size()), fields, body), status, code});
  };
  const auto bad = [&](const char* name, std::string_view fields, const std::string& body) {
    add(name, fields, body, 400, "malformed_request");
  };
  constexpr std::string_view chunked = "Transfer-Encoding: chunked\r\n";
  const std::string good = "c\r\n{\"amount\":1}\r\n";
  const std::string nul(1, '\0');
  bad("chunk size without digits", chunked, "\r\n" + good + "0\r\n\r\n");
  bad("chunk size of 17 digits", chunked, "00000000000000000" + good + "0\r\n\r\n");
  bad("chunk size with a sign", chunked, "+" + good + "0\r\n\r\n");
  bad("chunk size with 0x", chunked, "0x" + good + "0\r\n\r\n");
  bad("chunk longer than said", chunked, "b\r\n{\"amount\":1}\r\n0\r\n\r\n");
  bad("chunk shorter than said", chunked, "d\r\n{\"amount\":1}\r\n0\r\n\r\n");
  bad("line feed alone behind a size", chunked, "c\n{\"amount\":1}\r\n0\r\n\r\n");
  bad("line feeds alone at the end", chunked, good + "0\n\n");
  bad("extension with a NUL", chunked, "c;" + nul + "\r\n{\"amount\":1}\r\n0\r\n\r\n");
  bad("extension with a line feed", chunked, "c;a\n{\"amount\":1}\r\n0\r\n\r\n");
  bad("trailer without a colon", chunked, good + "0\r\nNonsense\r\n\r\n");
  bad("trailer without a name", chunked, good + "0\r\n: x\r\n\r\n");
  bad("trailer, folded", chunked, good + "0\r\nX: 1\r\n 2\r\n\r\n");
  bad("trailer with a NUL", chunked, good + "0\r\nX: " + nul + "\r\n\r\n");
  bad("trailer with a line feed", chunked, good + "0\r\nX: 1\nY: 2\r\n\r\n");
  bad("length and chunks", "Transfer-Encoding: chunked\r\nContent-Length: 12\r\n",
      good + "0\r\n\r\n");
  bad("gzip as transfer coding", "Transfer-Encoding: gzip, chunked\r\n", good + "0\r\n\r\n");
  const std::string large(17 * 1024, 't');
  add("trailer of 17 KiB", chunked, good + "0\r\nX: " + large + "\r\n\r\n", 431,
      "headers_too_large");
  add("extension of 17 KiB", chunked, "c;" + large + "\r\n{\"amount\":1}\r\n0\r\n\r\n", 431,
      "headers_too_large");
  add("chunks of more than 64 KiB", chunked, good + "fff5\r\n", 413, "payload_too_large");
  add("compressed", "Content-Encoding: gzip\r\nContent-Length: 12\r\n", "{\"amount\":1}", 415,
      "unsupported_media_type");
  return all;
}

}  // namespace boxoffice::system_test
