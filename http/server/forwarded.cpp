#include "http/server/forwarded.hpp"

#include "http/server/octets.hpp"
#include "http/server/request.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>

namespace boxoffice::http {
namespace {

using boost::asio::ip::address;

std::array<std::uint8_t, 16> bytes_of(const address& from) {
  const auto as_v6 =
      from.is_v6() ? from.to_v6()
                   : boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, from.to_v4());
  return as_v6.to_bytes();
}

bool is_trusted(const address& one, const std::vector<address_range>& trusted) {
  const auto bytes = bytes_of(one);
  return std::ranges::any_of(trusted, [&](const auto& range) { return range.contains(bytes); });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return text;
  return text.substr(1, text.size() - 2);
}

/// `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]:4711`, `2001:db8::1`.
std::optional<address> read_node(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos) return std::nullopt;
    text = text.substr(1, end - 1);
  } else if (std::ranges::count(text, ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  boost::system::error_code failed;
  auto out = boost::asio::ip::make_address(std::string{text}, failed);
  if (failed || (out.is_v6() && out.to_v6().scope_id() != 0)) return std::nullopt;
  return out;
}

/// What `for=` of one element says; empty when it has none.
std::string_view node_of(std::string_view element) {
  for (const auto& part : std::views::split(element, ';')) {
    const auto pair =
        trimmed({&*part.begin(), static_cast<std::size_t>(std::ranges::distance(part))});
    if (iequals(pair.substr(0, 4), "for=")) return unquoted(pair.substr(4));
  }
  return {};
}

/// The addresses that proxies have noted, the oldest first, of all headers of that name.
std::vector<std::string_view> noted(const request& about, std::string_view name) {
  std::vector<std::string_view> out;
  for (const auto& header : about.headers) {
    if (!iequals(header.name, name)) continue;
    auto rest = header.value;
    for (;;) {
      const auto comma = rest.find(',');
      out.push_back(trimmed(rest.substr(0, comma)));
      if (comma == rest.npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return out;
}

}  // namespace

address client_address(const request& about, const std::vector<address_range>& trusted) {
  auto known = about.peer;
  if (trusted.empty() || !is_trusted(known, trusted)) return known;
  auto nodes = noted(about, "Forwarded");
  const bool is_standard = !nodes.empty();
  if (!is_standard) nodes = noted(about, "X-Forwarded-For");
  for (const auto& each : std::views::reverse(nodes)) {
    const auto node = read_node(is_standard ? node_of(each) : each);
    if (!node) break;
    known = *node;
    if (!is_trusted(known, trusted)) break;
  }
  return known;
}

}  // namespace boxoffice::http
