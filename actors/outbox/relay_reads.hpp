#pragma once

#include "actors/payment/payment_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice {

// What a relay reads in jobs of its store's thread; internal to this folder.

/// How far a consumer is, as the store has it.
struct relay_position {
  std::uint64_t sequence{0};
  payment_reader::parked_schedules parked;
};
relay_position read(payment_reader& reader, const std::string& consumer);

/// What is to be delivered next.
struct relay_portion {
  std::vector<payment_event> events;
  std::optional<std::uint64_t> pruned;  ///< up to where the outbox was pruned, when it was asked
};

/// Whether any event after `after`, up to `through`, is not parked for the consumer.
bool lacks_more_than_parked(payment_reader& reader, const std::string& consumer,
                            std::uint64_t after, std::uint64_t through);

}  // namespace boxoffice
