#include "actors/outbox/relay_reads.hpp"

#include "config/limits.hpp"

#include <algorithm>

namespace boxoffice {

void fill_position(payment_reader& reader, const std::string& consumer, relay_position_read& into) {
  into.sequence = reader.consumed_by(consumer);
  into.parked = reader.parked_for(consumer);
}

bool lacks_more_than_parked(payment_reader& reader, const std::string& consumer,
                            std::uint64_t after, std::uint64_t through) {
  while (after < through) {
    const auto events = reader.events_after(after, limits::outbox_relay_batch_events_max);
    for (const auto& e : events) {
      if (e.sequence > through) return false;
      const auto places = reader.find_parked(e.id);
      if (std::ranges::find(places, consumer, &parked_event::consumer) == places.end()) return true;
    }
    if (events.empty()) return false;
    after = events.back().sequence;
  }
  return false;
}

}  // namespace boxoffice
