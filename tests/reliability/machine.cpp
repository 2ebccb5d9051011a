#include "tests/reliability/machine.hpp"

#include "actors/concert/catalogue_service.hpp"
#include "actors/outbox/outbox_relay.hpp"
#include "actors/payment/payment_service.hpp"
#include "actors/point/point_service.hpp"
#include "actors/queue/queue_service.hpp"
#include "actors/ranking/board_actors.hpp"
#include "actors/reservation/reservation_service.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <caf/exit_reason.hpp>

namespace boxoffice::reliability {

machine::machine(node_stores stores, time_point now, std::uint64_t seed, answering when)
    : stores_{std::move(stores)},
      numbers_{stores_},
      concert_{"concert", [this](auto batch) { return stores_.concert->commit(batch); }, when,
               metrics_},
      reservation_{"reservation", [this](auto batch) { return stores_.reservation->commit(batch); },
                   when, metrics_},
      point_{"point", [this](auto batch) { return stores_.point->commit(batch); }, when, metrics_},
      payment_{"payment", [this](auto batch) { return stores_.payment->commit(batch); }, when,
               metrics_},
      queue_ranking_{"queue_ranking",
                     [this](auto batch) { return stores_.queue_ranking->commit(batch); }, when,
                     metrics_},
      runners_{&concert_.writer(), &reservation_.writer(),   &reservation_.reader(),
               &point_.writer(),   &point_.reader(),         &payment_.writer(),
               &payment_.reader(), &queue_ranking_.writer(), &queue_ranking_.reader()},
      time_{seed} {
  time_.jump(now - time_.now());
  start_sales();
  start_consumers();
  start_payments();
}

machine::~machine() {
  concert_.stop();
  reservation_.stop();
  point_.stop();
  payment_.stop();
  queue_ranking_.stop();
  services_ = {};
}

caf::scheduler::test_coordinator& machine::scheduler() {
  return dynamic_cast<caf::scheduler::test_coordinator&>(time_.system().scheduler());
}

bool machine::step(chance& order) {
  auto& jobs = scheduler().jobs;
  // A store's job is slow beside a message.
  if (!jobs.empty() && order.below(8) != 0) {
    const auto at = static_cast<std::ptrdiff_t>(order.below(jobs.size()));
    std::rotate(jobs.begin(), jobs.begin() + at, jobs.begin() + at + 1);
    scheduler().run_once();
    return true;
  }
  const auto first = order.below(runners_.size());
  for (std::size_t i = 0; i < runners_.size(); ++i)
    if (runners_[(first + i) % runners_.size()]->run_one()) return true;
  if (jobs.empty()) return false;
  scheduler().run_once();
  return true;
}

void machine::pass(milliseconds most) {
  const auto& timers = scheduler().clock().schedule();
  auto by = most;
  if (!timers.empty())
    by = std::clamp(
        std::chrono::ceil<milliseconds>(timers.begin()->first - scheduler().clock().now()),
        milliseconds{1}, most);
  time_.jump(by);
  scheduler().advance_time(by);
}

void machine::start_sales() {
  auto& system = time_.system();
  services_.catalogue = time_.owns(
      spawn_catalogue(system,
                      concert_context{concert_.commits(), *stores_.concert, concert_.writer(),
                                      catalogue_, metrics_, numbers_.catalogue, time_.clock()},
                      stores_.concert->load()));
  services_.reservation = time_.owns(spawn_reservation_service(
      system,
      reservation_context{time_.clock(), catalogue_, reservation_.commits(), *stores_.reservation,
                          reservation_.writer(), *stores_.reservation_reads, reservation_.reader(),
                          metrics_, numbers_.reservations, numbers_.seat_maps}));
  services_.point =
      time_.owns(spawn_point_service(system, point_context{.time = time_.clock(),
                                                           .commits = point_.commits(),
                                                           .store = *stores_.point,
                                                           .commit_jobs = point_.writer(),
                                                           .reader = *stores_.point_reads,
                                                           .reads = point_.reader(),
                                                           .ids = numbers_.transactions,
                                                           .metrics = metrics_,
                                                           .rules = {}}));
}

void machine::start_consumers() {
  auto& system = time_.system();
  services_.queue =
      time_.owns(spawn_queue_service(system, queue_context{.clock = time_.clock(),
                                                           .random = time_.random(),
                                                           .commits = queue_ranking_.commits(),
                                                           .reader = *stores_.queue_reads,
                                                           .reads = queue_ranking_.reader(),
                                                           .catalogue = catalogue_,
                                                           .metrics = metrics_}));
  const ranking_context boards{time_.clock(),
                               queue_ranking_.commits(),
                               *stores_.ranking_reads,
                               queue_ranking_.reader(),
                               catalogue_,
                               metrics_};
  services_.best_selling = time_.owns(spawn_best_selling(system, boards));
  services_.sold_out = time_.owns(spawn_sold_out(system, boards));
}

void machine::start_payments() {
  std::vector<outbox_relay_actor> relays{relay("best_selling", services_.best_selling),
                                         relay("sold_out", services_.sold_out),
                                         relay("queue", services_.queue)};
  services_.payment = time_.owns(spawn_payment_service(
      time_.system(),
      payment_context{.time = time_.clock(),
                      .random = time_.random(),
                      .commits = payment_.commits(),
                      .store = *stores_.payment,
                      .commit_jobs = payment_.writer(),
                      .reader = *stores_.payment_reads,
                      .reads = payment_.reader(),
                      .metrics = metrics_,
                      .reservation = services_.reservation,
                      .points = [desk = services_.point](const user_id&) { return desk; },
                      .relays = std::move(relays),
                      .rules = {},
                      .answer_time = how_.payment.answer_time}));
}

outbox_relay_actor machine::relay(std::string consumer, const event_consumer_actor& to) {
  return time_.owns(
      spawn_outbox_relay(time_.system(), relay_context{.time = time_.clock(),
                                                       .consumer = std::move(consumer),
                                                       .to = to,
                                                       .commits = payment_.commits(),
                                                       .reader = *stores_.payment_reads,
                                                       .reads = payment_.reader(),
                                                       .metrics = metrics_}));
}

}  // namespace boxoffice::reliability
