// The whole node starts and stops again and again in one process, idle and with requests in flight:
// it never hangs, and leaves nothing behind (which the address sanitizer looks at).
#include "tests/reliability/running_node.hpp"
#include "tests/storage/temp_directory.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::reliability {
namespace {

/// Ends the process when nobody feeds it for so long: a hang becomes a failure with a core to look
/// at, not a time-out of everything.
class watchdog {
 public:
  explicit watchdog(std::chrono::seconds patience)
      : thread_{[this, patience] {
          std::unique_lock hold{lock_};
          while (!over_) {
            const auto fed = fed_;
            if (!changed_.wait_for(hold, patience, [&] { return over_ || fed_ != fed; })) {
              std::fprintf(stderr, "the node hangs in round %d\n", fed);
              std::abort();
            }
          }
        }} {}
  ~watchdog() {
    {
      const std::scoped_lock hold{lock_};
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;
  void feed() {
    {
      const std::scoped_lock hold{lock_};
      ++fed_;
    }
    changed_.notify_all();
  }

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  int fed_{0};
  bool over_{false};
  std::thread thread_;
};

/// Sends requests until it is told to end or the server has gone.
class requesters {
 public:
  requesters(const running_node& to, int round, int count) {
    for (int i = 0; i < count; ++i)
      threads_.emplace_back([this, &to, round, i] {
        for (int n = 0; !over_; ++n) {
          const auto key =
              std::to_string(round) + "-" + std::to_string(i) + "-" + std::to_string(n);
          try {
            const auto answer = to.ask({.method = "POST",
                                        .path = "/v1/points/charges",
                                        .body = R"({"amount":1})",
                                        .user = "u" + std::to_string(i),
                                        .key = key});
            if (answer.status == 201) ++done_;
            if (answer.status == 0) return;
          } catch (const std::exception&) {
            return;  // nobody listens any more
          }
        }
      });
  }
  ~requesters() {
    over_ = true;
    for (auto& t : threads_)
      t.join();
  }
  requesters(const requesters&) = delete;
  requesters& operator=(const requesters&) = delete;
  [[nodiscard]] int done() const { return done_; }

 private:
  std::atomic<bool> over_{false};
  std::atomic<int> done_{0};
  std::vector<std::thread> threads_;
};

#if defined(__SANITIZE_THREAD__)
constexpr int rounds = 100;  // each is many times as slow
#else
constexpr int rounds = 500;
#endif

TEST(StartStop, FiveHundredTimesWithoutAHang) {
  const test::temp_directory dir;
  watchdog dog{std::chrono::seconds{60}};
  int answered = 0;
  std::int64_t acknowledged = 0;
  for (int round = 0; round < rounds; ++round) {
    running_node node{dir.path()};
    dog.feed();
    if (round % 10 == 0) {  // with requests in flight when it stops
      const requesters busy{node, round, 3};
      while (busy.done() < 5)
        std::this_thread::yield();
      node.stop();
      acknowledged = busy.done();
      answered += busy.done();
    } else if (round % 10 == 1) {
      ++answered;
      EXPECT_EQ(node.ask({.method = "GET", .path = "/v1/points", .user = "u0"}).status, 200);
    }
  }
  EXPECT_GE(answered, rounds / 10 * 5);
  EXPECT_GE(acknowledged, 5);
}

}  // namespace
}  // namespace boxoffice::reliability
