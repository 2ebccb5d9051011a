#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/core/deadlines.hpp"
#include "actors/reservation/hold_admission.hpp"
#include "actors/reservation/reservation.hpp"
#include "actors/reservation/seat.hpp"
#include "actors/reservation/seat_choice.hpp"
#include "actors/reservation/seat_snapshot.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// The books of one schedule: who has which seat, which holds live until when, how many seats each
/// user has. The schedule desk decides by it what to ask of the seats, and writes into it what they
/// answered. Reservations that are over (expired, released, refunded) leave it once that is
/// durable.
///
/// A hold: `start_*` claims, then `grant` or `withdraw`. Any other change: `change`, with
/// `begin_sale` and `end_sale` around the time in which the seats are asked. `settle` when it is
/// durable. Until then the reservation is `busy` and its desk starts nothing else with it.
///
/// Time only moves forward, by `advance`; everything is true for `now()`. **Cost** 14 bytes a seat,
/// and a row for every live reservation. **Thread**: its desk's.
class schedule_ledger {
 public:
  /// `live`: reservations stored as held or confirmed. `last_version`: of the books that these
  /// replace, 0 if none. Call `advance` before the first question.
  schedule_ledger(std::shared_ptr<const schedule> of, std::vector<reservation> live,
                  std::uint64_t last_sequence, std::uint64_t last_version, time_point now);

  /// Moves to `now`, or stays when that is past, and ends the holds whose deadline has come.
  /// Returns how many.
  std::size_t advance(time_point now);
  [[nodiscard]] time_point now() const { return now_; }

  struct basket {
    hold_refusal refusal{hold_refusal::none};  ///< seat_limit_exceeded, seat_taken (best only)
    const reservation* row{nullptr};           ///< when none: claimed by it, not yet held
  };
  /// Claims the seats of `wish`, named or the best, for a new reservation of `user`.
  basket start_hold(const user_id& user, const admitted_basket& wish);
  /// Ended holds whose seats `row` claims and whose end is not yet written.
  [[nodiscard]] std::vector<reservation_id> lapses_under(const reservation& row) const;
  /// Every seat said yes, and the write is on its way.
  void grant(reservation_id id);
  /// A seat said no, or the write was not taken.
  void withdraw(reservation_id id);

  /// The reservation as last decided; null when it is not in the books.
  [[nodiscard]] const reservation* find(reservation_id id) const;
  [[nodiscard]] bool is_busy(reservation_id id) const;

  /// The seats of a hold are being asked to become sold: its deadline cannot end it meanwhile.
  void begin_sale(reservation_id id);
  /// The sale was not written: the hold is what it was.
  void end_sale(reservation_id id);
  /// `next` is the row from now on; its write is on its way.
  void change(const reservation& next);
  /// The last change of this reservation is durable.
  void settle(reservation_id id);
  /// Whether `row` has its seats now.
  [[nodiscard]] bool is_live(const reservation& row) const;
  /// Puts a reservation that is over back into the books, until `settle`.
  void recall(reservation ended);

  /// At most `limit` holds that ended and are not yet written as expired.
  std::vector<reservation_id> unwritten_lapses(std::size_t limit);
  /// Their end is on its way to the store.
  void mark_lapses_written(std::span<const reservation_id> ids);

  /// The seat for an actor that wakes.
  [[nodiscard]] seat seat_now(seat_index at) const;
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] std::uint32_t available() const { return available_; }
  [[nodiscard]] std::uint32_t sold() const { return sold_; }
  [[nodiscard]] std::size_t live_holds() const { return live_holds_; }
  [[nodiscard]] std::uint32_t seats_of(const user_id& user) const;
  /// Made when asked for and kept until something changes.
  std::shared_ptr<const seat_snapshot> snapshot();
  /// When the next hold may end.
  [[nodiscard]] std::optional<time_point> next_deadline() const { return deadlines_.next(); }

 private:
  enum class phase : std::uint8_t { claiming, selling, writing, settled };
  struct record {
    reservation row;
    phase at{phase::settled};
    bool lapsed{false};  // its deadline came while it was held
  };

  record& record_of(reservation_id id);
  void set_seats(const reservation& row, seat_status to);
  void give_up_seats(const reservation& row);
  void count_user(const user_id& user, std::size_t seats);
  void uncount_user(const user_id& user, std::size_t seats);
  void unclaim(const reservation& row);
  void lapse(record& r);
  [[nodiscard]] bool is_unwritten_lapse(reservation_id id) const;
  void forget_if_over(reservation_id id);
  void reopen(seat_index seat);
  void changed();

  std::shared_ptr<const schedule> schedule_;
  time_point now_;
  std::uint64_t last_sequence_;
  std::uint64_t version_;
  std::uint32_t available_;
  std::uint32_t sold_{0};
  std::size_t live_holds_{0};

  std::vector<seat_status> status_;     // by seat: what readers see
  std::vector<reservation_id> holder_;  // who has it, or whose end is not yet written
  std::vector<std::uint32_t> claims_;   // claims under way
  seat_choice choice_;                  // open: available and without claims
  std::unordered_map<reservation_id, record> records_;
  std::unordered_map<user_id, std::uint32_t> seats_by_user_;
  deadlines deadlines_;
  std::deque<reservation_id> lapsed_;  // not yet written, and some that are by now
  std::shared_ptr<const seat_snapshot> snapshot_;
};

}  // namespace boxoffice
