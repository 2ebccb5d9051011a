#include "bench/choreography/choreographed_node.hpp"

#include "actors/audit/run_audit.hpp"
#include "actors/core/check.hpp"
#include "actors/node/node_system.hpp"
#include "actors/node/real_sources.hpp"
#include "actors/node/service_parts.hpp"
#include "actors/node/store_threads.hpp"
#include "actors/outbox/outbox_relay.hpp"
#include "actors/point/point_service.hpp"
#include "actors/reservation/reservation_service.hpp"
#include "bench/choreography/event_table.hpp"
#include "bench/choreography/payment_participant.hpp"
#include "bench/compare/polling.hpp"
#include "storage/sqlite/audit_reader.hpp"
#include "storage/sqlite/node_storage.hpp"
#include "storage/sqlite/stores.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

namespace boxoffice::bench {
namespace {

/// A store of the product with the outbox of the bench: what a commit has added to that goes to
/// the relay at once.
template <class Store, class Write>
class participant_store {
 public:
  participant_store(const std::string& name, event_table& table, std::unique_ptr<Store> store,
                    store_board& board, boxoffice::metrics& metrics)
      : table_{table},
        store_{std::move(store)},
        threads_{name, "", board, [this](std::span<const Write> batch) { return commit(batch); },
                 metrics} {}

  /// From now on its events are delivered, those first that were left.
  event_relay_actor relay_to(caf::actor_system& system, const listeners& to) {
    auto relay = spawn_event_relay(system, {to, threads_.writer, table_});
    const auto begun = threads_.writer.post([this, relay] {
      relay_ = relay;
      publish();
    });
    check(begun == job_runner::posted::yes, "a writer that has just started has room");
    return relay;
  }
  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] store_threads<Write>& threads() { return threads_; }

 private:
  commit_result commit(std::span<const Write> batch) {
    auto result = store_->commit(batch);
    if (result == commit_outcome::committed) publish();
    return result;
  }
  void publish() {
    if (!relay_) return;
    auto events = table_.read_new();
    if (!events.empty()) caf::anon_send(relay_, purchase_events_appended{std::move(events)});
  }

  event_table& table_;
  std::unique_ptr<Store> store_;
  event_relay_actor relay_;  // the writer's thread's
  store_threads<Write> threads_;
};

}  // namespace

class choreographed_node::parts {
 public:
  parts(const std::filesystem::path& data_dir, const hears_fn& hears)
      : files_{files_in(data_dir)}, stores_{open_node_stores(data_dir)} {
    for (auto* each : {&payment_events_, &point_events_, &reservation_events_})
      each->open();
    concert_ = run_concert(frame_, stores_, catalogue_);
    start_reservation();
    start_point();
    queue_ = run_queue_ranking(frame_, stores_);
    start_payment();
    const auto actor_of = [](const auto& handle) { return caf::actor_cast<caf::actor>(handle); };
    const listeners to{payment_,
                       actor_of(frame_.own(spawn_point_listener(*system_, fronts_.point,
                                                                point_events_.carried(), hears))),
                       actor_of(frame_.own(spawn_reservation_listener(
                           *system_, fronts_.reservation, reservation_events_.carried(), hears)))};
    frame_.own(payments_.relay_to(*system_, to));
    frame_.own(points_.relay_to(*system_, to));
    frame_.own(reservations_.relay_to(*system_, to));
  }

  ~parts() {
    for (; !owned_.empty(); owned_.pop_back())
      caf::anon_send_exit(owned_.back(), caf::exit_reason::user_shutdown);
    fronts_ = {};
    system_->await_all_actors_done();
    payments_.threads().stop();
    points_.threads().stop();
    reservations_.threads().stop();
    queue_->stop();
    concert_->stop();
    payment_ = {};
  }
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;

  caf::actor_system& system() { return *system_; }
  const service_handles& fronts() const { return fronts_; }
  const caf::actor& payment() const { return payment_; }
  const boxoffice::metrics& metrics() const { return metrics_; }

