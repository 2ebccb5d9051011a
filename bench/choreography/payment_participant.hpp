#pragma once

#include "actors/commit/committer.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/payment/payment_store.hpp"
#include "actors/payment/protocol.hpp"
#include "actors/payment/saga.hpp"
#include "bench/choreography/event_relay.hpp"

#include <vector>

#include <caf/actor_system.hpp>

namespace boxoffice::bench {

using payment_participant_actor = accepts<start_payment, deliver_purchase_events>;

/// What the payment service is in a choreography. All of it outlives the actor.
struct payment_participant_context {
  const boxoffice::clock& time;
  committer<payment_write>& commits;
  payment_store& store;
  payment_reader& reader;
  job_runner& reads;
  boxoffice::metrics& metrics;
  reservation_service_actor reservation;
  carried_events& carried;
  std::vector<outbox_relay_actor> relays;  ///< of payment.completed, as in the product
};

/// Starts it: decides whether a payment may start, writes it STARTED, and waits for the event that
/// ends it. It knows no step in between, asks nobody and gives up at no deadline. A commit that
/// fails ends the process; whoever starts it again goes on.
payment_participant_actor spawn_payment_participant(caf::actor_system& system,
                                                    payment_participant_context context);

}  // namespace boxoffice::bench
