#pragma once

#include "actors/core/meters.hpp"
#include "actors/core/time.hpp"
#include "actors/reservation/seat_actor.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

namespace boxoffice {

/// The seat actors of a schedule that are awake. A seat wakes when it is first asked for, with what
/// the desk knows of it, and is ended when it has been idle. **Thread**: its desk's.
class woken_seats {
 public:
  /// `desk` is in whose name seats are asked. `alive` counts seat actors of the process.
  woken_seats(caf::actor desk, gauge& alive) : desk_{std::move(desk)}, alive_{alive} {}
  ~woken_seats() { end_all(); }
  woken_seats(const woken_seats&) = delete;
  woken_seats& operator=(const woken_seats&) = delete;

  /// Sends a claim or a sale, waking the seat as `as_it_stands(number)` says.
  template <class Message, class Describe>
  void ask(seat_index number, time_point now, const Message& message, Describe as_it_stands) {
    auto [at, is_new] = awake_.try_emplace(number);
    if (is_new) wake(at->second, number, now, as_it_stands(number));
    at->second.used = now;
    at->second.open += message.round == 0 ? 0 : 1;
    caf::send_as(desk_, at->second.actor, message);
  }
  /// Tells a seat; one that sleeps will wake with what the desk knows then.
  template <class Message>
  void tell(seat_index number, const Message& message) {
    if (const auto at = awake_.find(number); at != awake_.end())
      caf::send_as(desk_, at->second.actor, message);
  }
  /// A seat answered a question of a round that is still open.
  void answered(seat_index number) { --awake_.at(number).open; }

  /// Ends the seats that were idle since `before`. **Ensures** none that owes an answer.
  void end_idle(time_point before, time_point now);
  void end_all();
  /// Since when the seat that has been idle longest may be idle.
  [[nodiscard]] std::optional<time_point> oldest() const;
  [[nodiscard]] std::size_t size() const { return awake_.size(); }

 private:
  struct entry {
    seat_actor actor;
    time_point used{};
    std::uint32_t open{0};  // answers it owes
  };
  void wake(entry& e, seat_index number, time_point now, const seat& as_it_stands);

  caf::actor desk_;
  gauge& alive_;
  std::unordered_map<seat_index, entry> awake_;
  std::deque<std::pair<time_point, seat_index>> by_age_;  // one entry for each that is awake
};

}  // namespace boxoffice
