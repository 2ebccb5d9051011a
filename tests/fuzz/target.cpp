// Request targets and the table of routes, each beside a second reading of the same rules.
#include "http/server/target.hpp"

#include "actors/core/check.hpp"
#include "http/server/router.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boxoffice::http {
namespace {

struct read_target {
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;
  bool operator==(const read_target&) const = default;
};

std::optional<std::string> decoded(std::string_view raw, bool plus_is_space) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  while (!raw.empty()) {
    auto c = static_cast<unsigned char>(raw.front());
    std::size_t used = 1;
    if (c == '%') {
      if (raw.size() < 3) return std::nullopt;
      unsigned value = 0;
      for (const char digit : raw.substr(1, 2)) {
        const auto lower = digit >= 'A' && digit <= 'F' ? static_cast<char>(digit + 32) : digit;
        const auto found = digits.find(lower);
        if (found == digits.npos) return std::nullopt;
        value = value * 16 + static_cast<unsigned>(found);
      }
      if (value < 32 || value == 127) return std::nullopt;
      c = static_cast<unsigned char>(value);
      used = 3;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    out += static_cast<char>(c);
    raw.remove_prefix(used);
  }
  return out;
}

// By code points: what it encodes to must be what stood there.
bool is_text(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const unsigned more = lead < 0x80 ? 0 : lead >> 5 == 6 ? 1 : lead >> 4 == 14 ? 2 : 3;
    if (lead >= 0x80 && (lead < 0xC0 || lead >= 0xF8)) return false;
    if (bytes.size() - i <= more) return false;
    std::uint32_t point = more == 0 ? lead : lead & (0x3FU >> more);
    for (unsigned k = 1; k <= more; ++k) {
      const auto next = static_cast<unsigned char>(bytes[i + k]);
      if (next >> 6 != 2) return false;
      point = point << 6 | (next & 0x3F);
    }
    constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
      return false;
    i += more + 1;
  }
  return true;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<read_target> reference(std::string_view raw) {
  for (const char c : raw)
    if (c < '!' || c > '~' || c == '#') return std::nullopt;
  if (!raw.starts_with('/')) {
    std::string scheme{raw.substr(0, raw.find("://"))};
    std::ranges::transform(scheme, scheme.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    if (raw.find("://") == raw.npos || (scheme != "http" && scheme != "https")) return std::nullopt;
    raw.remove_prefix(scheme.size() + 3);
    const auto host = raw.substr(0, raw.find_first_of("/?"));
    if (host.empty()) return std::nullopt;
    raw.remove_prefix(host.size());
  }
  read_target out;
  const auto path = raw.substr(0, raw.find('?'));
  if (path.size() < raw.size()) {
    for (const auto pair : split(raw.substr(path.size() + 1), '&')) {
      if (pair.empty()) continue;
      const auto equals = std::min(pair.find('='), pair.size());
      const auto name = decoded(pair.substr(0, equals), true);
      const auto value = decoded(pair.substr(std::min(equals + 1, pair.size())), true);
      if (!name || !value || !is_text(*name) || !is_text(*value)) return std::nullopt;
      out.query.emplace_back(*name, *value);
    }
  }
  for (const auto segment : split(path.empty() ? path : path.substr(1), '/')) {
    auto text = decoded(segment, false);
    if (!text) return std::nullopt;
    out.segments.push_back(std::move(*text));
  }
  // A character may not be spread over two segments either.
  if (!std::ranges::all_of(out.segments, is_text)) return std::nullopt;
  return out;
}

std::string encoded(std::string_view text, FuzzedDataProvider& dice) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '~';
    if (plain && dice.ConsumeBool()) {
      out += c;
    } else {
      const auto* digits = dice.ConsumeBool() ? "0123456789ABCDEF" : "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      out.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
  }
  return out;
}

std::string write(const read_target& what, FuzzedDataProvider& dice) {
  std::string out = dice.ConsumeBool() ? "" : "hTTp://a.example:1";
  for (const auto& segment : what.segments)
    out += '/' + encoded(segment, dice);
  char mark = '?';
  for (const auto& [name, value] : what.query)
    out += std::exchange(mark, '&') + encoded(name, dice) + '=' + encoded(value, dice);
  return out;
}

void compare(const target& found, const read_target& wanted) {
  std::string path;
  for (const auto& segment : wanted.segments)
    path += '/' + segment;
  check(found.path == path, "the path is what it decodes to");
  check(found.segment_count == std::min(wanted.segments.size(), path_segments_max + 1),
        "segments are counted");
  for (std::size_t i = 0; i < std::min(wanted.segments.size(), path_segments_max); ++i)
    check(found.segments[i] == wanted.segments[i], "a segment is what it decodes to");
  check(found.query.size() == wanted.query.size(), "parameters are counted");
  for (std::size_t i = 0; i < wanted.query.size(); ++i)
    check(found.query[i].name == wanted.query[i].first &&
              found.query[i].value == wanted.query[i].second,
          "a parameter is what it decodes to");
}

struct row {
  verb method;
  std::string_view pattern;
};
constexpr row rows[] = {{verb::get, "/v1"},
                        {verb::get, "/v1/concerts"},
                        {verb::post, "/v1/concerts"},
                        {verb::get, "/v1/concerts/{id}"},
                        {verb::put, "/v1/concerts/{id}"},
                        {verb::get, "/v1/concerts/best"},
                        {verb::get, "/v1/concerts/{id}/schedules"},
                        {verb::post, "/v1/{kind}/{id}/refund"},
                        {verb::delete_, "/v1/concerts/{id}/refund"},
                        {verb::get, "/{a}/{b}/{c}/{d}"},
                        {verb::get, "/{a}/b/c/d/e/f/g/h"},
                        {verb::get, "/v1/{b}/c/d/e/f/g/h"}};

const router& routes() {
  static const auto all = [] {
    router out;
    for (const auto& [method, pattern] : rows)
      out.add({.method = method, .pattern = std::string{pattern}, .handle = {}});
    return out;
  }();
  return all;
}

bool is_parameter(std::string_view part) { return part.starts_with('{'); }

std::vector<std::string_view> parts_of(std::string_view pattern) {
  return split(pattern.substr(1), '/');
}

bool fits(std::string_view pattern, const read_target& wanted) {
  const auto parts = parts_of(pattern);
  return std::ranges::equal(parts, wanted.segments, [](auto part, const std::string& segment) {
    return is_parameter(part) ? !segment.empty() : part == segment;
  });
}

void find_route(const target& read, const read_target& wanted, verb method) {
  // Of the patterns that fit, that with the fewest parameters; of those the first.
  std::optional<std::string_view> best;
  for (const auto& [of, pattern] : rows)
    if (fits(pattern, wanted) &&
        (!best || std::ranges::count(pattern, '{') < std::ranges::count(*best, '{')))
      best = pattern;
  const auto found = routes().find(read, method);
  check(found.allow.empty() != best.has_value(), "a path is known when a pattern fits");
  if (!best) return check(found.found == nullptr, "nothing fits");
  const auto asked = method == verb::head ? verb::get : method;
  const auto with_method = std::ranges::find_if(
      rows, [&](const row& r) { return r.pattern == *best && r.method == asked; });
  if (with_method == std::end(rows)) return check(found.found == nullptr, "another method: 405");
  check(found.found != nullptr && found.found->pattern == *best && found.found->method == asked,
        "the best pattern is found");
  check(found.found == routes().routes()[found.index].get(), "with its index");
  std::size_t argument = 0;
  const auto parts = parts_of(*best);
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (is_parameter(parts[i]))
      check(found.arguments[argument++] == wanted.segments[i], "arguments stand in order");
}

void run(FuzzedDataProvider& dice) {
  constexpr verb methods[] = {verb::get, verb::head, verb::post, verb::put, verb::delete_};
  const auto method = dice.PickValueInArray(methods);
  target read;  // reused, as a connection does
  for (int turn = 0; turn < 3; ++turn) {
    const auto drawn = dice.ConsumeRandomLengthString();
    const std::vector<char> exact{drawn.begin(), drawn.end()};  // so that one byte too far is seen
    const std::string_view raw{exact.data(), exact.size()};
    const auto wanted = reference(raw);
    check(read.read(raw) == wanted.has_value(), "both readings accept the same targets");
    if (!wanted) continue;
    compare(read, *wanted);
    find_route(read, *wanted, method);
    const auto spelled = write(*wanted, dice);
    check(read.read(spelled), "a target can be written again");
    compare(read, *wanted);
  }
}

}  // namespace
}  // namespace boxoffice::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::http::run(dice);
  return 0;
}
