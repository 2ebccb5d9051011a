#include "storage/open_brokers.hpp"

#include "storage/broker/cloud_event.hpp"
#include "storage/broker/kafka.hpp"
#include "storage/broker/rabbitmq.hpp"
#include "storage/broker/redis_streams.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

namespace boxoffice {
namespace {

/// What the settings have checked already.
template <class Location>
Location sound(std::variant<Location, std::string> read) {
  if (auto* fault = std::get_if<std::string>(&read)) throw std::invalid_argument{*fault};
  return std::get<Location>(std::move(read));
}

broker::rabbitmq_place place_of(const settings::events_settings::rabbitmq_settings& how) {
  return {sound(parse_rabbitmq_location(how.url.reveal())), how.exchange, how.ca_file};
}

broker::kafka_place place_of(const settings::events_settings::kafka_settings& how) {
  broker::kafka_place out;
  out.brokers = how.brokers;
  out.topic = how.topic;
  if (how.transport == kafka_transport::tls) out.over = broker::kafka_place::transport::tls;
  out.ca_file = how.ca_file;
  out.user = how.user;
  out.password = how.password.reveal();
  out.mechanism = name_of(how.login);
  return out;
}

broker::redis_streams_place place_of(const settings::events_settings::redis_streams_settings& how) {
  return {sound(parse_redis_location(how.url.reveal())), how.stream};
}

std::unique_ptr<event_source> open_source(const settings& how, const std::string& group) {
  const auto& events = how.events;
  switch (how.ranking.source) {
    case ranking_source::outbox:
      break;
    case ranking_source::rabbitmq:
      return broker::open_rabbitmq_source(place_of(events.rabbitmq), group);
    case ranking_source::kafka:
      return broker::open_kafka_source(place_of(events.kafka), group);
    case ranking_source::redis_streams:
      return broker::open_redis_streams_source(place_of(events.redis_streams), group);
  }
  return nullptr;
}

}  // namespace

bus_ends open_brokers(const settings& how) {
  bus_ends out{.encode = broker::encode_event, .decode = broker::decode_event};
  const auto& [keep_days, rabbitmq, kafka, redis] = how.events;
  if (how.node.roles.contains(role::payment)) {
    if (!rabbitmq.url.empty())
      out.sinks.push_back({"rabbitmq", broker::open_rabbitmq_publisher(place_of(rabbitmq))});
    if (!kafka.brokers.empty())
      out.sinks.push_back({"kafka", broker::open_kafka_publisher(place_of(kafka))});
    if (!redis.url.empty())
      out.sinks.push_back({"redis_streams", broker::open_redis_streams_publisher(place_of(redis))});
  }
  if (how.node.roles.contains(role::queue_ranking)) {
    out.best_selling = open_source(how, "best_selling");
    out.sold_out = open_source(how, "sold_out");
  }
  if (how.node.roles.contains(role::data_platform))
    out.data_platform = open_source(how, "data_platform");
  return out;
}

}  // namespace boxoffice
