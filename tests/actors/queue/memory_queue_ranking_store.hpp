#pragma once

#include "actors/queue_ranking/queue_ranking_store.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::testing {

/// A store in memory that can lose a batch, or commit it and lose the answer, or not be readable.
class memory_queue_ranking_store : public queue_ranking_store,
                                         public queue_reader,
                                         public ranking_reader {
 public:
  enum class next_commit : std::uint8_t { works, fails, in_doubt_done, in_doubt_lost };
  next_commit next{next_commit::works};
  int failing_reads{0};
  std::map<queue_token, queue_entry> entries;
  std::map<std::pair<std::uint64_t, std::int64_t>, sales_bucket> buckets;
  std::map<std::pair<std::string, std::uint64_t>, sales_total> totals;
  std::map<std::pair<std::string, std::uint64_t>, std::uint64_t> applied;  // → how often
  std::map<std::string, std::uint64_t> through;
  std::size_t most_active{0};

  commit_outcome commit(std::span<const queue_ranking_write> batch) override {
    const auto how = std::exchange(next, next_commit::works);
    if (how == next_commit::fails) return commit_outcome::failed;
    if (how == next_commit::in_doubt_lost) return commit_outcome::in_doubt;
    for (const auto& w : batch)
      std::visit([this](const auto& part) { apply(part); }, w);
    return how == next_commit::works ? commit_outcome::committed : commit_outcome::in_doubt;
  }
  std::size_t prune_queue(time_point, std::size_t) override { return 0; }
  /// As if it had been emptied.
  void clear() {
    entries.clear();
    buckets.clear();
    totals.clear();
    applied.clear();
    through.clear();
  }

  room_state load_room(concert_id concert, time_point ended_after) override {
    read();
    room_state s;
    for (const auto& [token, e] : entries) {
      if (e.concert != concert) continue;
      s.last_sequence = std::max(s.last_sequence, e.sequence);
      const bool live = e.state == token_state::waiting || e.state == token_state::active;
      if (live || e.changed_at > ended_after) s.entries.push_back(e);
    }
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
    return s;
  }
  std::vector<event_id> applied_among(const std::string& consumer,
                                      const std::vector<event_id>& events) override {
    read();
    std::vector<event_id> found;
    for (const auto id : events)
      if (applied.contains({consumer, id.value})) found.push_back(id);
    return found;
  }

 private:
  void read() {
    if (failing_reads > 0 && failing_reads-- > 0) throw std::runtime_error{"not readable"};
  }
  void apply(const queue_write& w) {
    entries[w.entry.token] = w.entry;
    const auto active = std::ranges::count_if(
        entries, [](const auto& e) { return e.second.state == token_state::active; });
    most_active = std::max(most_active, static_cast<std::size_t>(active));
  }
  void apply(const ranking_write& w) {
    ++applied[{w.consumer, w.event.value}];
    through[w.consumer] = std::max(through[w.consumer], w.sequence);
    if (w.bucket) buckets[{w.bucket->schedule.value, w.bucket->minute}] = *w.bucket;
    if (w.total) totals[{w.consumer, w.total->schedule.value}] = *w.total;
  }
};

}  // namespace boxoffice::testing
