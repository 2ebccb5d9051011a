#include "tests/simulation/processes.hpp"

#include "actors/commit/fence.hpp"
#include "actors/concert/catalogue_service.hpp"
#include "actors/outbox/outbox_relay.hpp"
#include "actors/payment/payment_service.hpp"
#include "actors/point/point_service.hpp"
#include "actors/queue/queue_service.hpp"
#include "actors/ranking/board_actors.hpp"
#include "actors/reservation/reservation_service.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <tuple>
#include <utility>

namespace boxoffice::simulation {
namespace {

using namespace std::chrono_literals;

// What a write is about; empty: nothing that may be refused here.
std::string entity_of(const concert_write&) { return {}; }
std::string entity_of(const reservation_write& w) {
  return w.row ? std::to_string(w.row->id.number) : std::string{};
}
std::string entity_of(const point_write& w) { return w.user.value; }
std::string entity_of(const payment_write& w) {
  return w.row ? std::to_string(w.row->id.value) : std::string{};
}
std::string entity_of(const queue_ranking_write&) { return {}; }

// Whom the actors of a service ask.
std::vector<address> peers_of(service s) {
  if (s != service::payment) return {};
  return nodes_of({service::reservation, service::point, service::queue_ranking});
}

// What all services have: one store, a committer before it, and a door.
template <class Write>
class stored_process : public process {
 public:
  stored_process(const new_life& which, const process_surroundings& around)
      : process{which.what, which.number, which.epoch, which.seed, around.lease},
        around_{around},
        commits_{std::string{name_of(which.what)},
                 {256, 16},
                 commits(),
                 [this](std::span<const Write> batch) { return commit(batch); },
                 metrics()},
        node_{which.node} {
    reads().full = [this] { return around_.faults.strikes(fault_kind::reads_full); };
    reads().around = [this](const std::function<void()>& job) {
      const auto fails = around_.faults.strikes(fault_kind::read_failed) ||
                         !around_.reaches_store(*this) || is_blind(around_.now);
      if (fails) make_readable(false);
      job();
      if (fails) make_readable(true);
    };
    pass(around.now, milliseconds{0});
    store_ = stores().add(std::string{name_of(which.what)}, {});
  }

  void probe() override {
    if (std::exchange(probing_, true)) return;
    std::ignore = commits().post([this] {
      const auto began = stores().now();
      const auto result = in_store([this] {
        if (around_.now >= refused_until_ && around_.faults.strikes(fault_kind::probe_refused))
          refused_until_ = around_.now + 4s;
        return around_.now < refused_until_
                   ? commit_result{commit_outcome::refused, "refused by a rule of the simulation"}
                   : commit_result{commit_outcome::committed};
      });
      // Its answer is on its way, and this process may stand still meanwhile.
      commits().go_on_with([this, began, result] {
        stores().noted(store_, result, began);
        probing_ = false;
      });
    });
  }

  void end_as_asked() override {
    process::end_as_asked();
    if (ends_) ends_->leave();
  }
  void opens() override {
    if (ends_) ends_->open();
  }

 protected:
  void take_down() {
    if (ends_) ends_->let_go();
    end_actors();
    commits_.close();
    end_system();
  }
  virtual commit_result apply(std::span<const Write> batch) = 0;
  virtual void make_readable(bool) {}

  template <class... Replies>
  void open_door() {
    if (around_.links != nullptr) return join_links();
    enters_by(caf::actor_cast<caf::actor>(
        owns(spawn_actor<entry_state<Replies...>>(system(), around_.net, *this, around_.leaves))));
  }
  template <class Interface>
  Interface proxy(desk to) {
    if (ends_) return ends_->template proxy<Interface>(to);
    return owns(spawn_actor<proxy_state<Interface>>(system(), around_.net, *this, to));
  }

  template <class Handle>
  void serves(desk d, const Handle& h) {
    process::serves(d, h);
    if (ends_) ends_->serve(h);
  }

  const process_surroundings around_;
  committer<Write> commits_;
  std::string poisoned_;
  time_point poisoned_until_{}, refused_until_{};

