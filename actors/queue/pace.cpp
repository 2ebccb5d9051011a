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

void outflow::advance(time_point now, line_is standing) {
  const auto second = std::chrono::floor<seconds>(now).time_since_epoch().count();
  constexpr auto window = static_cast<std::uint64_t>(limits::waiting_room_outflow_window.count());
  if (second_ == 0) second_ = second;
  // After more than a window of seconds without a call the average has nothing left of before.
  if (second - second_ > static_cast<std::int64_t>(2 * window))
    second_ = second - static_cast<std::int64_t>(2 * window);
  for (; second_ < second; ++second_) {
    if (standing_ == line_is::standing) {
      seconds_measured_ = std::min(seconds_measured_ + 1, window);
      const auto sample = std::uint64_t{in_this_second_} * 1'000'000;
      average_ = (average_ * (seconds_measured_ - 1) + sample) / seconds_measured_;
    }
    in_this_second_ = 0;
  }
  standing_ = standing;
}

std::uint64_t outflow::per_second_millionths(std::uint64_t prior) const {
  // The prior weighs as much as one second, so that a first odd second does not mislead.
  return (average_ * seconds_measured_ + prior) / (seconds_measured_ + 1);
}

}  // namespace boxoffice
