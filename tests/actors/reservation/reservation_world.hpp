#pragma once

#include "actors/commit/committer.hpp"
#include "actors/reservation/reservation_service.hpp"
#include "tests/actors/reservation/memory_reservation_store.hpp"
#include "tests/actors/virtual_time.hpp"

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <caf/exit_reason.hpp>
#include <caf/scheduler/test_coordinator.hpp>

namespace boxoffice::testing {

/// The reservation service on virtual time, with one caller. Schedules 1 and 2 belong to concert 1,
/// and let holds be extended by two minutes; schedule 3 belongs to concert 2, and does not.
class reservation_world {
 public:
  using replies = inbox<hold_reply, release_reply, reservation_reply, reservations_reply,
                        seats_reply, confirm_reply, revert_reply, parked_list, parked_reply,
                        admission_reply, extension_reply>;

  explicit reservation_world(const std::vector<section>& sections = {{"A", 4, 10, points{100}},
                                                                     {"B", 2, 5, points{70}}},
                             commit_bounds bounds = {1024, 64})
      : commits{"reservation", bounds, time.commits(),
                [this](std::span<const reservation_write> batch) { return store.commit(batch); },
                time.metrics()},
        box{time} {
    auto next = std::make_shared<boxoffice::catalogue>();
    for (std::uint64_t i = 1; i <= 3; ++i) {
      auto s = std::make_shared<schedule>();
      s->id = {i};
      s->concert = {i <= 2 ? 1U : 2U};
      s->sales_open_at = beginning;
      s->sales_close_at = beginning + std::chrono::hours{24};
      s->starts_at = beginning + std::chrono::hours{48};
      s->hold = seconds{300};
      s->max_seats_per_user = 4;
      s->hold_extension = seconds{i <= 2 ? 120 : 0};
      s->seats = seat_map{sections};
      next->schedules.emplace(s->id, std::move(s));
    }
    catalogue.publish(std::move(next));
    start();
  }

  void start() {
    desk = time.owns(spawn_reservation_service(
        time.system(),
        reservation_context{time.clock(), catalogue, commits, store, time.commits(), store,
                            time.reads(), time.metrics(), ids, versions, &seat_maps}));
    time.run();
  }
  /// A stop without farewell: what was not committed is gone.
  void restart() {
    caf::anon_send_exit(desk, caf::exit_reason::user_shutdown);
    time.run_actors();
    start();
  }

  static request_key key(std::uint64_t scope, std::uint64_t body) {
    return {{scope, scope}, {body, 1}};
  }

  hold_seats wants(const std::string& user, std::vector<std::string> seats, std::uint64_t in = 1) {
    hold_seats m;
    m.correlation = ++correlation;
    m.user = {user};
    m.schedule = {in};
    m.seats = std::move(seats);
    return m;
  }
  hold_reply hold(hold_seats m) {
    const auto before = box.all<hold_reply>().size();
    box.send(desk, std::move(m));
    if (box.all<hold_reply>().size() != before + 1) throw std::logic_error{"no answer to a hold"};
    return box.last<hold_reply>();
  }
  hold_reply hold(const std::string& user, std::vector<std::string> seats, std::uint64_t in = 1) {
    return hold(wants(user, std::move(seats), in));
  }
  /// Holds and says which; the hold must succeed.
  reservation_id held(const std::string& user, std::vector<std::string> seats,
                      std::uint64_t in = 1) {
    const auto reply = hold(user, std::move(seats), in);
    if (!reply.outcome.held.id) throw std::logic_error{"the hold was refused"};
    return reply.outcome.held.id;
  }
  confirm_reply confirm(reservation_id id, payment_id payment) {
    box.send(desk, confirm_reservation{++correlation, payment, id});
    return box.last<confirm_reply>();
  }
  revert_reply revert(reservation_id id, payment_id payment,
                      revert_reservation::reason why = revert_reservation::reason::compensation) {
    box.send(desk, revert_reservation{++correlation, payment, id, why});
    return box.last<revert_reply>();
  }
  admission_reply at_the_door(reservation_id id,
                              admit_ticket::mode what = admit_ticket::mode::admit) {
    box.send(desk, admit_ticket{++correlation, id, what});
    return box.last<admission_reply>();
  }
  extend_hold more_time(const std::string& user, reservation_id id, request_key key = {}) {
    return {.correlation = ++correlation, .key = key, .user = {user}, .reservation = id};
  }
  extension_reply extend(const extend_hold& m) {
    box.send(desk, m);
    return box.last<extension_reply>();
  }
  extension_reply extend(const std::string& user, reservation_id id, request_key key = {}) {
    return extend(more_time(user, id, key));
  }
  release_reply release(const std::string& user, reservation_id id) {
    box.send(desk, release_reservation{++correlation, {user}, id});
    return box.last<release_reply>();
  }
  reservation_reply find(const std::string& user, reservation_id id) {
    box.send(desk, find_reservation{++correlation, {user}, id});
    return box.last<reservation_reply>();
  }
  /// What a gateway knows without asking must be what the desk says.
  seats_reply seats(std::uint64_t in = 1, read_seats::detail what = read_seats::detail::seats) {
    const auto known = seat_maps.find({in}, time.clock().now());
    box.send(desk, read_seats{++correlation, {in}, what});
    const auto& said = box.last<seats_reply>();
    if (known && said.fault == fault::none && *known != said.version)
      throw std::logic_error{"the version that gateways know is not that of the desk"};
    return said;
  }
  seat_status status(seat_index seat) { return seats().seats->seats.at(seat); }
  std::int64_t gauge(const std::string& name, const std::string& kind = {}) {
    return time.metrics()
        .gauge(name, "", kind.empty() ? metric_labels{} : metric_labels{{"kind", kind}})
        .value();
  }

  /// Runs messages and store jobs one at a time, in an order drawn from `random`.
  void run_shuffled(std::mt19937_64& random) {
    auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(time.system().scheduler());
    for (;;) {
      const bool jobs = scheduler.has_job();
      if (jobs && random() % 8 != 0) {
        std::swap(scheduler.jobs.front(), scheduler.jobs[random() % scheduler.jobs.size()]);
        scheduler.run_once();
      } else if (!time.commits().run_one() && !time.reads().run_one() && !jobs) {
        return;
      }
    }
  }

  epoch_numbers ids{0, epoch_numbers::wide}, versions{1, epoch_numbers::narrow};
  seat_map_versions seat_maps;
  virtual_time time;
  memory_reservation_store store;
  committer<reservation_write> commits;
  catalogue_view catalogue;
  replies box;
  reservation_service_actor desk;
  std::uint64_t correlation{0};
};

inline payment_id payment(std::uint32_t number) {
  return make_payment_id(7, beginning + milliseconds{number}, 1);
}

}  // namespace boxoffice::testing
