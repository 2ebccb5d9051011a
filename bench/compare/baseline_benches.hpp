#pragma once

#include "bench/compare/benches.hpp"

namespace boxoffice::compare {

/// What needs no decision, over HTTP, against a bare Beast server.
outcome compare_with_hello(const surroundings& from);
/// What a message costs: CAF alone, in one process and over loopback.
outcome measure_caf(const surroundings& from);

}  // namespace boxoffice::compare
