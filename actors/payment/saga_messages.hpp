#pragma once

#include "actors/caf/actor.hpp"
#include "actors/payment/protocol.hpp"
#include "actors/payment/saga.hpp"
#include "actors/point/protocol.hpp"

#include <cstdint>

/// What the payment service and its sagas tell each other, always within one process.
namespace boxoffice {

/// From the service: the row is durable, begin (or begin again after a restart).
struct run_saga {};
/// From the service: what the saga last decided is durable.
struct saga_written {};
/// From the service: `due` has come.
struct wake_saga {
  milliseconds late{0};  ///< so much later than that
};

/// From a saga: make this durable, wake me then.
struct saga_decided {
  payment_id payment;
  std::uint64_t entity{0};  ///< of the saga (journal)
  saga_decision decision;
};
/// From a saga whose handler failed.
struct saga_failed {
  payment_id payment;
  std::uint64_t entity{0};
};

using saga_actor =
    accepts<run_saga, saga_written, wake_saga, point_step_reply, confirm_reply, revert_reply>;
/// What a saga may tell its service.
using saga_owner_actor = accepts<saga_decided, saga_failed>;

}  // namespace boxoffice

// Never leaves the process.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::saga_decided)
