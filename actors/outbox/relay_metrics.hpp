#pragma once

#include "actors/core/metrics.hpp"

#include <string>

namespace boxoffice {

inline counter& fillings_of(metrics& m, const std::string& consumer) {
  return m.counter("boxoffice_outbox_fillings_total",
                   "Times a board was filled anew from the payments", {{"consumer", consumer}});
}

/// What the relay of one consumer measures.
struct relay_metrics {
  relay_metrics(boxoffice::metrics& m, const std::string& consumer)
      : lag_events{m.gauge("boxoffice_outbox_lag_events",
                           "Events read and not yet applied, at most one batch",
                           {{"consumer", consumer}})},
        lag_seconds{m.gauge("boxoffice_outbox_lag_seconds",
                            "Age of the oldest event not yet applied", {{"consumer", consumer}})},
        parked_events{m.gauge("boxoffice_outbox_parked_events", "Events that wait for an operator",
                              {{"consumer", consumer}})},
        refusals{m.counter("boxoffice_outbox_refusals_total", "Events the consumer did not take",
                           {{"consumer", consumer}})},
        fillings{fillings_of(m, consumer)},
        gaps{m.counter("boxoffice_outbox_gaps_total",
                       "Times a consumer came back after events that were pruned",
                       {{"consumer", consumer}})},
        redeliveries{m.counter("boxoffice_outbox_redeliveries_total",
                               "Batches delivered again after silence", {{"consumer", consumer}})} {
  }

  gauge& lag_events;
  gauge& lag_seconds;
  gauge& parked_events;
  counter& refusals;
  counter& fillings;
  counter& gaps;
  counter& redeliveries;
};

}  // namespace boxoffice
