#include "http/api/pending_replies.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::http {

pending_replies::pending_replies(const boost::asio::any_io_executor& io, metrics& all)
    : late_{all.counter("boxoffice_bridge_late_replies", "Replies nobody waited for any more")},
      unexpected_{
          all.counter("boxoffice_bridge_unexpected_messages", "Messages that were no reply")},
      missed_{all.counter("boxoffice_bridge_deadlines_missed", "Requests without a reply in time")},
      waiting_{all.gauge("boxoffice_bridge_waiting", "Requests that wait for a reply")},
      timer_{std::make_unique<boost::asio::steady_timer>(io)} {}

std::uint64_t pending_replies::tick_of(instant at) {
  return static_cast<std::uint64_t>(at.time_since_epoch() / tick);
}

std::uint64_t pending_replies::open(std::unique_ptr<waiter> who, std::chrono::milliseconds within) {
  const auto now = std::chrono::steady_clock::now();
  const auto deadline = now + within;
  bool start = false;
  std::uint64_t correlation = 0;
  std::unique_ptr<waiter> refused;
  {
    const std::scoped_lock hold{lock_};
    correlation = next_correlation_++;
    if (closed_) {
      refused = std::move(who);
    } else {
      entries_.emplace(correlation, entry{std::move(who), deadline});
      waiting_.add(1);
      start = !std::exchange(turning_, true);
      if (start) turned_to_ = tick_of(now);
      const auto at = std::max(tick_of(deadline) + 1, turned_to_ + 1);
      wheel_[at % slot_count].push_back(correlation);
    }
  }
  if (refused) refused->finish(nullptr);
  if (start) arm();
  return correlation;
}

void pending_replies::settle(std::uint64_t correlation, const std::type_info& type, void* reply) {
  std::unique_ptr<waiter> who;
  {
    const std::scoped_lock hold{lock_};
    const auto found = entries_.find(correlation);
    if (found != entries_.end() && found->second.who->wanted() == type) {
      who = std::move(found->second.who);
      entries_.erase(found);
    }
  }
  if (!who) {
    late_.add();
    return;
  }
  waiting_.add(-1);
  who->finish(reply);
}

void pending_replies::arm() {
  const std::scoped_lock hold{lock_};
  if (!timer_) return;
  timer_->expires_after(tick);
  timer_->async_wait([self = shared_from_this()](boost::system::error_code failed) {
    if (!failed) self->turn();
  });
}

void pending_replies::turn() {
  std::vector<std::unique_ptr<waiter>> late;
  bool more = false;
  {
    const std::scoped_lock hold{lock_};
    const auto now = std::chrono::steady_clock::now();
    const auto last = std::min(tick_of(now), turned_to_ + slot_count);  // a lap sees every slot
    while (turned_to_ < last) {
      auto& slot = wheel_[++turned_to_ % slot_count];
      std::erase_if(slot, [&](std::uint64_t correlation) {
        const auto found = entries_.find(correlation);
        if (found == entries_.end()) return true;
        if (found->second.deadline > now) return false;
        late.push_back(std::move(found->second.who));
        entries_.erase(found);
        return true;
      });
    }
    turned_to_ = tick_of(now);
    more = turning_ = !entries_.empty();
    if (!more)
      for (auto& slot : wheel_)
        slot.clear();
  }
  waiting_.add(-static_cast<std::int64_t>(late.size()));
  missed_.add(late.size());
  for (const auto& who : late)
    who->finish(nullptr);
  if (more) arm();
}

void pending_replies::close() {
  std::unordered_map<std::uint64_t, entry> rest;
  {
    const std::scoped_lock hold{lock_};
    closed_ = true;
    rest.swap(entries_);
    timer_.reset();
  }
  waiting_.add(-static_cast<std::int64_t>(rest.size()));
  for (const auto& [correlation, each] : rest)
    each.who->finish(nullptr);
}

std::size_t pending_replies::waiting() const {
  const std::scoped_lock hold{lock_};
  return entries_.size();
}

}  // namespace boxoffice::http
