#pragma once

#include "actors/core/ids.hpp"

#include <atomic>
#include <cstdint>

namespace boxoffice {

/// Numbers the rows of the ledger of one store: 1, 2, 3, … with gaps. The node owns one, and every
/// desk on that store shares it, so that ids of one store never meet. **Thread**: any.
class transaction_ids {
 public:
  /// What the store already holds; desks call it before their first `next`.
  void raise_above(transaction_id last) {
    auto seen = last_.load(std::memory_order_relaxed);
    while (seen < last.value && !last_.compare_exchange_weak(seen, last.value)) {
    }
  }
  transaction_id next() { return {last_.fetch_add(1, std::memory_order_relaxed) + 1}; }

 private:
  std::atomic<std::uint64_t> last_{0};
};

}  // namespace boxoffice