 private:
  void start_reservation() {
    auto& threads = reservations_.threads();
    fronts_.reservation = frame_.own(spawn_reservation_service(
        *system_, reservation_context{time_, catalogue_, threads.commits, reservations_.store(),
                                      threads.writer, *stores_.reservation_reads, threads.reader,
                                      metrics_, reservation_ids_, map_versions_}));
  }
  void start_point() {
    auto& threads = points_.threads();
    fronts_.point = frame_.own(spawn_point_service(
        *system_, point_context{time_, threads.commits, points_.store(), threads.writer,
                                *stores_.point_reads, threads.reader, transaction_ids_, metrics_,
                                account_rules{.charge_max = {settings_.point.charge_max}}}));
  }
  void start_payment() {
    auto& threads = payments_.threads();
    std::vector<outbox_relay_actor> relays;
    const std::vector<std::pair<std::string, event_consumer_actor>> consumers{
        {"queue", fronts_.queue},
        {"best_selling", fronts_.best_selling},
        {"sold_out", fronts_.sold_out}};
    relays.reserve(consumers.size());
    for (const auto& [name, to] : consumers)
      relays.push_back(frame_.own(spawn_outbox_relay(*system_, {.time = time_,
                                                                .consumer = name,
                                                                .to = to,
                                                                .commits = threads.commits,
                                                                .reader = *stores_.payment_reads,
                                                                .reads = threads.reader,
                                                                .metrics = metrics_})));
    payment_ = caf::actor_cast<caf::actor>(
        frame_.own(spawn_payment_participant(*system_, {.time = time_,
                                                        .commits = threads.commits,
                                                        .store = payments_.store(),
                                                        .reader = *stores_.payment_reads,
                                                        .reads = threads.reader,
                                                        .metrics = metrics_,
                                                        .reservation = fronts_.reservation,
                                                        .carried = payment_events_.carried(),
                                                        .relays = std::move(relays)})));
  }

  const storage_files files_;
  event_table payment_events_{event_table::participant::payment, files_.payment};
  event_table point_events_{event_table::participant::point, files_.point};
  event_table reservation_events_{event_table::participant::reservation, files_.reservation};
  node_stores stores_;
  settings settings_;
  system_clock_source time_;
  system_random_source random_;
  boxoffice::metrics metrics_;
  store_board board_{metrics_, time_, milliseconds{0}};
  catalogue_view catalogue_;
  node_system_config config_{settings_};
  std::unique_ptr<caf::actor_system> system_{std::make_unique<caf::actor_system>(config_)};
  std::vector<caf::actor> owned_;
  service_handles fronts_;
  const node_environment outside_{time_, random_, metrics_, nullptr};
  const node_frame frame_{*system_,
                          settings_,
                          outside_,
                          catalogue_,
                          board_,
                          fronts_,
                          [](const std::string&) { return std::string{}; },
                          [this](const caf::actor& a) { owned_.push_back(a); }};
  epoch_numbers reservation_ids_{stores_.reservation->epoch(), epoch_numbers::wide};
  epoch_numbers map_versions_{stores_.reservation->epoch(), epoch_numbers::narrow};
  epoch_numbers transaction_ids_{stores_.point->epoch(), epoch_numbers::wide};
  participant_store<payment_store, payment_write> payments_{
      "payment", payment_events_, std::move(stores_.payment), board_, metrics_};
  participant_store<point_store, point_write> points_{"point", point_events_,
                                                      std::move(stores_.point), board_, metrics_};
  participant_store<reservation_store, reservation_write> reservations_{
      "reservation", reservation_events_, std::move(stores_.reservation), board_, metrics_};
  std::unique_ptr<service_part> concert_, queue_;
  caf::actor payment_;
};

choreographed_node::choreographed_node(const std::filesystem::path& data_dir, const hears_fn& hears)
    : parts_{std::make_unique<parts>(data_dir, hears)} {}
choreographed_node::~choreographed_node() = default;
caf::actor_system& choreographed_node::system() { return parts_->system(); }
const service_handles& choreographed_node::services() const { return parts_->fronts(); }
const caf::actor& choreographed_node::payment() const { return parts_->payment(); }
const boxoffice::metrics& choreographed_node::metrics() const { return parts_->metrics(); }

audit::audit_report audit_of(const std::filesystem::path& data_dir, audit::reading how,
                             milliseconds later) {
  auto terms = audit::terms_of(settings{}, how);
  terms.now = to_unix_ms(system_clock_source{}.now() + later);
  return audit::check_books(open_audit_reader(data_dir)->read(), terms);
}

audit::audit_report audit_when_drained(const std::filesystem::path& data_dir) {
  audit::audit_report report;
  const auto is_clean = [&] {
    report = audit_of(data_dir, audit::reading::drained);
    return report.ok();
  };
  try {
    compare::seconds_until("a clean audit", std::chrono::milliseconds{20}, std::chrono::seconds{60},
                           is_clean);
  } catch (const std::runtime_error&) {
    const auto& first = report.violations.front();
    throw std::runtime_error{std::string{audit::name_of(first.broken)} + ": " + first.detail};
  }
  return report;
}

}  // namespace boxoffice::bench
