#include "actors/reservation/concert_holds.hpp"

#include <algorithm>

namespace boxoffice {

void concert_holds::add(const reservation& row, time_point now) {
  if (by_user_.size() >= sweep_at_) sweep(now);
  auto& holds = by_user_[row.user];
  std::erase_if(holds, [&](const hold& h) { return now >= h.expires_at || h.id == row.id; });
  holds.push_back({row.concert, row.id, row.expires_at});
}

void concert_holds::remove(const user_id& user, reservation_id reservation) {
  const auto found = by_user_.find(user);
  if (found == by_user_.end()) return;
  std::erase_if(found->second, [&](const hold& h) { return h.id == reservation; });
  if (found->second.empty()) by_user_.erase(found);
}

bool concert_holds::has_live(const user_id& user, concert_id concert, time_point now) const {
  const auto found = by_user_.find(user);
  return found != by_user_.end() && std::ranges::any_of(found->second, [&](const hold& h) {
           return h.concert == concert && now < h.expires_at;
         });
}

void concert_holds::sweep(time_point now) {
  for (auto& [user, holds] : by_user_)
    std::erase_if(holds, [now](const hold& h) { return now >= h.expires_at; });
  std::erase_if(by_user_, [](const auto& entry) { return entry.second.empty(); });
  sweep_at_ = std::max<std::size_t>(1024, 2 * by_user_.size());
}

}  // namespace boxoffice
