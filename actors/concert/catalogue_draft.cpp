#include "actors/concert/catalogue_draft.hpp"

#include "actors/core/check.hpp"
#include "actors/core/ids.hpp"

#include <utility>

namespace boxoffice {
catalogue_draft::catalogue_draft(catalogue committed)
    : committed_{std::move(committed)}, decided_{committed_} {}

catalogue_draft::decision catalogue_draft::add_concert(concert draft) const {
  return {verdict::done, std::make_shared<const concert>(std::move(draft))};
}

catalogue_draft::decision catalogue_draft::add_schedule(schedule draft) const {
  if (!decided_.find(draft.concert)) return {verdict::concert_not_found, {}};
  return {verdict::done, std::make_shared<const schedule>(std::move(draft))};
}

catalogue_draft::decision catalogue_draft::change_waiting_room(
    concert_id id, const waiting_room_rule& rule) const {
  const auto found = decided_.find(id);
  if (!found) return {verdict::concert_not_found, {}};
  auto changed = *found;
  changed.waiting_room = rule;
  return {verdict::done, std::make_shared<const concert>(std::move(changed))};
}

bool catalogue_draft::holds(const concert_write& write) const {
  if (const auto* c = std::get_if<std::shared_ptr<const concert>>(&write)) {
    const auto found = committed_.find((*c)->id);
    return found && found->waiting_room == (*c)->waiting_room;
  }
  return committed_.find(std::get<std::shared_ptr<const schedule>>(write)->id) != nullptr;
}

std::shared_ptr<const catalogue> catalogue_draft::snapshot() const {
  return std::make_shared<const catalogue>(committed_);
}

void catalogue_draft::put(catalogue& into, const concert_write& write) {
  if (const auto* c = std::get_if<std::shared_ptr<const concert>>(&write)) {
    into.concerts[(*c)->id] = *c;
  } else {
    const auto& s = std::get<std::shared_ptr<const schedule>>(write);
    check(into.concerts.contains(s->concert), "a schedule belongs to a concert of the catalogue");
    into.schedules[s->id] = s;
  }
}

}  // namespace boxoffice
