#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <vector>

namespace boxoffice {

/// What the payments say of one schedule, whatever became of their events.
struct schedule_sales {
  schedule_id schedule;
  std::int64_t seats{0};       ///< paid, and not refunded
  time_point last_paid_at{};   ///< of the youngest payment
  std::int64_t most_seats{0};  ///< that were ever paid at once
  time_point most_at{};        ///< when so many were, for the first time
};

/// Net seats of a schedule that were paid in one minute.
struct minute_sales {
  schedule_id schedule;
  std::int64_t minute{0};  ///< since 1970
  std::int64_t seats{0};   ///< paid minus refunded of what was paid in that minute
};

/// What a board is filled from when its store is new: all sales of one moment. What happened later
/// has an event with a higher sequence.
struct sales_baseline {
  std::uint64_t through{0};               ///< the last sequence given to an event at that moment
  std::vector<schedule_sales> schedules;  ///< those that sold anything, ascending
  std::vector<minute_sales> minutes;      ///< ascending by minute
};

}  // namespace boxoffice