 private:
  void join_links() {
    ends_ = std::make_unique<link_ends>(link_ends::surroundings{
        *around_.links, *around_.judges, *this, system(), time(), metrics(), stores(), node_,
        peers_of(what()), [this](const caf::actor& a) { owns(a); }});
  }
  commit_result commit(std::span<const Write> batch) {
    const auto began = stores().now();
    const auto result = decide(batch);
    const auto* what = "rolled back";
    if (result.outcome == commit_outcome::committed) what = "committed";
    if (result.outcome == commit_outcome::in_doubt) what = "in doubt";
    around_.events.add(around_.now - around_.began, std::string{name_of(this->what())} + " " +
                                                        std::to_string(number()) + " " + what +
                                                        " " + std::to_string(batch.size()));
    return stores().noted(store_, result, began);
  }
  // For a few seconds one entity has a value that its store does not take.
  bool is_poisoned(std::span<const Write> batch) {
    if (around_.now >= poisoned_until_ && around_.faults.strikes(fault_kind::write_refused)) {
      poisoned_ = entity_of(batch.front());
      poisoned_until_ = around_.now + 3s;
    }
    return around_.now < poisoned_until_ && !poisoned_.empty() &&
           std::ranges::any_of(batch, [&](const Write& w) { return entity_of(w) == poisoned_; });
  }
  commit_result decide(std::span<const Write> batch) {
    return in_store([&]() -> commit_result {
      if (is_poisoned(batch))
        return {commit_outcome::refused, "refused by a rule of the simulation"};
      return apply(batch);
    });
  }
  template <class Work>
  commit_result in_store(Work work) {
    const auto result = transact(std::move(work));
    transacted(result.outcome == commit_outcome::committed);
    return result;
  }
  // And what may go wrong on its way.
  template <class Work>
  commit_result transact(Work work) {
    if (!around_.reaches_store(*this))
      return {commit_outcome::failed, "cut off", store_trouble::takes_no_writes};
    if (!may_write(epoch(), around_.stores.epoch(what())))
      return {commit_outcome::failed, "replaced", store_trouble::replaced};
    if (around_.faults.strikes(fault_kind::commit_failed)) return commit_outcome::failed;
    if (around_.faults.strikes(fault_kind::commit_forgotten)) return commit_outcome::in_doubt;
    const commit_result result = work();
    if (result.outcome != commit_outcome::committed) return result;
    around_.stores.took_batch(what(), epoch());
    if (around_.faults.strikes(fault_kind::commit_unheard)) return commit_outcome::in_doubt;
    return result;
  }

  const std::size_t node_;
  std::size_t store_{0};
  bool probing_{false};
  std::unique_ptr<link_ends> ends_;
};

class concert_process final : public stored_process<concert_write> {
 public:
  concert_process(const new_life& which, const process_surroundings& around)
      : stored_process{which, around} {
    open_door<catalogue_reply>();
    serves(desk::catalogue,
           owns(spawn_catalogue(system(),
                                concert_context{commits_, around_.stores.concert, commits(),
                                                around_.catalogue, metrics(), ids_, time()},
                                around_.stores.concert.load())));
  }
  ~concert_process() override { take_down(); }

 private:
  commit_result apply(std::span<const concert_write> batch) override {
    return around_.stores.concert.commit(batch);
  }

  epoch_numbers ids_{epoch(), epoch_numbers::narrow};
};

class queue_ranking_process final : public stored_process<queue_ranking_write> {
 public:
  queue_ranking_process(const new_life& which, const process_surroundings& around)
      : stored_process{which, around} {
    open_door<queue_reply, token_reply, best_selling_reply, sold_out_reply, events_applied,
              applied_so_far, event_refused, board_filled>();
    auto& store = around_.stores.queue_ranking;
    serves(desk::queue,
           owns(spawn_queue_service(
               system(),
               queue_context{time(), random(), commits_, store, reads(), around_.catalogue,
                             metrics(), queue_times{.token = 40s, .silence = 20s}, nullptr})));
    const ranking_context boards{time(), commits_, store, reads(), around_.catalogue, metrics()};
    serves(desk::best_selling, owns(spawn_best_selling(system(), boards)));
    serves(desk::sold_out, owns(spawn_sold_out(system(), boards)));
  }
  ~queue_ranking_process() override { take_down(); }

 private:
  commit_result apply(std::span<const queue_ranking_write> batch) override {
    return around_.stores.queue_ranking.commit(batch);
  }
  void make_readable(bool yes) override {
    around_.stores.queue_ranking.failing_reads = yes ? 0 : 1'000;
  }
};

class reservation_process final : public stored_process<reservation_write> {
 public:
  reservation_process(const new_life& which, const process_surroundings& around)
      : stored_process{which, around} {
    open_door<hold_reply, release_reply, reservation_reply, reservations_reply, seats_reply,
              confirm_reply, revert_reply, admission_reply, extension_reply>();
    auto& store = around_.stores.reservation;
    serves(desk::reservation,
           owns(spawn_reservation_service(
               system(), reservation_context{time(), around_.catalogue, commits_, store, commits(),
                                             store, reads(), metrics(), ids_, versions_})));
  }
  ~reservation_process() override { take_down(); }

