#include "actors/reservation/seat_inventory.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {

seat_inventory::seat_inventory(std::shared_ptr<const schedule> of, epoch_numbers& versions)
    : schedule_{std::move(of)},
      versions_{versions},
      version_{versions.next()},
      available_{schedule_->seats.seat_count()},
      status_(available_, seat_status::available),
      holder_(available_, 0),
      claims_(available_, 0),
      choice_{schedule_->seats} {}

bool seat_inventory::knows(const reservation& row) const {
  return std::ranges::all_of(row.seats, [this](const reserved_seat& s) {
    return s.seat < status_.size() && status_[s.seat] == seat_status::available;
  });
}

void seat_inventory::occupy(const reservation& row, seat_status as) {
  for (const auto& s : row.seats) {
    auto& status = status_[s.seat];
    if (status == seat_status::available) --available_;
    if (as == seat_status::sold && status != seat_status::sold) ++sold_;
    status = as;
    holder_[s.seat] = row.id.number;
    choice_.close(s.seat);
  }
  changed();
}

void seat_inventory::vacate(const reservation& row) {
  for (const auto& s : row.seats) {
    if (holder_[s.seat] != row.id.number) continue;
    auto& status = status_[s.seat];
    if (status == seat_status::sold) --sold_;
    if (status != seat_status::available) ++available_;
    status = seat_status::available;
    holder_[s.seat] = 0;
    reopen(s.seat);
  }
  changed();
}

void seat_inventory::lapse(const reservation& row) {
  for (const auto& s : row.seats) {
    if (holder_[s.seat] != row.id.number) continue;
    status_[s.seat] = seat_status::available;
    ++available_;
    reopen(s.seat);
  }
  changed();
}

void seat_inventory::forget_lapsed(const reservation& row) {
  for (const auto& s : row.seats)
    if (holder_[s.seat] == row.id.number && status_[s.seat] == seat_status::available)
      holder_[s.seat] = 0;
}

void seat_inventory::claim(const reservation& row) {
  for (const auto& s : row.seats) {
    ++claims_[s.seat];
    choice_.close(s.seat);
  }
}

void seat_inventory::unclaim(const reservation& row) {
  for (const auto& s : row.seats) {
    --claims_[s.seat];
    reopen(s.seat);
  }
}

std::vector<reservation_id> seat_inventory::lapsed_under(const reservation& row) const {
  std::vector<reservation_id> found;
  for (const auto& s : row.seats) {
    const auto before = holder_of(s.seat);
    if (before && status_[s.seat] == seat_status::available && !std::ranges::count(found, before))
      found.push_back(before);
  }
  return found;
}

std::shared_ptr<const seat_snapshot> seat_inventory::snapshot() {
  if (!snapshot_)
    snapshot_ = std::make_shared<const seat_snapshot>(
        seat_snapshot{schedule_->id, version_, status_, available_, sold_});
  return snapshot_;
}

void seat_inventory::reopen(seat_index seat) {
  if (status_[seat] == seat_status::available && claims_[seat] == 0) choice_.open(seat);
}

void seat_inventory::changed() {
  version_ = versions_.next();
  snapshot_.reset();
}

}  // namespace boxoffice
