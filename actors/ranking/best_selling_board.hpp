#pragma once

#include "actors/outbox/protocol.hpp"
#include "actors/payment/payment.hpp"
#include "actors/ranking/leaderboard.hpp"
#include "actors/ranking/ranking_store.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// Most seats sold per schedule, in the last hour, the last 24 hours and of all time. A sale counts
/// in the minute it was paid in, and a refund takes it out of that minute; a window covers its
/// length in whole minutes and the running one, so a sale never leaves it early.
/// Ties: the lower schedule id, the one that was created first, comes first.
///
/// Correct use: `decide` gives the write of an event, `apply` takes a write over that the committer
/// accepted; both in the order of events. **Thread**: its actor's.
class best_selling_board {
 public:
  static constexpr const char* consumer = "best_selling";

  /// The first minute that the store should give `restore`.
  static std::int64_t first_minute_needed(time_point now);
  void restore(const ranking_reader::board_state& state, time_point now);

  /// Why the event can never be applied; this board counts whatever it is told.
  static std::optional<std::string> refuses(const payment_event&) { return std::nullopt; }
  /// Whether what the event needs may be on its way: this board needs nothing.
  static bool may_lack(const payment_event&, time_point) { return false; }
  /// What the event makes of the rows.
  [[nodiscard]] ranking_write decide(const payment_event& event) const;
  void apply(const ranking_write& write);

  static bool may_lack(const fill_board&, time_point) { return false; }
  /// The rows that a part of a baseline makes.
  [[nodiscard]] static board_fill fill(const fill_board& part);

  /// The best `limit` with anything sold at all.
  std::vector<best_selling_line> best(ranking_window window, std::size_t limit, time_point now);
  /// Of all schedules and all time, without what was refunded.
  [[nodiscard]] std::int64_t seats_sold() const;

 private:
  using sums = std::unordered_map<schedule_id, std::int64_t>;

  /// Sums over the minutes from `first` on.
  struct moving_sums {
    std::int64_t length;  ///< in minutes
    std::int64_t first{0};
    sums seats{};
  };
  void advance(time_point now);
  void advance(moving_sums& window, std::int64_t minute);

  std::map<std::int64_t, sums> minutes_;  // net seats, as far back as the longest window
  moving_sums hour_{60};
  moving_sums day_{24 * 60};
  std::unordered_map<schedule_id, sales_total> totals_;
};

}  // namespace boxoffice
