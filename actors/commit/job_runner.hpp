#pragma once

#include <functional>

namespace boxoffice {

/// Runs blocking store work away from the actors, one job after the other: a thread with a bounded
/// queue in life, a job of the test scheduler in tests and simulation.
class job_runner {
 public:
  virtual ~job_runner() = default;
  enum class posted : bool { no, yes };
  /// `no` when the queue is full or the runner stops; the job is then dropped unrun.
  [[nodiscard]] virtual posted post(std::function<void()> job) = 0;
};

}  // namespace boxoffice
