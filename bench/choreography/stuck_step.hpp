#pragma once

#include "actors/core/time.hpp"

#include <string>

namespace boxoffice::bench {

/// What tells of a payment whose reservation service never answers, and how long after its start.
struct alarm {
  seconds given_up{0};  ///< it is named as given up; 0: never
  seconds named{0};     ///< it is named for an operator; 0: never
  std::string what;     ///< the words
};

/// The saga with the product's rules, in virtual time.
alarm alarm_of_orchestration();
/// A node whose reservation listener ignores its event; the clock of the audit is moved.
alarm alarm_of_choreography();

}  // namespace boxoffice::bench
