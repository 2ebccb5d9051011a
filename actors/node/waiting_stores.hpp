#pragma once

#include "actors/commit/store_board.hpp"
#include "actors/core/time.hpp"
#include "actors/node/node_stores.hpp"

#include <string>
#include <utility>
#include <vector>

namespace boxoffice {

/// The stores that a node has taken over while their services wait for another node: their rows
/// move all the same, or a node that stands by would take over what nobody has left.
///
/// Correct use: `renew` at least every limits::owner_renewal_every, until services have the stores.
/// **Thread**: the one that starts the services.
class waiting_stores {
 public:
  explicit waiting_stores(const node_stores& all) {
    add("concert", all.concert.get());
    add("reservation", all.reservation.get());
    add("point", all.point.get());
    add("payment", all.payment.get());
    add("queue_ranking", all.queue_ranking.get());
  }

  /// True: a store was replaced, set back or lost meanwhile; the board knows, and no service may
  /// begin.
  [[nodiscard]] bool renew(store_board& board) {
    for (const auto& [name, store] : stores_) {
      const auto began = board.now();
      const auto result = store->keep({});
      if (!ends_process(result.trouble)) continue;
      board.noted(board.add(name, {}), result, began);
      return true;
    }
    return false;
  }

 private:
  void add(std::string name, owned_store* store) {
    if (store != nullptr) stores_.emplace_back(std::move(name), store);
  }

  std::vector<std::pair<std::string, owned_store*>> stores_;
};

}  // namespace boxoffice
