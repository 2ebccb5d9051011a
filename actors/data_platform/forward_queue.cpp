#include "actors/data_platform/forward_queue.hpp"

#include "config/limits.hpp"

#include <algorithm>

namespace boxoffice {

forward_queue::place forward_queue::add(const payment_event& event) {
  if (const auto known = numbers_.find(event.id); known != numbers_.end())
    return {added::yes, known->second <= done_through_ ? 0 : known->second};
  if (waiting_.size() >= waiting_max_) return {added::full, 0};
  waiting_.push_back(event);
  const auto number = done_through_ + waiting_.size();
  numbers_.emplace(event.id, number);
  return {added::yes, number};
}

const payment_event* forward_queue::front() const {
  return waiting_.empty() ? nullptr : &waiting_.front();
}

void forward_queue::pop() {
  remembered_.push_back(waiting_.front().id);
  waiting_.pop_front();
  ++done_through_;
  if (remembered_.size() <= remembered_max_) return;
  numbers_.erase(remembered_.front());
  remembered_.pop_front();
}

void forward_queue::forget_waiting() {
  for (const auto& e : waiting_)
    numbers_.erase(e.id);
  waiting_.clear();
}

std::chrono::milliseconds retry_pause(std::uint32_t tries, std::chrono::seconds not_within,
                                      std::uint64_t random) {
  auto pause = limits::outbox_retry_first;
  for (std::uint32_t i = 1; i < tries && pause < limits::outbox_retry_max; ++i)
    pause *= 2;
  pause = std::min(pause, limits::outbox_retry_max);
  const auto half = static_cast<std::uint64_t>(pause.count() / 2);
  pause -= std::chrono::milliseconds{static_cast<std::int64_t>(random % (half + 1))};
  return std::max<std::chrono::milliseconds>(
      pause, std::min(not_within, limits::data_platform_retry_after_max));
}

}  // namespace boxoffice
