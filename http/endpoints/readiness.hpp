#pragma once

#include "http/endpoints/gateway.hpp"

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace boxoffice::http {

/// The services that do not serve now, by name. Asks each for something that needs its actors and
/// its store, so that "ready" means what a client would find.
boost::asio::awaitable<std::vector<std::string>> missing_services(gateway& g);

}  // namespace boxoffice::http
