#include "actors/node/service_parts.hpp"

#include "actors/bus/publisher.hpp"
#include "actors/bus/subscriber.hpp"
#include "actors/concert/catalogue_service.hpp"
#include "actors/core/epoch_numbers.hpp"
#include "actors/data_platform/forwarder.hpp"
#include "actors/node/store_threads.hpp"
#include "actors/outbox/board_filler.hpp"
#include "actors/outbox/outbox_relay.hpp"
#include "actors/outbox/outbox_service.hpp"
#include "actors/payment/payment_service.hpp"
#include "actors/point/point_service.hpp"
#include "actors/queue/queue_service.hpp"
#include "actors/ranking/board_actors.hpp"
#include "actors/reservation/reservation_service.hpp"
#include "logging/log.hpp"

#include <exception>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace boxoffice {
namespace {

/// Lets a consumer hear of events from a broker.
subscriber_actor listen(const node_frame& in, event_source& to, const char* name,
                        parked_entities::kind kind, const event_consumer_actor& consumer) {
  return in.own(spawn_subscriber(in.system, {.consumer = name,
                                             .from = to,
                                             .decode = in.outside.brokers->decode,
                                             .to = consumer,
                                             .time = in.outside.time,
                                             .metrics = in.outside.metrics,
                                             .kind = kind}));
}

/// The same for a board, if there is a source.
template <class Board>
void listen(const node_frame& in, event_source* to, const char* name, parked_entities::kind kind,
            const Board& board) {
  if (to != nullptr)
    hears_from(caf::actor_cast<caf::actor>(board), listen(in, *to, name, kind, board));
}

event_consumer_actor start_forwarder(const node_frame& in) {
  return in.own(spawn_forwarder(in.system, {*in.outside.data_platform, in.outside.random,
                                            in.outside.metrics, in.how.data_platform.batch}));
}

/// A service around one store.
template <class Store, class Write>
class part_of : public service_part {
 public:
  part_of(const node_frame& in, std::string name, std::unique_ptr<Store> store)
      : name_{std::move(name)},
        store_{std::move(store)},
        threads_{name_, in.note_of(name_), in.board,
                 [this](std::span<const Write> batch) { return store_->commit(batch); },
                 in.outside.metrics} {}

  void watch(store_watch& by) override { by.add(threads_.number, name_, *store_, threads_.writer); }
  void stop() override { threads_.stop(); }
  void belong_to(const std::string& installation) override {
    std::ignore = threads_.writer.post([this, installation] {
      try {
        store_->belong_to(installation, {});
      } catch (const std::exception& e) {
        log(log_level::error, "node", "a store does not take the id of its installation",
            {{"store", name_}, {"error", e.what()}});
      }
    });
  }
  [[nodiscard]] std::uint64_t epoch() const override { return store_->epoch(); }

 protected:
  const std::string name_;
  std::unique_ptr<Store> store_;
  store_threads<Write> threads_;
};

class concert_part final : public part_of<concert_store, concert_write> {
 public:
  concert_part(const node_frame& in, node_stores& from, catalogue_view& publishes_to)
      : part_of{in, "concert", std::move(from.concert)},
        ids_{store_->epoch(), epoch_numbers::narrow} {
    const bool followed = in.how.cluster.listen.has_value();
    in.fronts.catalogue = in.own(
        spawn_catalogue(in.system,
                        concert_context{threads_.commits, *store_, threads_.writer, publishes_to,
                                        in.outside.metrics, ids_, in.outside.time, followed},
                        store_->load()));
  }

 private:
  epoch_numbers ids_;
};

class reservation_part final : public part_of<reservation_store, reservation_write> {
 public:
  reservation_part(const node_frame& in, node_stores& from)
      : part_of{in, "reservation", std::move(from.reservation)},
        reads_{std::move(from.reservation_reads)},
        ids_{store_->epoch(), epoch_numbers::wide},
        map_versions_{store_->epoch(), epoch_numbers::narrow} {
    in.fronts.reservation = in.own(spawn_reservation_service(
        in.system, reservation_context{in.outside.time, in.catalogue, threads_.commits, *store_,
                                       threads_.writer, *reads_, threads_.reader,
                                       in.outside.metrics, ids_, map_versions_, &seat_maps_}));
    in.fronts.seat_maps = &seat_maps_;
  }

