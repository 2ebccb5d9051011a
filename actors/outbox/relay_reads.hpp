#pragma once

#include "actors/caf/message.hpp"
#include "actors/caf/values.hpp"
#include "actors/core/fault.hpp"
#include "actors/payment/payment_store.hpp"
#include "actors/payment/protocol.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace boxoffice {

// What a relay reads in jobs of its store's thread, as messages to itself; internal to this folder.

/// How far the consumer is, as the store has it.
struct relay_position_read {
  boxoffice::fault fault{fault::none};
  std::uint64_t sequence{0};
  payment_reader::parked_schedules parked;
};
struct relay_events_read {
  boxoffice::fault fault{fault::none};
  std::vector<payment_event> events;
};
/// What is parked of the schedule that is being replayed.
struct relay_parked_read {
  boxoffice::fault fault{fault::none};
  std::vector<parked_event> events;
};
struct outbox_pruned {
  std::uint64_t rows{0};
};
/// From where the consumer must be given everything again.
struct relay_gap_read {
  boxoffice::fault fault{fault::none};
  std::uint64_t known_after{0};
  std::uint64_t after{0};  ///< the position itself when nothing is missing
};

void fill_position(payment_reader& reader, const std::string& consumer, relay_position_read& into);

/// Whether any event after `after`, up to `through`, is not parked for the consumer.
bool lacks_more_than_parked(payment_reader& reader, const std::string& consumer,
                            std::uint64_t after, std::uint64_t through);

template <class Inspector>
auto inspect(Inspector& f, payment_reader::parked_schedule& v) {
  return fields(f, v.schedule, v.first);
}
template <class Inspector>
auto inspect(Inspector& f, relay_position_read& m) {
  return fields(f, m.fault, m.sequence, m.parked.schedules, m.parked.events);
}
template <class Inspector>
auto inspect(Inspector& f, relay_events_read& m) {
  return fields(f, m.fault, m.events);
}
template <class Inspector>
auto inspect(Inspector& f, relay_parked_read& m) {
  return fields(f, m.fault, m.events);
}
template <class Inspector>
auto inspect(Inspector& f, outbox_pruned& m) {
  return fields(f, m.rows);
}
template <class Inspector>
auto inspect(Inspector& f, relay_gap_read& m) {
  return fields(f, m.fault, m.known_after, m.after);
}

}  // namespace boxoffice
