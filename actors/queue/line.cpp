#include "actors/queue/line.hpp"

#include "actors/core/check.hpp"

#include <algorithm>

namespace boxoffice {
namespace {

// Below this many places it is not worth removing gaps.
constexpr std::size_t compact_places_min = 1024;

constexpr std::size_t low_bit(std::size_t n) { return n & (~n + 1); }

}  // namespace

std::size_t line::index_of(std::uint64_t sequence) const {
  const auto found = std::ranges::lower_bound(places_, sequence, {}, &place::sequence);
  return static_cast<std::size_t>(found - places_.begin());
}

void line::insert(std::uint64_t sequence, queue_token token) {
  ++size_;
  if (places_.empty() || sequence > places_.back().sequence) {
    places_.push_back({sequence, token, true});
    // The new node of the tree covers the last low_bit(n) places.
    const auto n = places_.size();
    if (counts_.empty()) counts_.push_back(0);
    const auto before = count_through(n - 1);
    const auto uncovered = count_through(n - low_bit(n));
    counts_.push_back(before - uncovered + 1);
    return;
  }
  const auto at = index_of(sequence);
  first_ = std::min(first_, at);
  if (at < places_.size() && places_[at].sequence == sequence) {
    check(!places_[at].taken, "a place in line is given once");
    places_[at] = {sequence, token, true};
    return add(at, 1);
  }
  places_.insert(places_.begin() + static_cast<std::ptrdiff_t>(at), {sequence, token, true});
  rebuild_counts();
}

void line::remove(std::uint64_t sequence) {
  const auto at = index_of(sequence);
  if (at == places_.size() || places_[at].sequence != sequence || !places_[at].taken) return;
  places_[at].taken = false;
  --size_;
  add(at, ~std::uint32_t{0});  // minus one
  if (places_.size() >= compact_places_min && size_ < places_.size() / 2) compact();
}

std::uint32_t line::position(std::uint64_t sequence) const {
  const auto at = index_of(sequence);
  if (at == places_.size() || places_[at].sequence != sequence || !places_[at].taken) return 0;
  return count_through(at + 1);
}

std::optional<queue_token> line::front() {
  if (size_ == 0) return std::nullopt;
  while (!places_[first_].taken)
    ++first_;
  return places_[first_].token;
}

// How many stand at the first `places` places.
std::uint32_t line::count_through(std::size_t places) const {
  std::uint32_t sum = 0;
  for (auto n = places; n > 0; n -= low_bit(n))
    sum += counts_[n];
  return sum;
}

void line::add(std::size_t index, std::uint32_t what) {
  for (auto n = index + 1; n <= places_.size(); n += low_bit(n))
    counts_[n] += what;
}

void line::compact() {
  std::erase_if(places_, [](const place& p) { return !p.taken; });
  first_ = 0;
  rebuild_counts();
}

void line::rebuild_counts() {
  counts_.assign(places_.size() + 1, 0);
  for (std::size_t n = 1; n <= places_.size(); ++n) {
    counts_[n] += places_[n - 1].taken ? 1 : 0;
    const auto next = n + low_bit(n);
    if (next <= places_.size()) counts_[next] += counts_[n];
  }
}

}  // namespace boxoffice
