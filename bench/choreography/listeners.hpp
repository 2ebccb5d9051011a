#pragma once

#include "actors/point/protocol.hpp"
#include "actors/reservation/protocol.hpp"
#include "bench/choreography/event_relay.hpp"

#include <functional>

#include <caf/actor_system.hpp>

namespace boxoffice::bench {

/// Whether a listener does what an event asks for. One that ignores an event never answers it: a
/// participant that is stuck.
enum class reaction : bool { ignores, handles };
/// Asked before each event, in the listener's thread; empty: all are handled.
using hears_fn = std::function<reaction(const purchase_event&)>;

/// Starts what listens for the point service: payment.requested asks for a debit, seats.refused for
/// a refund. A fault is asked again after a pause, for as long as it takes: nobody has a deadline.
/// `carried` is of the point service's outbox.
listener_actor spawn_point_listener(caf::actor_system& system, point_service_actor point,
                                    carried_events& carried, hears_fn hears);

/// The same for the reservation service: points.debited asks for a confirm. When that is refused a
/// revert leaves the payment's tombstone, which is the refusal made durable.
listener_actor spawn_reservation_listener(caf::actor_system& system,
                                          reservation_service_actor reservation,
                                          carried_events& carried, hears_fn hears);

}  // namespace boxoffice::bench
