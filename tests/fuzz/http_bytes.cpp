// The bytes of a connection: read in one piece, in pieces cut anywhere, and by a reading of our
// own, they are the same requests, or are refused at the same one for the same reason.
#include "actors/core/check.hpp"
#include "http/server/body_reader.hpp"
#include "http/server/input_buffer.hpp"
#include "http/server/request_parser.hpp"
#include "tests/fuzz/reference_http.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fuzzer/FuzzedDataProvider.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::http {
namespace {

using fuzz::http_reference;
using fuzz::read_request;

/// What came out of a connection: requests, and why there are no more.
struct outcome {
  std::vector<read_request> requests;
  form_fault fault{form_fault::none};
  bool operator==(const outcome&) const = default;
};

/// Reads as `session` does, without its socket: the same parts in the same order.
class connection {
 public:
  explicit connection(std::size_t body_bytes_max) : body_bytes_max_{body_bytes_max} {}

  void receive(std::string_view piece) {
    if (over_) return;
    const auto room = in_.space(std::max<std::size_t>(piece.size(), 1));
    std::memcpy(room.data(), piece.data(), piece.size());
    in_.commit(piece.size());
    while (!over_ && go_on()) {
    }
  }
  [[nodiscard]] outcome result() const { return out_; }

 private:
  // No: nothing more to do until more comes.
  bool go_on() {
    if (!parser_) {
      while (in_.bytes().starts_with("\r\n"))
        in_.consume(2);
      if (in_.bytes() == "\r") return false;
      if (const auto fault = scanner_.scan(in_.bytes()); fault != form_fault::none)
        return refuse(fault);
      if (scanner_.head_size() == 0) return false;
      if (const auto fault = read_head(); fault != form_fault::none) return refuse(fault);
    }
    std::size_t used = 0;
    const auto fault = reader_->read(in_.bytes(), used);
    in_.consume(used);
    if (fault != form_fault::none) return refuse(fault);
    if (!reader_->is_done()) {
      check(in_.empty(), "a reader takes all that there is");
      if (!head_memory_) head_memory_ = in_.move_out();
      return false;
    }
    finish();
    return true;
  }

  form_fault read_head() {
    const auto bytes = in_.bytes().substr(0, scanner_.head_size());
    parser_.emplace(head_);
    if (const auto fault = parser_->parse_head(bytes); fault != form_fault::none) return fault;
    in_.consume(bytes.size());
    if (!target_.read(head_.target)) return form_fault::malformed;
    const auto length = parser_->content_length();
    const auto how =
        parser_->chunked() ? body_reader::framing::chunked : body_reader::framing::length;
    body_.clear();
    return reader_.emplace(body_).begin(how, length ? *length : 0, body_bytes_max_,
                                        body_reader::body_use::keep);
  }

  // The views into the header are read now, when the body has come.
  void finish() {
    read_request done;
    done.method = head_.method_text;
    done.target = head_.target;
    done.body = body_;
    done.version = head_.version;
    done.expects_continue = head_.expects_continue;
    done.keeps_alive = parser_->keep_alive();
    for (const auto& field : head_.fields)
      done.fields.emplace_back(field.name, field.value);
    over_ = !done.keeps_alive;
    out_.requests.push_back(std::move(done));
    parser_.reset();
    reader_.reset();
    scanner_.reset();
    head_memory_.reset();
    head_.version = 11;
  }

  bool refuse(form_fault why) {
    out_.fault = why;
    over_ = true;
    return false;
  }

