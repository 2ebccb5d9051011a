#pragma once

#include "actors/core/idempotency.hpp"

#include <cstdint>
#include <vector>

namespace boxoffice {

/// Some of the keys that a store remembers, the youngest first.
struct key_page {
  std::vector<digest> scopes;
  std::int64_t next{0};  ///< cursor of those behind them; 0: there are none
};

}  // namespace boxoffice
