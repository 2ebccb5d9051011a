#pragma once

#include "tests/rush/service_nodes.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace boxoffice::load {

/// How a node is ended: SIGTERM, or SIGKILL.
enum class ending : std::uint8_t { asked, killed };

/// A node that was ended, and came back.
struct ended_node {
  using time_point = std::chrono::steady_clock::time_point;
  std::string name;
  time_point at;     ///< the signal
  time_point until;  ///< it is ready again or stands by, and its services are served
};

/// Ends one node of a service that is there twice, and starts it again. Returns once the other one
/// serves, and this one stands by. Throws std::runtime_error when one does not come back.
/// **Requires** that it serves.
ended_node end_serving(rush::service_nodes& of, const std::string& name, ending how);
/// Ends a gateway, and starts it again.
ended_node end_gateway(rush::service_nodes& of, const std::string& name, ending how);

/// Every node of the layout, one after the other; each is the one that serves when its turn comes.
/// `before_each` is called with what was ended so far. With `killed` only the first of each service
/// is ended, and both gateways.
std::vector<ended_node> end_each(rush::service_nodes& of, const std::vector<std::string>& gateways,
                                 ending how,
                                 const std::function<void(std::size_t ended)>& before_each);

}  // namespace boxoffice::load
