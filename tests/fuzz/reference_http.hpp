#pragma once

#include "config/limits.hpp"
#include "http/server/target.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boxoffice::fuzz {

/// One request as a second reading of RFC 9112 finds it.
struct read_request {
  std::string method, target, body;
  unsigned version{11};
  std::vector<std::pair<std::string, std::string>> fields;  ///< without those of a trailer
  bool keeps_alive{true}, expects_continue{false};
  bool operator==(const read_request&) const = default;
};

enum class reading : std::uint8_t { whole, cut, bad };  ///< cut: more may come

/// Reads a request off the front of `bytes`, all of which are there: line by line, with nothing but
/// the grammar in mind. Written for the fuzzers: slow, and unlike the parser it is compared with.
class http_reference {
 public:
  http_reference(std::string_view bytes, std::size_t body_bytes_max)
      : rest_{bytes}, body_bytes_max_{body_bytes_max} {}

  reading next(read_request& into) {
    into = {};
    while (rest_.starts_with("\r\n"))
      rest_.remove_prefix(2);
    const auto end = rest_.find("\r\n\r\n");
    if (end == rest_.npos) return reading::cut;
    const auto head = rest_.substr(0, end + 2);
    if (head.size() + 2 > limits::http_header_bytes_max) return reading::bad;
    rest_.remove_prefix(head.size() + 2);
    if (!read_head(head, into)) return reading::bad;
    if (chunked_) return read_chunks(into.body);
    if (length_ > body_bytes_max_) return reading::bad;
    if (length_ > rest_.size()) return reading::cut;
    into.body = rest_.substr(0, length_);
    rest_.remove_prefix(length_);
    return reading::whole;
  }

 private:
  static bool is_token(std::string_view text) {
    return !text.empty() && text.find_first_not_of(
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "!#$%&'*+-.^_`|~") == text.npos;
  }
  static bool is_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
      return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
    });
  }
  static std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
  }
  static std::string lower(std::string_view text) {
    std::string out{text};
    for (auto& c : out)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
  }
  /// Up to the next CRLF, which is taken away; empty when there is none.
  static std::optional<std::string_view> line(std::string_view& text) {
    const auto end = text.find("\r\n");
    if (end == text.npos) return std::nullopt;
    const auto found = text.substr(0, end);
    text.remove_prefix(end + 2);
    return found;
  }

  bool read_head(std::string_view head, read_request& into) {
    const auto first = *line(head);
    const auto space = first.find(' '), last = first.rfind(' ');
    if (space == first.npos || space == last) return false;
    into.method = first.substr(0, space);
    into.target = first.substr(space + 1, last - space - 1);
    const auto version = first.substr(last + 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return false;
    into.version = version.back() == '1' ? 11 : 10;
    http::target parsed;
    if (!is_token(into.method) || !parsed.read(into.target)) return false;
    while (const auto field = line(head))
      if (!read_field(*field, into)) return false;
    return head.empty() && into.fields.size() <= limits::http_header_fields_max && judge(into);
  }

  static bool read_field(std::string_view field, read_request& into) {
    const auto colon = field.find(':');
    if (colon == field.npos || !is_token(field.substr(0, colon))) return false;
    const auto value = field.substr(colon + 1);
    if (!is_value(value)) return false;
    into.fields.emplace_back(field.substr(0, colon), trimmed(value));
    return true;
  }

  static std::vector<std::string> values(const read_request& of, std::string_view name) {
    std::vector<std::string> out;
    for (const auto& [field, value] : of.fields)
      if (lower(field) == name) out.push_back(value);
    return out;
  }

  // What the fields mean together.
  bool judge(read_request& of) {
    const auto hosts = values(of, "host"), lengths = values(of, "content-length");
    const auto codings = values(of, "transfer-encoding");
    if (hosts.size() > 1 || (hosts.empty() && of.version == 11)) return false;
    if (!hosts.empty() &&
        hosts[0].find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                   ".-_~:[]%!$&'()*+;=") != std::string::npos)
      return false;
    if (lengths.size() + codings.size() > 1) return false;
    chunked_ = !codings.empty();
    if (chunked_ && (of.version != 11 || lower(codings[0]) != "chunked")) return false;
    length_ = 0;
    if (!lengths.empty() && !read_length(lengths[0])) return false;
    if (of.version == 11)
      for (const auto& value : values(of, "expect"))
        of.expects_continue = lower(value) == "100-continue";
    return judge_connection(of);
  }

  bool read_length(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
      if (c < '0' || c > '9') return false;
      const auto digit = static_cast<std::uint64_t>(c - '0');
      if (length_ > (~std::uint64_t{0} - digit) / 10) return false;
      length_ = length_ * 10 + digit;
    }
    return true;
  }

  static bool judge_connection(read_request& of) {
    bool closes = false, keeps = false;
    for (const auto* name : {"connection", "proxy-connection"})
      for (const std::string_view value : values(of, name))
        for (std::size_t at = 0; at <= value.size();) {
          const auto end = std::min(value.find(',', at), value.size());
          const auto option = trimmed(value.substr(at, end - at));
          if (!option.empty() && !is_token(option)) return false;
          closes = closes || lower(option) == "close";
          keeps = keeps || lower(option) == "keep-alive";
          at = end + 1;
        }
    of.keeps_alive = !closes && (keeps || of.version == 11);
    return true;
  }

  reading read_chunks(std::string& body) {
    std::size_t extra = 0;
    for (;;) {
      const auto size_line = line(rest_);
      if (!size_line) return reading::cut;
      const auto digits =
          size_line->substr(0, size_line->find_first_not_of("0123456789abcdefABCDEF"));
      const auto extension = size_line->substr(digits.size());
      if (digits.empty() || digits.size() > 16 || !is_value(extension)) return reading::bad;
      if (!trimmed(extension).empty() && !trimmed(extension).starts_with(';')) return reading::bad;
      extra += extension.size();
      std::uint64_t size = 0;
      for (const char c : digits)
        size = size * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
      if (size > body_bytes_max_ - body.size()) return reading::bad;
      if (size == 0) break;
      if (rest_.size() < size + 2) return reading::cut;
      body += rest_.substr(0, size);
      rest_.remove_prefix(size);
      if (!rest_.starts_with("\r\n")) return reading::bad;
      rest_.remove_prefix(2);
    }
    for (;;) {
      const auto trailer = line(rest_);
      if (!trailer) return reading::cut;
      if (trailer->empty()) break;
      read_request ignored;
      if (!read_field(*trailer, ignored)) return reading::bad;
      extra += trailer->size();
    }
    return extra > limits::http_header_bytes_max ? reading::bad : reading::whole;
  }

  std::string_view rest_;
  std::size_t body_bytes_max_;
  bool chunked_{false};
  std::uint64_t length_{0};
};

}  // namespace boxoffice::fuzz
