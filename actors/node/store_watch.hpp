#pragma once

#include "actors/commit/job_runner.hpp"
#include "actors/commit/owned_store.hpp"
#include "actors/commit/store_board.hpp"
#include "actors/core/time.hpp"
#include "config/limits.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace boxoffice {

/// Once a second (limits::store_probe_every), or more often where others stand by: tells each store
/// how far the others are, in a small transaction that also shows whether it takes writes, and
/// looks whether this process may go on (store_board::end_when_mute).
///
/// Life cycle: `add` each store, then `start`; `stop` tells all stores the last positions.
/// **Thread**: the owner's.
class store_watch {
 public:
  /// `ended` is called once, from the watch's thread, when a store was replaced, set back or lost.
  store_watch(store_board& board, std::function<void(const store_board::entry&)> ended,
              milliseconds every = limits::store_probe_every)
      : board_{board}, ended_{std::move(ended)}, every_{every} {}
  ~store_watch() { stop(); }
  store_watch(const store_watch&) = delete;
  store_watch& operator=(const store_watch&) = delete;

  /// `writer` runs the jobs of `store`; `after` runs there behind each probe.
  void add(std::size_t number, std::string name, owned_store& store, job_runner& writer,
           std::function<void()> after = {});
  /// The first probes end before it returns where an answer from memory needs them.
  void start();
  /// The last probes. **Requires** that nothing is submitted any more, and that the writers still
  /// run; they have to end before this object.
  void stop();

 private:
  struct watched {
    std::size_t number;
    std::string name;
    owned_store* store;
    job_runner* writer;
    std::function<void()> after;
    /// Shared with a probe that is under way.
    std::shared_ptr<std::atomic<bool>> asked{std::make_shared<std::atomic<bool>>(false)};
    std::chrono::steady_clock::time_point asked_at{};
  };
  void await_writers();
  void run(const std::stop_token& stop);
  void look(watched& at);
  [[nodiscard]] std::vector<seen_position> others_of(const watched& at) const;

  store_board& board_;
  const std::function<void(const store_board::entry&)> ended_;
  const milliseconds every_;
  std::vector<watched> stores_;
  std::mutex lock_;
  std::condition_variable_any woken_;
  std::jthread thread_;
};

}  // namespace boxoffice
