#pragma once

#include "actors/bus/event_source.hpp"
#include "storage/broker/rabbitmq.hpp"
#include "storage/broker/rabbitmq/interrupt.hpp"

#include <string>

namespace boxoffice::broker {

/// Reads a stream from its beginning to where it ends now, over a connection of its own, so that
/// deliveries and their acknowledgements are left alone. Gives up when `owner` is stopped. Throws
/// rabbitmq_error.
///
/// **Why** it puts a mark there, and reads up to that: RabbitMQ does not say where a stream ends
/// (3.10 counts none of its messages). Marks are no records.
event_source::parked_records read_parked_stream(const rabbitmq_place& place,
                                                const std::string& stream,
                                                const rabbitmq_interrupt& owner);

}  // namespace boxoffice::broker
