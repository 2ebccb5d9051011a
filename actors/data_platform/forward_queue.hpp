#pragma once

#include "actors/payment/payment.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace boxoffice {

/// What the relay has delivered, on its way to the data platform: one post of a schedule at a time,
/// its events in their order, and of several schedules at once; each event once, though it may be
/// delivered again. Pure. **Thread**: its forwarder's.
///
///     of a schedule:   applied … applied │ under way │ waiting … waiting
///     of a delivery:   told ≤ applied without a gap ≤ delivered
///
/// The relay hears of beginnings of a delivery only: an event that is refused is told when all that
/// stand before it are applied. Until then its schedule stands still and the others go on. Then the
/// relay decides what becomes of it, and nothing begins until it has: it delivers the rest again,
/// of which what was applied meanwhile is recognised.
///
/// Which event of a post of several is refused nobody says: those are posted again, each alone.
class forward_queue {
 public:
  struct bounds {
    std::size_t events_max;      ///< of one delivery; what is more comes again
    std::size_t remembered_max;  ///< applied events that are recognised; at least events_max
    std::size_t post_events_max{1};
  };
  explicit forward_queue(bounds within) : within_{within} {}

  /// A delivery says all that waits, in the order of its sequences: it takes the place of the one
  /// before. What is under way goes on.
  void deliver(std::uint64_t correlation, std::vector<payment_event> events);

  /// The events of one schedule to post next, which are under way from now on until one of the
  /// three below; schedules take turns. Empty: nothing can begin.
  std::vector<payment_event> begin();

  void applied(const std::vector<payment_event>& post);
  /// They are the first of their schedule again, which is the last in turn.
  void not_applied(const std::vector<payment_event>& post);
  struct refusal {
    enum class lasting : std::uint8_t { for_good, for_now } how{lasting::for_good};
    std::string reason;
  };
  void refused(const std::vector<payment_event>& post, refusal why);

  /// What the relay is told: everything up to `sequence` is applied, or everything before it, and
  /// that event is refused.
  struct answer {
    std::uint64_t correlation{0};
    std::uint64_t sequence{0};
    std::optional<refusal> refused;
  };
  /// The end of the delivery, once, when it has come to one.
  std::optional<answer> ended();
  /// How far it is, if further than was told.
  std::optional<answer> progress();
  /// Whether progress() would say anything.
  [[nodiscard]] bool has_progress() const { return open_ && through_ > told_; }

  [[nodiscard]] std::size_t under_way() const { return under_way_.size(); }
  /// Delivered and not applied.
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

 private:
  struct refused_event {
    event_id event;
    refusal why;
  };

  void line_up(std::size_t place);
  /// How many events of a schedule whose next is `first` may go in one post.
  std::size_t post_max(schedule_id schedule, std::uint64_t first);
  void remember(event_id id);
  void advance();
  void release(schedule_id schedule);
  void close();

  bounds within_;
  std::uint64_t correlation_{0};
  std::vector<payment_event> events_;  // of the newest delivery
  std::size_t through_{0}, told_{0};   // how many of them are applied without a gap, and told
  std::size_t waiting_{0};
  bool open_{false};
  std::unordered_map<event_id, std::size_t> places_;                // in events_
  std::unordered_map<schedule_id, std::deque<std::size_t>> lanes_;  // what waits, by its place
  std::deque<schedule_id> turns_;                                   // of lanes that can begin
  std::unordered_map<schedule_id, std::vector<event_id>> under_way_;
  std::unordered_map<schedule_id, std::uint64_t> alone_;    // up to this sequence
  std::unordered_map<schedule_id, refused_event> refused_;  // and not yet told
  std::unordered_set<event_id> applied_;
  std::deque<event_id> remembered_;  // the oldest first
};

}  // namespace boxoffice
