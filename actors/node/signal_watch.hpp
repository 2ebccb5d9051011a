#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace boxoffice {

/// Turns SIGTERM and SIGINT into a stop request; the second one ends the process at once. SIGHUP
/// is ignored: there is nothing to reload, and logs go to standard error.
///
/// **Requires** to be made before any other thread, so that all inherit the blocked signals.
/// **Thread**: the owner's.
class signal_watch {
 public:
  signal_watch();
  ~signal_watch();
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

  /// Becomes "requested" with the first signal.
  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
  /// Returns when the first signal has come, or after `wake`.
  void wait();
  /// Returns when the first signal has come, or after `most`.
  void wait_for(std::chrono::milliseconds most);
  /// **Thread**: any.
  void wake();

 private:
  std::stop_source stop_;
  std::mutex lock_;
  std::condition_variable changed_;
  bool woken_{false};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace boxoffice
