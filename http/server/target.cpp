#include "http/server/target.hpp"

#include "http/server/octets.hpp"

#include <algorithm>
#include <cstdint>

namespace boxoffice::http {
namespace {

enum class plus_sign : std::uint8_t { is_itself, is_space };

// Appends the decoded form of `raw`; false when it is malformed.
bool append_decoded(std::string& out, std::string_view raw, plus_sign plus) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '%') {
      if (raw.size() - i < 3) return false;
      const int high = hex_digit(raw[i + 1]), low = hex_digit(raw[i + 2]);
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
      i += 2;
    } else if (c == '+' && plus == plus_sign::is_space) {
      c = ' ';
    }
    out.push_back(c);
  }
  return true;
}

// Cuts scheme and authority off an absolute-form target; false when it has neither form.
bool take_origin_form(std::string_view& raw) {
  if (raw.starts_with('/')) return true;
  const std::size_t scheme =
      iequals(raw.substr(0, 7), "http://") ? 7 : (iequals(raw.substr(0, 8), "https://") ? 8 : 0);
  if (scheme == 0) return false;
  raw.remove_prefix(scheme);
  const auto end = raw.find_first_of("/?");
  if (end == 0 || raw.empty()) return false;
  raw = end == std::string_view::npos ? std::string_view{"/"} : raw.substr(end);
  return true;
}

bool read_query(std::vector<query_parameter>& query, std::string_view raw) {
  while (!raw.empty()) {
    const auto pair = raw.substr(0, raw.find('&'));
    raw.remove_prefix(std::min(raw.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto name = pair.substr(0, pair.find('='));
    auto& parameter = query.emplace_back();
    if (!append_decoded(parameter.name, name, plus_sign::is_space)) return false;
    if (name.size() < pair.size() &&
        !append_decoded(parameter.value, pair.substr(name.size() + 1), plus_sign::is_space))
      return false;
    if (!is_utf8(parameter.name) || !is_utf8(parameter.value)) return false;
  }
  return true;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const unsigned first = byte(i);
    if (first < 0x80) {
      ++i;
      continue;
    }
    const std::size_t size = first >= 0xF0 ? 4 : (first >= 0xE0 ? 3 : 2);
    if (first < 0xC2 || first > 0xF4) return false;
    for (std::size_t k = 1; k < size; ++k)
      if ((byte(i + k) & 0xC0) != 0x80) return false;
    const unsigned second = byte(i + 1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
      return false;
    i += size;
  }
  return true;
}

bool target::read(std::string_view raw) {
  path.clear();
  query.clear();
  segment_count = 0;
  if (std::ranges::any_of(raw, [](char c) { return c <= 0x20 || c == 0x7F || c == '#'; }))
    return false;  // char is signed: bytes beyond ASCII are caught as well
  if (!take_origin_form(raw)) return false;
  const auto mark = raw.find('?');
  if (mark != std::string_view::npos && !read_query(query, raw.substr(mark + 1))) return false;
  raw = raw.substr(0, mark);
  path.reserve(raw.size());  // decoding never grows, so the views stay valid
  if (raw.empty()) raw = "/";
  while (!raw.empty()) {
    raw.remove_prefix(1);
    path.push_back('/');
    const auto segment = raw.substr(0, raw.find('/'));
    const auto begin = path.size();
    if (!append_decoded(path, segment, plus_sign::is_itself)) return false;
    if (segment_count < path_segments_max)
      segments[segment_count] = std::string_view{path}.substr(begin);
    if (segment_count <= path_segments_max) ++segment_count;
    raw.remove_prefix(segment.size());
  }
  return is_utf8(path);
}

}  // namespace boxoffice::http
