#pragma once

#include "actors/core/metrics.hpp"

#include <cstdint>

namespace boxoffice::bench {

/// What this process has done so far; the difference of two is what an operation costs.
struct counted_work {
  std::uint64_t messages{0};       ///< put into a mailbox
  std::uint64_t allocations{0};    ///< operator new, of all threads
  std::uint64_t commits{0};        ///< transactions of all stores
  std::uint64_t written_bytes{0};  ///< handed to the kernel for files

  counted_work operator-(const counted_work& before) const {
    return {messages - before.messages, allocations - before.allocations, commits - before.commits,
            written_bytes - before.written_bytes};
  }
};

/// Reads the counters; `of` is where the committers of the node count.
counted_work work_so_far(const metrics& of);

/// What this process has in memory. **Units** bytes.
std::size_t resident_bytes();

}  // namespace boxoffice::bench
