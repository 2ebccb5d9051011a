#pragma once

#include "actors/commit/committer.hpp"
#include "actors/core/check.hpp"
#include "actors/core/fifo.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace boxoffice {

/// The writes that one durable actor has under way, in order, each with an entry: what its outcome
/// means to the actor.
///
/// Decisions that build on one another belong to one *entity*, which has a number. An actor that is
/// one entity (a schedule, a board) takes a new number each time it reads itself from the store;
/// one that owns many (accounts, payments) takes one for each that comes into memory. What is
/// decided on top of a refused write of an entity is revoked with it; what is decided on top of a
/// failed batch is lost, whatever the entity.
///
/// Life cycle: `submit` a decision and, if it was accepted, make it so in memory; `settle` each
/// report of the committer; drop from memory what `outcome` says is void.
/// **Thread**: `submit` and `follow` from any, the rest its owner's. **Why** any: an account must
/// learn at once whether its write was taken, or it would decide on top of one that was not.
template <class Write, class Entry>
class journal {
 public:
  using queue = committer<Write>;

  /// `report` runs in the committer's job: it should only send the report to the owner.
  journal(queue& to, typename queue::report_fn report)
      : to_{to}, writer_{to.enroll(std::move(report))} {}

  /// For an entity that has just been read into memory.
  [[nodiscard]] std::uint64_t new_entity() {
    const std::scoped_lock hold{lock_};
    return ++last_entity_;
  }

  enum class submitted : std::uint8_t {
    accepted,
    full,  ///< the committer's queue: nothing was done, nothing will be heard of it
    stale  ///< what `entity` knew is void
  };
  /// Takes `write` and `entry` when it is accepted; else both are left to the caller.
  [[nodiscard]] submitted submit(std::uint64_t entity, Write& write, Entry& entry) {
    const std::scoped_lock hold{lock_};
    if (is_void(entity)) return submitted::stale;
    if (to_.submit({writer_, generation_, last_sequence_ + 1, entity}, write) ==
        queue::submitted::full)
      return submitted::full;
    entries_.push_back({++last_sequence_, entity, std::move(entry)});
    return submitted::accepted;
  }

  enum class followed : std::uint8_t {
    later,
    now,   ///< everything submitted is durable: say it at once
    stale  ///< as above
  };
  /// Takes `entry`, which is told as durable when everything submitted so far is: an answer that
  /// shows what may not be durable yet. When `now`, `entry` is left to the caller.
  [[nodiscard]] followed follow(std::uint64_t entity, Entry& entry) {
    const std::scoped_lock hold{lock_};
    if (is_void(entity)) return followed::stale;
    if (entries_.empty()) return followed::now;
    entries_.push_back({last_sequence_, entity, std::move(entry)});
    return followed::later;
  }

  /// What a report means, each list in order.
  struct outcome {
    std::vector<Entry> durable;
    std::vector<Entry> revoked;   ///< surely not done; decide again
    std::vector<Entry> lost;      ///< surely not done: unavailable
    std::vector<Entry> in_doubt;  ///< the store will tell
    std::optional<Entry> refused;
    std::string reason;  ///< of the refusal
    /// Everything that was in memory is void.
    [[nodiscard]] bool failed() const { return !lost.empty() || !in_doubt.empty(); }

    void clear() {
      durable.clear();
      revoked.clear();
      lost.clear();
      in_doubt.clear();
      refused.reset();
      reason.clear();
    }
  };

  /// Replaces `into`.
  void settle(const commit_report& report, outcome& into) {
    into.clear();
    const std::scoped_lock hold{lock_};
    if (report.generation != generation_ || entries_.empty()) return;
    switch (report.outcome) {
      case commit_outcome::refused:
        check(entries_.front().sequence == report.first, "reports come in the order of writes");
        void_.insert(entries_.front().entity);
        into.refused = std::move(entries_.front().of);
        into.reason = report.reason;
        entries_.pop_front();
        return take(report.last, into);
      case commit_outcome::committed:
      case commit_outcome::revoked:
        return take(report.last, into);
      case commit_outcome::in_doubt:
        take_all(report.last, into.in_doubt);
        break;
      case commit_outcome::failed:
        break;
    }
    take_all(last_sequence_, into.lost);
    next_generation();
  }

  [[nodiscard]] bool empty() const {
    const std::scoped_lock hold{lock_};
    return entries_.empty();
  }

 private:
  struct pending {
    std::uint64_t sequence;  // of its write, or of the last one before it
    std::uint64_t entity;
    Entry of;
  };

  [[nodiscard]] bool is_void(std::uint64_t entity) const {
    return entity <= void_through_ || (!void_.empty() && void_.contains(entity));
  }

  // What only waited in line behind writes of other entities is durable with them.
  void take(std::uint64_t last, outcome& into) {
    for (; !entries_.empty() && entries_.front().sequence <= last; entries_.pop_front()) {
      auto& p = entries_.front();
      (is_void(p.entity) ? into.revoked : into.durable).push_back(std::move(p.of));
    }
  }

  void take_all(std::uint64_t last, std::vector<Entry>& into) {
    for (; !entries_.empty() && entries_.front().sequence <= last; entries_.pop_front())
      into.push_back(std::move(entries_.front().of));
  }

  void next_generation() {
    ++generation_;
    void_through_ = last_entity_;
    void_.clear();
  }

  queue& to_;
  const std::uint32_t writer_;
  mutable std::mutex lock_;  // also keeps the numbers in the order of the committer's queue
  fifo<pending> entries_;
  std::uint32_t generation_{1};
  std::uint64_t last_sequence_{0};
  std::uint64_t last_entity_{0};
  std::uint64_t void_through_{0};
  std::unordered_set<std::uint64_t> void_;  // entities of this generation with a refused write
};

}  // namespace boxoffice
