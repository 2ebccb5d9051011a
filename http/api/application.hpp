#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/random.hpp"
#include "actors/core/time.hpp"
#include "actors/node/service_handles.hpp"
#include "config/settings.hpp"

#include <memory>
#include <stop_token>
#include <string>

namespace caf {
class actor_system;
}

namespace boxoffice::http {

/// What the gateway stands on; all of it outlives the application.
struct application_environment {
  caf::actor_system& system;
  const service_handles& services;
  const catalogue_view& catalogue;
  const boxoffice::clock& time;
  random_source& random;
  boxoffice::metrics& metrics;
  std::string version;  ///< of the program
};

/// The gateway of a node: server, bridge, routes, and the extra listener for metrics.
///
/// Life cycle: construct, `start`, `await_ready`, `stop`. Destroyed before the node.
/// **Thread**: the owner's.
class application {
 public:
  application(const settings& how, const application_environment& on);
  ~application();
  application(const application&) = delete;
  application& operator=(const application&) = delete;

  /// Listens; `/readyz` tells from here on what is missing. Throws listen_error, and
  /// std::runtime_error for a key that is none.
  void start();
  [[nodiscard]] std::string url() const;
  /// Returns once every service answers, or with the names of those that do not when `stop` is
  /// requested first.
  std::string await_ready(const std::stop_token& stop);
  /// Fills an empty catalogue from the demo file. Returns what went wrong, or an empty text.
  std::string load_demo();
  /// A token for trying out, when auth.dev is on.
  [[nodiscard]] std::string dev_token(const std::string& user) const;
  /// Stops accepting, answers what is in flight within the drain time, closes.
  void stop();

 private:
  class parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace boxoffice::http
