#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <vector>

namespace boxoffice {

enum class ranking_window : std::uint8_t { hour, day, all };

/// One line of the best-selling board.
struct best_selling_line {
  std::uint32_t rank{0};
  schedule_id schedule;
  std::uint64_t seats_sold{0};
};

/// One line of the sold-out board.
struct sold_out_line {
  std::uint32_t rank{0};
  schedule_id schedule;
  std::uint32_t seat_count{0};
  time_point sold_out_at{};
  milliseconds to_sell_out{0};  ///< last paid seat minus opening of sale
  enum class now : std::uint8_t { sold_out, seats_back } currently{now::sold_out};
};

/// Net seats sold of a schedule in one minute.
struct sales_bucket {
  schedule_id schedule;
  std::int64_t minute{0};  ///< since 1970
  std::int64_t seats{0};   ///< sold minus refunded of what was sold in that minute
};

/// What a board keeps about a schedule beyond its buckets.
struct sales_total {
  schedule_id schedule;
  std::int64_t seats{0};      ///< net, of all time
  time_point last_paid_at{};  ///< youngest payment applied
  time_point sold_out_at{};   ///< no_time until every seat was paid at once; then a fact for ever
};

}  // namespace boxoffice
