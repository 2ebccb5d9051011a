#include "actors/durable/parked.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {

// Numbers grow with time, and those of two kinds differ: lists of both can be put together.
void parked_entities::put(parked_entity what) {
  drop(what.id);
  const std::scoped_lock hold{lock_};
  constexpr std::uint64_t kinds = 2, each_millisecond = 1024;
  const auto now = static_cast<std::uint64_t>(what.at.time_since_epoch().count());
  const auto last = by_number_.empty() ? 0 : by_number_.rbegin()->first;
  what.number = std::max(now * each_millisecond * kinds + kind_, last == 0 ? 0 : last + kinds);
  numbers_[what.id] = what.number;
  by_number_.emplace(what.number, std::move(what));
  shown_.add(1);
}

void parked_entities::drop(const std::string& id) {
  const std::scoped_lock hold{lock_};
  const auto found = numbers_.find(id);
  if (found == numbers_.end()) return;
  by_number_.erase(found->second);
  numbers_.erase(found);
  shown_.add(-1);
}

parked_list parked_entities::list(const list_parked& asked) const {
  parked_list found;
  found.correlation = asked.correlation;
  const std::scoped_lock hold{lock_};
  for (auto at = by_number_.upper_bound(asked.after); at != by_number_.end(); ++at) {
    if (found.items.size() == asked.limit) {
      found.follows = parked_list::more::yes;
      break;
    }
    found.items.push_back(at->second);
  }
  return found;
}

}  // namespace boxoffice