 private:
  std::unique_ptr<reservation_reader> reads_;
  epoch_numbers ids_, map_versions_;
  seat_map_versions seat_maps_;
};

class point_part final : public part_of<point_store, point_write> {
 public:
  point_part(const node_frame& in, node_stores& from)
      : part_of{in, "point", std::move(from.point)},
        reads_{std::move(from.point_reads)},
        transactions_{store_->epoch(), epoch_numbers::wide} {
    in.fronts.point = in.own(spawn_point_service(
        in.system, point_context{in.outside.time, threads_.commits, *store_, threads_.writer,
                                 *reads_, threads_.reader, transactions_, in.outside.metrics,
                                 account_rules{.charge_max = {in.how.point.charge_max}}}));
  }

 private:
  std::unique_ptr<point_reader> reads_;
  epoch_numbers transactions_;
};

class queue_ranking_part final : public part_of<queue_ranking_store, queue_ranking_write> {
 public:
  queue_ranking_part(const node_frame& in, node_stores& from)
      : part_of{in, "queue_ranking", std::move(from.queue_ranking)},
        queue_reads_{std::move(from.queue_reads)},
        ranking_reads_{std::move(from.ranking_reads)},
        restorings_{in.outside.metrics.gauge("boxoffice_queue_store_restorings",
                                             "Times the store of waiting rooms and rankings had "
                                             "lost something, and it was put back")} {
    in.fronts.queue = in.own(spawn_queue_service(
        in.system, queue_context{in.outside.time, in.outside.random, threads_.commits,
                                 *queue_reads_, threads_.reader, in.catalogue, in.outside.metrics,
                                 queue_times{.token = in.how.queue.token_time,
                                             .silence = in.how.queue.silence},
                                 [this](time_point before) { prune(before); }, &admitted_}));
    in.fronts.admitted = &admitted_;
    const ranking_context boards{in.outside.time, threads_.commits, *ranking_reads_,
                                 threads_.reader, in.catalogue,     in.outside.metrics};
    in.fronts.best_selling = in.own(spawn_best_selling(in.system, boards));
    in.fronts.sold_out = in.own(spawn_sold_out(in.system, boards));
    if (in.outside.brokers == nullptr) return;
    const auto& brokers = *in.outside.brokers;
    using kind = parked_entities::kind;
    listen(in, brokers.best_selling.get(), "best_selling", kind::best_selling,
           in.fronts.best_selling);
    listen(in, brokers.sold_out.get(), "sold_out", kind::sold_out, in.fronts.sold_out);
  }

  void watch(store_watch& by) override {
    by.add(threads_.number, name_, *store_, threads_.writer,
           [this] { restorings_.set(static_cast<std::int64_t>(store_->restorings())); });
  }

 private:
  void prune(time_point before) {
    // When the writer is too busy for this, the next round does it.
    std::ignore = threads_.writer.post(
        [this, before] { store_->prune_queue(before, limits::prune_rows_max); });
  }

