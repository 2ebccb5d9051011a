#include "config/listen_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <system_error>

namespace boxoffice {
namespace {

enum class host_form : std::uint8_t { none, name, v4, v6 };

host_form form_of(const std::string& host) {
  constexpr char nul = '\0';
  if (host.find(nul) != std::string::npos) return host_form::none;  // inet_pton would stop there
  if (host == "localhost") return host_form::name;
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return host_form::v4;
  if (inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return host_form::v6;
  return host_form::none;
}

bool is_v6_loopback(const std::string& host) {
  in6_addr bytes{};
  return inet_pton(AF_INET6, host.c_str(), &bytes) == 1 && IN6_IS_ADDR_LOOPBACK(&bytes);
}

}  // namespace

bool is_loopback(const listen_address& address) {
  switch (form_of(address.host)) {
    case host_form::name:
      return true;
    case host_form::v4:
      return address.host.starts_with("127.");
    case host_form::v6:
      return is_v6_loopback(address.host);
    case host_form::none:
      return false;
  }
  return false;
}

std::optional<listen_address> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port_text = text.substr(colon + 1);
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);

  listen_address out{std::string{host}, 0};
  const auto form = form_of(out.host);
  if (form == host_form::none || bracketed != (form == host_form::v6)) return std::nullopt;
  const char* end = port_text.data() + port_text.size();
  const auto [stop, error] = std::from_chars(port_text.data(), end, out.port);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return out;
}

std::optional<listen_address> parse_peer_address(std::string_view text) {
  auto numeric = parse_listen_address(text);
  if (numeric) return numeric->port != 0 ? numeric : std::nullopt;
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  listen_address out{std::string{text.substr(0, colon)}, 0};
  // **Source** RFC 1123, 2.1; what looks like an address and is none is no name either.
  constexpr std::size_t name_chars_max = 253;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  };
  const auto is_number = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  if (out.host.size() > name_chars_max || !std::ranges::all_of(out.host, fits) ||
      std::ranges::all_of(out.host, is_number))
    return std::nullopt;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, out.port);
  if (error != std::errc{} || stop != end || out.port == 0) return std::nullopt;
  return out;
}

std::string to_text(const listen_address& address) {
  const bool v6 = form_of(address.host) == host_form::v6;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace boxoffice
