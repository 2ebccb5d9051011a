#pragma once

#include "actors/commit/owned_store.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice {

/// What is known of the stores of this process: whether each takes writes, and if not, why. Every
/// commit tells it, and a probe when nobody writes (store_watch). **Thread**: any.
class store_board {
 public:
  struct entry {
    std::string store;
    store_trouble trouble{store_trouble::none};
    std::string reason;  ///< of the trouble, for an operator
    std::string note;    ///< what was found when it was opened; empty: nothing
  };

  /// `lease`: so long after the begin of its last transaction a process knows that it still owns a
  /// store that others may take over; 0: nobody takes over while it lives.
  store_board(metrics& m, const clock& time, milliseconds lease)
      : metrics_{m}, time_{time}, lease_{lease} {}

  /// Before anything else. Its number is for the other calls.
  std::size_t add(std::string store, std::string note);

  /// Takes in how a transaction of a store ended, and gives it back.
  /// `began`: before it was sent.
  commit_result noted(std::size_t store, commit_result result, time_point began);
  [[nodiscard]] time_point now() const { return time_.now(); }
  /// A store that does not answer takes no writes either.
  void silent(std::size_t store);

  [[nodiscard]] std::vector<entry> all() const;
  /// Ends this process when nobody who asks reaches it any more.
  void end_unasked();
  /// Ends it when it has not known for limits::owner_mute_max that it still owns all stores. Asked
  /// again and again: the time counts from the first look that found it so, and a process that
  /// stood still writes once more before the next.
  void end_when_mute();
  /// The first store found replaced, set back, gone or given up: this process serves no more.
  [[nodiscard]] entry ended() const;
  /// Whether there is none such.
  [[nodiscard]] bool serves() const { return serves_.load(std::memory_order_relaxed); }
  /// Whether what is in memory is true now: nobody else can have written to any of the stores
  /// since. Asked before an answer leaves, not before it is made: a process may stand still in
  /// between.
  [[nodiscard]] bool may_answer() const;

 private:
  struct row {
    entry what;
    gauge* takes_writes{nullptr};
    /// Surely. Nothing is known before the first transaction that committed: between the take-over
    /// and its answer, or behind it, a process may have stood still.
    time_point owned_at{};
  };
  void set(row& of, store_trouble trouble, const std::string& reason);
  [[nodiscard]] bool is_owned(const row& of, time_point now) const {
    return now - of.owned_at < lease_;
  }

  metrics& metrics_;
  const clock& time_;
  const milliseconds lease_;
  std::atomic<bool> serves_{true};
  mutable std::mutex lock_;
  std::vector<row> rows_;
  std::optional<time_point> mute_since_;
};

/// Whether a trouble does not pass by itself.
constexpr bool ends_process(store_trouble what) {
  return what != store_trouble::none && what != store_trouble::takes_no_writes;
}

}  // namespace boxoffice
