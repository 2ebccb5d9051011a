#include "actors/bus/publisher.hpp"
#include "bench/compare/polling.hpp"
#include "bench/events/running_relay.hpp"
#include "bench/events/sides.hpp"
#include "storage/broker/cloud_event.hpp"

#include <chrono>

namespace boxoffice::bench {

double publish_by_relay(const filled_outbox& from, event_publisher& to) {
  constexpr std::chrono::minutes patience{5};
  constexpr std::chrono::milliseconds step{1};
  running_relay relay{from};
  auto& confirmed = relay.measured().counter(
      "boxoffice_bus_published_total", "Events that the broker has confirmed", {{"sink", "bench"}});
  relay.start(
      spawn_publisher(
          relay.system(),
          {.sink = "bench", .to = to, .encode = broker::encode_event, .metrics = relay.measured()}),
      limits::outbox_relay_batch_events_max);
  return compare::seconds_until("the relay", step, patience,
                                [&] { return confirmed.value() >= from.events(); });
}

}  // namespace boxoffice::bench
