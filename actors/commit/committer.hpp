#pragma once

#include "actors/commit/commit.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/core/check.hpp"
#include "actors/core/fault_points.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/planted_bugs.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <mutex>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace boxoffice {

/// Bounds of one committer, in writes.
struct commit_bounds {
  std::size_t queue_max;
  std::size_t batch_max;
};

/// Group commit for one store: takes what has queued up, applies it in one transaction, and only
/// then reports. It never waits for more, so an idle server commits one write at a time and a busy
/// one hundreds.
///
/// A batch that the store *refuses* for what is in it is split in halves, until the write that is
/// to blame stands alone: what came before it is committed, it is refused for good, what its entity
/// decided on top of it is revoked, and everything else goes on. A batch that *fails* because of
/// the store takes down what its writers decided on top of it: writes of the same generation that
/// are still queued are reported failed, unapplied (docs/PROMISES.md, G18).
///
/// Correct use: each writer (an actor that owns entities) enrols once and numbers its writes
/// 1, 2, 3, … without a gap. `entity` says which decisions build on one another: an entity has
/// another number each time it is read into memory. After a report of failure the writer drops its
/// memory, reloads, and goes on under the next generation; after a refusal it drops that entity.
/// **Thread**: `submit` from any; `apply` and reports run in the runner's jobs, one at a time.
template <class Write>
class committer {
 public:
  using apply_fn = std::function<commit_result(std::span<const Write>)>;
  using report_fn = std::function<void(const commit_report&)>;

  committer(const std::string& store, commit_bounds bounds, job_runner& runner, apply_fn apply,
            metrics& m)
      : bounds_{bounds},
        runner_{runner},
        apply_{std::move(apply)},
        depth_{m.gauge("boxoffice_commit_queue_depth", "Writes waiting for a commit",
                       {{"store", store}})},
        batch_size_{m.size_histogram("boxoffice_commit_batch_size", "Writes per commit",
                                     {{"store", store}})},
        latency_{m.duration_histogram("boxoffice_commit_seconds", "Time of one commit",
                                      {{"store", store}})},
        failures_{m.counter("boxoffice_commit_failures_total", "Batches that did not commit",
                            {{"store", store}})},
        refusals_{m.counter("boxoffice_commit_refusals_total",
                            "Writes that the store refused for what is in them",
                            {{"store", store}})} {}

  /// How long commits take.
  [[nodiscard]] const histogram& latency() const { return latency_; }

  /// A number for `submit`. `report` runs in the committer's job: it should only send a message.
  std::uint32_t enroll(report_fn report) {
    const std::scoped_lock hold{lock_};
    writers_.push_back({std::move(report), 0, false, {}});
    return static_cast<std::uint32_t>(writers_.size() - 1);
  }

  /// Forgets all writers, whose reports hold handles of actors. **Requires** that the runner has
  /// ended; nothing is submitted after it.
  void close() {
    const std::scoped_lock hold{lock_};
    writers_.clear();
  }

  enum class submitted : bool { full, accepted };
  /// Who submits what.
  struct origin {
    std::uint32_t writer{0};
    std::uint32_t generation{0};
    std::uint64_t sequence{0};
    std::uint64_t entity{0};
  };

  /// Queues `write`. `full`: it is left to the caller, and no report will come.
  [[nodiscard]] submitted submit(const origin& from, Write& write) {
    {
      const std::scoped_lock hold{lock_};
      if (writes_.size() >= bounds_.queue_max) return submitted::full;
      writes_.push_back(std::move(write));
      origins_.push_back(from);
      depth_.set(static_cast<std::int64_t>(writes_.size()));
      if (std::exchange(scheduled_, true)) return submitted::accepted;
    }
    schedule();
    return submitted::accepted;
  }

 private:
  struct writer_entry {
    report_fn report;
    std::uint32_t failed_generation;
    bool failed_once;
    std::unordered_set<std::uint64_t> refused;  // entities of generations that have not failed
  };
  struct ended_write {
    origin from;
    commit_outcome outcome;
    std::string reason;
  };

  void schedule() {
    // The runner holds at most one job of a committer, so a full queue is a wrong bound.
    if (runner_.post([this] { run(); }) == job_runner::posted::no) {
      const std::scoped_lock hold{lock_};
      scheduled_ = false;  // stopping: what is queued is never acknowledged
    }
  }

  void run() {
    {
      const std::scoped_lock hold{lock_};
      const auto count = static_cast<std::ptrdiff_t>(std::min(writes_.size(), bounds_.batch_max));
      if (count == static_cast<std::ptrdiff_t>(writes_.size())) {
        batch_.swap(writes_);
        batch_origins_.swap(origins_);
      } else {
        batch_.assign(std::make_move_iterator(writes_.begin()),
                      std::make_move_iterator(writes_.begin() + count));
        writes_.erase(writes_.begin(), writes_.begin() + count);
        batch_origins_.assign(origins_.begin(), origins_.begin() + count);
        origins_.erase(origins_.begin(), origins_.begin() + count);
      }
      depth_.set(static_cast<std::int64_t>(writes_.size()));
    }
    commit(batch_, batch_origins_);
    report();
    batch_.clear();
    batch_origins_.clear();
    {
      const std::scoped_lock hold{lock_};
      if (writes_.empty()) {
        scheduled_ = false;
        return;
      }
    }
    schedule();
  }

