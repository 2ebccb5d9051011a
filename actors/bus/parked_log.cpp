#include "actors/bus/parked_log.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace boxoffice {
namespace {

/// As long as to_rfc3339 writes it, and a blank.
constexpr std::size_t stamp_chars = std::string_view{"2026-12-01T00:00:00.000Z "}.size();

}  // namespace

std::string parked_log::stamped(time_point at, const std::string& reason) {
  return to_rfc3339(at) + ' ' + reason;
}

void parked_log::restore(const std::vector<event_source::parked_record>& records,
                         const event_decoder& decode) {
  by_schedule_.clear();
  places_.clear();
  std::unordered_set<event_id> settled;
  for (const auto& each : records)
    if (const auto id = parse_id<event_id>(each.body)) settled.insert(*id);
  for (const auto& each : records) {
    auto read = decode(each.body);
    auto* event = std::get_if<payment_event>(&read);
    if (event == nullptr || settled.contains(event->id)) continue;
    const auto at = parse_rfc3339(each.reason.substr(0, stamp_chars - 1));
    auto reason = each.reason.substr(at ? std::min(stamp_chars, each.reason.size()) : 0);
    add({{}, std::move(*event), std::move(reason), at.value_or(time_point{})});
  }
}

void parked_log::add(parked_event what) {
  const auto schedule = what.event.schedule();
  const auto sequence = what.event.sequence;
  places_.try_emplace(what.event.id, schedule, sequence);
  by_schedule_[schedule].try_emplace(sequence, std::move(what));
}

void parked_log::settle(event_id id) {
  const auto found = places_.find(id);
  if (found == places_.end()) return;
  const auto [schedule, sequence] = found->second;
  places_.erase(found);
  const auto of = by_schedule_.find(schedule);
  of->second.erase(sequence);
  if (of->second.empty()) by_schedule_.erase(of);
}

void parked_log::refused_again(event_id id, std::string reason) {
  const auto found = places_.find(id);
  if (found == places_.end()) return;
  by_schedule_.at(found->second.first).at(found->second.second).reason = std::move(reason);
}

const parked_event* parked_log::find(event_id id) const {
  const auto found = places_.find(id);
  if (found == places_.end()) return nullptr;
  return &by_schedule_.at(found->second.first).at(found->second.second);
}

std::vector<payment_event> parked_log::first_of(schedule_id schedule, std::size_t max) const {
  std::vector<payment_event> out;
  const auto of = by_schedule_.find(schedule);
  if (of == by_schedule_.end()) return out;
  for (const auto& [sequence, each] : of->second) {
    if (out.size() == max) break;
    out.push_back(each.event);
  }
  return out;
}

}  // namespace boxoffice
