#pragma once

#include "actors/core/time.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

namespace boxoffice {

/// The deadlines of one actor, earliest first: it keeps one timer for all of them. Entries are
/// not cancelled: the owner checks, when an entry comes due, whether it still means something.
class deadlines {
 public:
  void add(time_point due, std::uint64_t key) { heap_.emplace(due, key); }

  /// The key of an entry that is due at `now` (due <= now), taken out; empty when there is none.
  std::optional<std::uint64_t> pop_due(time_point now) {
    if (heap_.empty() || heap_.top().first > now) return std::nullopt;
    const auto key = heap_.top().second;
    heap_.pop();
    return key;
  }

  /// Forgets the earliest entries for as long as `stale(key)`: nobody needs to wake up for them.
  template <class Predicate>
  void drop_while(Predicate stale) {
    while (!heap_.empty() && stale(heap_.top().second))
      heap_.pop();
  }

  [[nodiscard]] std::optional<time_point> next() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.top().first;
  }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  void clear() { heap_ = {}; }

 private:
  using entry = std::pair<time_point, std::uint64_t>;
  std::priority_queue<entry, std::vector<entry>, std::greater<>> heap_;
};

}  // namespace boxoffice
