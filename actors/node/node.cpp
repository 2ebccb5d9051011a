#include "actors/node/node.hpp"

#include "actors/audit/auditor.hpp"
#include "actors/concert/catalogue_service.hpp"
#include "actors/data_platform/forwarder.hpp"
#include "actors/node/number_sources.hpp"
#include "actors/node/store_threads.hpp"
#include "actors/node/store_watch.hpp"
#include "actors/node/worker_thread.hpp"
#include "actors/outbox/outbox_relay.hpp"
#include "actors/outbox/outbox_service.hpp"
#include "actors/payment/payment_service.hpp"
#include "actors/point/point_service.hpp"
#include "actors/queue/queue_service.hpp"
#include "actors/ranking/board_actors.hpp"
#include "actors/reservation/reservation_service.hpp"

#include <tuple>
#include <utility>

#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>

namespace boxoffice {
/// Everything a node owns, in the order in which it starts; it ends the other way round.
class node::parts {
 public:
  parts(node_stores stores, const settings& how, const node_environment& outside)
      : how_{how},
        outside_{outside},
        stores_{std::move(stores)},
        numbers_{stores_},
        board_{outside.metrics},
        concert_{"concert", note_of("concert"), board_,
                 [this](auto batch) { return stores_.concert->commit(batch); }, outside.metrics},
        reservation_{"reservation", note_of("reservation"), board_,
                     [this](auto batch) { return stores_.reservation->commit(batch); },
                     outside.metrics},
        point_{"point", note_of("point"), board_,
               [this](auto batch) { return stores_.point->commit(batch); }, outside.metrics},
        payment_{"payment", note_of("payment"), board_,
                 [this](auto batch) { return stores_.payment->commit(batch); }, outside.metrics},
        queue_ranking_{"queue_ranking", note_of("queue_ranking"), board_,
                       [this](auto batch) { return stores_.queue_ranking->commit(batch); },
                       outside.metrics},
        watch_{board_, outside.on_end},
        restorings_{outside.metrics.gauge("boxoffice_queue_store_restorings",
                                          "Times the store of waiting rooms and rankings had lost "
                                          "something, and it was put back")},
        audit_{"audit", 1, outside.metrics},
        config_{how.node.scheduler_threads},
        system_{std::make_unique<caf::actor_system>(config_)} {
    start_sales();
    start_consumers();
    start_payments();
    if (stores_.books)
      services_.auditor = owns(spawn_auditor(
          *system_, audit_context{.time = outside_.time,
                                  .reader = *stores_.books,
                                  .jobs = audit_,
                                  .undo_time = audit::undo_time_of(how_.payment.undo_tries_max,
                                                                   how_.payment.step_time),
                                  .metrics = outside_.metrics}));
    start_watch();
  }
  ~parts() { stop(); }
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;

  void stop() {
    if (!system_) return;
    for (; !owned_.empty(); owned_.pop_back())
      caf::anon_send_exit(owned_.back(), caf::exit_reason::user_shutdown);
    services_ = {};
    system_->await_all_actors_done();
    watch_.stop();
    audit_.stop();
    payment_.stop();
    point_.stop();
    reservation_.stop();
    queue_ranking_.stop();
    concert_.stop();
    system_.reset();
  }

  caf::actor_system& system() { return *system_; }
  const service_handles& services() const { return services_; }
  const catalogue_view& catalogue() const { return catalogue_; }

 private:
  // The sharing policy makes plain messages of an actor system on few cores twice as fast as the
  // default one.
  struct scheduler_config : caf::actor_system_config {
    explicit scheduler_config(std::size_t threads) {
      set("scheduler.policy", caf::atom("sharing"));
      set("scheduler.max-threads", threads);
    }
  };

  template <class Handle>
  Handle owns(Handle handle) {
    owned_.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }

  std::string note_of(const std::string& store) const {
    std::string text;
    for (const auto& each : stores_.notes)
      if (each.store == store) text += (text.empty() ? "" : "; ") + each.text;
    return text;
  }

  void start_watch() {
    services_.stores = &board_;
    watch_.add(concert_.number, "concert", *stores_.concert, concert_.writer);
    watch_.add(reservation_.number, "reservation", *stores_.reservation, reservation_.writer);
    watch_.add(point_.number, "point", *stores_.point, point_.writer);
    watch_.add(payment_.number, "payment", *stores_.payment, payment_.writer);
    watch_.add(queue_ranking_.number, "queue_ranking", *stores_.queue_ranking,
               queue_ranking_.writer, [this] {
                 restorings_.set(static_cast<std::int64_t>(stores_.queue_ranking->restorings()));
               });
    watch_.start();
  }

