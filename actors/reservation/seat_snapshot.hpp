#pragma once

#include "actors/core/ids.hpp"

#include <cstdint>
#include <vector>

namespace boxoffice {

enum class seat_status : std::uint8_t { available, held, sold };

/// The seats of a schedule at one moment. `version` changes with every change that a reader can
/// see, also when a hold lapses. Immutable and shared; good for the moment it was asked for.
struct seat_snapshot {
  schedule_id schedule;
  std::uint64_t version{0};
  std::vector<seat_status> seats;  ///< by seat_index
  std::uint32_t available{0};
  std::uint32_t sold{0};
};

}  // namespace boxoffice
