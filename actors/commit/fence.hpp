#pragma once

#include "actors/core/planted_bugs.hpp"

#include <cstdint>

namespace boxoffice {

/// Whether the owner that took a store over as number `mine` may still write to it, when the store
/// says that `current` is the number of the last one who did. Asked inside each transaction, so a
/// process that was paused, replaced and woken writes nothing (docs/PROMISES.md, G12).
constexpr bool may_write(std::uint64_t mine, std::uint64_t current) {
  return mine == current || is_planted(planted_bug::no_fence);
}

}  // namespace boxoffice
