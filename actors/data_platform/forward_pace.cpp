#include "actors/data_platform/forward_pace.hpp"

#include "config/limits.hpp"

#include <algorithm>

namespace boxoffice {

std::uint64_t forward_pace::begin() {
  ++all_;
  ++of_round_;
  return round_;
}

void forward_pace::answered(std::uint64_t round) {
  end(round);
  if (round == round_) tries_ = 0;
}

forward_pace::failure forward_pace::failed(std::uint64_t round, time_point now,
                                           std::chrono::seconds not_within, std::uint64_t random) {
  end(round);
  if (round != round_) {
    const auto wish = std::min(not_within, limits::data_platform_retry_after_max);
    pause_until_ = std::max(pause_until_, now + wish);
    return failure::of_a_round_before;
  }
  ++tries_;
  ++round_;
  of_round_ = 0;
  pause_until_ = std::max(pause_until_, now + retry_pause(tries_, not_within, random));
  return tries_ == 1 ? failure::first : failure::repeated;
}

void forward_pace::end(std::uint64_t round) {
  --all_;
  if (round == round_) --of_round_;
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
