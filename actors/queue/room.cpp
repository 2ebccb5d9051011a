#include "actors/queue/room.hpp"

#include "actors/core/check.hpp"
#include "config/limits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace boxoffice {
namespace {

// Half of what the committer's queue holds: a line that falls silent as one does not fill it up.
constexpr std::size_t changes_of_one_round_max = limits::committer_queue_writes_max / 2;

}  // namespace

void waiting_room::restore(const std::vector<queue_entry>& entries, std::uint64_t last_sequence,
                           time_point now) {
  last_sequence_ = last_sequence;
  std::vector<queue_entry> in_order = entries;
  std::ranges::sort(in_order, {}, &queue_entry::sequence);
  for (auto& e : in_order) {
    last_sequence_ = std::max(last_sequence_, e.sequence);
    if (e.state == token_state::waiting) e.expires_at = now + times_.silence;
    put(e);
    // Whoever entered just before a restart still counts within that second, also when the slot
    // was given up since: the deadline tells when it began.
    const auto entered_at = e.expires_at - times_.token;
    if (e.state != token_state::waiting && entered_at + milliseconds{1000} > now)
      pace_.entered(1, now);
  }
  measure(now);
}

void waiting_room::set_rule(const waiting_room_rule& rule, time_point now) {
  if (rule_ == rule) return;
  rule_ = rule;
  admit(now);
}

std::optional<queue_token> waiting_room::live_token_of(const user_id& user, time_point now) {
  const auto found = live_.find(user);
  if (found == live_.end()) return std::nullopt;
  const auto token = found->second;
  if (lapse_if_over(token, now)) return std::nullopt;
  return token;
}

void waiting_room::join(const user_id& user, queue_token token, time_point now) {
  check(!live_.contains(user) && !entries_.contains(token), "one live token a user");
  queue_entry e{token, concert_, user, ++last_sequence_, token_state::waiting, now + times_.silence,
                now};
  changes_.push_back({std::nullopt, e});
  put(e);
  if (rule_.enabled)
    admit(now);
  else
    activate(std::move(e), now);
}

void waiting_room::touch(queue_token token, time_point now) {
  const auto found = entries_.find(token);
  if (found == entries_.end() || found->second.state != token_state::waiting) return;
  // The deadline in the heap is stale from here on; it moves on when it comes due.
  found->second.expires_at = now + times_.silence;
}

void waiting_room::leave(queue_token token, time_point now) {
  const auto* e = find(token, now);
  if (e == nullptr || !is_live(e->state)) return;
  end(queue_entry{*e}, token_state::left, now);
  admit(now);
}

void waiting_room::keep(queue_token token, time_point until, time_point now) {
  const auto* e = find(token, now);
  if (e == nullptr || e->state != token_state::active || e->expires_at >= until) return;
  auto after = *e;
  after.expires_at = until;
  change(queue_entry{*e}, std::move(after));
}

void waiting_room::use(queue_token token, const user_id& user, time_point now) {
  const auto* e = find(token, now);
  if (e == nullptr || e->state != token_state::active || e->user != user) return;
  end(queue_entry{*e}, token_state::used, now);
  admit(now);
}

void waiting_room::tick(time_point now) {
  for (std::size_t n = 0; n < changes_of_one_round_max; ++n) {
    const auto key = due_.pop_due(now);
    if (!key) break;
    come_due(queue_token{concert_, *key}, now);
  }
  admit(now);
}

const queue_entry* waiting_room::find(queue_token token, time_point now) {
  if (lapse_if_over(token, now)) admit(now);
  auto found = entries_.find(token);
  if (found == entries_.end()) return nullptr;
  if (!rule_.enabled && found->second.state == token_state::waiting) {
    activate(queue_entry{found->second}, now);
    found = entries_.find(token);  // it is another entry now
  }
  return &found->second;
}

queue_place waiting_room::place(queue_token token) const {
  const auto& e = entries_.at(token);
  if (e.state != token_state::waiting) return {e, 0, 0};
  const auto position = line_.position(e.sequence);
  return {e, position, eta_seconds(position)};
}

std::vector<room_change> waiting_room::take_changes() { return std::exchange(changes_, {}); }

void waiting_room::undo(const room_change& change) {
  drop(change.after.token);
  if (change.before) put(*change.before);
}

void waiting_room::put_back(queue_entry is, const queue_entry& wanted, time_point now) {
  const auto token = is.token;
  if (is.state == token_state::waiting) is.expires_at = now + times_.silence;
  put(is);
  if (!is_live(wanted.state))
    end(is, wanted.state, now);
  else if (!lapse_if_over(token, now))
    keep(token, wanted.expires_at, now);
  admit(now);
}

std::optional<time_point> waiting_room::next_tick(time_point now) const {
  const auto soon = now + limits::waiting_room_tick_every;
  // A rule may change and a slot become free at any time.
  if (!line_.empty()) return soon;
  const auto due = due_.next();
  if (!due) return std::nullopt;
  return std::max(*due, soon);
}

void waiting_room::put(const queue_entry& entry) {
  entries_[entry.token] = entry;
  if (entry.state == token_state::waiting) line_.insert(entry.sequence, entry.token);
  if (entry.state == token_state::active) ++active_;
  if (is_live(entry.state)) {
    live_[entry.user] = entry.token;
    due_.add(entry.expires_at, entry.token.number);
  } else {
    due_.add(entry.changed_at + limits::ended_token_kept, entry.token.number);
  }
}

