#pragma once

#include "actors/caf/actor.hpp"
#include "actors/caf/values.hpp"
#include "actors/core/fault.hpp"
#include "actors/core/idempotency.hpp"
#include "actors/payment/payment.hpp"
#include "actors/reservation/protocol.hpp"

#include <cstdint>

namespace boxoffice {

/// Pays a reservation with points. Answered when the saga ends, or, still running, after the answer
/// deadline. **Rejects** in the order of `payment_refusal`.
struct start_payment {
  std::uint64_t ticket{0};
  request_key key;
  user_id user;
  reservation_id reservation;  ///< none: the text named no reservation
  queue_admission admission{queue_admission::admitted};
  std::uint32_t position{0};  ///< with still_waiting
  queue_token token{};
};

/// Takes a payment back: releases the seats, returns the points.
struct refund_payment {
  std::uint64_t ticket{0};
  request_key key;
  user_id user;
  payment_id payment;
};

/// Answers both of the above.
struct payment_reply {
  std::uint64_t ticket{0};
  boxoffice::fault fault{fault::none};
  key_verdict key{key_verdict::fresh};
  payment_outcome outcome;  ///< valid when fault is none and key is fresh or replayed
};

/// Reads a payment of `user`.
struct find_payment {
  std::uint64_t ticket{0};
  user_id user;
  payment_id payment;
};

/// Asks whether a payment of this reservation runs right now.
struct find_open_payment {
  std::uint64_t ticket{0};
  user_id user;
  reservation_id reservation;
};

/// Answers both of the above; an id of none means: there is none.
struct payment_found {
  std::uint64_t ticket{0};
  boxoffice::fault fault{fault::none};
  payment found;
};

/// Front of the payment service for a range of shards: keys, sagas, reads.
using payment_desk_actor = accepts<start_payment, refund_payment, find_payment, find_open_payment>;

template <class Inspector>
auto inspect(Inspector& f, payment& v) {
  return fields(f, v.id, v.reservation, v.concert, v.user, v.amount, v.state, v.failure, v.reason,
                v.token, v.holds_else, v.seats, v.balance, v.created_at, v.deadline, v.completed_at,
                v.changed_at);
}
template <class Inspector>
auto inspect(Inspector& f, payment_event& v) {
  return fields(f, v.id, v.sequence, v.kind, v.payment, v.user, v.reservation, v.concert, v.seats,
                v.amount, v.token, v.holds_else, v.paid_at, v.occurred_at);
}
template <class Inspector>
auto inspect(Inspector& f, payment_outcome& v) {
  return fields(f, v.refusal, v.other, v.position, v.expired_at, v.paid);
}
template <class Inspector>
auto inspect(Inspector& f, start_payment& m) {
  return fields(f, m.ticket, m.key, m.user, m.reservation, m.admission, m.position, m.token);
}
template <class Inspector>
auto inspect(Inspector& f, refund_payment& m) {
  return fields(f, m.ticket, m.key, m.user, m.payment);
}
template <class Inspector>
auto inspect(Inspector& f, payment_reply& m) {
  return fields(f, m.ticket, m.fault, m.key, m.outcome);
}
template <class Inspector>
auto inspect(Inspector& f, find_payment& m) {
  return fields(f, m.ticket, m.user, m.payment);
}
template <class Inspector>
auto inspect(Inspector& f, find_open_payment& m) {
  return fields(f, m.ticket, m.user, m.reservation);
}
template <class Inspector>
auto inspect(Inspector& f, payment_found& m) {
  return fields(f, m.ticket, m.fault, m.found);
}

}  // namespace boxoffice
