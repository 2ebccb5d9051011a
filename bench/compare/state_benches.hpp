#pragma once

#include "bench/compare/benches.hpp"

namespace boxoffice::compare {

/// 1,000,000 seats on sale: how long a start takes, and what the seats that sleep cost in memory.
outcome measure_start(const surroundings& from);
/// Open sagas that a crash left.
outcome measure_recovery(const surroundings& from);
/// A backlog of events in the outbox.
outcome measure_outbox(const surroundings& from);
/// The same load for a long time: whether memory stays flat.
outcome measure_soak(const surroundings& from);

}  // namespace boxoffice::compare
