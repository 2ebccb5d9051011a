#pragma once

#include "actors/core/metrics.hpp"
#include "actors/point/account_messages.hpp"

#include <array>
#include <string>

namespace boxoffice {

/// What the point service counts. Only what became durable counts, and repeats do not.
struct point_metrics {
  explicit point_metrics(boxoffice::metrics& m)
      : live_accounts{m.gauge("boxoffice_live_actors", "Actors in memory", {{"kind", "account"}})},
        charges{m.counter("boxoffice_point_charges_total", "Charges done")},
        debits{m.counter("boxoffice_point_debits_total", "Debits done")},
        refunds{m.counter("boxoffice_point_refunds_total", "Refunds answered, also of nothing")},
        refusals{&refused(m, "none"), &refused(m, "amount_out_of_range"),
                 &refused(m, "balance_limit_exceeded"), &refused(m, "insufficient_points"),
                 &refused(m, "undone_before")},
        passivations{m.counter("boxoffice_point_passivations_total", "Idle accounts put to sleep")},
        recoveries{m.counter("boxoffice_point_recoveries_total", "Restarts from the store")} {}

  void count(account_task task, const point_outcome& outcome) {
    if (outcome.refusal != point_refusal::none)
      return refusals[static_cast<std::size_t>(outcome.refusal)]->add();
    switch (task) {
      case account_task::charge:
        return charges.add();
      case account_task::debit:
        return debits.add();
      case account_task::refund:
        return refunds.add();
      case account_task::read:
        return;
    }
  }

  gauge& live_accounts;
  counter& charges;
  counter& debits;
  counter& refunds;
  std::array<counter*, 5> refusals;  // by point_refusal
  counter& passivations;
  counter& recoveries;

 private:
  static counter& refused(boxoffice::metrics& m, std::string reason) {
    return m.counter("boxoffice_point_refusals_total", "Charges and debits refused",
                     {{"reason", std::move(reason)}});
  }
};

}  // namespace boxoffice
