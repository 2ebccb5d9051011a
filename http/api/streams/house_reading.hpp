#pragma once

#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "http/api/streams/house_figures.hpp"

#include <boost/asio/awaitable.hpp>

namespace boxoffice::http {

class gateway;

/// Asks all services for their figures at the same time, for limits::figures_wait_max at most:
/// nobody waits longer for one that is silent. **Requires** a strand, and `g` and `time` to outlive
/// it.
boost::asio::awaitable<house_reading> read_house(gateway& g, const boxoffice::clock& time);

/// How long this process took to answer requests for the API, all together.
duration_counts answers_of(const metrics& all);

}  // namespace boxoffice::http
