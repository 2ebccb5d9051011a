#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/outbox/protocol.hpp"
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
  /// Whether the schedule is not here, and may come yet: a replica of the catalogue may lack it.
  [[nodiscard]] bool may_lack(const payment_event& event, time_point now) const {
    return !catalogue_.is_complete(now) && !catalogue_.snapshot()->find(event.schedule());
  }
  [[nodiscard]] ranking_write decide(const payment_event& event) const;
  void apply(const ranking_write& write);

  [[nodiscard]] bool may_lack(const fill_board& part, time_point now) const;
  /// The rows that a part of a baseline makes: a schedule was sold out when as many seats were paid
  /// at once as it has. Of one that is not in the catalogue the seats are counted all the same.
  [[nodiscard]] board_fill fill(const fill_board& part) const;

  std::vector<sold_out_line> fastest(std::size_t limit) const;

 private:
  const catalogue_view& catalogue_;
  std::unordered_map<schedule_id, sales_total> totals_;
};

}  // namespace boxoffice
