#pragma once

#include "actors/commit/job_runner.hpp"
#include "actors/core/metrics.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace boxoffice {

/// One thread that runs store jobs in order, with a bounded queue. **Thread**: `post` from any.
class worker_thread final : public job_runner {
 public:
  /// `name` labels the thread and its queue-depth metric. **Units** `queue_max` in jobs.
  worker_thread(const std::string& name, std::size_t queue_max, metrics& m);
  ~worker_thread() override;
  worker_thread(const worker_thread&) = delete;
  worker_thread& operator=(const worker_thread&) = delete;

  [[nodiscard]] posted post(std::function<void()> job) override;
  /// Runs what is queued, then ends the thread; further posts answer `no`. Idempotent.
  void stop();

 private:
  void run();

  const std::size_t queue_max_;
  gauge& depth_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_{false};
  std::thread thread_;
};

}  // namespace boxoffice
