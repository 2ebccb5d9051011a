#include "actors/node/worker_thread.hpp"

#include <pthread.h>
#include <utility>

namespace boxoffice {

worker_thread::worker_thread(const std::string& name, std::size_t queue_max, metrics& m)
    : queue_max_{queue_max},
      depth_{m.gauge("boxoffice_worker_queue_depth", "Store jobs waiting for their thread",
                     {{"worker", name}})},
      thread_{[this] { run(); }} {
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

worker_thread::~worker_thread() { stop(); }

job_runner::posted worker_thread::post(std::function<void()> job) {
  {
    const std::scoped_lock hold{lock_};
    if (stopping_ || jobs_.size() >= queue_max_) return posted::no;
    jobs_.push_back(std::move(job));
    depth_.set(static_cast<std::int64_t>(jobs_.size()));
  }
  changed_.notify_one();
  return posted::yes;
}

void worker_thread::stop() {
  {
    const std::scoped_lock hold{lock_};
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void worker_thread::run() {
  std::unique_lock hold{lock_};
  while (true) {
    changed_.wait(hold, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    depth_.set(static_cast<std::int64_t>(jobs_.size()));
    hold.unlock();
    job();
    job = nullptr;
    hold.lock();
  }
}

}  // namespace boxoffice
