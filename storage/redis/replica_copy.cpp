#include "storage/redis/replica_copy.hpp"

#include "config/limits.hpp"

#include <algorithm>
#include <iterator>
#include <variant>

namespace boxoffice::redis {

void replica_copy::apply(std::span<const queue_ranking_write> batch) {
  for (const auto& each : batch)
    std::visit([this](const auto& part) { apply(part); }, each);
}

void replica_copy::forget(std::span<const queue_token> pruned) {
  for (const auto token : pruned) {
    const auto found = entries_.find(token);
    if (found == entries_.end()) continue;
    ended_.erase({found->second.changed_at, token});
    entries_.erase(found);
  }
}

std::vector<queue_token> replica_copy::ended_before(time_point before, std::size_t limit) const {
  std::vector<queue_token> found;
  for (const auto& [at, token] : ended_) {
    if (at >= before || found.size() == limit) break;
    found.push_back(token);
  }
  return found;
}

void replica_copy::apply(const ranking_write& w) {
  put(w.consumer, mark{w.sequence, w.event});
  if (w.bucket) put(*w.bucket);
  if (w.total) put(w.consumer, *w.total);
  if (w.no_more_through > 0)
    forget_through(w.consumer, w.no_more_through, limits::applied_events_forgotten_each);
}

void replica_copy::apply(const board_fill& part) {
  if (part.begins()) empty(part);
  for (const auto& t : part.totals)
    put(part.consumer, t);
  for (const auto& b : part.buckets)
    put(b);
  if (part.ends()) {
    put_filled(part.consumer, part.through);
    raise_forgotten(part.consumer, part.through);
  }
}

void replica_copy::empty(const board_fill& part) {
  totals_.erase(part.consumer);
  marks_.erase(part.consumer);
  forgotten_.erase(part.consumer);
  filled_.erase(part.consumer);
  if (part.buckets_are == board_fill::minutes::emptied) buckets_.clear();
}

void replica_copy::put_filled(const std::string& consumer, std::uint64_t through) {
  filled_[consumer] = through;
}

void replica_copy::put(const queue_entry& e) {
  auto& known = entries_[e.token];
  ended_.erase({known.changed_at, e.token});
  known = e;
  if (e.state != token_state::waiting && e.state != token_state::active)
    ended_.insert({e.changed_at, e.token});
  raise_last(e.concert, e.sequence);
}

void replica_copy::put(const sales_bucket& b) {
  buckets_[b.minute][b.schedule] = b.seats;
  while (buckets_.size() > limits::sales_minutes_kept)
    buckets_.erase(buckets_.begin());
}

void replica_copy::put(const std::string& consumer, const sales_total& t) {
  totals_[consumer][t.schedule] = t;
}

void replica_copy::put(const std::string& consumer, const mark& m) {
  auto& marks = marks_[consumer];
  const auto place = [&](std::uint64_t sequence) {
    return std::ranges::lower_bound(marks, sequence, {}, &mark::sequence);
  };
  if (marks.empty() || marks.back().sequence < m.sequence)
    marks.push_back(m);
  else
    marks.insert(place(m.sequence), m);
  if (marks.size() <= marks_kept_) return;
  forget_through(consumer, marks.back().sequence,
                 std::min(marks.size() - marks_kept_, limits::applied_events_forgotten_each));
}

// The next `count` marks, none of them behind `through`.
void replica_copy::forget_through(const std::string& consumer, std::uint64_t through,
                                  std::size_t count) {
  auto& marks = marks_[consumer];
  auto& forgotten = forgotten_[consumer];
  const auto first = std::ranges::lower_bound(marks, forgotten + 1, {}, &mark::sequence);
  auto last = first;
  for (; last != marks.end() && last->sequence <= through && count > 0; ++last)
    --count;
  if (first == last) return;
  forgotten = std::prev(last)->sequence;
  marks.erase(first, last);
}

void replica_copy::raise_forgotten(const std::string& consumer, std::uint64_t sequence) {
  auto& forgotten = forgotten_[consumer];
  forgotten = std::max(forgotten, sequence);
}

void replica_copy::raise_last(concert_id concert, std::uint64_t sequence) {
  auto& last = last_[concert];
  last = std::max(last, sequence);
}

void replica_copy::write_back(operations& to, const std::function<void()>& after) const {
  for (const auto& [token, e] : entries_) {
    to.entry(e);
    after();
  }
  for (const auto& [concert, sequence] : last_) {
    to.last_sequence(concert, sequence);
    after();
  }
  for (const auto& [consumer, through] : filled_) {
    to.filled(consumer, through);
    after();
  }
  for (const auto& [consumer, sequence] : forgotten_) {
    to.forgotten(consumer, sequence);
    after();
  }
  for (const auto& [consumer, marks] : marks_)
    for (const auto& m : marks) {
      to.mark(consumer, m.event, m.sequence);
      after();
    }
  for (const auto& [consumer, totals] : totals_)
    for (const auto& [schedule, t] : totals) {
      to.total(consumer, t);
      after();
    }
  for (const auto& [minute, schedules] : buckets_)
    for (const auto& [schedule, seats] : schedules) {
      to.bucket({schedule, minute, seats});
      after();
    }
}

}  // namespace boxoffice::redis
