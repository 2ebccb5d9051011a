#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/values.hpp"
#include "actors/payment/protocol.hpp"

#include <cstdint>
#include <vector>

namespace boxoffice {

/// Events in sequence order, for one consumer. Events may come again: the consumer keeps what it
/// applied (promise G13).
struct deliver_events {
  std::uint64_t ticket{0};
  std::vector<payment_event> events;
};

/// The consumer has durably applied every event up to `sequence`. Silence is answered by delivering
/// again.
struct events_applied {
  std::uint64_t ticket{0};
  std::uint64_t sequence{0};
};

/// Whoever consumes events. Answers `events_applied` to the sender.
using event_consumer_actor = accepts<deliver_events>;

/// Tells the relay that a commit appended events.
struct outbox_appended {};

/// Publishes the outbox to one consumer, in order.
using outbox_relay_actor = accepts<outbox_appended, events_applied>;

template <class Inspector>
auto inspect(Inspector& f, deliver_events& m) {
  return fields(f, m.ticket, m.events);
}
template <class Inspector>
auto inspect(Inspector& f, events_applied& m) {
  return fields(f, m.ticket, m.sequence);
}
template <class Inspector>
auto inspect(Inspector& f, outbox_appended&) {
  return fields(f);
}

}  // namespace boxoffice
