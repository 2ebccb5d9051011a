#pragma once

#include "bench/compare/benches.hpp"

namespace boxoffice::compare {

// In this process, through the actors, without HTTP.

/// Many holds that end at about the same moment.
outcome measure_timers(const surroundings& from);
/// What an idle seat actor costs.
outcome measure_memory(const surroundings& from);
/// What a purchase costs by how many there are of something.
outcome measure_scaling(const surroundings& from);

}  // namespace boxoffice::compare