  std::unique_ptr<queue_reader> queue_reads_;
  std::unique_ptr<ranking_reader> ranking_reads_;
  gauge& restorings_;
  active_tokens admitted_;
};

class payment_part final : public part_of<payment_store, payment_write> {
 public:
  payment_part(const node_frame& in, node_stores& from)
      : part_of{in, "payment", std::move(from.payment)}, reads_{std::move(from.payment_reads)} {
    const auto consumers = start_relays(in);
    std::vector<outbox_relay_actor> relays;
    relays.reserve(consumers.size());
    for (const auto& c : consumers)
      relays.push_back(c.relay);
    in.fronts.outbox = in.own(
        spawn_outbox_service(in.system, {.reader = *reads_,
                                         .reads = threads_.reader,
                                         .consumers = consumers,
                                         .time = in.outside.time,
                                         .store = *store_,
                                         .commit_jobs = threads_.writer,
                                         .kept = std::chrono::hours{24 * in.how.events.keep_days},
                                         .metrics = in.outside.metrics}));
    const auto& rules = in.how.payment;
    in.fronts.payment = in.own(spawn_payment_service(
        in.system,
        payment_context{.time = in.outside.time,
                        .random = in.outside.random,
                        .commits = threads_.commits,
                        .store = *store_,
                        .commit_jobs = threads_.writer,
                        .reader = *reads_,
                        .reads = threads_.reader,
                        .metrics = in.outside.metrics,
                        .reservation = in.fronts.reservation,
                        .points = [point = in.fronts.point](const user_id&) { return point; },
                        .relays = std::move(relays),
                        .rules = {.deadline = rules.deadline,
                                  .step_time = rules.step_time,
                                  .undo_tries_max = static_cast<int>(rules.undo_tries_max)},
                        .answer_time = rules.answer_time}));
  }

 private:
  // One relay for each consumer.
  std::vector<outbox_context::consumer> start_relays(const node_frame& in) {
    struct listener {
      std::string name;
      event_consumer_actor to;
      fillable_actor fills{};
      std::size_t batch_events_max{limits::outbox_relay_batch_events_max};
    };
    const std::vector<listener> boards{
        {"best_selling", in.fronts.best_selling, in.fronts.best_selling},
        {"sold_out", in.fronts.sold_out, in.fronts.sold_out}};
    std::vector<listener> all{{"queue", in.fronts.queue}};
    if (in.how.ranking.source == ranking_source::outbox)
      all.insert(all.end(), boards.begin(), boards.end());
    else
      for (const auto& [name, to, fills, batch] : boards)
        in.owns(spawn_board_filler(in.system, {in.outside.time, name, to, fills, *reads_,
                                               threads_.reader, in.outside.metrics}));
    if (in.outside.brokers != nullptr)
      for (const auto& [name, publisher] : in.outside.brokers->sinks)
        all.push_back(
            {name, in.own(spawn_publisher(in.system, {.sink = name,
                                                      .to = *publisher,
                                                      .encode = in.outside.brokers->encode,
                                                      .metrics = in.outside.metrics}))});
    // It takes apart what it gets, to have many schedules on their way.
    if (in.outside.data_platform != nullptr)
      all.push_back({"data_platform", start_forwarder(in), {}, limits::consumer_queue_events_max});
    std::vector<outbox_context::consumer> relays;
    for (const auto& [name, consumer, fills, batch_events_max] : all) {
      auto relay = spawn_outbox_relay(in.system, {.time = in.outside.time,
                                                  .consumer = name,
                                                  .to = consumer,
                                                  .commits = threads_.commits,
                                                  .reader = *reads_,
                                                  .reads = threads_.reader,
                                                  .metrics = in.outside.metrics,
                                                  .fills = fills,
                                                  .batch_events_max = batch_events_max});
      relays.push_back({name, in.own(std::move(relay))});
    }
    return relays;
  }

  std::unique_ptr<payment_reader> reads_;
};

}  // namespace

std::unique_ptr<service_part> run_concert(const node_frame& in, node_stores& from,
                                          catalogue_view& publishes_to) {
  return std::make_unique<concert_part>(in, from, publishes_to);
}
std::unique_ptr<service_part> run_reservation(const node_frame& in, node_stores& from) {
  return std::make_unique<reservation_part>(in, from);
}
std::unique_ptr<service_part> run_point(const node_frame& in, node_stores& from) {
  return std::make_unique<point_part>(in, from);
}
std::unique_ptr<service_part> run_queue_ranking(const node_frame& in, node_stores& from) {
  return std::make_unique<queue_ranking_part>(in, from);
}
std::unique_ptr<service_part> run_payment(const node_frame& in, node_stores& from) {
  return std::make_unique<payment_part>(in, from);
}

void run_data_platform(const node_frame& in) {
  listen(in, *in.outside.brokers->data_platform, "data_platform",
         parked_entities::kind::data_platform, start_forwarder(in));
}

}  // namespace boxoffice
