#include "actors/reservation/seat_map_versions.hpp"

namespace boxoffice {

std::optional<std::uint64_t> seat_map_versions::find(schedule_id of, time_point now) const {
  const std::scoped_lock hold{lock_};
  const auto found = entries_.find(of);
  if (found == entries_.end()) return std::nullopt;
  const auto& [version, until] = found->second;
  if (until && now >= *until) return std::nullopt;
  return version;
}

void seat_map_versions::put(schedule_id of, std::uint64_t version,
                            std::optional<time_point> until) {
  const std::scoped_lock hold{lock_};
  entries_.insert_or_assign(of, entry{version, until});
}

void seat_map_versions::drop(schedule_id of) {
  const std::scoped_lock hold{lock_};
  entries_.erase(of);
}

}  // namespace boxoffice
