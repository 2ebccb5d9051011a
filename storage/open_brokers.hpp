#pragma once

#include "actors/node/bus_ends.hpp"
#include "config/settings.hpp"

namespace boxoffice {

/// The brokers of the settings, as far as the node's roles need them: the payment service
/// publishes, the rankings listen. Nothing waits for a broker.
bus_ends open_brokers(const settings& how);

}  // namespace boxoffice
