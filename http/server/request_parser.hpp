#pragma once

#include "http/server/request.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/basic_parser.hpp>

namespace boxoffice::http {

/// What is wrong with the bytes of a request.
enum class form_fault : std::uint8_t {
  none,
  malformed,
  version_unknown,
  headers_too_large,
  payload_too_large,
};

/// Request line and header of one request; the views point into the connection's buffer.
struct request_head {
  std::string_view method_text, target;
  verb method{verb::unknown};
  unsigned version{11};
  std::vector<header_field> fields;
  bool expects_continue{false};
};

/// Looks for the end of a header in what has arrived so far, and refuses early what can never
/// become one (a bad request line, a bare line feed, a folded line), so that garbage is answered at
/// once and not after a time-out.
class head_scanner {
 public:
  /// **Requires** `bytes` to begin where it began the last time.
  /// **Ensures** `head_size()` is not 0 once the empty line has arrived.
  form_fault scan(std::string_view bytes);
  [[nodiscard]] std::size_t head_size() const { return head_size_; }
  void reset() { *this = {}; }

 private:
  std::size_t line_begin_{0}, scanned_{0}, head_size_{0};
};

/// Beast's parser for the header, and what RFC 9112 demands beyond it: exactly one Host in 1.1, one
/// Content-Length of digits, Transfer-Encoding only as `chunked` and only in 1.1. The body is read
/// by body_reader. One object reads one request.
class request_parser : public boost::beast::http::basic_parser<true> {
 public:
  /// `head` gets what is read, and outlives the parser.
  explicit request_parser(request_head& head);

  /// **Requires** the complete header.
  form_fault parse_head(std::string_view bytes);

 private:
  using error_code = boost::beast::error_code;
  using field = boost::beast::http::field;
  template <class T>
  using optional = boost::optional<T>;

  void on_request_impl(verb method, std::string_view method_text, std::string_view target,
                       int version, error_code& ec) override;
  void on_response_impl(int, std::string_view, int, error_code&) override {}
  void on_field_impl(field id, std::string_view name, std::string_view value,
                     error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(std::string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, std::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, std::string_view, error_code&) override {
    return 0;
  }
  void on_finish_impl(error_code&) override {}

  [[nodiscard]] bool accept(field id, std::string_view value);

  request_head& head_;
  std::uint8_t hosts_{0}, lengths_{0}, encodings_{0};
};

}  // namespace boxoffice::http