  void start_sales() {
    services_.catalogue = owns(spawn_catalogue(
        *system_,
        concert_context{concert_.commits, *stores_.concert, concert_.writer, catalogue_,
                        outside_.metrics, numbers_.catalogue, outside_.time},
        stores_.concert->load()));
    services_.reservation = owns(spawn_reservation_service(
        *system_, reservation_context{
                      outside_.time, catalogue_, reservation_.commits, *stores_.reservation,
                      reservation_.writer, *stores_.reservation_reads, reservation_.reader,
                      outside_.metrics, numbers_.reservations, numbers_.seat_maps, &seat_maps_}));
    services_.seat_maps = &seat_maps_;
    services_.point = owns(spawn_point_service(
        *system_,
        point_context{outside_.time, point_.commits, *stores_.point, point_.writer,
                      *stores_.point_reads, point_.reader, numbers_.transactions, outside_.metrics,
                      account_rules{.charge_max = {how_.point.charge_max}}}));
  }

  void start_consumers() {
    services_.queue = owns(spawn_queue_service(
        *system_,
        queue_context{outside_.time, outside_.random, queue_ranking_.commits, *stores_.queue_reads,
                      queue_ranking_.reader, catalogue_, outside_.metrics,
                      queue_times{.token = how_.queue.token_time, .silence = how_.queue.silence},
                      [this](time_point before) { prune_queue(before); }, &admitted_}));
    services_.admitted = &admitted_;
    const ranking_context boards{
        outside_.time, queue_ranking_.commits, *stores_.ranking_reads, queue_ranking_.reader,
        catalogue_,    outside_.metrics};
    services_.best_selling = owns(spawn_best_selling(*system_, boards));
    services_.sold_out = owns(spawn_sold_out(*system_, boards));
  }

  void start_payments() {
    const auto consumers = start_relays();
    std::vector<outbox_relay_actor> relays;
    relays.reserve(consumers.size());
    for (const auto& c : consumers)
      relays.push_back(c.relay);
    services_.outbox = owns(spawn_outbox_service(
        *system_, outbox_context{*stores_.payment_reads, payment_.reader, consumers}));
    services_.payment = owns(spawn_payment_service(
        *system_,
        payment_context{.time = outside_.time,
                        .random = outside_.random,
                        .commits = payment_.commits,
                        .store = *stores_.payment,
                        .commit_jobs = payment_.writer,
                        .reader = *stores_.payment_reads,
                        .reads = payment_.reader,
                        .metrics = outside_.metrics,
                        .reservation = services_.reservation,
                        .points = [point = services_.point](const user_id&) { return point; },
                        .relays = std::move(relays),
                        .rules = {.deadline = how_.payment.deadline,
                                  .step_time = how_.payment.step_time,
                                  .undo_tries_max = static_cast<int>(how_.payment.undo_tries_max)},
                        .answer_time = how_.payment.answer_time}));
  }

  // One relay for each consumer; the first prunes what all of them have passed.
  std::vector<outbox_context::consumer> start_relays() {
    std::vector<std::pair<std::string, event_consumer_actor>> all{
        {"best_selling", services_.best_selling},
        {"sold_out", services_.sold_out},
        {"queue", services_.queue}};
    if (outside_.data_platform != nullptr)
      all.emplace_back("data_platform",
                       owns(spawn_forwarder(*system_, {*outside_.data_platform, outside_.random,
                                                       outside_.metrics})));
    std::vector<std::string> names;
    names.reserve(all.size());
    for (const auto& [name, consumer] : all)
      names.push_back(name);
    using pruning = relay_context::pruning;
    std::vector<outbox_context::consumer> relays;
    for (const auto& [name, consumer] : all) {
      auto relay =
          spawn_outbox_relay(*system_, {.time = outside_.time,
                                        .consumer = name,
                                        .to = consumer,
                                        .commits = payment_.commits,
                                        .store = *stores_.payment,
                                        .commit_jobs = payment_.writer,
                                        .reader = *stores_.payment_reads,
                                        .reads = payment_.reader,
                                        .metrics = outside_.metrics,
                                        .prunes = relays.empty() ? pruning::yes : pruning::no,
                                        .consumers = names});
      relays.push_back({name, owns(std::move(relay))});
    }
    return relays;
  }

  void prune_queue(time_point before) {
    // When the writer is too busy for this, the next round does it.
    std::ignore = queue_ranking_.writer.post(
        [this, before] { stores_.queue_ranking->prune_queue(before, limits::prune_rows_max); });
  }

  const settings& how_;
  const node_environment outside_;
  const node_stores stores_;
  number_sources numbers_;
  store_board board_;
  catalogue_view catalogue_;
  active_tokens admitted_;
  seat_map_versions seat_maps_;
  store_threads<concert_write> concert_;
  store_threads<reservation_write> reservation_;
  store_threads<point_write> point_;
  store_threads<payment_write> payment_;
  store_threads<queue_ranking_write> queue_ranking_;
  store_watch watch_;
  gauge& restorings_;
  worker_thread audit_;
  scheduler_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::vector<caf::actor> owned_;
  service_handles services_;
};

node::node(node_stores stores, const settings& how, node_environment outside)
    : parts_{std::make_unique<parts>(std::move(stores), how, outside)} {}
node::~node() = default;
caf::actor_system& node::system() { return parts_->system(); }
const service_handles& node::services() const { return parts_->services(); }
const catalogue_view& node::catalogue() const { return parts_->catalogue(); }
void node::stop() { parts_->stop(); }

}  // namespace boxoffice
