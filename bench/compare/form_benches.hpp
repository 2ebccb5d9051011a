#pragma once

#include "bench/compare/benches.hpp"

namespace boxoffice::compare {

/// What it costs to send a seat map compressed: one that is kept in both forms, and one that is
/// rendered, and compressed, for each reader.
outcome measure_forms(const surroundings& from);

}  // namespace boxoffice::compare
