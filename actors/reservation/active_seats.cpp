#include "actors/reservation/active_seats.hpp"

#include <caf/exit_reason.hpp>

namespace boxoffice {

void active_seats::activate(entry& e, seat_index number, time_point now, const seat& as_it_stands) {
  e.actor = spawn_seat(schedule_->home_system(), number, as_it_stands);
  by_age_.emplace_back(now, number);
  alive_.add(1);
}

void active_seats::passivate(time_point before, time_point now) {
  // Each is looked at once: what was used meanwhile goes to the back of the line.
  for (auto left = by_age_.size(); left > 0 && by_age_.front().first <= before; --left) {
    const auto number = by_age_.front().second;
    by_age_.pop_front();
    const auto at = active_.find(number);
    const auto& e = at->second;
    if (e.open != 0 || e.used > before) {
      by_age_.emplace_back(e.open != 0 ? now : e.used, number);
      continue;
    }
    caf::anon_send_exit(e.actor, caf::exit_reason::user_shutdown);
    alive_.add(-1);
    active_.erase(at);
  }
}

void active_seats::end_all() {
  for (const auto& [number, e] : active_)
    caf::anon_send_exit(e.actor, caf::exit_reason::user_shutdown);
  alive_.add(-static_cast<std::int64_t>(active_.size()));
  active_.clear();
  by_age_.clear();
}

std::optional<time_point> active_seats::oldest() const {
  if (by_age_.empty()) return std::nullopt;
  return by_age_.front().first;
}

}  // namespace boxoffice
