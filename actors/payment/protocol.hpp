#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/message.hpp"
#include "actors/core/call_context.hpp"
#include "actors/core/fault.hpp"
#include "actors/core/idempotency.hpp"
#include "actors/durable/figures.hpp"
#include "actors/payment/payment.hpp"
#include "actors/reservation/protocol.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace boxoffice {

/// Pays a reservation with points. Answered when the saga ends, or, still running, after the answer
/// deadline. **Rejects** in the order of `payment_refusal`.
struct start_payment {
  using reply = struct payment_reply;
  std::uint64_t correlation{0};
  request_key key;
  user_id user;
  reservation_id reservation;  ///< none: the text named no reservation
  queue_check admission{queue_check::admitted};
  queue_token token{};
  call_context call{};
};

/// Takes a payment back: releases the seats, returns the points.
struct refund_payment {
  using reply = struct payment_reply;
  std::uint64_t correlation{0};
  request_key key;
  user_id user;
  payment_id payment;
  call_context call{};
};

/// Answers both of the above.
struct payment_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  key_verdict key{key_verdict::fresh};
  payment_outcome outcome;  ///< valid when fault is none and key is fresh or replayed
};

/// Reads a payment of `user`.
struct find_payment {
  using reply = struct payment_found;
  std::uint64_t correlation{0};
  user_id user;
  payment_id payment;
  call_context call{};
};

/// Asks whether a payment of this reservation runs right now.
struct find_open_payment {
  using reply = struct payment_found;
  std::uint64_t correlation{0};
  user_id user;
  reservation_id reservation;
  call_context call{};
};

/// Answers both of the above; an id of none means: there is none.
struct payment_found {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  payment found;
};

/// An operator asks which sagas there are, the youngest first.
struct list_sagas {
  using reply = struct saga_list;
  std::uint64_t correlation{0};
  enum class wanted : std::uint8_t { any_state, one_state } what{wanted::any_state};
  saga_state state{saga_state::started};   ///< with one_state
  std::uint32_t unchanged_for_seconds{0};  ///< only those that have not moved for so long
  payment_id after;                        ///< the last one of the page before
  std::uint32_t limit{0};
  call_context call{};
};

struct saga_list {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  std::vector<payment> sagas;
  enum class more : bool { no, yes } follows{more::no};
};

/// An operator asks for one saga with everything that happened to it.
struct read_saga {
  using reply = struct saga_report;
  std::uint64_t correlation{0};
  payment_id payment;
  call_context call{};
};

/// As the store has it: of a saga that runs, the last few repetitions of a step may be missing,
/// never a transition.
struct saga_report {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  payment row;  ///< without an id: there is none
  std::vector<saga_note> timeline;
};

/// An operator sends a parked saga on its way again, with fresh tries.
struct resume_saga {
  using reply = struct saga_command_reply;
  std::uint64_t correlation{0};
  payment_id payment;
  call_context call{};
};

/// An operator gives a parked saga up: whatever it took is given back, seats before points.
struct abort_saga {
  using reply = struct saga_command_reply;
  std::uint64_t correlation{0};
  payment_id payment;
  std::string reason;  ///< kept in the timeline
  call_context call{};
};

enum class saga_refusal : std::uint8_t { none, payment_not_found, saga_not_parked };

/// Answers both of the above, once the change is durable.
/// **Faults** unavailable, overloaded: not done. in_doubt: look at the saga.
struct saga_command_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  saga_refusal refusal{saga_refusal::none};
  payment row;  ///< as it is now; with saga_not_parked as it is without the command
};

/// Front of the payment service for a range of shards: keys, sagas, reads.
using payment_service_actor =
    accepts<start_payment, refund_payment, find_payment, find_open_payment, list_sagas, read_saga,
            resume_saga, abort_saga, read_figures>;

}  // namespace boxoffice
