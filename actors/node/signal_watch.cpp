#include "actors/node/signal_watch.hpp"

#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigwait is POSIX
#include <unistd.h>

namespace boxoffice {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

signal_watch::signal_watch() {
  const auto set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error code, not a death
  signal(SIGHUP, SIG_IGN);   // nor do a closed terminal and a rotation of logs end a sale
  thread_ = std::thread{[this, set] {
    int which = 0;
    while (sigwait(&set, &which) == 0) {
      if (over_) return;
      if (stop_.stop_requested()) _exit(1);
      {
        const std::scoped_lock hold{lock_};
        stop_.request_stop();
      }
      changed_.notify_all();
    }
  }};
}

signal_watch::~signal_watch() {
  over_ = true;
  // It is blocked there, and ends the sigwait.
  pthread_kill(thread_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
  thread_.join();
}

void signal_watch::wait() {
  std::unique_lock hold{lock_};
  changed_.wait(hold, [this] { return stop_.stop_requested() || woken_; });
  woken_ = false;
}

void signal_watch::wait_for(std::chrono::milliseconds most) {
  std::unique_lock hold{lock_};
  changed_.wait_for(hold, most, [this] { return stop_.stop_requested(); });
}

void signal_watch::wake() {
  {
    const std::scoped_lock hold{lock_};
    woken_ = true;
  }
  changed_.notify_all();
}

}  // namespace boxoffice
