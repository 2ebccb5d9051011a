#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/payment/payment.hpp"
#include "actors/ranking/leaderboard.hpp"
#include "actors/ranking/ranking_store.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// Which schedules sold out fastest: from the opening of sale to the payment after which every seat
/// was paid, in whole milliseconds. Ties: more seats first, then the earlier opening, then the
/// lower schedule id. A refund after that keeps the fact and shows `seats_back`; only a refund that
/// is older than the last payment, and so shows that not every seat was paid, takes it back.
///
/// Correct use: as best_selling_board. **Thread**: its actor's.
class sold_out_board {
 public:
  static constexpr const char* consumer = "sold_out";

  explicit sold_out_board(const catalogue_view& catalogue) : catalogue_{catalogue} {}

  static std::int64_t first_minute_needed(time_point now);
  void restore(const ranking_reader::board_state& state, time_point now);

  /// Why the event cannot be applied: without its schedule nobody knows when that is sold out, and
  /// what is counted without looking would never be looked at again.
  [[nodiscard]] std::optional<std::string> refuses(const payment_event& event) const;
  [[nodiscard]] ranking_write decide(const payment_event& event) const;
  void apply(const ranking_write& write);

  std::vector<sold_out_line> fastest(std::size_t limit) const;

 private:
  const catalogue_view& catalogue_;
  std::unordered_map<schedule_id, sales_total> totals_;
};

}  // namespace boxoffice
