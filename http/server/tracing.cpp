#include "http/server/tracing.hpp"

#include "config/limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>

namespace boxoffice::http {
namespace {

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

void append_hex(std::string& out, std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  out.append(digits.data(), end);
}

}  // namespace

request_ids::request_ids() {
  std::random_device source;
  append_hex(prefix_, (std::uint64_t{source()} << 32) | source());
  prefix_.push_back('-');
}

void request_ids::next(std::string& out) {
  out.assign(prefix_);
  append_hex(out, count_.fetch_add(1, std::memory_order_relaxed) + 1);
}

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= limits::request_id_chars_max &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

bool is_traceparent(std::string_view text) {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const auto version = text.substr(0, 2), trace = text.substr(3, 32), parent = text.substr(36, 16),
             flags = text.substr(53, 2);
  const auto hex = [](std::string_view part) { return std::ranges::all_of(part, is_lower_hex); };
  const auto zero = [](std::string_view part) {
    return std::ranges::all_of(part, [](char c) { return c == '0'; });
  };
  // Versions after 00 may append fields; version ff is not one.
  const bool length_fits = text.size() == 55 || (version != "00" && text[55] == '-');
  return hex(version) && hex(trace) && hex(parent) && hex(flags) && version != "ff" &&
         !zero(trace) && !zero(parent) && length_fits;
}

std::string child_traceparent(std::string_view parent, std::uint64_t span) {
  if (parent.empty()) return {};
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr unsigned known_flags = 0x03;  // sampled, and of Level 2: the trace id is random
  std::string child{"00-"};
  child.append(parent.substr(3, 32)).append("-");
  const auto id = std::max<std::uint64_t>(span, 1);
  for (int shift = 60; shift >= 0; shift -= 4)
    child.push_back(digits[(id >> shift) & 0xF]);
  const auto flags = static_cast<unsigned>(digits.find(parent[54])) & known_flags;
  return child.append("-0").append(1, digits[flags]);
}

}  // namespace boxoffice::http
