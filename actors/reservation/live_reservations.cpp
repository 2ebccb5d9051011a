#include "actors/reservation/live_reservations.hpp"

#include "actors/core/check.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {

bool live_reservations::load(reservation row) {
  if (!seats_.knows(row)) return false;
  const bool held = row.status == reservation_status::held;
  seats_.occupy(row, held ? seat_status::held : seat_status::sold);
  count(row.user, row.seats.size());
  if (held) {
    ++holds_;
    deadlines_.add(row.expires_at, row.id.number);
  } else {
    ++confirmed_;
  }
  const auto id = row.id;
  records_.emplace(id, record{std::move(row)});
  return true;
}

std::size_t live_reservations::advance(time_point now) {
  now_ = std::max(now_, now);
  std::size_t ended = 0;
  while (const auto due = deadlines_.pop_due(now_)) {
    const auto found = records_.find(reservation_id{seats_.of(), *due});
    if (found == records_.end()) continue;
    auto& r = found->second;
    if (r.lapsed || r.parked || r.at == phase::claiming || r.row.status != reservation_status::held)
      continue;
    if (r.row.expires_at > now_) continue;  // it was extended, and comes due once more
    lapse(r);
    ++ended;
  }
  return ended;
}

void live_reservations::lapse(record& r) {
  r.lapsed = true;
  lapsed_.push_back(r.row.id);
  --holds_;
  uncount(r.row.user, r.row.seats.size());
  seats_.lapse(r.row);
}

const reservation& live_reservations::claim(reservation row) {
  seats_.claim(row);
  count(row.user, row.seats.size());
  const auto id = row.id;
  auto& r = records_[id];
  r.row = std::move(row);
  r.at = phase::claiming;
  return r.row;
}

void live_reservations::grant(reservation_id id) {
  auto& r = record_of(id);
  r.at = phase::writing;
  seats_.unclaim(r.row);
  seats_.occupy(r.row, seat_status::held);
  ++holds_;
  deadlines_.add(r.row.expires_at, id.number);
}

void live_reservations::withdraw(reservation_id id) {
  const auto& row = record_of(id).row;
  seats_.unclaim(row);
  uncount(row.user, row.seats.size());
  records_.erase(id);
}

void live_reservations::change(const reservation& next) {
  auto& r = record_of(next.id);
  const bool was_held = r.row.status == reservation_status::held && !r.lapsed;
  const bool had_seats = was_held || r.row.status == reservation_status::confirmed;
  const bool is_held = was_held && next.status == reservation_status::held;
  const bool is_confirmed = next.status == reservation_status::confirmed;
  r.at = phase::writing;
  if (r.lapsed) {
    const auto id = next.id;
    mark_lapses_written({&id, 1});
  } else if (was_held && is_confirmed) {
    seats_.occupy(next, seat_status::sold);
  } else if (had_seats && !is_held && !is_confirmed) {
    uncount(next.user, next.seats.size());
    seats_.vacate(next);
  }
  if (is_held && next.expires_at != r.row.expires_at)
    deadlines_.add(next.expires_at, next.id.number);
  if (was_held && !is_held) --holds_;
  if (r.row.status == reservation_status::confirmed) --confirmed_;
  if (is_confirmed) ++confirmed_;
  r.row = next;
}

void live_reservations::made_durable(reservation_id id) {
  const auto found = records_.find(id);
  if (found == records_.end()) return;
  found->second.at = phase::settled;
  const auto status = found->second.row.status;
  if (status != reservation_status::held && status != reservation_status::confirmed)
    records_.erase(found);
}

void live_reservations::recall(reservation ended) {
  const auto id = ended.id;
  check(!is_live(ended), "what lives is here already");
  ended.status = ended.status_at(now_);
  records_.emplace(id, record{std::move(ended)});
}

const reservation* live_reservations::find(reservation_id id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? nullptr : &found->second.row;
}

bool live_reservations::is_busy(reservation_id id) const {
  const auto found = records_.find(id);
  return found != records_.end() && found->second.at != phase::settled;
}

bool live_reservations::is_live(const reservation& row) const {
  const auto status = row.status_at(now_);
  return status == reservation_status::held || status == reservation_status::confirmed;
}

seat live_reservations::seat_now(seat_index at) const {
  if (seats_.status_of(at) == seat_status::available) return {};
  const auto holds = records_.find(seats_.holder_of(at));
  check(holds != records_.end(), "a seat that is not available has a live reservation");
  const auto& r = holds->second;
  return {seats_.status_of(at), r.row.id, r.parked ? time_point::max() : r.row.expires_at};
}

std::uint32_t live_reservations::seats_of(const user_id& user) const {
  const auto found = seats_by_user_.find(user);
  return found == seats_by_user_.end() ? 0 : found->second;
}

bool live_reservations::is_unwritten_lapse(reservation_id id) const {
  const auto found = records_.find(id);
  return found != records_.end() && found->second.lapsed;
}

std::vector<reservation_id> live_reservations::unwritten_lapses(std::size_t limit) {
  while (!lapsed_.empty() && !is_unwritten_lapse(lapsed_.front()))
    lapsed_.pop_front();
  std::vector<reservation_id> ids;
  for (auto at = lapsed_.begin(); at != lapsed_.end() && ids.size() < limit; ++at)
    if (is_unwritten_lapse(*at)) ids.push_back(*at);
  return ids;
}

void live_reservations::mark_lapses_written(std::span<const reservation_id> ids) {
  for (const auto id : ids) {
    auto& r = record_of(id);
    r.row.status = reservation_status::expired;
    r.lapsed = false;
    seats_.forget_lapsed(r.row);
    if (r.at == phase::settled) records_.erase(id);
  }
}

void live_reservations::park(reservation_id id) {
  const auto found = records_.find(id);
  if (found != records_.end()) found->second.parked = true;
}

const reservation& live_reservations::unpark(reservation_id id) {
  auto& r = record_of(id);
  r.parked = false;
  deadlines_.add(r.row.expires_at, id.number);
  return r.row;
}

bool live_reservations::is_parked(reservation_id id) const {
  const auto found = records_.find(id);
  return found != records_.end() && found->second.parked;
}

live_reservations::record& live_reservations::record_of(reservation_id id) {
  const auto found = records_.find(id);
  check(found != records_.end(), "the reservation is here");
  return found->second;
}

void live_reservations::count(const user_id& user, std::size_t seats) {
  seats_by_user_[user] += static_cast<std::uint32_t>(seats);
}

void live_reservations::uncount(const user_id& user, std::size_t seats) {
  const auto found = seats_by_user_.find(user);
  check(found != seats_by_user_.end() && found->second >= seats, "a user's seats were counted");
  found->second -= static_cast<std::uint32_t>(seats);
  if (found->second == 0) seats_by_user_.erase(found);
}

}  // namespace boxoffice
