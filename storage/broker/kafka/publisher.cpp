#include "storage/broker/kafka/publisher.hpp"

#include "storage/broker/kafka/source.hpp"

#include <utility>

namespace boxoffice::broker {
namespace {

kafka_message message_of(event_record&& event) {
  return {std::move(event.key),
          std::move(event.body),
          {{"content-type", event_content_type},
           {"id", std::move(event.id)},
           {"type", std::move(event.type)}}};
}

}  // namespace

kafka_publisher::kafka_publisher(kafka_place where)
    : sender_{std::move(where), kafka_sender::absent_topic::is_awaited} {}

void kafka_publisher::publish(std::vector<event_record> batch, std::function<void(answer)> done) {
  std::vector<kafka_message> messages;
  messages.reserve(batch.size());
  for (auto& each : batch)
    messages.push_back(message_of(std::move(each)));
  sender_.send(std::move(messages), std::move(done));
}

std::unique_ptr<event_publisher> open_kafka_publisher(kafka_place where) {
  return std::make_unique<kafka_publisher>(std::move(where));
}

std::unique_ptr<event_source> open_kafka_source(kafka_place where, std::string group) {
  return std::make_unique<kafka_source>(std::move(where), std::move(group));
}

}  // namespace boxoffice::broker
