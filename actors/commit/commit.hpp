#pragma once

#include "actors/caf/message.hpp"

#include <cstdint>

namespace boxoffice {

/// How a transaction of a store ended.
enum class commit_outcome : std::uint8_t {
  committed,
  failed,    ///< surely rolled back
  in_doubt,  ///< the answer to COMMIT was lost: read the business keys back
};

/// What became of the writes `first_ticket..last_ticket` that one actor handed to the committer
/// under `generation`; one message per actor and batch.
struct commit_report {
  std::uint64_t first_ticket{0};
  std::uint64_t last_ticket{0};
  std::uint32_t generation{0};
  commit_outcome outcome{commit_outcome::committed};
};

template <class Inspector>
auto inspect(Inspector& f, commit_report& m) {
  return fields(f, m.first_ticket, m.last_ticket, m.generation, m.outcome);
}

}  // namespace boxoffice
