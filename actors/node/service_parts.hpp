#pragma once

#include "actors/commit/store_board.hpp"
#include "actors/concert/catalogue.hpp"
#include "actors/node/node.hpp"
#include "actors/node/service_handles.hpp"
#include "actors/node/store_watch.hpp"
#include "config/settings.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>

namespace boxoffice {

/// What the services of one node share. All of it outlives them.
struct node_frame {
  caf::actor_system& system;
  const settings& how;
  const node_environment& outside;
  const catalogue_view& catalogue;
  store_board& board;
  /// Of all services: those that live elsewhere are proxies. A service puts its own in.
  service_handles& fronts;
  /// What an operator should know of a store.
  std::function<std::string(const std::string& store)> note_of;
  /// Ends the actor when the node ends, in reverse order.
  std::function<void(const caf::actor&)> owns;

  template <class Handle>
  Handle own(Handle handle) const {
    owns(caf::actor_cast<caf::actor>(handle));
    return handle;
  }
};

/// One service in this process: its store with its threads, its actors.
///
/// Life cycle: construction starts it; `stop`, once its actors have ended, finishes the commits
/// that are queued. **Thread**: the owner's.
class service_part {
 public:
  virtual ~service_part() = default;
  virtual void watch(store_watch& by) = 0;
  virtual void stop() = 0;
  /// Soon, on the store's own thread. **Thread**: any.
  virtual void belong_to(const std::string& installation) = 0;
  /// Of its store, under which it owns it.
  [[nodiscard]] virtual std::uint64_t epoch() const = 0;
};

// Each takes its stores out of `from`. Throws what the store throws when it cannot be read.

std::unique_ptr<service_part> run_concert(const node_frame& in, node_stores& from,
                                          catalogue_view& publishes_to);
std::unique_ptr<service_part> run_reservation(const node_frame& in, node_stores& from);
std::unique_ptr<service_part> run_point(const node_frame& in, node_stores& from);
std::unique_ptr<service_part> run_queue_ranking(const node_frame& in, node_stores& from);
/// **Requires** the fronts of all others.
std::unique_ptr<service_part> run_payment(const node_frame& in, node_stores& from);
/// Without a store: what it hears from a broker it posts. **Requires** both in the environment.
void run_data_platform(const node_frame& in);

}  // namespace boxoffice
