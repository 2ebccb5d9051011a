#include "actors/reservation/woken_seats.hpp"

#include <caf/exit_reason.hpp>

namespace boxoffice {

void woken_seats::wake(entry& e, seat_index number, time_point now, const seat& as_it_stands) {
  e.actor = spawn_seat(desk_->home_system(), number, as_it_stands);
  by_age_.emplace_back(now, number);
  alive_.add(1);
}

void woken_seats::end_idle(time_point before, time_point now) {
  // Each is looked at once: what was used meanwhile goes to the back of the line.
  for (auto left = by_age_.size(); left > 0 && by_age_.front().first <= before; --left) {
    const auto number = by_age_.front().second;
    by_age_.pop_front();
    const auto at = awake_.find(number);
    const auto& e = at->second;
    if (e.open != 0 || e.used > before) {
      by_age_.emplace_back(e.open != 0 ? now : e.used, number);
      continue;
    }
    caf::anon_send_exit(e.actor, caf::exit_reason::user_shutdown);
    alive_.add(-1);
    awake_.erase(at);
  }
}

void woken_seats::end_all() {
  for (const auto& [number, e] : awake_)
    caf::anon_send_exit(e.actor, caf::exit_reason::user_shutdown);
  alive_.add(-static_cast<std::int64_t>(awake_.size()));
  awake_.clear();
  by_age_.clear();
}

std::optional<time_point> woken_seats::oldest() const {
  if (by_age_.empty()) return std::nullopt;
  return by_age_.front().first;
}

}  // namespace boxoffice
