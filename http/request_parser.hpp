#pragma once

#include "http/request.hpp"

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

/// Beast's parser, and what RFC 9112 demands beyond it: exactly one Host in 1.1, one
/// Content-Length of digits, Transfer-Encoding only as `chunked` and only in 1.1; fields of a
/// trailer are ignored. One object reads one request.
/// **Requires** `parse_head` with the complete header, then `parse_body` with what follows it.
class request_parser : public boost::beast::http::basic_parser<true> {
 public:
  /// Where to put what is read; both outlive the parser.
  request_parser(request_head& head, std::string& body);

  form_fault parse_head(std::string_view bytes);

  /// Whether to keep the bytes of the body or only to walk over them.
  enum class body_use : std::uint8_t { keep, discard };
  /// Says how large the body may be. payload_too_large when it declares to be larger.
  form_fault expect_body(std::size_t bytes_max, body_use use);
  /// Reads on; `consumed` says how many bytes of `bytes` were used.
  form_fault parse_body(std::string_view bytes, std::size_t& consumed);

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
  std::size_t on_body_impl(std::string_view bytes, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t, std::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, std::string_view bytes, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  [[nodiscard]] bool accept(field id, std::string_view value);

  request_head& head_;
  std::string& body_;
  body_use use_{body_use::keep};
  std::uint8_t hosts_{0}, lengths_{0}, encodings_{0};
};

}  // namespace boxoffice::http
