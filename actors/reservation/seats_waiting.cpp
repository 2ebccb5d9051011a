#include "actors/reservation/seats_waiting.hpp"

#include "config/stream_limits.hpp"

#include <algorithm>
#include <iterator>

namespace boxoffice {

time_point seats_waiting::until(const question& asked) {
  return asked.now + std::min(asked.message.wait, limits::seats_wait_max);
}

bool seats_waiting::keep(const question& asked, std::uint64_t version) {
  const bool waits = asked.message.wait > milliseconds{0} && asked.message.since == version &&
                     open_.size() < limits::seats_waiting_max;
  if (waits) open_.push_back(asked);
  return waits;
}

std::vector<seats_waiting::question> seats_waiting::take(std::uint64_t version, time_point now) {
  const auto stays = std::ranges::partition(open_, [&](const question& each) {
    return each.message.since == version && now < until(each);
  });
  std::vector<question> due{std::make_move_iterator(stays.begin()),
                            std::make_move_iterator(stays.end())};
  open_.erase(stays.begin(), stays.end());
  return due;
}

std::optional<time_point> seats_waiting::next() const {
  if (open_.empty()) return std::nullopt;
  return until(*std::ranges::min_element(open_, {}, until));
}

}  // namespace boxoffice
