#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/core/epoch_numbers.hpp"
#include "actors/reservation/reservation.hpp"
#include "actors/reservation/seat.hpp"
#include "actors/reservation/seat_choice.hpp"
#include "actors/reservation/seat_snapshot.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace boxoffice {

/// The seats of one schedule as readers see them: what the seats have said and the schedule has
/// written. It decides nothing: it shows maps and counts, and picks seats that look open.
///
/// **Cost** 14 bytes a seat. **Thread**: its schedule's.
class seat_inventory {
 public:
  /// All seats are available. `versions` number what readers see.
  seat_inventory(std::shared_ptr<const schedule> of, epoch_numbers& versions);

  [[nodiscard]] schedule_id of() const { return schedule_->id; }
  /// Whether all seats of `row` are seats of this schedule: stored rows may be of another one.
  [[nodiscard]] bool knows(const reservation& row) const;

  /// `row` has its seats from now on: held or sold.
  void occupy(const reservation& row, seat_status as);
  /// Its seats are available again.
  void vacate(const reservation& row);
  /// Its deadline has come: its seats are available, and remember it until that is written.
  void lapse(const reservation& row);
  void forget_lapsed(const reservation& row);
  /// A hold asks for these seats, until `unclaim`: others do not pick them.
  void claim(const reservation& row);
  void unclaim(const reservation& row);

  /// `count` open seats in ascending order; empty when there are too few.
  [[nodiscard]] std::vector<seat_index> best(std::uint32_t count,
                                             std::optional<std::uint32_t> section) const {
    return choice_.best(count, section);
  }
  /// Lapsed reservations whose end is not yet written and whose seats `row` asks for.
  [[nodiscard]] std::vector<reservation_id> lapsed_under(const reservation& row) const;
  /// Who has the seat, or had it last; none when that is over and written.
  [[nodiscard]] reservation_id holder_of(seat_index at) const {
    return holder_[at] == 0 ? reservation_id{} : reservation_id{schedule_->id, holder_[at]};
  }
  [[nodiscard]] seat_status status_of(seat_index at) const { return status_[at]; }

  /// Grows with everything that readers see, and is never given again (docs/PROMISES.md, G20).
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] std::uint32_t available() const { return available_; }
  [[nodiscard]] std::uint32_t sold() const { return sold_; }
  [[nodiscard]] std::uint32_t held() const {
    return static_cast<std::uint32_t>(status_.size()) - available_ - sold_;
  }
  /// Made when asked for and kept until something changes.
  std::shared_ptr<const seat_snapshot> snapshot();

 private:
  void reopen(seat_index seat);
  void changed();

  std::shared_ptr<const schedule> schedule_;
  epoch_numbers& versions_;
  std::uint64_t version_;
  std::uint32_t available_;
  std::uint32_t sold_{0};
  std::vector<seat_status> status_;    // by seat: what readers see
  std::vector<std::uint64_t> holder_;  // number of who has it, or whose end is not yet written
  std::vector<std::uint32_t> claims_;  // holds that ask for it now
  seat_choice choice_;                 // open: available and without claims
  std::shared_ptr<const seat_snapshot> snapshot_;
};

}  // namespace boxoffice
