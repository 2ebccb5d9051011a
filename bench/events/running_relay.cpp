#include "bench/events/running_relay.hpp"

#include <span>
#include <utility>

#include <caf/send.hpp>

namespace boxoffice::bench {

running_relay::running_relay(const filled_outbox& from)
    : stores_{open_postgres_payment(postgres_at(from.location()))},
      threads_{
          "payment", "", board_,
          [this](std::span<const payment_write> batch) { return stores_.store->commit(batch); },
          measured_} {}

running_relay::~running_relay() {
  if (relay_) caf::anon_send_exit(relay_, caf::exit_reason::user_shutdown);
  if (consumer_) caf::anon_send_exit(consumer_, caf::exit_reason::user_shutdown);
  system_.await_all_actors_done();
  threads_.stop();
}

void running_relay::start(event_consumer_actor consumer, std::size_t batch_events_max) {
  consumer_ = std::move(consumer);
  relay_ = spawn_outbox_relay(system_, {.time = time_,
                                        .consumer = "bench",
                                        .to = consumer_,
                                        .commits = threads_.commits,
                                        .reader = *stores_.reader,
                                        .reads = threads_.reader,
                                        .metrics = measured_,
                                        .batch_events_max = batch_events_max});
}

void running_relay::appended() { caf::anon_send(relay_, outbox_appended{}); }

}  // namespace boxoffice::bench
