#pragma once

#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "actors/reservation/seat_actor.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

namespace boxoffice {

/// The seat actors of a schedule that are in memory. A seat is activated when it is first asked
/// for, with what the schedule knows of it, and passivated when it has been idle.
/// **Thread**: its schedule's.
class active_seats {
 public:
  /// `schedule` is in whose name seats are asked. `alive` counts seat actors of the process.
  active_seats(caf::actor schedule, gauge& alive) : schedule_{std::move(schedule)}, alive_{alive} {}
  ~active_seats() { end_all(); }
  active_seats(const active_seats&) = delete;
  active_seats& operator=(const active_seats&) = delete;

  /// Asks a seat, which is activated as `as_it_stands(number)` says if need be.
  template <class Describe>
  void ask(seat_index number, const claim_seat& claim, Describe as_it_stands) {
    auto [at, is_new] = active_.try_emplace(number);
    if (is_new) activate(at->second, number, claim.now, as_it_stands(number));
    at->second.used = claim.now;
    ++at->second.open;
    caf::send_as(schedule_, at->second.actor, claim);
  }
  /// Tells a seat; one that is not in memory will be activated with what the schedule knows then.
  template <class Message>
  void tell(seat_index number, const Message& message) {
    if (const auto at = active_.find(number); at != active_.end())
      caf::send_as(schedule_, at->second.actor, message);
  }
  /// A seat has answered.
  void answered(seat_index number) { --active_.at(number).open; }

  /// Ends the seats that were idle since `before`. **Ensures** none that owes an answer.
  void passivate(time_point before, time_point now);
  void end_all();
  /// Since when the seat that has been idle longest may be idle.
  [[nodiscard]] std::optional<time_point> oldest() const;
  [[nodiscard]] std::size_t size() const { return active_.size(); }

 private:
  struct entry {
    seat_actor actor;
    time_point used{};
    std::uint32_t open{0};  // answers it owes
  };
  void activate(entry& e, seat_index number, time_point now, const seat& as_it_stands);

  caf::actor schedule_;
  gauge& alive_;
  std::unordered_map<seat_index, entry> active_;
  std::deque<std::pair<time_point, seat_index>> by_age_;  // one entry for each
};

}  // namespace boxoffice
