#pragma once

#include "http/server/router.hpp"

#include <cstdint>
#include <string_view>

namespace boxoffice::http {

/// Whether there is anything to read for people: without, `/docs` is not there, and a problem is
/// explained in JSON alone.
enum class pages_rule : std::uint8_t { served, off };

/// `/openapi.json`, `/docs` and `/problems/{code}`. The document is made of what is in `routes` by
/// then, and of these. **Requires** to come after all others.
void add_document_routes(router& routes, std::string_view version, pages_rule pages);

}  // namespace boxoffice::http