void waiting_room::drop(queue_token token) {
  const auto found = entries_.find(token);
  if (found == entries_.end()) return;
  const auto& e = found->second;
  if (e.state == token_state::waiting) line_.remove(e.sequence);
  if (e.state == token_state::active) --active_;
  const auto live = live_.find(e.user);
  if (live != live_.end() && live->second == token) live_.erase(live);
  entries_.erase(found);
}

void waiting_room::change(const queue_entry& before, queue_entry after) {
  drop(before.token);
  put(after);
  // Joined and admitted in one go is one row.
  if (!changes_.empty() && changes_.back().after.token == after.token)
    changes_.back().after = std::move(after);
  else
    changes_.push_back({before, std::move(after)});
}

void waiting_room::end(const queue_entry& entry, token_state how, time_point now) {
  measure(now);
  if (entry.state == token_state::active) slot_use_.came_back(1);
  auto after = entry;
  after.state = how;
  after.changed_at = now;
  change(entry, std::move(after));
}

// The deadline decides; true when it has just been found over.
bool waiting_room::lapse_if_over(queue_token token, time_point now) {
  const auto found = entries_.find(token);
  if (found == entries_.end() || !is_live(found->second.state) || now < due_of(found->second))
    return false;
  end(queue_entry{found->second}, token_state::expired, now);
  return true;
}

// A deadline of `token` came up. It may be stale: the place may have ended or been kept alive.
void waiting_room::come_due(queue_token token, time_point now) {
  const auto found = entries_.find(token);
  if (found == entries_.end()) return;
  const auto& e = found->second;
  if (!is_live(e.state)) {
    if (e.changed_at + limits::ended_token_kept <= now) drop(token);
  } else if (!lapse_if_over(token, now) && e.state == token_state::waiting) {
    due_.add(due_of(e), token.number);
  }
}

time_point waiting_room::due_of(const queue_entry& entry) const {
  return entry.state == token_state::waiting ? std::max(entry.expires_at, excused_until_)
                                             : entry.expires_at;
}

void waiting_room::activate(queue_entry entry, time_point now) {
  measure(now);
  const auto before = entry;
  entry.state = token_state::active;
  entry.expires_at = now + times_.token;
  entry.changed_at = now;
  change(before, std::move(entry));
}

void waiting_room::admit(time_point now) {
  measure(now);
  std::uint32_t admitted = 0;
  if (!line_.empty()) {
    auto most = line_.size();
    if (rule_.enabled) {
      const auto free = rule_.active_max > active_ ? rule_.active_max - active_ : 0;
      most = std::min({most, free, std::size_t{pace_.allowance(rule_.admit_per_second, now)}});
    } else {
      most = std::min(most, changes_of_one_round_max);
    }
    const auto first_change = changes_.size();
    while (admitted < most && changes_.size() - first_change < changes_of_one_round_max) {
      const auto first = line_.front();
      if (!first) break;
      // Whoever fell silent does not take a slot from the next.
      if (lapse_if_over(*first, now)) continue;
      activate(queue_entry{entries_.at(*first)}, now);
      ++admitted;
    }
    pace_.entered(admitted, now);
  }
}

// **Why** two parts: free slots fill as fast as the rule lets people in; beyond them a place moves
// only when a slot comes back.
std::uint32_t waiting_room::seconds_until(double by_rule, double by_flow,
                                          double slot_seconds) const {
  const double per_second = std::max<std::uint32_t>(rule_.admit_per_second, 1);
  // Slots come back at least as fast as tokens end by themselves.
  const auto used = std::min(slot_seconds, static_cast<double>(times_.token.count()));
  const auto flow = std::min(slots() / std::max(used, 1.0), per_second);
  return static_cast<std::uint32_t>(
      std::clamp(std::ceil(std::max(by_rule / per_second, by_flow / flow)), 1.0,
                 static_cast<double>(std::numeric_limits<std::uint32_t>::max())));
}

double waiting_room::slots() const { return std::max<std::uint32_t>(rule_.active_max, 1); }

double waiting_room::beyond_free(std::uint32_t position) const {
  const auto free = rule_.active_max > active_ ? rule_.active_max - active_ : 0;
  return static_cast<double>(position > free ? position - free : 0);
}

// What is usual is believed until half of the slots came back.
std::uint32_t waiting_room::eta_seconds(std::uint32_t position) const {
  if (position == 0 || !rule_.enabled) return 0;
  constexpr seconds usual{30};
  return seconds_until(position, beyond_free(position),
                       slot_use_.mean_seconds(std::min(usual, times_.token), slots() / 2));
}

// At worst every token lives to its end, which is believed for as long as hardly one came back.
// Slots that come back one by one come in time by the square root of their number, and their flow
// is known to a quarter. The rule itself is kept to the second.
std::uint32_t waiting_room::eta_seconds_late(std::uint32_t position) const {
  if (position == 0 || !rule_.enabled) return 0;
  const auto people = beyond_free(position);
  constexpr double nine_of_ten = 1.2816;  // of a normal distribution, in standard deviations
  return seconds_until(static_cast<double>(position) + rule_.admit_per_second,
                       people * 1.25 + nine_of_ten * std::sqrt(people),
                       slot_use_.mean_seconds(times_.token, slots() / 16));
}

}  // namespace boxoffice
