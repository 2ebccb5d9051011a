#pragma once

#include "config/redis_location.hpp"

#include <string>

namespace boxoffice::redis {

using location = redis_location;

/// **Faults** storage_error{refused}, which says what is wrong with the URL and quotes nothing of
/// it.
location parse_location(const std::string& url);

/// The location without user and password, for people: `cache.example:6379/0`.
std::string public_name(const location& of);

}  // namespace boxoffice::redis