  std::size_t body_bytes_max_;
  input_buffer in_;
  std::unique_ptr<char[]> head_memory_;
  head_scanner scanner_;
  request_head head_;
  std::optional<request_parser> parser_;
  std::optional<body_reader> reader_;
  target target_;
  std::string body_;
  outcome out_;
  bool over_{false};
};

// --- What is thrown ----------------------------------------------------------------------------

std::string draw_piece(FuzzedDataProvider& dice) {
  constexpr const char* some[] = {
      "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST /v1/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST /a HTTP/1.0\r\nContent-Length: 3\r\n",
      "Host: h\r\n",
      "Connection: keep-alive, close\r\n",
      "Expect: 100-continue\r\n",
      "\r\n",
      "0\r\n",
      "5;a=b\r\nhello\r\n",
      "Trailer: t\r\n",
      "0\r\n\r\n",
      "X: ",
      "abc",
      ": ",
      "Transfer-Encoding: chunked\r\n",
      "Content-Length: 5\r\n\r\n",
      " HTTP/1.1\r\n",
      "ffffffffffffffff\r\n"};
  switch (dice.ConsumeIntegralInRange(0, 3)) {
    case 0:
      return dice.ConsumeRandomLengthString(64);
    case 1:
      // What is near the bounds need not be drawn byte by byte.
      return std::string(dice.ConsumeIntegralInRange<std::size_t>(0, 17'000),
                         "ax;\t "[dice.ConsumeIntegralInRange(0, 4)]);
    default:
      return dice.PickValueInArray(some);
  }
}

std::string draw_bytes(FuzzedDataProvider& dice) {
  if (dice.ConsumeBool()) {
    const auto size = dice.ConsumeIntegralInRange<std::size_t>(0, dice.remaining_bytes());
    return dice.ConsumeBytesAsString(size);
  }
  std::string out;
  for (auto more = dice.ConsumeIntegralInRange(0, 14); more > 0 && out.size() < 40'000; --more)
    out += draw_piece(dice);
  return out;
}

outcome read_whole(const std::string& bytes, std::size_t body_bytes_max) {
  connection one{body_bytes_max};
  one.receive(bytes);
  return one.result();
}

outcome read_cut(std::string_view bytes, std::size_t body_bytes_max, FuzzedDataProvider& dice) {
  connection one{body_bytes_max};
  const std::size_t sizes[] = {1, 2, 7, 100, 4000};
  auto step = dice.PickValueInArray(sizes);
  if (bytes.size() > 4000) step = std::max<std::size_t>(step, 5);
  while (!bytes.empty()) {
    auto size = step;
    if (dice.remaining_bytes() > 0)
      size = 1 + dice.ConsumeIntegralInRange<std::size_t>(0, 2 * step);
    const auto piece = bytes.substr(0, size);
    const std::vector<char> exact{piece.begin(), piece.end()};
    one.receive({exact.data(), exact.size()});
    bytes.remove_prefix(piece.size());
  }
  return one.result();
}

void compare(const outcome& found, const std::string& bytes, std::size_t body_bytes_max) {
  http_reference reference{bytes, body_bytes_max};
  for (const auto& one : found.requests) {
    read_request wanted;
    const auto how = reference.next(wanted);
    check(how == fuzz::reading::whole, "what is taken for a request is one");
    check(
        one.method == wanted.method && one.target == wanted.target && one.version == wanted.version,
        "of the same line");
    check(one.fields == wanted.fields, "with the same fields");
    check(one.body == wanted.body, "and the same body");
    check(one.expects_continue == wanted.expects_continue, "and expectation");
    check(one.keeps_alive == wanted.keeps_alive, "and connection");
    if (!one.keeps_alive) return;
  }
  read_request next;
  const auto how = reference.next(next);
  check(how != fuzz::reading::whole, "every request is found");
  check(how != fuzz::reading::bad || found.fault != form_fault::none, "what is none is refused");
}

void run(FuzzedDataProvider& dice) {
  const std::size_t bounds[] = {0, 8, 300, 65536};
  const auto body_bytes_max = dice.PickValueInArray(bounds);
  const auto bytes = draw_bytes(dice);
  const auto whole = read_whole(bytes, body_bytes_max);
  compare(whole, bytes, body_bytes_max);
  for (int turn = 0; turn < 2; ++turn)
    check(read_cut(bytes, body_bytes_max, dice) == whole,
          "it does not matter how the bytes are cut");
}

}  // namespace
}  // namespace boxoffice::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::http::run(dice);
  return 0;
}
