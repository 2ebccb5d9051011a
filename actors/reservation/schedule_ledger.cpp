#include "actors/reservation/schedule_ledger.hpp"

#include "actors/core/check.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {
namespace {

// Versions of a process that started later are higher, so that a reader's copy from before a
// restart never looks current: milliseconds, with room for 1024 changes in each, below 2^53 until
// 2248.
std::uint64_t first_version(time_point now) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(to_unix_ms(now), 0)) * 1024;
}

}  // namespace

schedule_ledger::schedule_ledger(std::shared_ptr<const schedule> of, std::vector<reservation> live,
                                 std::uint64_t last_sequence, std::uint64_t last_version,
                                 time_point now)
    : schedule_{std::move(of)},
      now_{now},
      last_sequence_{last_sequence},
      version_{std::max(first_version(now), last_version + 1)},
      available_{schedule_->seats.seat_count()},
      status_(available_, seat_status::available),
      holder_(available_),
      claims_(available_, 0),
      choice_{schedule_->seats} {
  for (auto& row : live) {
    const bool held = row.status == reservation_status::held;
    set_seats(row, held ? seat_status::held : seat_status::sold);
    count_user(row.user, row.seats.size());
    last_sequence_ = std::max(last_sequence_, sequence_of(row.id));
    if (held) {
      ++live_holds_;
      deadlines_.add(row.expires_at, row.id.value);
    }
    const auto id = row.id;
    records_.emplace(id, record{std::move(row)});
  }
}

std::size_t schedule_ledger::advance(time_point now) {
  now_ = std::max(now_, now);
  std::size_t ended = 0;
  while (const auto due = deadlines_.pop_due(now_)) {
    const auto found = records_.find(reservation_id{*due});
    if (found == records_.end()) continue;
    auto& r = found->second;
    if (r.lapsed || r.at == phase::selling || r.row.status != reservation_status::held) continue;
    lapse(r);
    ++ended;
  }
  return ended;
}

void schedule_ledger::lapse(record& r) {
  r.lapsed = true;
  lapsed_.push_back(r.row.id);
  --live_holds_;
  uncount_user(r.row.user, r.row.seats.size());
  for (const auto& s : r.row.seats) {
    status_[s.seat] = seat_status::available;  // holder_ stays until the end is written
    ++available_;
    reopen(s.seat);
  }
  changed();
}

schedule_ledger::basket schedule_ledger::start_hold(const user_id& user,
                                                    const admitted_basket& wish) {
  const auto count = wish.seats.empty() ? wish.best_count : wish.seats.size();
  if (seats_of(user) + count > schedule_->max_seats_per_user)
    return {hold_refusal::seat_limit_exceeded, nullptr};
  const auto best = wish.seats.empty() ? choice_.best(wish.best_count, wish.best_section)
                                       : std::vector<seat_index>{};
  const auto& seats = wish.seats.empty() ? best : wish.seats;
  if (seats.empty()) return {hold_refusal::seat_taken, nullptr};

  const auto id = make_reservation_id(schedule_->id, ++last_sequence_);
  auto& r = records_[id];
  r.at = phase::claiming;
  r.row.id = id;
  r.row.concert = schedule_->concert;
  r.row.user = user;
  r.row.held_at = now_;
  r.row.expires_at = now_ + schedule_->hold;
  r.row.seats.reserve(seats.size());
  for (const auto at : seats) {
    const auto price = schedule_->seats.price_of(at);
    r.row.seats.push_back({at, price});
    r.row.amount += price;
    ++claims_[at];
    choice_.close(at);
  }
  count_user(user, seats.size());
  return {hold_refusal::none, &r.row};
}

std::vector<reservation_id> schedule_ledger::lapses_under(const reservation& row) const {
  std::vector<reservation_id> found;
  for (const auto& s : row.seats) {
    const auto before = holder_[s.seat];
    if (before && status_[s.seat] == seat_status::available && !std::ranges::count(found, before))
      found.push_back(before);
  }
  return found;
}

void schedule_ledger::grant(reservation_id id) {
  auto& r = record_of(id);
  check(r.at == phase::claiming, "only a claim becomes a hold");
  r.at = phase::writing;
  for (const auto& s : r.row.seats)
    check(status_[s.seat] == seat_status::available, "a seat is given out once");
  unclaim(r.row);
  set_seats(r.row, seat_status::held);
  ++live_holds_;
  deadlines_.add(r.row.expires_at, id.value);
  changed();
}

void schedule_ledger::withdraw(reservation_id id) {
  const auto& row = record_of(id).row;
  unclaim(row);
  uncount_user(row.user, row.seats.size());
  records_.erase(id);
}

const reservation* schedule_ledger::find(reservation_id id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? nullptr : &found->second.row;
}

bool schedule_ledger::is_busy(reservation_id id) const {
  const auto found = records_.find(id);
  return found != records_.end() && found->second.at != phase::settled;
}

void schedule_ledger::begin_sale(reservation_id id) { record_of(id).at = phase::selling; }

