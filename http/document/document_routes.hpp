#pragma once

#include "http/server/router.hpp"

#include <string_view>

namespace boxoffice::http {

/// `/openapi.json`, `/docs` and `/problems/{code}`. The document is made of what is in `routes` by
/// then, and of these. **Requires** to come after all others.
void add_document_routes(router& routes, std::string_view version);

}  // namespace boxoffice::http
