#pragma once

#include "actors/commit/commit.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/core/check.hpp"
#include "actors/core/fault_points.hpp"
#include "actors/core/meters.hpp"

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
/// Correct use: each writer (an actor that owns entities) enrols once and numbers its writes
/// 1, 2, 3, … without a gap. After a report of failure everything that the writer decided on top of
/// the failed writes is void: writes of the same generation that are still queued are reported
/// failed, unapplied. The writer drops its memory, reloads, and goes on under the next generation.
/// **Thread**: `submit` from any; `apply` and reports run in the runner's jobs, one at a time.
template <class Write>
class committer {
 public:
  using apply_fn = std::function<commit_outcome(std::span<const Write>)>;
  using report_fn = std::function<void(const commit_report&)>;

  committer(const std::string& store, commit_bounds bounds, job_runner& runner, apply_fn apply,
            meters& m)
      : bounds_{bounds},
        runner_{runner},
        apply_{std::move(apply)},
        depth_{m.level("boxoffice_commit_queue_depth", "Writes waiting for a commit",
                       {{"store", store}})},
        batch_size_{m.size("boxoffice_commit_batch_size", "Writes per commit", {{"store", store}})},
        latency_{m.duration("boxoffice_commit_seconds", "Time of one commit", {{"store", store}})},
        failures_{m.count("boxoffice_commit_failures_total", "Batches that did not commit",
                          {{"store", store}})} {}

  /// A number for `submit`. `report` runs in the committer's job: it should only send a message.
  std::uint32_t enroll(report_fn report) {
    const std::scoped_lock hold{lock_};
    writers_.push_back({std::move(report), 0, false});
    return static_cast<std::uint32_t>(writers_.size() - 1);
  }

  /// Forgets all writers, whose reports hold handles of actors. **Requires** that the runner has
  /// ended; nothing is submitted after it.
  void close() {
    const std::scoped_lock hold{lock_};
    writers_.clear();
  }

  enum class submitted : bool { full, accepted };

  /// Queues `write`. `full`: not taken, and no report will come.
  [[nodiscard]] submitted submit(std::uint32_t writer, std::uint32_t generation,
                                 std::uint64_t ticket, Write write) {
    {
      const std::scoped_lock hold{lock_};
      if (writes_.size() >= bounds_.queue_max) return submitted::full;
      writes_.push_back(std::move(write));
      origins_.push_back({ticket, writer, generation});
      depth_.set(static_cast<std::int64_t>(writes_.size()));
      if (std::exchange(scheduled_, true)) return submitted::accepted;
    }
    schedule();
    return submitted::accepted;
  }

 private:
  struct origin {
    std::uint64_t ticket;
    std::uint32_t writer;
    std::uint32_t generation;
  };
  struct writer_entry {
    report_fn report;
    std::uint32_t failed_generation;
    bool failed_once;
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
    drop_stale();
    if (!batch_.empty()) commit_batch();
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

  // Takes out what was decided on top of a batch that failed, and reports it failed.
  void drop_stale() {
    std::vector<origin> stale;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      if (is_stale(batch_origins_[i])) {
        stale.push_back(batch_origins_[i]);
        continue;
      }
      if (kept != i) {
        batch_[kept] = std::move(batch_[i]);
        batch_origins_[kept] = batch_origins_[i];
      }
      ++kept;
    }
    batch_.erase(batch_.begin() + static_cast<std::ptrdiff_t>(kept), batch_.end());
    batch_origins_.erase(batch_origins_.begin() + static_cast<std::ptrdiff_t>(kept),
                         batch_origins_.end());
    report(stale, commit_outcome::failed);
  }

  bool is_stale(const origin& o) {
    const std::scoped_lock hold{lock_};
    const auto& w = writers_[o.writer];
    return w.failed_once && o.generation <= w.failed_generation;
  }

  void commit_batch() {
    const auto begin = std::chrono::steady_clock::now();
    pass(fault_point::batch_begins);
    const auto outcome = apply_(std::span<const Write>{batch_});
    pass(fault_point::batch_unacknowledged);
    const auto spent = std::chrono::steady_clock::now() - begin;
    latency_.observe(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(spent).count()));
    batch_size_.observe(batch_.size());
    if (outcome != commit_outcome::committed) {
      failures_.add();
      const std::scoped_lock hold{lock_};
      for (const auto& o : batch_origins_) {
        writers_[o.writer].failed_once = true;
        writers_[o.writer].failed_generation = o.generation;
      }
    }
    report(batch_origins_, outcome);
  }

  // One report per writer and generation, over its consecutive tickets.
  void report(const std::vector<origin>& origins, commit_outcome outcome) {
    std::vector<std::pair<std::uint32_t, commit_report>> reports;
    for (const auto& o : origins) {
      auto found = reports.begin();
      while (found != reports.end() &&
             (found->first != o.writer || found->second.generation != o.generation))
        ++found;
      if (found == reports.end()) {
        reports.push_back({o.writer, {o.ticket, o.ticket, o.generation, outcome}});
      } else {
        check(found->second.last_ticket + 1 == o.ticket, "a writer numbers its writes without gap");
        found->second.last_ticket = o.ticket;
      }
    }
    for (const auto& [writer, r] : reports) {
      report_fn* to = nullptr;
      {
        const std::scoped_lock hold{lock_};
        to = &writers_[writer].report;
      }
      (*to)(r);
    }
  }

  const commit_bounds bounds_;
  job_runner& runner_;
  apply_fn apply_;
  gauge& depth_;
  histogram& batch_size_;
  histogram& latency_;
  counter& failures_;

  std::mutex lock_;  // guards the queue, the writers and scheduled_
  std::vector<Write> writes_;
  std::vector<origin> origins_;
  std::deque<writer_entry> writers_;
  bool scheduled_{false};

  std::vector<Write> batch_;  // the running job's
  std::vector<origin> batch_origins_;
};

}  // namespace boxoffice
