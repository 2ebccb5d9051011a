#include "storage/redis/location.hpp"

#include "storage/storage_error.hpp"

#include <utility>

namespace boxoffice::redis {

location parse_location(const std::string& url) {
  auto read = parse_redis_location(url);
  if (const auto* fault = std::get_if<location_fault>(&read))
    throw storage_error{storage_error::kind::refused, "the URL of Redis " + *fault};
  return std::get<location>(std::move(read));
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
