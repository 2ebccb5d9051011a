#pragma once

#include "actors/commit/owned_store.hpp"
#include "actors/core/metrics.hpp"

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

  explicit store_board(metrics& m) : metrics_{m} {}

  /// Before anything else. Its number is for the other calls.
  std::size_t add(std::string store, std::string note);

  /// Takes in how a transaction of a store ended, and gives it back.
  commit_result noted(std::size_t store, commit_result result);
  /// A store that does not answer takes no writes either.
  void silent(std::size_t store);

  [[nodiscard]] std::vector<entry> all() const;
  /// The first store found replaced, set back or gone: this process serves no more.
  [[nodiscard]] entry ended() const;
  /// Whether there is none such.
  [[nodiscard]] bool serves() const { return serves_.load(std::memory_order_relaxed); }

 private:
  struct row {
    entry what;
    gauge* takes_writes{nullptr};
  };
  void set(row& of, store_trouble trouble, const std::string& reason);

  metrics& metrics_;
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
