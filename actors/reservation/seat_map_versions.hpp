#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace boxoffice {

/// Which version of each seat map is true now, for gateways in the same process: who has that one
/// already need not ask its schedule, which keeps this up with every change. From the moment
/// on at which a hold may end by itself (docs/PROMISES.md, G3) only the schedule knows.
/// **Thread**: any.
class seat_map_versions {
 public:
  /// Empty: ask the schedule.
  [[nodiscard]] std::optional<std::uint64_t> find(schedule_id of, time_point now) const;
  /// `until`: when the next hold may end; empty: no hold can.
  void put(schedule_id of, std::uint64_t version, std::optional<time_point> until);
  /// The schedule has it no longer in memory.
  void drop(schedule_id of);

 private:
  struct entry {
    std::uint64_t version{0};
    std::optional<time_point> until;
  };
  mutable std::mutex lock_;
  std::unordered_map<schedule_id, entry> entries_;
};

}  // namespace boxoffice
