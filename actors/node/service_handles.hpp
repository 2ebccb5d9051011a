#pragma once

#include "actors/audit/protocol.hpp"
#include "actors/cluster/link_board.hpp"
#include "actors/commit/store_board.hpp"
#include "actors/concert/protocol.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/payment/protocol.hpp"
#include "actors/point/protocol.hpp"
#include "actors/queue/active_tokens.hpp"
#include "actors/queue/protocol.hpp"
#include "actors/ranking/protocol.hpp"
#include "actors/reservation/protocol.hpp"
#include "actors/reservation/seat_map_versions.hpp"

namespace boxoffice {

/// The fronts of the services, as a gateway sees them, and what it may know of them without asking.
struct service_handles {
  catalogue_actor catalogue;
  queue_service_actor queue;
  reservation_service_actor reservation;
  point_service_actor point;
  payment_service_actor payment;
  outbox_service_actor outbox;
  best_selling_actor best_selling;
  sold_out_actor sold_out;
  auditor_actor auditor;
  // Null when their service is not in this process.
  const active_tokens* admitted{nullptr};       ///< of `queue`
  const seat_map_versions* seat_maps{nullptr};  ///< of `reservation`
  const store_board* stores{nullptr};           ///< of this process
  const cluster::link_board* links{nullptr};    ///< of this process; null: it is alone
};

}  // namespace boxoffice
