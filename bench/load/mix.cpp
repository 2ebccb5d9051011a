#include "bench/load/mix.hpp"

#include <algorithm>

namespace boxoffice::load {

mix::mix(std::vector<part> parts) : parts_{std::move(parts)}, begun_(parts_.size()) {
  constexpr std::size_t hundred = 100, stride = 37;  // 37 and 100 share no divisor
  order_.resize(hundred);
  std::size_t at = 0;
  for (std::size_t i = 0; i < parts_.size(); ++i)
    for (std::uint64_t n = 0; n < parts_[i].of_hundred; ++n)
      order_[at++ * stride % hundred] = i;
}

void mix::begin(std::uint64_t number, std::string& request) {
  const auto which = order_[number % order_.size()];
  const auto inner = begun_[which]++;
  under_way_[number] = {which, inner};
  parts_[which].what->begin(inner, request);
}

scenario::verdict mix::next(std::uint64_t number, std::size_t position, const answer& to,
                            std::string& request) {
  const auto at = under_way_.find(number);
  const auto found = parts_[at->second.part].what->next(at->second.number, position, to, request);
  if (found != verdict::more) under_way_.erase(at);
  return found;
}

std::uint64_t mix::count_max() const {
  std::uint64_t most = UINT64_MAX;
  for (const auto& each : parts_) {
    const auto own = each.what->count_max();
    if (own != UINT64_MAX) most = std::min(most, own / each.of_hundred * 100);
  }
  return most;
}

}  // namespace boxoffice::load
