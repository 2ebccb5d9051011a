#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

namespace boxoffice::postgres {

/// Ends calls that wait for too long on a socket, by shutting it down; the call then returns with
/// an error. **Why**: libpq waits for an answer for as long as the network is silent.
/// **Thread**: any; one of its own does the waiting.
class deadline_watch {
 public:
  deadline_watch();
  ~deadline_watch();
  deadline_watch(const deadline_watch&) = delete;
  deadline_watch& operator=(const deadline_watch&) = delete;

  /// While it lives, `socket` is shut down when `time` is over; `late` says afterwards whether it
  /// was. **Requires** that it ends before the socket is closed.
  class guard {
   public:
    guard(deadline_watch& of, int socket, std::chrono::milliseconds time, bool& late);
    ~guard();
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

   private:
    deadline_watch& of_;
    bool& late_;
    std::uint64_t number_;
  };

  /// Waits for `time`, or until this ends.
  void pause(std::chrono::milliseconds time);

 private:
  struct call {
    std::chrono::steady_clock::time_point ends;
    int socket;
  };
  void watch();

  std::mutex lock_;
  std::condition_variable changed_, paused_;
  std::map<std::uint64_t, call> calls_;
  std::uint64_t last_{0};
  bool ending_{false};
  std::thread thread_;
};

}  // namespace boxoffice::postgres
