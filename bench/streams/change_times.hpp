#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace boxoffice::load {

/// When each seat was last asked to change, the moment before the request was sent. **Thread**: one
/// writes, any reads.
class change_times {
 public:
  enum class to : std::uint8_t { available, held };
  using clock = std::chrono::steady_clock;

  explicit change_times(std::size_t seats) : held_(seats), available_(seats) {}

  void note(std::size_t seat, to state) { of(state)[seat] = clock::now().time_since_epoch(); }
  /// The clock's beginning when it never was.
  [[nodiscard]] clock::time_point at(std::size_t seat, to state) const {
    return clock::time_point{of(state)[seat].load()};
  }
  [[nodiscard]] std::size_t seats() const { return held_.size(); }

 private:
  using times = std::vector<std::atomic<clock::duration>>;
  times& of(to state) { return state == to::held ? held_ : available_; }
  [[nodiscard]] const times& of(to state) const { return state == to::held ? held_ : available_; }

  times held_, available_;
};

}  // namespace boxoffice::load
