#pragma once

#include "tests/actors/concert/memory_concert_store.hpp"
#include "tests/actors/payment/memory_payment_store.hpp"
#include "tests/actors/point/memory_point_store.hpp"
#include "tests/actors/queue/memory_queue_ranking_store.hpp"
#include "tests/actors/reservation/memory_reservation_store.hpp"
#include "tests/simulation/services.hpp"

#include <algorithm>
#include <cstdint>

namespace boxoffice::simulation {

/// What survives every crash: the rows of each service, and who may write them.
struct durable {
  testing::memory_concert_store concert;
  testing::memory_queue_ranking_store queue_ranking;
  testing::memory_reservation_store reservation;
  testing::memory_point_store point;
  testing::memory_payment_store payment;

  /// The epoch of the last owner of a store (promise G12).
  std::uint64_t& epoch(service s) {
    switch (s) {
      case service::concert:
        return concert.owner_epoch;
      case service::queue_ranking:
        return queue_ranking.owner_epoch;
      case service::reservation:
        return reservation.owner_epoch;
      case service::point:
        return point.owner_epoch;
      case service::payment:
        break;
    }
    return payment.owner_epoch;
  }
  /// A new owner; the epoch is drawn by the rule of every store (promise G20).
  std::uint64_t take_over(service s, time_point now) {
    auto& last = epoch(s);
    last = std::max(last + 1, static_cast<std::uint64_t>(now.time_since_epoch().count()));
    return last;
  }
};

}  // namespace boxoffice::simulation
