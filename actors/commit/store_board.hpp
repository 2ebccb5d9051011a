#pragma once

#include "actors/commit/owned_store.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
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
  /// The first store found replaced, set back or gone: this process serves no more.
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

  metrics& metrics_;
  const clock& time_;
  const milliseconds lease_;
  std::atomic<bool> serves_{true};
  mutable std::mutex lock_;
  std::vector<row> rows_;
};

/// Whether a trouble does not pass by itself.
constexpr bool ends_process(store_trouble what) {
  return what == store_trouble::replaced || what == store_trouble::was_set_back ||
         what == store_trouble::gone;
}

}  // namespace boxoffice
