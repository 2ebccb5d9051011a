#include "storage/postgres/deadline_watch.hpp"

#include <algorithm>
#include <sys/socket.h>

namespace boxoffice::postgres {

deadline_watch::deadline_watch() : thread_{[this] { watch(); }} {}

deadline_watch::~deadline_watch() {
  {
    const std::scoped_lock hold{lock_};
    ending_ = true;
  }
  changed_.notify_one();
  paused_.notify_all();
  thread_.join();
}

void deadline_watch::pause(std::chrono::milliseconds time) {
  std::unique_lock hold{lock_};
  paused_.wait_for(hold, time, [this] { return ending_; });
}

void deadline_watch::watch() {
  std::unique_lock hold{lock_};
  while (!ending_) {
    const auto next = std::ranges::min_element(
        calls_, {}, [](const auto& numbered) { return numbered.second.ends; });
    if (next == calls_.end()) {
      changed_.wait(hold);
    } else if (const auto ends = next->second.ends; std::chrono::steady_clock::now() < ends) {
      changed_.wait_until(hold, ends);
    } else {
      ::shutdown(next->second.socket, SHUT_RDWR);
      calls_.erase(next);
    }
  }
}

// The thread is woken only for the first of the calls: later ones end later, as all are given about
// the same time, and it looks at all of them when the first is over.
deadline_watch::guard::guard(deadline_watch& of, int socket, std::chrono::milliseconds time,
                             bool& late)
    : of_{of}, late_{late} {
  bool wake = false;
  {
    const std::scoped_lock hold{of_.lock_};
    number_ = ++of_.last_;
    const auto ends = std::chrono::steady_clock::now() + time;
    wake = std::ranges::all_of(of_.calls_, [&](const auto& c) { return ends < c.second.ends; });
    of_.calls_.emplace(number_, call{ends, socket});
  }
  if (wake) of_.changed_.notify_one();
}

deadline_watch::guard::~guard() {
  const std::scoped_lock hold{of_.lock_};
  late_ = of_.calls_.erase(number_) == 0;  // taken out when it was over
}

}  // namespace boxoffice::postgres
