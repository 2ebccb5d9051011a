#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/redis/connection.hpp"

#include <condition_variable>
#include <utility>

namespace boxoffice::redis {

using kind = storage_error::kind;

namespace {

void pause(std::chrono::milliseconds time) {
  std::mutex lock;
  std::condition_variable nobody;
  std::unique_lock hold{lock};
  nobody.wait_for(hold, time);
}

}  // namespace

ownership ranking_database::known() {
  const std::scoped_lock hold{lock_};
  return mine_;
}

void ranking_database::own(const ownership& from_now_on) {
  const std::scoped_lock hold{lock_};
  mine_ = from_now_on;
}

void ranking_database::committed(const std::function<void(replica_copy&)>& apply) {
  const std::scoped_lock hold{lock_};
  ++mine_.batch;
  apply(kept_);
}

void ranking_database::settle() {
  const std::scoped_lock hold{lock_};
  if (open_) ask();
}

std::optional<ranking_database::fate> ranking_database::settle(
    std::function<void(replica_copy&)> apply, std::chrono::milliseconds time) {
  const auto ends = std::chrono::steady_clock::now() + time;
  const std::scoped_lock hold{lock_};
  open_ = std::move(apply);
  while (true) {
    try {
      return ask();
    } catch (const storage_error& e) {
      if (std::chrono::steady_clock::now() >= ends || e.why() == kind::replaced) {
        log(log_level::error, "storage", "the answer to a batch is lost, and Redis cannot be asked",
            {{"database", name()}, {"batch", mine_.batch + 1}, {"error", e.what()}});
        return std::nullopt;
      }
    }
    pause(limits::redis_reconnect_first);
  }
}

// **Requires** the lock and an open doubt; closes it.
ranking_database::fate ranking_database::ask() {
  asks_->open();
  const std::vector<std::string> values{std::to_string(mine_.epoch),
                                        std::to_string(mine_.batch + 1)};
  const auto said = asks_->run(scripts_.settle, keys_, values).items.at(0).text;
  if (said == "replaced")
    throw storage_error{kind::replaced, "another process has taken the database over"};
  const auto apply = std::exchange(open_, nullptr);
  if (said == "committed") {
    ++mine_.batch;
    apply(kept_);
    return fate::committed;
  }
  // Lost means: whatever it did is gone, and is not among what is put back.
  if (said == "aborted") mine_.batch += 2;
  return fate::aborted;
}

}  // namespace boxoffice::redis
