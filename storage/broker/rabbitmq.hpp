#pragma once

#include "actors/bus/event_publisher.hpp"
#include "actors/bus/event_source.hpp"
#include "config/rabbitmq_location.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace boxoffice::broker {

/// A RabbitMQ, and the topic exchange on it.
struct rabbitmq_place {
  rabbitmq_location where;
  std::string exchange{"boxoffice"};
  /// Whom we believe, with TLS; empty: the authorities of the system.
  std::filesystem::path ca_file{};
  /// A connection without a word for twice as long is lost.
  std::chrono::seconds heartbeat{10};
};

/// Publishes to the exchange, which it makes: durable, of the type `topic`. An event is a
/// persistent message; its type is the routing key and the property `type`, its id the property
/// `message_id`. Confirmed is what the broker confirmed and could route: without a queue that is
/// bound, an event is doubtful. The queues are those of the readers. Nothing but the destructor
/// ends it, which takes about a second at most. With TLS, and a host that does not answer, it takes
/// as long as a connection may take to open.
std::unique_ptr<event_publisher> open_rabbitmq_publisher(rabbitmq_place where);

/// Takes events from the durable quorum queue `EXCHANGE.GROUP`, which it makes and binds to
/// `payment.#` of the exchange. One source of a group at a time gets events, so that order holds;
/// when it ends, the next one takes over, with what was not acknowledged first. An event parked
/// goes to the quorum queue `EXCHANGE.GROUP.parked`, with the header `reason`.
std::unique_ptr<event_source> open_rabbitmq_source(rabbitmq_place where, std::string group);

}  // namespace boxoffice::broker
