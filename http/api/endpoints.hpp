#pragma once

#include "actors/core/time.hpp"
#include "http/api/gateway.hpp"
#include "http/server/router.hpp"
#include "http/server/token.hpp"
#include "http/tickets/ticket_keys.hpp"

#include <chrono>

namespace boxoffice::http {

// Each adds the routes of one domain. **Requires** `g` to outlive the router.
void add_concert_routes(router& routes, gateway& g);
void add_seat_routes(router& routes, gateway& g);
/// Streams of seats and places in line, and the tickets for them.
void add_stream_routes(router& routes, gateway& g);
void add_queue_routes(router& routes, gateway& g);
void add_point_routes(router& routes, gateway& g);
void add_reservation_routes(router& routes, gateway& g);
/// Tickets of paid reservations, and the check at a door. **Requires** `keys` to outlive `routes`.
void add_ticket_routes(router& routes, gateway& g, const ticket_keys& keys);
void add_payment_routes(router& routes, gateway& g);
void add_ranking_routes(router& routes, gateway& g);
void add_audit_routes(router& routes, gateway& g);
/// Sagas, outbox and nodes, for operators.
void add_operator_routes(router& routes, gateway& g);
/// What waiting rooms and schedules have parked, for operators.
void add_parked_routes(router& routes, gateway& g);
/// `/healthz`, `/readyz`, `/metrics`.
void add_health_routes(router& routes, gateway& g);

/// `POST /v1/dev/tokens`, signed with `key`. Only for servers that run with `auth.dev`.
void add_dev_token_route(router& routes, token_key key, std::chrono::seconds lifetime);

/// All of the above but the last.
void add_all_routes(router& routes, gateway& g, const ticket_keys& keys);

}  // namespace boxoffice::http
