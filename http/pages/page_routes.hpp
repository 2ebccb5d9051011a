#pragma once

#include "http/pages/page_set.hpp"
#include "http/server/router.hpp"

namespace boxoffice::http {

/// `/`, `/console` and `/assets/{version}/{file}`. **Requires** `pages` to outlive the router.
void add_page_routes(router& routes, const page_set& pages);

}  // namespace boxoffice::http
