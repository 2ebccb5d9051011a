#include "actors/queue/pace.hpp"

#include "config/limits.hpp"

#include <algorithm>

namespace boxoffice {

void pace::forget_before(time_point now) {
  while (!last_second_.empty() && last_second_.front().at + milliseconds{1000} <= now) {
    in_last_second_ -= last_second_.front().count;
    last_second_.pop_front();
  }
}

std::uint32_t pace::allowance(std::uint32_t per_second, time_point now) {
  forget_before(now);
  const auto elapsed = std::clamp<std::int64_t>((now - counted_at_).count(), 0, 1000);
  counted_at_ = std::max(counted_at_, now);
  const auto worth_of_a_second = std::uint64_t{per_second} * 1000;
  credit_ = std::min(credit_, worth_of_a_second) +
            std::uint64_t{per_second} * static_cast<std::uint64_t>(elapsed);
  credit_ = std::min(credit_, worth_of_a_second);
  const auto room = per_second > in_last_second_ ? per_second - in_last_second_ : 0;
  if (room == 0) {
    // Saving up while the last second is full would let the next one begin with a burst again.
    const auto worth_of_a_tick = std::uint64_t{(per_second + 9) / 10} * 1000;
    credit_ = std::min(credit_, worth_of_a_tick);
  }
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(room, credit_ / 1000));
}

void pace::entered(std::uint32_t n, time_point now) {
  if (n == 0) return;
  credit_ -= std::min(credit_, std::uint64_t{n} * 1000);
  in_last_second_ += n;
  if (!last_second_.empty() && last_second_.back().at >= now)
    last_second_.back().count += n;
  else
    last_second_.push_back({now, n});
}

void slot_use::advance(time_point now, std::size_t in_use) {
  in_use_max_ = std::max(in_use_max_, in_use);
  if (counted_to_ && now > *counted_to_)
    used_seconds_ +=
        std::chrono::duration<double>(now - *counted_to_).count() * static_cast<double>(in_use);
  counted_to_ = std::max(counted_to_.value_or(now), now);
}

void slot_use::came_back(std::size_t slots) {
  constexpr double turns = 2;
  came_back_ += static_cast<double>(slots);
  if (came_back_ < turns * static_cast<double>(in_use_max_)) return;
  came_back_ /= 2;
  used_seconds_ /= 2;
}

double slot_use::mean_seconds(seconds unmeasured, double weight) const {
  return (used_seconds_ + static_cast<double>(unmeasured.count()) * weight) / (came_back_ + weight);
}

}  // namespace boxoffice
