#pragma once

#include "actors/cluster/takeover_watch.hpp"
#include "actors/node/node_stores.hpp"
#include "config/settings.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

/// Who owns the stores that are in servers, when several nodes have the same role: one serves, the
/// others stand by (docs/decisions/0022). Embedded stores have the lock of their directory instead.
namespace boxoffice {

/// Leave to take over.
struct free_stores {
  /// As they were seen last. Only what is still so may be taken over, for between look and
  /// take-over their owner may wake up, or another node be faster. Empty: what is there is taken.
  std::vector<cluster::owner_row> rows;
  /// Keeps other nodes that stand by from taking over as well, until it is let go.
  std::shared_ptr<void> claim;
};

/// Waits until no other process serves from the stores of this node, or until `stop`. At once
/// without `cluster.takeover_ms`. `stands_by` is called once, when it has to wait. **Requires** the
/// data directory to be held. **Faults** storage_error that does not pass by itself.
[[nodiscard]] free_stores await_ownership(const settings& how, const std::stop_token& stop,
                                          const std::function<void()>& stands_by);

/// Keeps in the data directory what this process owns from now on: the next one that holds the
/// directory need not wait for it.
void note_ownership(const settings& how, const node_stores& owned);

/// Frees what the last process that held the data directory owned, for a node elsewhere; a line for
/// each store. What somebody else has taken over since is left alone.
/// **Requires** the directory to be held, and nobody to write. **Faults** storage_error.
std::vector<std::string> release_ownership(const settings& how);

}  // namespace boxoffice
