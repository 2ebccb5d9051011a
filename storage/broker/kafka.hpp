#pragma once

#include "actors/bus/event_publisher.hpp"
#include "actors/bus/event_source.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace boxoffice::broker {

/// A topic of a Kafka cluster, and how one gets there.
///
/// Operators make the topic, with the partitions and copies that they want. Where the brokers make
/// topics on demand, they make this one too. More partitions later break the order of a key once,
/// at that moment, as with every client of Kafka.
struct kafka_place {
  std::string brokers;  ///< HOST:PORT, with commas between: where to begin to ask
  std::string topic{"boxoffice.payments"};
  enum class transport : std::uint8_t { plain, tls } over{transport::plain};
  std::filesystem::path ca_file{};  ///< for tls; empty: the system's authorities
  std::string user{}, password{};   ///< SASL; an empty user: none
  /// Brokers since Kafka 3.7.2, 3.8.1 and 3.9 refuse SCRAM of the client library before 2.6.1, that
  /// of Debian 12 among them; `PLAIN` over TLS works with all.
  std::string mechanism{"PLAIN"};
};

/// An idempotent producer that waits for all copies in sync.
///
/// **Ensures** that of each key no event is in the topic before its predecessors, whatever fails;
/// repetitions may follow.
std::unique_ptr<event_publisher> open_kafka_publisher(kafka_place where);

/// A member of the consumer group `<topic>.<group>`, for groups belong to a cluster and not to a
/// topic. Of a new group it begins with the oldest event.
///
/// What is parked goes into the topic `<topic>.<group>.parked`, with the header `reason`. It is
/// made, with one partition that nothing is deleted from, unless it is there.
/// **Requires** that `group` has letters, digits, `.`, `_` and `-` only.
std::unique_ptr<event_source> open_kafka_source(kafka_place where, std::string group);

}  // namespace boxoffice::broker
