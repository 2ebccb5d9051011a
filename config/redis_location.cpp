#include "config/redis_location.hpp"

#include "config/address.hpp"

#include <charconv>
#include <optional>

namespace boxoffice {
namespace {

constexpr int redis_port = 6379;
constexpr int sentinel_port = 26379;
constexpr int database_max = 1'000'000;

constexpr std::string_view schemes = "must begin with redis://, redis+unix:// or redis-sentinel://";

using found_fault = std::optional<std::string_view>;  // empty: nothing is wrong

std::string_view say(address_fault fault) {
  switch (fault) {
    case address_fault::characters:
      return "must be of visible ASCII characters only; others are written as %XX";
    case address_fault::scheme:
      return schemes;
    case address_fault::user:
      return "must have a user and a password without control characters";
    case address_fault::form:
      return "must be of the form redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]";
    case address_fault::host:
    case address_fault::fragment:
    case address_fault::port:
    case address_fault::percent:
      break;
  }
  return to_text(fault);
}

std::optional<redis_location::way> way_of(std::string_view scheme) {
  if (scheme == "redis") return redis_location::way::tcp;
  if (scheme == "redis+unix") return redis_location::way::unix_socket;
  if (scheme == "redis-sentinel") return redis_location::way::sentinel;
  return std::nullopt;
}

found_fault read_database(std::string_view text, redis_location& into) {
  int value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end || value < 0 || value > database_max)
    return "must name the database by its number";
  into.database = value;
  return std::nullopt;
}

found_fault read_login(const server_address& from, redis_location& into) {
  if (!from.user && !from.password) return std::nullopt;
  into.user = from.user.value_or("");
  into.password = from.password.value_or("");
  if (into.password.empty()) return "must have a password where it has a user: user:password@";
  return std::nullopt;
}

found_fault read_hosts(const server_address& from, redis_location& into) {
  if (into.by == redis_location::way::unix_socket) {
    into.socket = from.path;
    if (!from.hosts.empty() || into.socket.size() < 2)
      return "must have the path of a socket behind redis+unix://, which begins with /";
    return std::nullopt;
  }
  if (from.hosts.empty()) return to_text(address_fault::host);
  if (into.by == redis_location::way::tcp && from.hosts.size() > 1)
    return "must name one host; several need redis-sentinel://";
  const auto port = into.by == redis_location::way::sentinel ? sentinel_port : redis_port;
  for (const auto& [host, named] : from.hosts)
    into.addresses.push_back({host, named ? *named : port});
  return std::nullopt;
}

found_fault read_path(std::string_view path, redis_location& into) {
  if (into.by == redis_location::way::unix_socket) return std::nullopt;
  path.remove_prefix(1);
  if (into.by == redis_location::way::sentinel) {
    const auto slash = path.find('/');
    into.master = path.substr(0, slash);
    if (into.master.empty()) return "must name the master: redis-sentinel://host/name";
    path = slash == path.npos ? std::string_view{} : path.substr(slash + 1);
  }
  return path.empty() ? std::nullopt : read_database(path, into);
}

found_fault read_options(const server_address& from, redis_location& into) {
  bool has_database = false;
  bool has_prefix = false;
  for (const auto& [name, value] : from.query) {
    if (name == "db" && !has_database) {
      has_database = true;
      if (auto fault = read_database(value, into)) return fault;
    } else if (name == "prefix" && !has_prefix) {
      has_prefix = true;
      into.prefix = value;
      // Braces and wildcards mean something in names of keys.
      constexpr std::string_view forbidden{"{}*?[]\\ \0", 9};
      if (value.empty() || value.find_first_of(forbidden) != std::string::npos)
        return "must have a prefix without braces, blanks and wildcards";
    } else {
      return "must have nothing but db= and prefix= behind ?, each once";
    }
  }
  return std::nullopt;
}

}  // namespace

std::variant<redis_location, location_fault> parse_redis_location(std::string_view text) {
  const auto read = parse_server_address(text);
  if (const auto* fault = std::get_if<address_fault>(&read)) return location_fault{say(*fault)};
  const auto& from = std::get<server_address>(read);
  if (from.scheme == "rediss")
    return "must not ask for TLS (rediss://): libhiredis 0.14 has none; put stunnel or a private "
           "network in between";
  const auto by = way_of(from.scheme);
  if (!by) return location_fault{schemes};
  redis_location out;
  out.by = *by;
  auto fault = read_login(from, out);
  if (!fault) fault = read_hosts(from, out);
  if (!fault) fault = read_options(from, out);
  if (!fault) fault = read_path(from.path, out);
  if (fault) return location_fault{*fault};
  return out;
}

}  // namespace boxoffice
