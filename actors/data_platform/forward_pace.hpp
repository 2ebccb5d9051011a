#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace boxoffice {

/// How many posts may be under way: several while the platform answers; none in the pause after one
/// that failed, and one after it, until that one is answered. Pure. **Thread**: its forwarder's.
///
/// Posts are counted in rounds, and a failure begins the next: what was under way then and fails as
/// well says nothing new, so that a platform that goes away is waited for as after one failure.
class forward_pace {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit forward_pace(std::size_t parallel_max) : parallel_max_{parallel_max} {}

  [[nodiscard]] bool may_begin(time_point now) const {
    return now >= pause_until_ && all_ < parallel_max_ && (tries_ == 0 || of_round_ == 0);
  }
  /// The round of a post that begins; it is given back with what came of it.
  std::uint64_t begin();
  /// The platform took the event or refused it.
  void answered(std::uint64_t round);
  enum class failure : std::uint8_t { first, repeated, of_a_round_before };
  /// The platform asks to be left alone for `not_within`, or just did not answer.
  failure failed(std::uint64_t round, time_point now, std::chrono::seconds not_within,
                 std::uint64_t random);

  [[nodiscard]] time_point pause_until() const { return pause_until_; }

 private:
  void end(std::uint64_t round);

  std::size_t parallel_max_;
  std::size_t all_{0}, of_round_{0};  // posts under way
  std::uint64_t round_{1};
  std::uint32_t tries_{0};  // failed rounds in a row
  time_point pause_until_{};
};

/// How long to wait after the `tries`-th try in a row that did not succeed, from 1: doubling from
/// limits::outbox_retry_first to limits::outbox_retry_max, of which a random half is taken off. It
/// is no shorter than `not_within`, which counts up to limits::data_platform_retry_after_max.
std::chrono::milliseconds retry_pause(std::uint32_t tries, std::chrono::seconds not_within,
                                      std::uint64_t random);

}  // namespace boxoffice
