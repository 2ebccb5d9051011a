#pragma once

#include "actors/payment/payment.hpp"

#include <string>

namespace boxoffice {

// Lists of saga states for SQL, from the table that says what the states are. The partial indexes
// of the payment stores name the same numbers: a query uses one only if it is written as there.

template <class Wanted>
std::string saga_state_numbers(Wanted wanted) {
  std::string list;
  for (const auto& each : saga_states)
    if (wanted(each))
      list += (list.empty() ? "" : ", ") + std::to_string(static_cast<int>(each.state));
  return list;
}

/// "state IN (…)" of the sagas that an actor runs.
inline std::string is_open_saga() {
  return "state IN (" +
         saga_state_numbers([](const saga_state_facts& f) { return !is_at_rest(f.state); }) + ")";
}

/// Of those that are at rest, but for completed ones, which are nearly all.
inline std::string is_unusual_saga() {
  return "state IN (" + saga_state_numbers([](const saga_state_facts& f) {
           return is_at_rest(f.state) && f.state != saga_state::completed;
         }) +
         ")";
}

}  // namespace boxoffice
