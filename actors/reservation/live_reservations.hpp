#pragma once

#include "actors/core/deadlines.hpp"
#include "actors/reservation/reservation.hpp"
#include "actors/reservation/seat_inventory.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// The reservations of one schedule that have their seats, and what is under way with each: who
/// they belong to, which are still being decided or written, which have come to their deadline.
/// Those that are over leave once that is durable. Keeps the inventory of seats up to date.
///
/// A hold: `claim`, then `grant` or `withdraw`. Any other change: `change`. `made_durable` when its
/// write is. Until then the reservation is busy, and its schedule starts nothing else with it.
///
/// Time only moves forward, by `advance`; everything is true for `now()`. **Thread**: its
/// schedule's.
class live_reservations {
 public:
  live_reservations(seat_inventory& seats, time_point now) : seats_{seats}, now_{now} {}

  /// From the store: held or confirmed. No when its seats are not seats of this schedule, or
  /// another one has them: it is not live here.
  bool load(reservation row);

  /// Moves to `now`, or stays when that is past, and ends the holds whose deadline has come.
  /// Returns how many.
  std::size_t advance(time_point now);
  [[nodiscard]] time_point now() const { return now_; }

  /// A hold asks the seats of `row`.
  const reservation& claim(reservation row);
  /// Every seat said yes, and its write is on its way. **Requires** `now()` before its deadline.
  void grant(reservation_id id);
  /// A seat said no, or the write was not taken.
  void withdraw(reservation_id id);
  /// `next` is the row from now on; its write is on its way.
  void change(const reservation& next);
  /// The last change of this reservation is durable.
  void made_durable(reservation_id id);
  /// Brings a reservation that is over back, until `made_durable`.
  void recall(reservation ended);

  /// The reservation as last decided; null when it is not here.
  [[nodiscard]] const reservation* find(reservation_id id) const;
  [[nodiscard]] bool is_busy(reservation_id id) const;
  /// Whether `row` has its seats now.
  [[nodiscard]] bool is_live(const reservation& row) const;
  /// The seat as an actor that is just activated must know it.
  [[nodiscard]] seat seat_now(seat_index at) const;
  [[nodiscard]] std::uint32_t seats_of(const user_id& user) const;
  [[nodiscard]] std::size_t holds() const { return holds_; }
  [[nodiscard]] std::uint32_t confirmed() const { return confirmed_; }
  /// When the next hold may end.
  [[nodiscard]] std::optional<time_point> next_deadline() const { return deadlines_.next(); }

  /// At most `limit` holds that have ended and are not yet written as expired.
  std::vector<reservation_id> unwritten_lapses(std::size_t limit);
  /// Their end is on its way to the store.
  void mark_lapses_written(std::span<const reservation_id> ids);

  /// The store refuses what this one would become, so it stays as it is, with its seats.
  void park(reservation_id id);
  /// It is tried again: it ends with the next `advance`. **Requires** that it is parked.
  const reservation& unpark(reservation_id id);
  [[nodiscard]] bool is_parked(reservation_id id) const;

 private:
  enum class phase : std::uint8_t { claiming, writing, settled };
  struct record {
    reservation row;
    phase at{phase::settled};
    bool lapsed{false};  // its deadline came while it was held
    bool parked{false};
  };

  record& record_of(reservation_id id);
  void count(const user_id& user, std::size_t seats);
  void uncount(const user_id& user, std::size_t seats);
  void lapse(record& r);
  [[nodiscard]] bool is_unwritten_lapse(reservation_id id) const;

  seat_inventory& seats_;
  time_point now_;
  std::unordered_map<reservation_id, record> records_;
  std::unordered_map<user_id, std::uint32_t> seats_by_user_;
  std::size_t holds_{0};
  std::uint32_t confirmed_{0};
  deadlines deadlines_;
  std::deque<reservation_id> lapsed_;  // not yet written, and some that are by now
};

}  // namespace boxoffice
