#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/core/deadlines.hpp"
#include "actors/queue/line.hpp"
#include "actors/queue/pace.hpp"
#include "actors/queue/waiting_room.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// How long places live; settings.
struct queue_times {
  seconds token{600};    ///< an ACTIVE token, from admission
  seconds silence{120};  ///< a WAITING one, from its last sign of life
};

/// One durable change: the entry as it was (nothing for a new one) and as it is from now on.
struct room_change {
  std::optional<queue_entry> before;
  queue_entry after;
};

/// The rules of one waiting room: who is in line, who may buy, who is next. First come, first
/// served; never more than `active_max` ACTIVE by admission, never more than `admit_per_second`
/// admitted in any second. The deadline decides, not the timer: an entry at its `expires_at` is
/// over when anybody asks, and its slot goes to the next at once.
///
/// Life cycle: `restore` what the store holds, then commands in order of `now`. Every command
/// leaves its changes in `take_changes`, in order, for the store; a change that cannot be written
/// is given to `undo`, youngest first. **Thread**: its actor's.
class waiting_room {
 public:
  waiting_room(concert_id concert, queue_times times) : concert_{concert}, times_{times} {}

  /// What the store holds. Being restored is a sign of life of everybody who waits.
  void restore(const std::vector<queue_entry>& entries, std::uint64_t last_sequence,
               time_point now);

  /// The rule from now on; admits at once whom it lets in.
  void set_rule(const waiting_room_rule& rule, time_point now);

  /// Whether `user` has a live place already.
  [[nodiscard]] std::optional<queue_token> live_token_of(const user_id& user, time_point now);
  /// Gives `user` a place under a new `token`. **Requires** that there is no live one, and that the
  /// token is not known.
  void join(const user_id& user, queue_token token, time_point now);
  /// A sign of life.
  void touch(queue_token token, time_point now);
  /// An ACTIVE token lives at least until then.
  void keep(queue_token token, time_point until, time_point now);
  /// Gives up a place or a slot; nothing when it has ended.
  void leave(queue_token token, time_point now);
  /// A payment used the token up; nothing unless it is ACTIVE and belongs to `user`.
  void use(queue_token token, const user_id& user, time_point now);
  /// The server did nothing for a while until `now`: nobody who waits was silent meanwhile.
  void excuse(time_point now) {
    excused_until_ = now + times_.silence;
    slot_use_.advance(now, 0);
  }
  /// Ends what is over (a bounded number at a time), forgets ended entries, admits.
  void tick(time_point now);

  /// The entry with its state at `now`; null when unknown.
  const queue_entry* find(queue_token token, time_point now);
  /// The entry as its user sees it. **Requires** that it is known.
  [[nodiscard]] queue_place place(queue_token token) const;
  /// Nine of ten who stand at `position` wait no longer. **Units**: seconds.
  [[nodiscard]] std::uint32_t eta_seconds_late(std::uint32_t position) const;

  [[nodiscard]] std::vector<room_change> take_changes();
  void undo(const room_change& change);
  /// The token is not here any more, whatever the store has of it.
  void forget(queue_token token) { drop(token); }
  /// Brings one that was forgotten back, as the store has it, and lets it become what it was to be:
  /// it ends, or lives as long; who waits stands where they stood, and was not silent meanwhile.
  void put_back(queue_entry is, const queue_entry& wanted, time_point now);

  /// When `tick` has something to do; none: never, unless something happens.
  [[nodiscard]] std::optional<time_point> next_tick(time_point now) const;

  [[nodiscard]] std::size_t waiting() const { return line_.size(); }
  [[nodiscard]] std::size_t active() const { return active_; }
  [[nodiscard]] bool knows(queue_token token) const { return entries_.contains(token); }
  [[nodiscard]] std::size_t known() const { return entries_.size(); }

 private:
  // Puts the entry into the indexes as it stands.
  void put(const queue_entry& entry);
  void drop(queue_token token);
  void change(const queue_entry& before, queue_entry after);
  void end(const queue_entry& entry, token_state how, time_point now);
  bool lapse_if_over(queue_token token, time_point now);
  [[nodiscard]] time_point due_of(const queue_entry& entry) const;
  void come_due(queue_token token, time_point now);
  void activate(queue_entry entry, time_point now);
  void admit(time_point now);
  void measure(time_point now) { slot_use_.advance(now, active_); }
  [[nodiscard]] std::uint32_t eta_seconds(std::uint32_t position) const;
  /// Until so many are admitted by the rule, and so many slots have come back.
  [[nodiscard]] std::uint32_t seconds_until(double by_rule, double by_flow,
                                            double slot_seconds) const;
  /// Of `position` people, those for whom there is no slot yet.
  [[nodiscard]] double beyond_free(std::uint32_t position) const;
  [[nodiscard]] double slots() const;

  concert_id concert_;
  queue_times times_;
  waiting_room_rule rule_;
  std::unordered_map<queue_token, queue_entry> entries_;
  std::unordered_map<user_id, queue_token> live_;  // WAITING and ACTIVE, by user
  line line_;                                      // WAITING
  std::size_t active_{0};                          // ACTIVE
  std::uint64_t last_sequence_{0};
  deadlines due_;  // ends of places, and when an ended one is forgotten; entries may be stale
  time_point excused_until_{};  // nobody who waits is over before
  pace pace_;
  slot_use slot_use_;
  std::vector<room_change> changes_;
};

}  // namespace boxoffice
