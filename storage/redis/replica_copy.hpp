#pragma once

#include "actors/queue_ranking/queue_ranking_store.hpp"
#include "storage/redis/operations.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace boxoffice::redis {

/// What this process knows to be committed, so that it can put it back into a Redis that lost it:
/// rooms, boards, and which events were applied, within the same bounds as there. Loaded at the
/// start, then kept up with each batch. **Thread**: its owner's.
class replica_copy {
 public:
  struct mark {
    std::uint64_t sequence;
    event_id event;
  };

  explicit replica_copy(std::size_t marks_kept) : marks_kept_{marks_kept} {}

  void apply(std::span<const queue_ranking_write> batch);
  void forget(std::span<const queue_token> pruned);
  /// At most `limit` places that ended before `before`, the oldest first.
  [[nodiscard]] std::vector<queue_token> ended_before(time_point before, std::size_t limit) const;

  void put(const queue_entry& e);
  void put(const sales_bucket& b);
  void put(const std::string& consumer, const sales_total& t);
  void put(const std::string& consumer, const mark& m);
  void raise_forgotten(const std::string& consumer, std::uint64_t sequence);
  void put_filled(const std::string& consumer, std::uint64_t through);
  void raise_last(concert_id concert, std::uint64_t sequence);

  /// Appends to `to` what brings it all back, and calls `after` behind each operation.
  void write_back(operations& to, const std::function<void()>& after) const;

 private:
  void apply(const queue_write& w) { put(w.entry); }
  void apply(const ranking_write& w);
  void apply(const board_fill& part);
  void empty(const board_fill& part);
  void forget_through(const std::string& consumer, std::uint64_t through, std::size_t count);

  const std::size_t marks_kept_;
  std::unordered_map<queue_token, queue_entry> entries_;
  std::set<std::pair<time_point, queue_token>> ended_;  // of entries_, by when
  std::unordered_map<concert_id, std::uint64_t> last_;
  std::map<std::string, std::deque<mark>> marks_;  // by sequence
  std::map<std::string, std::uint64_t> forgotten_;
  std::map<std::string, std::uint64_t> filled_;
  std::map<std::string, std::unordered_map<schedule_id, sales_total>> totals_;
  std::map<std::int64_t, std::unordered_map<schedule_id, std::int64_t>> buckets_;
};

}  // namespace boxoffice::redis
