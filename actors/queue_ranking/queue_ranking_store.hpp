#pragma once

#include "actors/commit/owned_store.hpp"
#include "actors/queue/queue_store.hpp"
#include "actors/ranking/ranking_store.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

namespace boxoffice {

/// The queue_ranking service keeps waiting rooms and boards in one store.
using queue_ranking_write = std::variant<queue_write, ranking_write, board_fill>;

/// **Thread**: the committer's.
class queue_ranking_store : public owned_store {
 public:
  /// Applies the writes in order, in one transaction.
  virtual commit_result commit(std::span<const queue_ranking_write> batch) = 0;
  /// Deletes at most `limit` queue entries that ended before `before`.
  virtual std::size_t prune_queue(time_point before, std::size_t limit) = 0;
  /// So often it had lost what was committed, and `keep` or a commit put it back: a store in
  /// another process may lose it while this one lives. **Thread**: any.
  [[nodiscard]] virtual std::uint64_t restorings() const { return 0; }
};

}  // namespace boxoffice
