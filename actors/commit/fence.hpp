#pragma once

#include "actors/commit/owned_store.hpp"
#include "actors/core/planted_bugs.hpp"

#include <cstdint>
#include <optional>

namespace boxoffice {

/// Whether the owner that took a store over as number `mine` may still write to it, when the store
/// says that `current` is the number of the last one who did. Asked inside each transaction, so a
/// process that was paused, replaced and woken writes nothing (docs/PROMISES.md, G12).
constexpr bool may_write(std::uint64_t mine, std::uint64_t current) {
  return mine == current || is_planted(planted_bug::no_fence);
}

/// Whether a store that is at `is` may be taken over by a node that saw it free at `seen`: between
/// look and take-over its owner may wake up, or another node be faster. Empty: whatever is there is
/// taken.
constexpr bool may_take_over(const std::optional<store_position>& seen, const store_position& is) {
  return !seen || is == *seen || is_planted(planted_bug::take_over_without_compare);
}

}  // namespace boxoffice
