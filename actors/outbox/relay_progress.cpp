#include "actors/outbox/relay_progress.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {
namespace {

constexpr auto behind_another = "an older event of its schedule is parked";

}  // namespace

relay_progress::relay_progress(std::string consumer, std::uint64_t stored,
                               const payment_reader::parked_schedules& parked, int tries_max)
    : consumer_{std::move(consumer)},
      tries_max_{tries_max},
      stored_{stored},
      given_{stored},
      parked_events_{parked.events} {
  for (const auto& of : parked.schedules)
    parked_.emplace(of.schedule, of.first);
}

std::uint64_t relay_progress::position() const {
  return waiting_.empty() || replays_ ? given_ : waiting_.front().sequence - 1;
}

std::uint64_t relay_progress::passed() const {
  const auto passed = std::max(position(), stored_);
  return unstorable_.empty() ? passed
                             : std::max(stored_, std::min(passed, *unstorable_.begin() - 1));
}

std::uint64_t relay_progress::oldest_that_may_come(std::uint64_t stored) const {
  auto oldest = stored + 1;
  for (const auto& [schedule, first] : parked_)
    oldest = std::min(oldest, first);
  return oldest;
}

void relay_progress::give(std::vector<payment_event> events, time_point now) {
  if (events.empty()) return;
  given_ = events.back().sequence;
  for (auto& e : events) {
    const auto parked = parked_.find(e.schedule());
    if (parked == parked_.end() || e.sequence < parked->second)
      waiting_.push_back(std::move(e));
    else
      park(e, behind_another, now);
  }
}

request_origin relay_progress::origin_of(std::uint64_t sequence) const {
  const auto found = std::ranges::find(waiting_, sequence, &payment_event::sequence);
  return found == waiting_.end() ? request_origin{} : found->from;
}

relay_progress::applied relay_progress::consumer_applied(std::uint64_t sequence) {
  const auto end =
      std::ranges::find_if(waiting_, [&](const payment_event& e) { return e.sequence > sequence; });
  if (end == waiting_.begin()) return applied::nothing_new;
  if (replays_) {
    for (auto e = waiting_.begin(); e != end; ++e)
      replayed_.push_back(e->id);
    parked_events_ -= static_cast<std::size_t>(end - waiting_.begin());
  }
  waiting_.erase(waiting_.begin(), end);
  tries_ = 0;
  return waiting_.empty() ? applied::all : applied::some;
}

relay_progress::refused relay_progress::consumer_refused(std::uint64_t sequence,
                                                         const std::string& reason, bool for_now,
                                                         time_point now) {
  const auto given =
      std::ranges::any_of(waiting_, [&](const payment_event& e) { return e.sequence == sequence; });
  if (!given) return refused::ignored;
  consumer_applied(sequence - 1);
  if (for_now && ++tries_ < tries_max_) return refused::try_later;
  const auto tries = for_now ? ", at try " + std::to_string(tries_) : std::string{};
  const auto e = waiting_.front();
  tries_ = 0;
  if (replays_) {
    // It stays where it is, with what lies behind it; only the reason is new.
    parked_again_ = e.sequence;
    parking_.insert_or_assign(e.sequence, parked_event{consumer_, e, reason + tries, now});
    waiting_.clear();
    replays_.reset();
    return refused::parked;
  }
  waiting_.erase(waiting_.begin());
  park(e, reason + tries, now);
  park_siblings(e, now);
  return refused::parked;
}

void relay_progress::park(const payment_event& e, std::string reason, time_point now) {
  auto& first = parked_.try_emplace(e.schedule(), e.sequence).first->second;
  first = std::min(first, e.sequence);
  parking_.emplace(e.sequence, parked_event{consumer_, e, std::move(reason), now});
  ++parked_events_;
}

void relay_progress::park_siblings(const payment_event& of, time_point now) {
  std::erase_if(waiting_, [&](const payment_event& e) {
    if (e.schedule() != of.schedule()) return false;
    park(e, behind_another, now);
    return true;
  });
}

bool relay_progress::begin_replay(schedule_id schedule) {
  if (!parked_.contains(schedule)) return false;
  // What the store does not know of it would not be among what it gives, and later events would
  // overtake it.
  const auto unstored = [&](const auto& each) { return each.second.event.schedule() == schedule; };
  if (std::ranges::any_of(parking_, unstored)) return false;
  replays_ = schedule;
  return true;
}

void relay_progress::give_again(const std::vector<parked_event>& events) {
  if (events.empty()) {
    parked_.erase(*replays_);
    replays_.reset();
    return;
  }
  for (const auto& p : events)
    waiting_.push_back(p.event);
}

relay_progress::unsaved relay_progress::unstored(std::size_t parked_max) const {
  unsaved n{passed(), {}, replayed_};
  for (const auto& [sequence, event] : parking_) {
    if (sequence > n.position) break;
    if (unstorable_.contains(sequence)) continue;
    if (n.parked.size() == parked_max) {  // the rest comes with a later position
      n.position = std::max(stored_, sequence - 1);
      break;
    }
    n.parked.push_back(event);
  }
  return n;
}

bool relay_progress::owes_store() const {
  const auto through = passed();
  return !replayed_.empty() || std::ranges::any_of(parking_, [&](const auto& each) {
    return each.first <= through && !unstorable_.contains(each.first);
  });
}

void relay_progress::cannot_store(std::uint64_t sequence) {
  if (sequence != parked_again_)
    unstorable_.insert(sequence);
  else
    parking_.erase(sequence);  // the store has it, with the reason of before
}

void relay_progress::stored(const unsaved& written) {
  for (const auto& p : written.parked) {
    parking_.erase(p.event.sequence);
    unstorable_.erase(p.event.sequence);
  }
  std::erase_if(replayed_,
                [&](event_id id) { return std::ranges::count(written.replayed, id) > 0; });
}

}  // namespace boxoffice
