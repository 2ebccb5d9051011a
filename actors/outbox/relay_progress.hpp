#pragma once

#include "actors/core/time.hpp"
#include "actors/payment/payment.hpp"
#include "actors/payment/payment_store.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// How far one consumer is: what it has been given, what it has applied or refused, what the store
/// does not know of that yet. Pure.
///
///     passed ≤ given:   the events between wait for the consumer
///     stored ≤ passed:  what lies between is delivered again after a restart
///
/// Every event at or before `position` is applied or parked. An event that its consumer refuses is
/// parked, and so is every later one of its schedule, until a replay has delivered them all; events
/// of other schedules go on (docs/PROMISES.md, G14). An event that the store refuses to park stays
/// parked in memory only: the store is told no position beyond it, so it is delivered again after a
/// restart.
class relay_progress {
 public:
  /// From what the store has: the position `stored`, and what is parked up to it. An event that is
  /// refused for now is parked at its `tries_max`th try.
  relay_progress(std::string consumer, std::uint64_t stored,
                 const payment_reader::parked_schedules& parked, int tries_max);

  /// The consumer was filled with everything up to `sequence`, but for what is parked.
  /// **Requires** that nothing was given yet, and a sequence that is not before the one stored.
  void filled_through(std::uint64_t sequence) { given_ = sequence; }

  /// The next events of the outbox, after `position`. **Requires** is_idle() and no replay.
  void give(std::vector<payment_event> events, time_point now);

  enum class applied : std::uint8_t { nothing_new, some, all };
  /// The consumer says it applied everything up to `sequence`. What it was never given it cannot
  /// have applied: such a claim is cut at the last event given.
  applied consumer_applied(std::uint64_t sequence);

  enum class refused : std::uint8_t { ignored, try_later, parked };
  /// The consumer applied what stands before the event `sequence`, and does not take that one.
  /// `for_now` counts its tries. Ignored unless it is one of those that wait.
  refused consumer_refused(std::uint64_t sequence, const std::string& reason, bool for_now,
                           time_point now);

  /// Begins to deliver again what is parked of `schedule`. No when nothing is, or when the store
  /// refuses to know of some of it: that is delivered again after a restart. **Requires**
  /// is_idle(), everything stored that can be, and no replay.
  [[nodiscard]] bool begin_replay(schedule_id schedule);
  /// The oldest events that are parked of the schedule being replayed; none: it is over, and the
  /// schedule's next events flow again. **Requires** a replay, and is_idle().
  void give_again(const std::vector<parked_event>& events);
  /// Which schedule is being replayed.
  [[nodiscard]] std::optional<schedule_id> replays() const { return replays_; }

  [[nodiscard]] bool is_idle() const { return waiting_.empty(); }
  [[nodiscard]] std::uint64_t position() const;
  /// What the store is told.
  [[nodiscard]] std::uint64_t passed() const;
  /// The sequence from which on events may be delivered again, as the store has it: the position,
  /// or what is parked before it.
  [[nodiscard]] std::uint64_t oldest_that_may_come(std::uint64_t stored) const;
  /// Given, neither applied nor parked, in order.
  [[nodiscard]] const std::vector<payment_event>& waiting() const { return waiting_; }
  /// The request that one of them came of.
  [[nodiscard]] request_origin origin_of(std::uint64_t sequence) const;
  /// Tries of the first waiting event that were refused for now.
  [[nodiscard]] int tries() const { return tries_; }
  [[nodiscard]] std::size_t parked_events() const { return parked_events_; }

  /// What the store must be told in one write: the position with what was parked up to it, and what
  /// is no longer parked.
  struct unsaved {
    std::uint64_t position{0};
    std::vector<parked_event> parked;
    std::vector<event_id> replayed;
  };
  /// At most `parked_max` of what was parked.
  [[nodiscard]] unsaved unstored(std::size_t parked_max = ~std::size_t{0}) const;
  void stored(const unsaved& written);
  /// The store refuses to write that this event is parked.
  void cannot_store(std::uint64_t sequence);
  /// Whether `unstored` holds more than a position. What is parked beyond the position does not
  /// count: it cannot be written yet.
  [[nodiscard]] bool owes_store() const;

 private:
  void park(const payment_event& e, std::string reason, time_point now);
  void park_siblings(const payment_event& of, time_point now);

  std::string consumer_;
  int tries_max_;
  std::uint64_t stored_;  // the position when this began
  std::uint64_t given_;   // sequence of the last event given
  std::vector<payment_event> waiting_;
  int tries_{0};
  std::unordered_map<schedule_id, std::uint64_t> parked_;  // the oldest event of each
  std::size_t parked_events_;
  std::optional<schedule_id> replays_;
  std::map<std::uint64_t, parked_event> parking_;  // not yet stored, by sequence
  std::uint64_t parked_again_{0};                  // of the last replay: refused, and in the store
  std::set<std::uint64_t> unstorable_;             // of `parking_`: what the store refuses
  std::vector<event_id> replayed_;                 // not yet stored
};

}  // namespace boxoffice
