#include "actors/outbox/relay_reads.hpp"

#include "config/limits.hpp"

#include <algorithm>

namespace boxoffice {

relay_position read(payment_reader& reader, const std::string& consumer) {
  return {reader.consumed_by(consumer), reader.parked_for(consumer)};
}

relay_portion read_portion(payment_reader& reader, const std::string& consumer,
                           std::uint64_t after) {
  relay_portion p{reader.events_after(after, limits::outbox_relay_batch_events_max), {}};
  if (!p.events.empty())
    p.parked = reader.parked_between(consumer, after, p.events.back().sequence);
  std::ranges::sort(p.parked);
  return p;
}

bool lacks_more_than_parked(payment_reader& reader, const std::string& consumer,
                            std::uint64_t after, std::uint64_t through) {
  while (after < through) {
    const auto [events, parked] = read_portion(reader, consumer, after);
    for (const auto& e : events) {
      if (e.sequence > through) return false;
      if (!std::ranges::binary_search(parked, e.sequence)) return true;
    }
    if (events.empty()) return false;
    after = events.back().sequence;
  }
  return false;
}

}  // namespace boxoffice
