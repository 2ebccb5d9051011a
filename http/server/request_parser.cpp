#include "http/server/request_parser.hpp"

#include "config/limits.hpp"
#include "http/server/octets.hpp"

#include <algorithm>
#include <limits>

#include <boost/beast/http/error.hpp>

namespace boxoffice::http {
namespace {

using beast_error = boost::beast::http::error;

bool is_decimal(char c) { return c >= '0' && c <= '9'; }

// Whether the request line ends in a version of HTTP that is well-formed and not 1.0 or 1.1.
bool names_other_version(std::string_view line) {
  const auto last = line.rfind(' ');
  if (last == std::string_view::npos || line.find(' ') == last) return false;
  const auto version = line.substr(last + 1);
  return version.size() == 8 && version.starts_with("HTTP/") && is_decimal(version[5]) &&
         version[6] == '.' && is_decimal(version[7]) && version != "HTTP/1.0" &&
         version != "HTTP/1.1";
}

// method SP target SP HTTP/1.x, without looking into the target.
form_fault check_request_line(std::string_view line) {
  if (names_other_version(line)) return form_fault::version_unknown;
  const auto method = line.substr(0, line.find(' '));
  const bool good = !method.empty() && std::ranges::all_of(method, is_token_char) &&
                    std::ranges::count(line, ' ') == 2 &&
                    (line.ends_with(" HTTP/1.1") || line.ends_with(" HTTP/1.0"));
  return good ? form_fault::none : form_fault::malformed;
}

bool is_host(std::string_view value) {
  constexpr std::string_view others = ".-_~:[]%!$&'()*+;=";
  return std::ranges::all_of(value, [&](char c) {
    return is_decimal(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
  });
}

}  // namespace

form_fault head_scanner::scan(std::string_view bytes) {
  constexpr auto bytes_max = limits::http_header_bytes_max;
  if (!bytes.empty() && !is_token_char(bytes.front())) return form_fault::malformed;
  for (;;) {
    const auto end = bytes.find('\n', scanned_);
    if (end == std::string_view::npos) break;
    // Before anything is said of the line, for who sends byte by byte hears this first.
    if (end + 1 > bytes_max) return form_fault::headers_too_large;
    if (end == 0 || bytes[end - 1] != '\r') return form_fault::malformed;
    const auto line = bytes.substr(line_begin_, end - 1 - line_begin_);
    if (line_begin_ == 0)
      if (const auto fault = check_request_line(line); fault != form_fault::none) return fault;
    if (line.starts_with(' ') || line.starts_with('\t')) return form_fault::malformed;  // obs-fold
    line_begin_ = scanned_ = end + 1;
    if (!line.empty()) continue;
    head_size_ = end + 1;
    return form_fault::none;
  }
  scanned_ = bytes.size();
  return bytes.size() > bytes_max ? form_fault::headers_too_large : form_fault::none;
}

request_parser::request_parser(request_head& head) : head_{head} {
  header_limit(static_cast<std::uint32_t>(2 * limits::http_header_bytes_max));  // counted by us
  body_limit(std::numeric_limits<std::uint64_t>::max());                        // so are these
  head_.fields.clear();
  head_.expects_continue = false;
}

form_fault request_parser::parse_head(std::string_view bytes) {
  error_code ec;
  put(boost::asio::const_buffer{bytes.data(), bytes.size()}, ec);
  if (ec == beast_error::header_limit) return form_fault::headers_too_large;
  return ec || !is_header_done() ? form_fault::malformed : form_fault::none;
}

void request_parser::on_request_impl(verb method, std::string_view method_text,
                                     std::string_view target, int version, error_code&) {
  head_.method = method;
  head_.method_text = method_text;
  head_.target = target;
  head_.version = static_cast<unsigned>(version);
}

bool request_parser::accept(field id, std::string_view value) {
  if (id == field::host) return ++hosts_ == 1 && is_host(value);
  if (id == field::content_length)
    return ++lengths_ == 1 && !value.empty() && std::ranges::all_of(value, is_decimal);
  if (id == field::transfer_encoding)
    return ++encodings_ == 1 && head_.version == 11 && iequals(value, "chunked");
  if (id == field::expect && head_.version == 11)
    head_.expects_continue = iequals(value, "100-continue");
  return true;
}

void request_parser::on_field_impl(field id, std::string_view name, std::string_view value,
                                   error_code& ec) {
  if (!accept(id, value)) {
    ec = beast_error::bad_value;
  } else if (head_.fields.size() == limits::http_header_fields_max) {
    ec = beast_error::header_limit;
  } else {
    head_.fields.push_back({id, name, value});
  }
}

void request_parser::on_header_impl(error_code& ec) {
  if (head_.version == 11 && hosts_ != 1) ec = beast_error::bad_field;
  if (lengths_ != 0 && encodings_ != 0) ec = beast_error::bad_content_length;
}

}  // namespace boxoffice::http
