#pragma once

#include "actors/caf/message.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/money.hpp"
#include "actors/payment/payment.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::bench {

using boxoffice::inspect;

/// What participants of a choreographed purchase tell each other, each to exactly one listener.
///
///     payment.requested ──▶ point        points.refused  ──▶ payment: FAILED
///     points.debited    ──▶ reservation  seats.confirmed ──▶ payment: COMPLETED
///     seats.refused     ──▶ point        points.refunded ──▶ payment: COMPENSATED
///
/// The numbers stand in the stores.
enum class purchase_event_kind : std::uint8_t {
  payment_requested,
  points_debited,
  points_refused,
  seats_confirmed,
  seats_refused,
  points_refunded,
};

/// One event. It carries whatever a later participant needs, for nobody else knows it.
struct purchase_event {
  std::uint64_t sequence{0};  ///< in the outbox that it comes from
  purchase_event_kind kind{purchase_event_kind::payment_requested};
  payment_id payment;
  user_id user;
  reservation_id reservation;
  points amount;
  points balance;                                  ///< of the user, from points.debited on
  payment_failure failure{payment_failure::none};  ///< from a refusal on
};

/// What is carried: all but sequence, kind and payment. `decode` throws encoding::decode_error.
std::string encode(const purchase_event& event);
void decode(std::string_view carried, purchase_event& into);

/// To a listener, which answers `purchase_events_handled` when all that these events lead to is
/// durable.
struct deliver_purchase_events {
  std::uint64_t batch{0};
  std::vector<purchase_event> events;
};
struct purchase_events_handled {
  std::uint64_t batch{0};
};

}  // namespace boxoffice::bench
