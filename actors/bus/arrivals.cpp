#include "actors/bus/arrivals.hpp"

#include <algorithm>

namespace boxoffice {

void arrivals::add(std::vector<event_source::arrival> more, const event_decoder& decode) {
  for (auto& each : more) {
    auto what = decode(each.body);
    items_.push_back({each.tag, std::move(each.body), std::move(what), state::waiting, {}});
    if (auto* fault = std::get_if<event_fault>(&items_.back().what))
      to_be_parked(items_.back(), "no event of ours: " + *fault);
  }
}

std::vector<payment_event> arrivals::give(std::size_t max) {
  std::vector<payment_event> out;
  const bool again = given_ > 0;
  for (auto& it : items_) {
    if (out.size() == max) break;
    if (again) {
      if (it.is == state::given) out.push_back(std::get<payment_event>(it.what));
      continue;
    }
    if (it.is != state::waiting) continue;
    const auto& e = std::get<payment_event>(it.what);
    // It arrived twice. In one batch its sequence could not tell how far the consumer is.
    if (std::ranges::find(out, e.sequence, &payment_event::sequence) != out.end()) break;
    if (const auto held = parked_.find(e.schedule()); held != parked_.end()) {
      to_be_parked(it, held->second);
      continue;
    }
    it.is = state::given;
    ++given_;
    out.push_back(e);
  }
  return out;
}

arrivals::item* arrivals::find(std::uint64_t tag) {
  const auto at = std::ranges::lower_bound(items_, tag, {}, &item::tag);
  return at == items_.end() || at->tag != tag ? nullptr : &*at;
}

arrivals::item* arrivals::find_given(std::uint64_t sequence) {
  const auto at = std::ranges::find_if(items_, [&](const item& it) {
    return it.is == state::given && std::get<payment_event>(it.what).sequence == sequence;
  });
  return at == items_.end() ? nullptr : &*at;
}

void arrivals::finish_before(const item* end) {
  for (auto& it : items_) {
    if (&it == end) break;
    if (it.is != state::given) continue;
    it.is = state::done;
    --given_;
  }
}

bool arrivals::applied(std::uint64_t sequence) {
  auto* last = find_given(sequence);
  if (last == nullptr) return false;
  finish_before(last);
  last->is = state::done;
  --given_;
  return true;
}

bool arrivals::refused(std::uint64_t sequence, const std::string& reason) {
  auto* it = find_given(sequence);
  if (it == nullptr) return false;
  finish_before(it);
  const auto& e = std::get<payment_event>(it->what);
  hold(e.schedule(), e.id);
  to_be_parked(*it, reason);
  // What was given behind it goes back: of its schedule it is parked, the rest is given again.
  for (auto& each : items_)
    if (each.is == state::given) each.is = state::waiting;
  given_ = 0;
  return true;
}

void arrivals::hold(schedule_id schedule, const event_id& behind) {
  parked_.emplace(schedule, "behind " + to_text(behind) + ", which was parked");
}

void arrivals::let_go_all() {
  std::erase_if(parked_, [this](const auto& each) { return !parks(each.first); });
}

bool arrivals::parks(schedule_id schedule) const {
  return std::ranges::any_of(items_, [&](const item& it) {
    return it.of == schedule && (it.is == state::to_park || it.is == state::being_parked);
  });
}

void arrivals::to_be_parked(item& it, std::string reason) {
  if (const auto* e = std::get_if<payment_event>(&it.what)) it.of = e->schedule();
  it.what = std::move(reason);
  it.is = state::to_park;
}

std::optional<arrivals::parking> arrivals::next_to_park() {
  const auto at = std::ranges::find(items_, state::to_park, &item::is);
  if (at == items_.end()) return std::nullopt;
  at->is = state::being_parked;
  return parking{at->tag, at->body, std::get<event_fault>(at->what)};
}

void arrivals::parked(std::uint64_t tag) {
  if (auto* it = find(tag); it != nullptr && it->is == state::being_parked) it->is = state::done;
}

void arrivals::not_parked(std::uint64_t tag) {
  if (auto* it = find(tag); it != nullptr && it->is == state::being_parked) it->is = state::to_park;
}

std::optional<std::uint64_t> arrivals::take_done() {
  std::optional<std::uint64_t> through;
  while (!items_.empty() && items_.front().is == state::done) {
    through = items_.front().tag;
    items_.pop_front();
  }
  return through;
}

}  // namespace boxoffice
