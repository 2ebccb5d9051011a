#pragma once

#include "actors/core/metrics.hpp"
#include "actors/payment/saga.hpp"

#include <array>
#include <string>

namespace boxoffice {

/// What the payment service counts. Ends count when they are durable.
struct payment_metrics {
  explicit payment_metrics(boxoffice::metrics& m)
      : oldest_seconds{m.gauge("boxoffice_saga_oldest_seconds", "Age of the oldest open saga")},
        live_sagas{m.gauge("boxoffice_live_actors", "Actors in memory", {{"kind", "saga"}})},
        retries{m.counter("boxoffice_saga_retries_total", "Commands of sagas sent again")},
        refusals{m.counter("boxoffice_payment_refusals_total", "Payments and refunds not started")},
        recoveries{m.counter("boxoffice_payment_recoveries_total", "Restarts from the store")} {
    for (std::size_t i = 0; i < states; ++i) {
      const std::string name{name_of(static_cast<saga_state>(i))};
      open[i] = &m.gauge("boxoffice_sagas", "Open and parked sagas by state", {{"state", name}});
      ends[i] = &m.counter("boxoffice_payments_total", "Sagas ended, by end", {{"end", name}});
    }
  }
  gauge& open_in(saga_state s) { return *open[static_cast<std::size_t>(s)]; }
  counter& ended(saga_state s) { return *ends[static_cast<std::size_t>(s)]; }

  static constexpr std::size_t states = static_cast<std::size_t>(saga_state::refunded) + 1;
  std::array<gauge*, states> open{};
  std::array<counter*, states> ends{};
  gauge& oldest_seconds;
  gauge& live_sagas;
  counter& retries;
  counter& refusals;
  counter& recoveries;
};

}  // namespace boxoffice
