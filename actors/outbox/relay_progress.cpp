#include "actors/outbox/relay_progress.hpp"

#include <algorithm>

namespace boxoffice {

relay_progress::applied relay_progress::consumer_applied(std::uint64_t sequence) {
  const auto end =
      std::ranges::find_if(waiting_, [&](const payment_event& e) { return e.sequence > sequence; });
  if (end == waiting_.begin()) return applied::nothing_new;
  applied_ = std::prev(end)->sequence;
  waiting_.erase(waiting_.begin(), end);
  return waiting_.empty() ? applied::all : applied::some;
}

}  // namespace boxoffice
