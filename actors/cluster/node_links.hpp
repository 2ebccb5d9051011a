#pragma once

#include "actors/cluster/frame.hpp"
#include "actors/cluster/link_board.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "actors/node/service_handles.hpp"
#include "config/settings.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <caf/fwd.hpp>

namespace boxoffice::cluster {

/// What a node says to others, and hears of them: its sockets, its links, a proxy for each front
/// that lives elsewhere, and the door to those that live here.
///
/// Life cycle: construction dials and listens; `open_door` once the services of this process run;
/// `stop` before the actor system ends. **Thread**: the owner's.
class node_links {
 public:
  struct surroundings {
    caf::actor_system& system;  ///< with CAF's I/O module
    const settings& how;
    const boxoffice::clock& time;
    boxoffice::metrics& metrics;
    greeting self;
    std::string installation;  ///< of its stores; empty: they have none yet
    /// A peer has said to which installation this node belongs. **Thread** that of CAF's I/O.
    std::function<void(const std::string&)> learned;
    /// Nobody who asks reaches this node any more. **Thread** that of CAF's I/O.
    std::function<void()> unasked;
    /// Ends the actor when the node ends.
    std::function<void(const caf::actor&)> owns;
  };
  /// Throws std::runtime_error when it cannot listen.
  explicit node_links(const surroundings& in);
  ~node_links();
  node_links(const node_links&) = delete;
  node_links& operator=(const node_links&) = delete;

  /// A proxy for every front whose service is not in `local`.
  void add_proxies(service_handles& into, const role_set& local);
  void open_door(const service_handles& local, std::vector<service_state> served);
  /// Where others ask it; 0: nowhere.
  [[nodiscard]] std::uint16_t port() const;
  void stop();

 private:
  class parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace boxoffice::cluster
