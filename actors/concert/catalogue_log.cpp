#include "actors/concert/catalogue_log.hpp"

#include "config/cluster_limits.hpp"

#include <algorithm>

namespace boxoffice {
namespace {

// About as much as an entry takes on a link.
std::size_t bytes_of(const concert& c) {
  return c.title.size() + c.artist.size() + (c.description ? c.description->size() : 0) + 64;
}
std::size_t bytes_of(const schedule& s) {
  constexpr std::size_t section_bytes = 40;
  return s.venue.size() + s.seats.sections().size() * section_bytes + 64;
}

}  // namespace

void catalogue_log::change(entry which) {
  const auto known = versions_.find(which);
  if (known != versions_.end()) by_version_.erase(known->second);
  by_version_.emplace(++version_, which);
  versions_[which] = version_;
}

void catalogue_log::restart(const catalogue& now) {
  by_version_.clear();
  versions_.clear();
  for (const auto& [id, each] : now.concerts)
    change(id);
  for (const auto& [id, each] : now.schedules)
    change(id);
}

catalogue_changes catalogue_log::after(std::uint64_t known, const catalogue& now) const {
  catalogue_changes found;
  found.version = version_;
  std::size_t bytes = 0;
  for (auto at = by_version_.upper_bound(known); at != by_version_.end(); ++at) {
    if (bytes >= limits::catalogue_changes_bytes_max) {
      found.version = std::prev(at)->first;
      found.follows = catalogue_changes::more::yes;
      break;
    }
    if (const auto* id = std::get_if<concert_id>(&at->second)) {
      if (const auto each = now.find(*id)) {
        bytes += bytes_of(*each);
        found.concerts.push_back(*each);
      }
    } else if (const auto each = now.find(std::get<schedule_id>(at->second))) {
      bytes += bytes_of(*each);
      found.schedules.push_back(*each);
      found.hold_extensions.push_back(each->hold_extension);
    }
  }
  return found;
}

void catalogue_followers::heard(std::uint64_t who, std::uint64_t version, time_point now) {
  followers_[who] = {version, now};
}

bool catalogue_followers::all_have(std::uint64_t version, time_point now) const {
  return std::ranges::all_of(followers_, [&](const auto& each) {
    return each.second.version >= version || now - each.second.heard_at >= limits::follower_lease;
  });
}

void catalogue_followers::forget_silent(time_point now) {
  std::erase_if(followers_, [&](const auto& each) {
    return now - each.second.heard_at >= limits::follower_lease;
  });
}

}  // namespace boxoffice