 private:
  commit_result apply(std::span<const reservation_write> batch) override {
    return around_.stores.reservation.commit(batch);
  }
  void make_readable(bool yes) override { around_.stores.reservation.unreadable = !yes; }

  epoch_numbers ids_{epoch(), epoch_numbers::wide};
  epoch_numbers versions_{epoch(), epoch_numbers::narrow};
};

class point_process final : public stored_process<point_write> {
 public:
  point_process(const new_life& which, const process_surroundings& around)
      : stored_process{which, around} {
    open_door<charge_reply, balance_reply, transactions_reply, point_step_reply>();
    auto& store = around_.stores.point;
    // Short of memory, so that accounts leave and look up what they have forgotten.
    const account_rules rules{.steps_max = 2};
    serves(desk::point, owns(spawn_point_service(
                            system(), point_context{time(), commits_, store, commits(), store,
                                                    reads(), ids_, metrics(), rules, 3s})));
  }
  ~point_process() override { take_down(); }

 private:
  commit_result apply(std::span<const point_write> batch) override {
    return around_.stores.point.commit(batch);
  }
  void make_readable(bool yes) override {
    using reads = testing::memory_point_store::reads;
    around_.stores.point.reading = yes ? reads::work : reads::fail;
  }

  epoch_numbers ids_{epoch(), epoch_numbers::wide};
};

class payment_process final : public stored_process<payment_write> {
 public:
  payment_process(const new_life& which, const process_surroundings& around)
      : stored_process{which, around} {
    open_door<payment_reply, payment_found, saga_command_reply>();
    std::vector<outbox_relay_actor> relays{
        board_relay("best_selling", proxy<best_selling_actor>(desk::best_selling)),
        board_relay("sold_out", proxy<sold_out_actor>(desk::sold_out)),
        relay("queue", proxy<queue_service_actor>(desk::queue), {})};
    auto& store = around_.stores.payment;
    serves(desk::payment,
           owns(spawn_payment_service(
               system(),
               payment_context{.time = time(),
                               .random = random(),
                               .commits = commits_,
                               .store = store,
                               .commit_jobs = commits(),
                               .reader = store,
                               .reads = reads(),
                               .metrics = metrics(),
                               .reservation = proxy<reservation_service_actor>(desk::reservation),
                               .points = [desk = proxy<point_service_actor>(desk::point)](
                                             const user_id&) { return desk; },
                               .relays = std::move(relays),
                               // Soon parked, so that the operator has something to do.
                               .rules = {.deadline = which.seed % 2 == 0 ? 8s : 2s,
                                         .step_time = 400ms,
                                         .undo_tries_max = 5},
                               .answer_time = 3s})));
  }
  ~payment_process() override { take_down(); }

 private:
  template <class Board>
  outbox_relay_actor board_relay(std::string consumer, const Board& to) {
    return relay(std::move(consumer), to, to);
  }
  outbox_relay_actor relay(std::string consumer, const event_consumer_actor& to,
                           const fillable_actor& fills) {
    return owns(spawn_outbox_relay(system(), relay_context{.time = time(),
                                                           .consumer = std::move(consumer),
                                                           .to = to,
                                                           .commits = commits_,
                                                           .reader = around_.stores.payment,
                                                           .reads = reads(),
                                                           .metrics = metrics(),
                                                           .fills = fills}));
  }
  commit_result apply(std::span<const payment_write> batch) override {
    return around_.stores.payment.commit(batch);
  }
  void make_readable(bool yes) override { around_.stores.payment.unreadable = yes ? 0 : 1'000; }
};

}  // namespace

std::unique_ptr<process> start_process(const new_life& which, const process_surroundings& around) {
  switch (which.what) {
    case service::concert:
      return std::make_unique<concert_process>(which, around);
    case service::queue_ranking:
      return std::make_unique<queue_ranking_process>(which, around);
    case service::reservation:
      return std::make_unique<reservation_process>(which, around);
    case service::point:
      return std::make_unique<point_process>(which, around);
    case service::payment:
      break;
  }
  return std::make_unique<payment_process>(which, around);
}

}  // namespace boxoffice::simulation
