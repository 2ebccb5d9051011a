#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/backoff.hpp"
#include "storage/broker/redis_streams.hpp"
#include "storage/broker/redis_streams/group.hpp"
#include "storage/broker/redis_streams/thread.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace boxoffice::broker {
namespace {

using read_call = std::function<void(std::optional<event_source::parked_records>)>;
using arrivals_call = std::function<void(std::vector<event_source::arrival>)>;

/// How soon one that stands by notices that the reader is gone.
constexpr std::chrono::milliseconds standby_pause{500};
/// While there is no room for more: the lease has to go on.
constexpr std::chrono::milliseconds renew_every{1000};

/// What the source's thread works on. The thread owns the group; the rest is shared.
class redis_streams_receiving {
 public:
  redis_streams_receiving(redis_streams_place place, std::string group)
      : consumer_{group}, group_{std::move(place), std::move(group)} {}

  /// **Requires** that `run` has not begun.
  void tell(arrivals_call arrived) { arrived_ = std::move(arrived); }
  void run();

  void acknowledge(std::uint64_t through) {
    const std::scoped_lock lock{mutex_};
    through_ = std::max(through_, through);
    changed_.notify_one();
  }
  void park(std::string body, std::string reason, std::function<void(bool)> done);
  void read_parked(read_call done) {
    const std::scoped_lock lock{mutex_};
    reading_ = std::move(done);
    changed_.notify_one();
  }

  /// From here on nothing arrives.
  void end() {
    const std::scoped_lock calling{calls_};
    arrived_ = nullptr;
    const std::scoped_lock lock{mutex_};
    ended_ = true;
    changed_.notify_one();
  }
  /// Answers what the thread has not. From here on nobody is called. **Requires** `end` before it.
  void close() { refuse_parkings(); }

 private:
  struct parking {
    std::string body;
    std::string reason;
  };
  struct waiting_parking {
    parking event;
    std::function<void(bool)> done;
  };
  enum class work : std::uint8_t { any, parking, end };
  void serve();
  bool has(work of_kind);
  void wait_for(work of_kind, std::chrono::milliseconds most);
  std::uint64_t take_acknowledged();
  void park_waiting();
  void refuse_parkings();
  std::optional<parking> next_to_park();
  void answer_parking(bool kept);
  void read_if_asked();

  [[nodiscard]] bool there_is(work of_kind) const;

  const std::string consumer_;
  // The thread's.
  redis_streams_group group_;
  storage::backoff pause_{limits::bus_reconnect_first, limits::bus_reconnect_max};

