#pragma once

#include "actors/core/metrics.hpp"
#include "actors/node/real_sources.hpp"
#include "actors/node/store_threads.hpp"
#include "actors/outbox/outbox_relay.hpp"
#include "bench/events/sides.hpp"
#include "storage/postgres/stores.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

namespace boxoffice::bench {

/// The relay of one consumer, over the payment database `from`, as the server runs it. Life cycle:
/// `start` once; ends with this, before the consumer's port does.
class running_relay {
 public:
  explicit running_relay(const filled_outbox& from);
  ~running_relay();
  running_relay(const running_relay&) = delete;
  running_relay& operator=(const running_relay&) = delete;

  caf::actor_system& system() { return system_; }
  metrics& measured() { return measured_; }
  /// Delivers to `consumer`, which ends with this.
  void start(event_consumer_actor consumer, std::size_t batch_events_max);
  /// Tells it that a commit has appended events.
  void appended();

 private:
  metrics measured_;
  system_clock_source time_;
  postgres_payment stores_;
  store_board board_{measured_, time_, milliseconds{0}};
  store_threads<payment_write> threads_;
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  event_consumer_actor consumer_;
  outbox_relay_actor relay_;
};

}  // namespace boxoffice::bench
