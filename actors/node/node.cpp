#include "actors/node/node.hpp"

#include "actors/audit/auditor.hpp"
#include "actors/audit/run_audit.hpp"
#include "actors/cluster/node_links.hpp"
#include "actors/concert/catalogue_replica.hpp"
#include "actors/node/node_system.hpp"
#include "actors/node/service_parts.hpp"
#include "actors/node/store_watch.hpp"
#include "actors/node/waiting_stores.hpp"
#include "actors/node/worker_thread.hpp"
#include "config/cluster_limits.hpp"

#include <array>
#include <future>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice {

/// Everything a node owns, in the order in which it starts; it ends the other way round.
class node::parts {
 public:
  parts(node_stores stores, const settings& how, const node_environment& outside)
      : how_{how},
        outside_{outside},
        notes_{std::move(stores.notes)},
        books_{std::move(stores.books)},
        installation_{stores.installation},
        board_{outside.metrics, outside.time, how.cluster.takeover_time / 2},
        watch_{board_, outside.on_end,
               how.cluster.takeover_time > milliseconds{0} ? limits::owner_renewal_every
                                                           : limits::store_probe_every},
        audit_{"audit", 1, outside.metrics},
        config_{how},
        system_{std::make_unique<caf::actor_system>(config_)},
        frame_{*system_,
               how_,
               outside_,
               catalogue_,
               board_,
               services_,
               [this](const std::string& store) { return note_of(store); },
               [this](const caf::actor& a) { owned_.push_back(a); }} {
    try {
      start(stores);
    } catch (...) {
      stop();  // or the actor system would wait for what runs already
      throw;
    }
  }
  ~parts() { stop(); }
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;

  void stop() {
    if (!system_) return;
    for (; !owned_.empty(); owned_.pop_back())
      caf::anon_send_exit(owned_.back(), caf::exit_reason::user_shutdown);
    services_ = {};
    if (links_) links_->stop();
    system_->await_all_actors_done();
    watch_.stop();
    audit_.stop();
    for (; !parts_.empty(); parts_.pop_back())
      parts_.back()->stop();
    links_.reset();
    system_.reset();
  }

  caf::actor_system& system() { return *system_; }
  const service_handles& services() const { return services_; }
  const catalogue_view& catalogue() const { return catalogue_; }

 private:
  [[nodiscard]] bool has(role r) const { return how_.node.roles.contains(r); }

  std::string note_of(const std::string& store) const {
    std::string text;
    for (const auto& each : notes_)
      if (each.store == store) text += (text.empty() ? "" : "; ") + each.text;
    return text;
  }

  void start(node_stores& stores) {
    services_.stores = &board_;
    start_links();
    start_services(stores);
    start_audit();
    for (const auto& each : parts_)
      each->watch(watch_);
    watch_.start();
    if (links_) links_->open_door(services_, served_);
  }

  void start_links() {
    if (!how_.is_clustered()) return;
    links_ =
        std::make_unique<cluster::node_links>(
            cluster::node_links::surroundings{
                .system = *system_,
                .how = how_,
                .time = outside_.time,
                .metrics = outside_.metrics,
                .self = {.self = {outside_.random.next(), outside_.random.next()},
                         .node = how_.node_name(),
                         .build = outside_.version},
                .installation = installation_,
                .learned = [this](const std::string& id) { belong_to(id); },
                .unasked =
                    [this] {  // another node may be reached where this one is not
                      if (how_.cluster.takeover_time > milliseconds{0}) board_.end_unasked();
                    },
                .owns = [this](const caf::actor& a) { owned_.push_back(a); }});
    links_->add_proxies(services_, how_.node.roles);
  }

  // Services that need the catalogue do not begin without it: what they have of it is never all.
  // What they own is renewed meanwhile; false: it is lost. A gateway has other things to say
  // too, and waits no longer than a link takes to come up: asked before that it could only refuse.
  bool await_catalogue(const node_stores& stores) {
    const bool needed = has(role::reservation) || has(role::queue_ranking);
    if (!needed && !has(role::gateway)) return true;
    const auto told = std::make_shared<std::promise<void>>();
    const auto done = told->get_future();
    const auto replica =
        spawn_catalogue_replica(*system_, {.time = outside_.time,
                                           .metrics = outside_.metrics,
                                           .view = catalogue_,
                                           .owner = services_.catalogue,
                                           .self = outside_.random.next(),
                                           .on_complete = [told] { told->set_value(); }});
    frame_.own(replica);
    waiting_stores owned{stores};
    const auto until = outside_.time.now() + limits::gateway_catalogue_time_max;
    auto renewed_at = outside_.time.now();
    while ((needed || outside_.time.now() < until) && !outside_.stop.stop_requested()) {
      if (done.wait_for(limits::store_retry_first) == std::future_status::ready) return true;
      if (outside_.time.now() - renewed_at < limits::owner_renewal_every) continue;
      renewed_at = outside_.time.now();
      if (owned.renew(board_)) return false;
    }
    return true;
  }

  void start_services(node_stores& from) {
    if (has(role::concert))
      add(role::concert, run_concert(frame_, from, catalogue_));
    else if (!await_catalogue(from))
      return;
    if (outside_.stop.stop_requested()) return;
    if (has(role::reservation)) add(role::reservation, run_reservation(frame_, from));
    if (has(role::point)) add(role::point, run_point(frame_, from));
    if (has(role::queue_ranking)) add(role::queue_ranking, run_queue_ranking(frame_, from));
    if (has(role::payment)) add(role::payment, run_payment(frame_, from));
    if (has(role::data_platform)) run_data_platform(frame_);
  }
  void add(role which, std::unique_ptr<service_part> part) {
    for (const auto& each : cluster::fronts)
      if (each.service == which) served_.push_back({each.who, part->epoch()});
    const std::scoped_lock hold{lock_};
    if (!learned_.empty()) part->belong_to(learned_);
    parts_.push_back(std::move(part));
  }

  // Services that start later are told when they do.
  void belong_to(const std::string& installation) {
    const std::scoped_lock hold{lock_};
    learned_ = installation;
    for (const auto& each : parts_)
      each->belong_to(installation);
  }

  void start_audit() {
    if (!books_) return;
    services_.auditor = frame_.own(spawn_auditor(
        *system_, audit_context{.time = outside_.time,
                                .reader = *books_,
                                .jobs = audit_,
                                .terms = audit::terms_of(how_, audit::reading::online),
                                .metrics = outside_.metrics}));
  }

  const settings& how_;
  const node_environment outside_;
  const std::vector<node_stores::note> notes_;
  const std::unique_ptr<audit::books_reader> books_;
  const std::string installation_;
  store_board board_;
  catalogue_view catalogue_;
  std::mutex lock_;  // guards the next two
  std::string learned_;
  std::vector<std::unique_ptr<service_part>> parts_;
  store_watch watch_;
  worker_thread audit_;
  node_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::vector<caf::actor> owned_;
  service_handles services_;
  const node_frame frame_;
  std::unique_ptr<cluster::node_links> links_;
  std::vector<cluster::service_state> served_;
};

node::node(node_stores stores, const settings& how, node_environment outside)
    : parts_{std::make_unique<parts>(std::move(stores), how, outside)} {}
node::~node() = default;
caf::actor_system& node::system() { return parts_->system(); }
const service_handles& node::services() const { return parts_->services(); }
const catalogue_view& node::catalogue() const { return parts_->catalogue(); }
void node::stop() { parts_->stop(); }

}  // namespace boxoffice
