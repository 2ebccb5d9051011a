#pragma once

#include "actors/bus/event_codec.hpp"

#include <string_view>
#include <variant>

namespace boxoffice::broker {

/// CloudEvents 1.0, JSON, structured mode (docs/events/).
///
///     {specversion, id, source: "/boxoffice/payments", type: "boxoffice.payment.completed.v1",
///      subject: the payment, time, datacontenttype, partitionkey: the schedule, sequence,
///      traceparent?, data: {paymentId, userId, reservationId, scheduleId, concertId, seats,
///      seatCount, amount, paidAt, occurredAt}}
///
/// `sequence` is a text of 20 digits, so that texts sort as numbers do. A queue token never leaves.
/// **Source** CloudEvents 1.0.2, its JSON format, and its extensions Partitioning, Sequence and
/// Distributed Tracing.
event_record encode_event(const payment_event& event);

/// Reads what `encode_event` of this version or an older one wrote; members it does not know are
/// passed over. Never throws.
std::variant<payment_event, event_fault> decode_event(std::string_view body);

}  // namespace boxoffice::broker
