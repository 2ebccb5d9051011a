#pragma once

#include "http/api/gateway.hpp"

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// What keeps the node from serving, and what its operator should know.
struct readiness {
  std::vector<std::string> missing;  ///< services and stores, by name
  nlohmann::ordered_json stores =
      nlohmann::ordered_json::array();  ///< those that take no writes: name and reason
  nlohmann::ordered_json notes =
      nlohmann::ordered_json::array();  ///< what was found when stores were opened
};

/// Asks each service for something that needs its actors and its store, so that "ready" means what
/// a client would find; and what is known of the stores' writes.
boost::asio::awaitable<readiness> look_at_readiness(gateway& g);

}  // namespace boxoffice::http
