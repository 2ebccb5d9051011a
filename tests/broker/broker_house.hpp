#pragma once

#include "actors/bus/event_publisher.hpp"
#include "actors/bus/event_source.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace boxoffice::broker_test {

/// A real broker, a place of its own on it, and both sides of that place.
class broker_house {
 public:
  virtual ~broker_house() = default;
  virtual std::unique_ptr<event_publisher> publisher() = 0;
  virtual std::unique_ptr<event_source> source(const std::string& group) = 0;
  /// The same place, as a server's settings say it: `events.kafka.brokers=…`.
  [[nodiscard]] virtual std::vector<std::string> settings() const = 0;
  /// How many events lie where `park` of this group put them.
  virtual std::size_t parked_in(const std::string& group) = 0;
  /// As kill -9 of all its processes would. **Requires** ownership::own.
  virtual void kill() = 0;
  /// Starts it again on the same data and port, and waits until it serves.
  virtual void start() = 0;
};

/// `shared`: the server that CTest started for all tests. `own`: one that may be killed.
enum class ownership : std::uint8_t { shared, own };

std::unique_ptr<broker_house> make_rabbitmq_house(ownership of);
/// librdkafka's mock cluster, as a process: what was published does not survive `kill`.
std::unique_ptr<broker_house> make_kafka_mock_house(ownership of);
/// A Kafka in KRaft mode.
std::unique_ptr<broker_house> make_kafka_house(ownership of);
std::unique_ptr<broker_house> make_redis_streams_house(ownership of);

}  // namespace boxoffice::broker_test
