#include "storage/redis/location.hpp"

#include "storage/storage_error.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace boxoffice::redis {
namespace {

constexpr int redis_port = 6379;
constexpr int sentinel_port = 26379;
constexpr int port_max = 65'535;
constexpr int database_max = 1'000'000;

[[noreturn]] void refuse(const std::string& what) {
  throw storage_error{storage_error::kind::refused, "the URL of Redis: " + what};
}

std::optional<int> number(std::string_view text, int most) {
  int value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end || value < 0 || value > most) return std::nullopt;
  return value;
}

int database(std::string_view text) {
  const auto found = number(text, database_max);
  if (!found) refuse("the database must be a number");
  return *found;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    unsigned value = 0;
    const auto digits = text.substr(at + 1, 2);
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, 16);
    if (digits.size() != 2 || read.ec != std::errc{} || read.ptr != end)
      refuse("% must be followed by two hexadecimal digits");
    out += static_cast<char>(value);
    at += 2;
  }
  return out;
}

/// What stands before `mark`, which is taken away with it; empty without one.
std::optional<std::string_view> take_before(std::string_view& text, std::size_t mark) {
  if (mark == std::string_view::npos) return std::nullopt;
  const auto before = text.substr(0, mark);
  text.remove_prefix(mark + 1);
  return before;
}

location::address address(std::string_view text, int default_port) {
  auto port = default_port;
  // In [::1]:6379 the brackets tell the colons of the address from that of the port.
  const auto colon = text.rfind(':');
  const auto bracket = text.rfind(']');
  if (colon != text.npos && (bracket == text.npos || colon > bracket)) {
    const auto found = number(text.substr(colon + 1), port_max);
    if (!found || *found == 0) refuse("the port must be a number from 1 to 65535");
    port = *found;
    text = text.substr(0, colon);
  }
  if (text.size() > 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  if (text.empty()) refuse("a host is missing");
  return {std::string{text}, port};
}

void read_options(std::string_view text, location& into) {
  while (!text.empty()) {
    const auto option = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), option.size() + 1));
    if (option.starts_with("db=")) {
      into.database = database(option.substr(3));
    } else if (option.starts_with("prefix=")) {
      into.prefix = decoded(option.substr(7));
      // Braces and wildcards mean something in names of keys.
      if (into.prefix.empty() || into.prefix.find_first_of("{}*?[]\\ ") != std::string::npos)
        refuse("the prefix must be a name without braces, blanks and wildcards");
    } else {
      refuse("behind ? only db= and prefix= are known");
    }
  }
}

void read_login(std::string_view login, location& into) {
  const auto colon = login.find(':');
  into.user = decoded(login.substr(0, colon));
  if (colon != login.npos) into.password = decoded(login.substr(colon + 1));
  if (into.password.empty()) refuse("a user needs a password: user:password@");
}

void read_path(std::string_view path, location& into) {
  if (into.by == location::way::sentinel) {
    const auto slash = path.find('/');
    into.master = path.substr(0, slash);
    if (into.master.empty())
      refuse("the name of the master is missing: redis-sentinel://host/name");
    path = slash == path.npos ? std::string_view{} : path.substr(slash + 1);
  }
  if (!path.empty()) into.database = database(path);
}

}  // namespace

location parse_location(const std::string& url) {
  location found;
  std::string_view rest{url};
  const auto colon = rest.find("://");
  const auto scheme = rest.substr(0, colon == rest.npos ? 0 : colon);
  if (scheme == "redis")
    found.by = location::way::tcp;
  else if (scheme == "redis+unix")
    found.by = location::way::unix_socket;
  else if (scheme == "redis-sentinel")
    found.by = location::way::sentinel;
  else if (scheme == "rediss")
    refuse(
        "TLS (rediss://) is not available: libhiredis 0.14 has none; put stunnel or a private"
        " network in between");
  else
    refuse("it must begin with redis://, redis+unix:// or redis-sentinel://");
  rest.remove_prefix(scheme.size() + 3);

  const auto question = rest.rfind('?');
  if (question != rest.npos) {
    read_options(rest.substr(question + 1), found);
    rest = rest.substr(0, question);
  }
  // A password holds no bare / or @; a path may.
  const auto at = rest.substr(0, rest.find('/')).rfind('@');
  if (const auto login = take_before(rest, at)) read_login(*login, found);

  if (found.by == location::way::unix_socket) {
    if (!rest.starts_with('/')) refuse("the path of the socket must begin with /");
    found.socket = rest;
    return found;
  }
  const auto slash = std::min(rest.find('/'), rest.size());
  if (slash < rest.size() || found.by == location::way::sentinel)
    read_path(rest.substr(std::min(slash + 1, rest.size())), found);
  const auto port = found.by == location::way::sentinel ? sentinel_port : redis_port;
  for (auto hosts = rest.substr(0, slash);;) {
    const auto comma = hosts.find(',');
    found.addresses.push_back(address(hosts.substr(0, comma), port));
    if (comma == hosts.npos) break;
    hosts.remove_prefix(comma + 1);
  }
  if (found.by == location::way::tcp && found.addresses.size() > 1)
    refuse("several hosts need redis-sentinel://");
  return found;
}

std::string public_name(const location& of) {
  std::string name;
  for (const auto& [host, port] : of.addresses)
    name += (name.empty() ? "" : ",") + host + ":" + std::to_string(port);
  if (of.by == location::way::unix_socket) name = of.socket;
  if (of.by == location::way::sentinel) name += "/" + of.master;
  return name + "/" + std::to_string(of.database);
}

}  // namespace boxoffice::redis
