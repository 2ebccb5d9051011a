#pragma once

#include "actors/audit/protocol.hpp"
#include "actors/concert/protocol.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/payment/protocol.hpp"
#include "actors/point/protocol.hpp"
#include "actors/queue/protocol.hpp"
#include "actors/ranking/protocol.hpp"
#include "actors/reservation/protocol.hpp"

namespace boxoffice {

/// The fronts of the services, as a gateway sees them.
struct service_handles {
  catalogue_actor catalogue;
  queue_desk_actor queue;
  reservation_desk_actor reservation;
  point_desk_actor point;
  payment_desk_actor payment;
  outbox_desk_actor outbox;
  best_selling_actor best_selling;
  sold_out_actor sold_out;
  auditor_actor auditor;
};

}  // namespace boxoffice
