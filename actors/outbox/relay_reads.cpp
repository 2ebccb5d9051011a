#include "actors/outbox/relay_reads.hpp"

#include "config/limits.hpp"

#include <algorithm>

namespace boxoffice {

relay_position read(payment_reader& reader, const std::string& consumer) {
  return {reader.consumed_by(consumer), reader.parked_for(consumer)};
}

bool lacks_more_than_parked(payment_reader& reader, const std::string& consumer,
                            std::uint64_t after, std::uint64_t through) {
  while (after < through) {
    const auto events = reader.events_after(after, limits::outbox_relay_batch_events_max);
    if (events.empty()) return false;
    const auto last = events.back().sequence;
    auto parked = reader.parked_between(consumer, after, last);
    std::ranges::sort(parked);
    for (const auto& e : events) {
      if (e.sequence > through) return false;
      if (!std::ranges::binary_search(parked, e.sequence)) return true;
    }
    after = last;
  }
  return false;
}

}  // namespace boxoffice
