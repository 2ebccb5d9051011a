#pragma once

#include "actors/queue_ranking/queue_ranking_store.hpp"
#include "config/limits.hpp"
#include "tests/actors/memory_owned.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace boxoffice::testing {

struct memory_queue_ranking_rows {
  std::map<queue_token, queue_entry> entries;
  std::map<concert_id, std::uint64_t> last_sequences;  ///< that were ever given
  std::map<std::pair<std::uint64_t, std::int64_t>, sales_bucket> buckets;
  std::map<std::pair<std::string, std::uint64_t>, sales_total> totals;
  std::map<std::pair<std::string, std::uint64_t>, std::uint64_t> applied;  ///< → how often
  std::map<std::string, std::map<std::uint64_t, event_id>> marks;          ///< by sequence
  std::map<std::string, std::uint64_t> through;
  std::map<std::string, std::uint64_t> forgotten;
  std::map<std::string, std::uint64_t> filled;
};

/// A store in memory that keeps the promises of the port, and can lose a batch, or commit it and
/// lose the answer, or not be readable. It refuses what a database would, and writes it down.
class memory_queue_ranking_store final : public memory_owned<queue_ranking_store>,
                                         public queue_reader,
                                         public ranking_reader,
                                         public memory_queue_ranking_rows {
 public:
  enum class next_commit : std::uint8_t { works, fails, in_doubt_done, in_doubt_lost };
  next_commit next{next_commit::works};
  int failing_reads{0};
  std::size_t most_active{0};
  std::size_t marks_kept{limits::applied_events_kept};
  std::vector<std::string> violations;

  /// Holds from now on what `other` holds, owner and all.
  void become(const memory_queue_ranking_store& other) {
    static_cast<memory_queue_ranking_rows&>(*this) = other;
    this->owner_epoch = other.owner_epoch;
  }

  /// A write that the schema does not take, for what is in it.
  std::function<bool(const queue_ranking_write&)> refuses;

  /// Says no to a commit: the process is dead by then.
  std::function<bool()> before_commit;

  commit_result commit(std::span<const queue_ranking_write> batch) override {
    if (before_commit && !before_commit()) return commit_outcome::failed;
    const auto how = std::exchange(next, next_commit::works);
    if (how == next_commit::fails) return commit_outcome::failed;
    if (how == next_commit::in_doubt_lost) return commit_outcome::in_doubt;
    if (refuses && std::ranges::any_of(batch, refuses))
      return {commit_outcome::refused, "refused by a rule of the test"};
    const memory_queue_ranking_rows before = *this;
    for (const auto& w : batch) {
      if (std::visit([this](const auto& part) { return apply(part); }, w)) continue;
      static_cast<memory_queue_ranking_rows&>(*this) = before;
      return {commit_outcome::refused, violations.back()};
    }
    return how == next_commit::works ? commit_outcome::committed : commit_outcome::in_doubt;
  }
  std::size_t prune_queue(time_point before, std::size_t limit) override {
    std::vector<std::pair<time_point, queue_token>> ended;
    for (const auto& [token, e] : entries)
      if (!is_live(e) && e.changed_at < before) ended.emplace_back(e.changed_at, token);
    std::ranges::sort(ended);
    ended.resize(std::min(ended.size(), limit));
    for (const auto& [at, token] : ended)
      entries.erase(token);
    return ended.size();
  }
  /// As if it had been emptied.
  void clear() { static_cast<memory_queue_ranking_rows&>(*this) = {}; }

  room_state load_room(concert_id concert, time_point ended_after) override {
    read();
    room_state s;
    for (const auto& [token, e] : entries) {
      if (e.concert == concert && (is_live(e) || e.changed_at > ended_after))
        s.entries.push_back(e);
    }
    std::ranges::sort(s.entries, {}, &queue_entry::sequence);
    const auto last = last_sequences.find(concert);
    if (last != last_sequences.end()) s.last_sequence = last->second;
    return s;
  }
  board_state load_board(const std::string& consumer, std::int64_t since) override {
    read();
    board_state s;
    for (const auto& [key, b] : buckets)
      if (b.minute >= since) s.buckets.push_back(b);
    for (const auto& [key, t] : totals)
      if (key.first == consumer) s.totals.push_back(t);
    s.applied_through = through[consumer];
    s.filled_through = filled[consumer];
    return s;
  }
  std::uint64_t forgotten_through(const std::string& consumer) override {
    read();
    return forgotten[consumer];
  }
  std::vector<event_id> applied_among(const std::string& consumer,
                                      const std::vector<numbered_event>& events) override {
    read();
    std::vector<event_id> found;
    for (const auto& each : events)
      if (applied.contains({consumer, each.event.value})) found.push_back(each.event);
    return found;
  }

 private:
  void read() {
    if (failing_reads > 0 && failing_reads-- > 0) throw std::runtime_error{"not readable"};
  }
  static bool is_live(const queue_entry& e) {
    return e.state == token_state::waiting || e.state == token_state::active;
  }
  bool refuse(std::string why) {
    violations.push_back(std::move(why));
    return false;
  }
  bool apply(const queue_write& w) {
    const auto place = [](const queue_entry& e) { return std::tie(e.concert, e.user, e.sequence); };
    const auto& now = w.entry;
    const auto at = entries.find(now.token);
    if (at != entries.end() && place(at->second) != place(now))
      return refuse("a token keeps its concert, user and place");
    for (const auto& [token, e] : entries) {
      if (token == now.token || e.concert != now.concert) continue;
      if (e.sequence == now.sequence) return refuse("two on one place");
      if (e.user == now.user && is_live(e) && is_live(now))
        return refuse("two live places of one user");
    }
    entries[now.token] = now;
    auto& last = last_sequences[now.concert];
    last = std::max(last, now.sequence);
    const auto active = std::ranges::count_if(
        entries, [](const auto& e) { return e.second.state == token_state::active; });
    most_active = std::max(most_active, static_cast<std::size_t>(active));
    return true;
  }
  bool apply(const ranking_write& w) {
    if (applied[{w.consumer, w.event.value}]++ > 0)
      return refuse(w.consumer + " applied an event twice");
    through[w.consumer] = std::max(through[w.consumer], w.sequence);
    forget_old_marks(w);
    if (w.bucket) {
      buckets[{w.bucket->schedule.value, w.bucket->minute}] = *w.bucket;
      forget_old_minutes();
    }
    if (w.total) totals[{w.consumer, w.total->schedule.value}] = *w.total;
    return true;
  }
  bool apply(const board_fill& f) {
    const auto of_board = [&](const auto& row) { return row.first.first == f.consumer; };
    if (f.begins()) {
      std::erase_if(totals, of_board);
      std::erase_if(applied, of_board);
      for (auto* numbers : {&through, &forgotten, &filled})
        numbers->erase(f.consumer);
      marks.erase(f.consumer);
      if (f.buckets_are == board_fill::minutes::emptied) buckets.clear();
    }
    for (const auto& b : f.buckets)
      buckets[{b.schedule.value, b.minute}] = b;
    for (const auto& t : f.totals)
      totals[{f.consumer, t.schedule.value}] = t;
    if (f.ends())
      for (auto* numbers : {&through, &forgotten, &filled})
        (*numbers)[f.consumer] = f.through;
    return true;
  }
  void forget_old_minutes() {
    if (buckets.size() <= limits::sales_minutes_kept) return;
    std::set<std::int64_t> minutes;
    for (const auto& [key, b] : buckets)
      minutes.insert(b.minute);
    if (minutes.size() > limits::sales_minutes_kept)
      std::erase_if(buckets,
                    [&](const auto& each) { return each.second.minute == *minutes.begin(); });
  }
  // Within the bounds of every store.
  void forget_old_marks(const ranking_write& w) {
    auto& known = marks[w.consumer];
    known[w.sequence] = w.event;
    auto& gone = forgotten[w.consumer];
    for (std::size_t n = 0; n < limits::applied_events_forgotten_each; ++n) {
      const auto oldest = known.upper_bound(gone);
      if (oldest == known.end()) return;
      if (known.size() <= marks_kept && oldest->first > w.no_more_through) return;
      gone = oldest->first;
      applied.erase({w.consumer, oldest->second.value});
      known.erase(oldest);
    }
  }
};

}  // namespace boxoffice::testing
