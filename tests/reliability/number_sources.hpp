#pragma once

#include "actors/core/epoch_numbers.hpp"
#include "actors/node/node_stores.hpp"

namespace boxoffice {

/// Where the services of a node get their numbers from, each from the epoch of its own store.
/// Payments and events are numbered by their service and their store.
struct number_sources {
  explicit number_sources(const node_stores& of)
      : catalogue{of.concert->epoch(), epoch_numbers::narrow},
        reservations{of.reservation->epoch(), epoch_numbers::wide},
        seat_maps{of.reservation->epoch(), epoch_numbers::narrow},
        transactions{of.point->epoch(), epoch_numbers::wide} {}

  epoch_numbers catalogue, reservations, seat_maps, transactions;
};

}  // namespace boxoffice