void schedule_ledger::end_sale(reservation_id id) {
  auto& r = record_of(id);
  r.at = phase::settled;
  deadlines_.add(r.row.expires_at, id.value);  // it may have come due meanwhile
}

void schedule_ledger::change(const reservation& next) {
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
    set_seats(next, seat_status::sold);
    changed();
  } else if (had_seats && !is_held && !is_confirmed) {
    give_up_seats(next);
    changed();
  }
  if (was_held && !is_held) --live_holds_;
  r.row = next;
}

void schedule_ledger::settle(reservation_id id) {
  const auto found = records_.find(id);
  if (found == records_.end()) return;
  found->second.at = phase::settled;
  forget_if_over(id);
}

bool schedule_ledger::is_live(const reservation& row) const {
  const auto status = row.status_at(now_);
  return status == reservation_status::held || status == reservation_status::confirmed;
}

void schedule_ledger::recall(reservation ended) {
  const auto id = ended.id;
  check(!is_live(ended), "what lives is in the books");
  ended.status = ended.status_at(now_);
  records_.emplace(id, record{std::move(ended)});
}

bool schedule_ledger::is_unwritten_lapse(reservation_id id) const {
  const auto found = records_.find(id);
  return found != records_.end() && found->second.lapsed;
}

std::vector<reservation_id> schedule_ledger::unwritten_lapses(std::size_t limit) {
  while (!lapsed_.empty() && !is_unwritten_lapse(lapsed_.front()))
    lapsed_.pop_front();
  std::vector<reservation_id> ids;
  for (auto at = lapsed_.begin(); at != lapsed_.end() && ids.size() < limit; ++at)
    if (is_unwritten_lapse(*at)) ids.push_back(*at);
  return ids;
}

void schedule_ledger::mark_lapses_written(std::span<const reservation_id> ids) {
  for (const auto id : ids) {
    auto& r = record_of(id);
    r.row.status = reservation_status::expired;
    r.lapsed = false;
    for (const auto& s : r.row.seats)
      if (holder_[s.seat] == id) holder_[s.seat] = {};
    if (r.at == phase::settled) records_.erase(id);
  }
}

seat schedule_ledger::seat_now(seat_index at) const {
  if (status_[at] == seat_status::available) return {};
  const auto holds = records_.find(holder_[at]);
  check(holds != records_.end(), "a seat that is not available has a live reservation");
  const auto& row = holds->second.row;
  return {status_[at], row.id, row.expires_at};
}

std::uint32_t schedule_ledger::seats_of(const user_id& user) const {
  const auto found = seats_by_user_.find(user);
  return found == seats_by_user_.end() ? 0 : found->second;
}

std::shared_ptr<const seat_snapshot> schedule_ledger::snapshot() {
  if (!snapshot_)
    snapshot_ = std::make_shared<const seat_snapshot>(
        seat_snapshot{schedule_->id, version_, status_, available_, sold_});
  return snapshot_;
}

schedule_ledger::record& schedule_ledger::record_of(reservation_id id) {
  const auto found = records_.find(id);
  check(found != records_.end(), "the reservation is in the books");
  return found->second;
}

// Seats go from available to held or sold, or from held to sold.
void schedule_ledger::set_seats(const reservation& row, seat_status to) {
  for (const auto& s : row.seats) {
    if (status_[s.seat] == seat_status::available) --available_;
    if (to == seat_status::sold) ++sold_;
    status_[s.seat] = to;
    holder_[s.seat] = row.id;
    choice_.close(s.seat);
  }
}

void schedule_ledger::give_up_seats(const reservation& row) {
  uncount_user(row.user, row.seats.size());
  for (const auto& s : row.seats) {
    if (status_[s.seat] == seat_status::sold) --sold_;
    status_[s.seat] = seat_status::available;
    holder_[s.seat] = {};
    ++available_;
    reopen(s.seat);
  }
}

void schedule_ledger::count_user(const user_id& user, std::size_t seats) {
  seats_by_user_[user] += static_cast<std::uint32_t>(seats);
}

void schedule_ledger::uncount_user(const user_id& user, std::size_t seats) {
  const auto found = seats_by_user_.find(user);
  check(found != seats_by_user_.end() && found->second >= seats, "a user's seats were counted");
  found->second -= static_cast<std::uint32_t>(seats);
  if (found->second == 0) seats_by_user_.erase(found);
}

void schedule_ledger::unclaim(const reservation& row) {
  for (const auto& s : row.seats) {
    --claims_[s.seat];
    reopen(s.seat);
  }
}

void schedule_ledger::reopen(seat_index seat) {
  if (status_[seat] == seat_status::available && claims_[seat] == 0) choice_.open(seat);
}

void schedule_ledger::forget_if_over(reservation_id id) {
  const auto found = records_.find(id);
  const auto status = found->second.row.status;
  if (status != reservation_status::held && status != reservation_status::confirmed)
    records_.erase(found);
}

void schedule_ledger::changed() {
  version_ = version_ + 1;
  snapshot_.reset();
}

}  // namespace boxoffice
