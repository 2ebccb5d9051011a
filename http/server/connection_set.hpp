#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

namespace boxoffice::http {

class session;

/// The open connections of a server: who is past a deadline, who is idle, how many are left.
/// **Why** one sweep over all of them instead of a timer each: a deadline is set several times per
/// request, and setting it here is one store. **Thread**: any.
class connection_set {
 public:
  void enter(session& which);
  void leave(session& which);
  [[nodiscard]] std::size_t size() const;

  /// Ends the sessions that are past their deadline.
  void sweep(std::chrono::steady_clock::time_point now);
  /// From now on sessions end after their answer.
  void drain() { draining_.store(true); }
  [[nodiscard]] bool draining() const { return draining_.load(std::memory_order_relaxed); }
  /// And those to which no request has come end at once.
  void end_idle();
  [[nodiscard]] bool ends_idle() const { return ends_idle_.load(std::memory_order_relaxed); }
  /// Sessions that still have an answer to give, or may have one.
  [[nodiscard]] std::size_t unfinished() const;
  void end_all();

 private:
  [[nodiscard]] std::vector<std::shared_ptr<session>> all() const;

  std::atomic<bool> draining_{false}, ends_idle_{false};
  mutable std::mutex lock_;
  std::unordered_set<session*> open_;
};

}  // namespace boxoffice::http
