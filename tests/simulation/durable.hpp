#pragma once

#include "tests/actors/concert/memory_concert_store.hpp"
#include "tests/actors/payment/memory_payment_store.hpp"
#include "tests/actors/point/memory_point_store.hpp"
#include "tests/actors/queue/memory_queue_ranking_store.hpp"
#include "tests/actors/reservation/memory_reservation_store.hpp"
#include "tests/simulation/services.hpp"

#include <array>
#include <cstdint>

namespace boxoffice::simulation {

/// What survives every crash: the rows of each service, and who may write them.
struct durable {
  testing::memory_concert_store concert;
  testing::memory_queue_ranking_store queue_ranking;
  testing::memory_reservation_store reservation;
  testing::memory_point_store point;
  testing::memory_payment_store payment;
  /// The number of the last owner of each store (promise G12).
  std::array<std::uint64_t, service_count> epochs{};

  std::uint64_t& epoch(service s) { return epochs[static_cast<std::size_t>(s)]; }
};

}  // namespace boxoffice::simulation
