#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace boxoffice::broker {

/// The thread of a publisher or a source. A call of a link takes up to limits::redis_call_time when
/// a server is silent, and nothing wakes it. So the destructor waits for a second; then the thread
/// is left to itself, with the last share of what it works on, and ends after that call.
/// **Requires** that `run` of a worker returns soon after it was told to, unless a link holds it.
class redis_streams_thread {
 public:
  template <class Worker>
  explicit redis_streams_thread(std::shared_ptr<Worker> worker) {
    std::promise<void> end;
    ended_ = end.get_future();
    thread_ = std::thread{[of = std::move(worker), end = std::move(end)]() mutable noexcept {
      of->run();
      end.set_value();
    }};
  }
  ~redis_streams_thread() {
    constexpr std::chrono::milliseconds patience{900};
    if (ended_.wait_for(patience) == std::future_status::ready)
      thread_.join();
    else
      thread_.detach();
  }
  redis_streams_thread(const redis_streams_thread&) = delete;
  redis_streams_thread& operator=(const redis_streams_thread&) = delete;

 private:
  std::future<void> ended_;
  std::thread thread_;
};

}  // namespace boxoffice::broker
