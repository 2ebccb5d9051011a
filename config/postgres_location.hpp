#pragma once

#include "config/redis_location.hpp"

#include <chrono>
#include <string>
#include <variant>

namespace boxoffice {

/// Where a PostgreSQL database is, as libpq takes it: `postgresql://user:password@host/database`,
/// or `host=… dbname=…`.
struct postgres_location {
  std::string parameters;   ///< for libpq, in its `key='value'` form
  std::string public_name;  ///< for people, without user and password: `db.example:5432/point`
};

/// libpq reads it; the ports, which libpq looks at only when it connects, are looked at here.
/// `connect_time` counts where the text says none.
std::variant<postgres_location, location_fault> parse_postgres_location(
    const std::string& text, std::chrono::seconds connect_time);

}  // namespace boxoffice
