#pragma once

#include "bench/compare/benches.hpp"

namespace boxoffice::compare {

/// What happens during an on-sale, one thing at a time, over HTTP.
outcome measure_scenarios(const surroundings& from);
/// All of it at once, with a spike of three times the visitors in the middle.
outcome measure_on_sale(const surroundings& from);
/// Three times as many purchases as the server can do.
outcome measure_overload(const surroundings& from);

}  // namespace boxoffice::compare
