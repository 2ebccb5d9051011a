#include "actors/durable/parked.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {

namespace {

const char* name_of(parked_entities::kind of) {
  using enum parked_entities::kind;
  switch (of) {
    case queue_token:
      return "queue_token";
    case reservation:
      return "reservation";
    case best_selling:
      return "event of best_selling";
    case sold_out:
      return "event of sold_out";
    case data_platform:
      return "event of data_platform";
  }
  return "";
}

}  // namespace

parked_entities::parked_entities(metrics& m, kind of)
    : kind_{static_cast<std::uint64_t>(of)},
      shown_{m.gauge("boxoffice_parked_entities",
                     "What waits for an operator, because its store or its consumer refuses it",
                     {{"kind", name_of(of)}})} {}

// Numbers grow with time, and those of two kinds differ: lists of all can be put together.
void parked_entities::put(parked_entity what) {
  drop(what.id);
  const std::scoped_lock hold{lock_};
  constexpr std::uint64_t kinds = 8, each_millisecond = 1024;
  const auto now = static_cast<std::uint64_t>(what.at.time_since_epoch().count());
  auto number = now * each_millisecond * kinds + kind_;
  while (by_number_.contains(number))
    number += kinds;
  what.number = number;
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

void parked_entities::clear() {
  const std::scoped_lock hold{lock_};
  shown_.add(-static_cast<std::int64_t>(by_number_.size()));
  by_number_.clear();
  numbers_.clear();
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