  std::recursive_mutex calls_;  // held while somebody is called; before mutex_
  arrivals_call arrived_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_{false};
  std::uint64_t through_{0};  // 0: nothing new is acknowledged
  std::deque<waiting_parking> parkings_;
  read_call reading_;
};

// The one place where a failure ends: whatever it was, the source connects and joins anew.
void redis_streams_receiving::run() {
  while (!has(work::end)) {
    try {
      switch (group_.join()) {
        case redis_streams_group::standing::reader:
          take_acknowledged();  // of tags that are over
          serve();
          break;
        case redis_streams_group::standing::standby:
          pause_.reset();
          park_waiting();
          read_if_asked();
          wait_for(work::parking, standby_pause);
          break;
      }
    } catch (const storage_error& e) {
      log(log_level::warning, "broker", "a source does not receive now",
          {{"database", group_.name()},
           {"consumer", consumer_},
           {"kind", to_text(e.why())},
           {"error", e.what()}});
      refuse_parkings();
      wait_for(work::end, pause_.next());
    }
  }
  group_.leave();
}

void redis_streams_receiving::serve() {
  while (true) {
    if (const auto through = take_acknowledged(); through > 0) group_.acknowledge(through);
    park_waiting();
    read_if_asked();
    if (has(work::end)) return;
    if (group_.room() == 0) {
      group_.acknowledge(0);
      wait_for(work::any, renew_every);
      continue;
    }
    auto events = group_.read();
    pause_.reset();
    if (!events.empty()) {
      const std::scoped_lock calling{calls_};
      if (arrived_) arrived_(std::move(events));
    } else if (group_.is_at_end() && !has(work::any)) {
      group_.wait_for_more();
    }
  }
}

std::uint64_t redis_streams_receiving::take_acknowledged() {
  const std::scoped_lock lock{mutex_};
  return std::exchange(through_, 0);
}

// --- parking ----------------------------------------------------------------------------------

void redis_streams_receiving::park(std::string body, std::string reason,
                                   std::function<void(bool)> done) {
  {
    const std::scoped_lock lock{mutex_};
    if (parkings_.size() < limits::bus_unacknowledged_max) {
      parkings_.push_back({{std::move(body), std::move(reason)}, std::move(done)});
      changed_.notify_one();
      return;
    }
  }
  const std::scoped_lock calling{calls_};
  done(false);
}

// It stays in the line meanwhile: if the thread hangs, `close` answers it.
std::optional<redis_streams_receiving::parking> redis_streams_receiving::next_to_park() {
  const std::scoped_lock lock{mutex_};
  if (parkings_.empty()) return std::nullopt;
  return parkings_.front().event;
}

void redis_streams_receiving::answer_parking(bool kept) {
  const std::scoped_lock calling{calls_};
  std::function<void(bool)> done;
  {
    const std::scoped_lock lock{mutex_};
    if (parkings_.empty()) return;
    done = std::move(parkings_.front().done);
    parkings_.pop_front();
  }
  done(kept);
}

void redis_streams_receiving::park_waiting() {
  while (const auto next = next_to_park())
    answer_parking(group_.park(next->body, next->reason));
}

void redis_streams_receiving::refuse_parkings() {
  while (next_to_park())
    answer_parking(false);
}

// Whoever is asked while Redis is away is answered when it is back.
void redis_streams_receiving::read_if_asked() {
  read_call done;
  {
    const std::scoped_lock lock{mutex_};
    done = std::exchange(reading_, nullptr);
  }
  if (!done) return;
  auto found = group_.read_parked();
  const std::scoped_lock calling{calls_};
  if (arrived_) done(std::move(found));
}

// --- waiting ----------------------------------------------------------------------------------

bool redis_streams_receiving::there_is(work of_kind) const {
  switch (of_kind) {
    case work::any:
      return ended_ || through_ > 0 || !parkings_.empty() || reading_;
    case work::parking:
      return ended_ || !parkings_.empty() || reading_;
    case work::end:
      return ended_;
  }
  return true;
}

bool redis_streams_receiving::has(work of_kind) {
  const std::scoped_lock lock{mutex_};
  return there_is(of_kind);
}

void redis_streams_receiving::wait_for(work of_kind, std::chrono::milliseconds most) {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, most, [&] { return there_is(of_kind); });
}

class redis_streams_source final : public event_source {
 public:
  redis_streams_source(redis_streams_place place, std::string group)
      : shared_{std::make_shared<redis_streams_receiving>(std::move(place), std::move(group))} {}
  ~redis_streams_source() override {
    shared_->end();
    thread_.reset();
    shared_->close();
  }
  redis_streams_source(const redis_streams_source&) = delete;
  redis_streams_source& operator=(const redis_streams_source&) = delete;

  void open(std::function<void(std::vector<arrival>)> arrived) override {
    shared_->tell(std::move(arrived));
    thread_.emplace(shared_);
  }
  void acknowledge(std::uint64_t through) override { shared_->acknowledge(through); }
  void park(std::string body, std::string reason, std::function<void(bool)> done) override {
    shared_->park(std::move(body), std::move(reason), std::move(done));
  }
  void read_parked(read_call done) override { shared_->read_parked(std::move(done)); }

 private:
  std::shared_ptr<redis_streams_receiving> shared_;
  std::optional<redis_streams_thread> thread_;
};

}  // namespace

std::unique_ptr<event_source> open_redis_streams_source(redis_streams_place where,
                                                        std::string group) {
  return std::make_unique<redis_streams_source>(std::move(where), std::move(group));
}

}  // namespace boxoffice::broker
