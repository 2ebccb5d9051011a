#pragma once

#include "http/api/render.hpp"
#include "http/server/router.hpp"

#include <string_view>

namespace boxoffice::http {

/// The API document of these routes, but for those that say nothing of themselves.
/// **Requires** every schema, header and parameter that a route names to be there, and one query
/// parameter for each name that a route knows. **Source**: OpenAPI 3.1.
json_object api_document(const router& routes, std::string_view version);

/// The groups of operations, in their order: `{"name", "description"}`.
json_object document_groups();

}  // namespace boxoffice::http