  void commit(std::vector<Write>& writes, std::vector<origin>& origins) {
    drop_void(writes, origins);
    if (writes.empty()) return;
    auto result = apply(writes);
    if (result.outcome == commit_outcome::refused && writes.size() > 1)
      return commit_halves(writes, origins);
    end(origins, result);
  }

  void commit_halves(std::vector<Write>& writes, std::vector<origin>& origins) {
    const auto half = static_cast<std::ptrdiff_t>(writes.size() / 2);
    std::vector<Write> rest{std::make_move_iterator(writes.begin() + half),
                            std::make_move_iterator(writes.end())};
    std::vector<origin> rest_origins{origins.begin() + half, origins.end()};
    writes.erase(writes.begin() + half, writes.end());
    origins.erase(origins.begin() + half, origins.end());
    commit(writes, origins);
    commit(rest, rest_origins);
  }

  commit_result apply(const std::vector<Write>& writes) {
    const auto begin = std::chrono::steady_clock::now();
    pass(fault_point::batch_begins);
    auto result = apply_(std::span<const Write>{writes});
    pass(fault_point::batch_unacknowledged);
    const auto spent = std::chrono::steady_clock::now() - begin;
    latency_.observe(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(spent).count()));
    batch_size_.observe(writes.size());
    if (result.outcome != commit_outcome::committed) failures_.add();
    return result;
  }

  // Takes out what was decided on top of a write that failed or was refused.
  void drop_void(std::vector<Write>& writes, std::vector<origin>& origins) {
    const std::scoped_lock hold{lock_};
    std::size_t kept = 0;
    for (std::size_t i = 0; i < writes.size(); ++i) {
      const auto& o = origins[i];
      const auto& w = writers_[o.writer];
      if (w.failed_once && o.generation <= w.failed_generation) {
        ended_.push_back({o, commit_outcome::failed, {}});
      } else if (!w.refused.empty() && w.refused.contains(o.entity)) {
        ended_.push_back({o, commit_outcome::revoked, {}});
      } else {
        if (kept != i) {
          writes[kept] = std::move(writes[i]);
          origins[kept] = origins[i];
        }
        ++kept;
      }
    }
    writes.erase(writes.begin() + static_cast<std::ptrdiff_t>(kept), writes.end());
    origins.erase(origins.begin() + static_cast<std::ptrdiff_t>(kept), origins.end());
  }

  void end(const std::vector<origin>& origins, const commit_result& how) {
    if (how.outcome == commit_outcome::refused) {
      refusals_.add();
      if (is_planted(planted_bug::refused_is_done)) return end(origins, commit_outcome::committed);
    }
    const std::scoped_lock hold{lock_};
    for (const auto& o : origins) {
      ended_.push_back({o, how.outcome, how.reason});
      auto& w = writers_[o.writer];
      if (how.outcome == commit_outcome::refused) {
        w.refused.insert(o.entity);
      } else if (how.outcome != commit_outcome::committed) {
        w.failed_once = true;
        w.failed_generation = o.generation;
        w.refused.clear();
      }
    }
  }

  // One report per writer, generation and outcome, over consecutive writes.
  void report() {
    std::ranges::stable_sort(ended_, [](const ended_write& a, const ended_write& b) {
      return a.from.writer != b.from.writer ? a.from.writer < b.from.writer
                                            : a.from.sequence < b.from.sequence;
    });
    for (auto at = ended_.begin(); at != ended_.end();) {
      const auto writer = at->from.writer;
      commit_report r{at->from.sequence, at->from.sequence, at->from.generation, at->outcome,
                      std::move(at->reason)};
      for (++at;
           at != ended_.end() && at->from.writer == writer && at->from.generation == r.generation &&
           at->outcome == r.outcome && r.outcome != commit_outcome::refused;
           ++at) {
        check(r.last + 1 == at->from.sequence, "a writer numbers its writes without gap");
        r.last = at->from.sequence;
      }
      report_fn* to = nullptr;
      {
        const std::scoped_lock hold{lock_};
        to = &writers_[writer].report;
      }
      (*to)(r);
    }
    ended_.clear();
  }

  const commit_bounds bounds_;
  job_runner& runner_;
  apply_fn apply_;
  gauge& depth_;
  histogram& batch_size_;
  histogram& latency_;
  counter& failures_;
  counter& refusals_;

  std::mutex lock_;  // guards the queue, the writers and scheduled_
  std::vector<Write> writes_;
  std::vector<origin> origins_;
  std::deque<writer_entry> writers_;
  bool scheduled_{false};

  // The running job's.
  std::vector<Write> batch_;
  std::vector<origin> batch_origins_;
  std::vector<ended_write> ended_;
};

}  // namespace boxoffice
