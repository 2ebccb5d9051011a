#pragma once

#include "actors/commit/commit.hpp"
#include "actors/queue/queue_store.hpp"
#include "actors/ranking/ranking_store.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

namespace boxoffice {

/// The queue_ranking service keeps waiting rooms and boards in one store.
using queue_ranking_write = std::variant<queue_write, ranking_write>;

/// What a look at the store found.
struct store_state {
  enum class condition : std::uint8_t {
    whole,     ///< everything that was committed is there
    away,      ///< it cannot be asked, or what it lost cannot be put back yet
    replaced,  ///< another process has taken it over
  } is{condition::whole};
  std::uint64_t restorings{0};  ///< so often it had lost something, and it was put back
};

/// **Thread**: the committer's.
class queue_ranking_store {
 public:
  virtual ~queue_ranking_store() = default;
  /// Applies the writes in order, in one transaction.
  virtual commit_result commit(std::span<const queue_ranking_write> batch) = 0;
  /// Deletes at most `limit` queue entries that ended before `before`.
  virtual std::size_t prune_queue(time_point before, std::size_t limit) = 0;
  /// Looks whether what was committed is still there, and puts back what is not: a store that keeps
  /// it in another process may lose it while this one lives. Asked every
  /// limits::queue_store_look_every, so that it is noticed also when nobody writes.
  virtual store_state look() { return {}; }
};

}  // namespace boxoffice
