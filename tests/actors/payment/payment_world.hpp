#pragma once

#include "actors/payment/payment_service.hpp"
#include "tests/actors/payment/fake_participants.hpp"
#include "tests/actors/payment/memory_payment_store.hpp"
#include "tests/actors/virtual_time.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::testing {

/// A payment desk between fake participants, over a store in memory, in virtual time.
struct payment_world {
  explicit payment_world(std::uint64_t seed = 1) : time{seed}, others{time.clock()} {
    others.starts_at = beginning + std::chrono::hours{24};
    reservations = time.owns(spawn_actor<fake_reservations>(time.system(), &others));
    points_desk = time.owns(spawn_actor<fake_points>(time.system(), &others));
    start();
  }

  /// A process starts: new memory over the same store.
  void start() {
    commits.push_back(std::make_unique<committer<payment_write>>(
        "payment", commit_bounds{queue_max, 64}, time.commits(),
        [this](std::span<const payment_write> batch) { return store.commit(batch); },
        time.metrics()));
    payment_context context{time.clock(),    time.random(),
                            *commits.back(), store,
                            time.commits(),  store,
                            time.reads(),    time.metrics(),
                            reservations,    [this](const user_id&) { return points_desk; },
                            relays,          rules,
                            answer_time};
    context.open_sagas_max = open_sagas_max;
    desk = time.owns(spawn_payment_service(time.system(), std::move(context)));
  }
  /// kill -9: what is durable is all that is left.
  void crash() {
    caf::anon_send_exit(desk, caf::exit_reason::kill);

    time.run_actors();
  }
  void restart() {
    crash();
    ++store.owner_epoch;
    start();
    time.run();
  }

  reservation_id hold(const std::string& user, std::int64_t amount,
                      milliseconds lasts = std::chrono::minutes{5}) {
    reservation r;
    r.id = reservation_id{{1}, ++last_reservation};
    r.concert = {1};
    r.user = {user};
    r.seats = {{0, {amount}}};
    r.amount = {amount};
    r.held_at = time.now();
    r.expires_at = time.now() + lasts;
    others.reservations[r.id] = r;
    return r.id;
  }
  start_payment pay(const std::string& user, reservation_id r, std::uint64_t key = 0,
                    std::uint64_t body = 1) {
    start_payment m;
    m.correlation = ++last_correlation;
    if (key != 0) m.key = {{key, key}, {body, body}};
    m.user = {user};
    m.reservation = r;
    return m;
  }
  refund_payment refund(const std::string& user, payment_id p, std::uint64_t key = 0) {
    refund_payment m;
    m.correlation = ++last_correlation;
    if (key != 0) m.key = {{key, key}, {1, 1}};
    m.user = {user};
    m.payment = p;
    return m;
  }
  std::vector<payment_reply>& replies() { return box.all<payment_reply>(); }
  /// The reply to this correlation; fails when there is not exactly one.
  payment_reply reply_to(std::uint64_t correlation) {
    std::vector<payment_reply> found;
    for (const auto& r : replies())
      if (r.correlation == correlation) found.push_back(r);
    EXPECT_EQ(found.size(), 1U) << "replies to correlation " << correlation;
    return found.empty() ? payment_reply{} : found.front();
  }
  /// Whether money, seats and outbox agree with how the payment ended.
  void expect_agreement(payment_id id) {
    const auto& row = store.rows.at(id);
    const auto& r = others.reservations.at(row.reservation);
    const auto sold = r.status == reservation_status::confirmed && r.payment == id;
    std::vector<event_kind> events;
    for (const auto& e : store.events)
      if (e.payment == id) {
        events.push_back(e.kind);
        EXPECT_EQ(e.paid_at, row.completed_at);
      }
    using kinds = std::vector<event_kind>;
    EXPECT_TRUE(is_terminal(row.state)) << static_cast<int>(row.state);
    const auto completed = row.state == saga_state::completed;
    EXPECT_EQ(sold, completed);
    EXPECT_EQ(others.sum(id), completed ? -row.amount : points{0});
    if (row.state == saga_state::refunded)
      EXPECT_EQ(events, (kinds{event_kind::payment_completed, event_kind::payment_refunded}));
    else
      EXPECT_EQ(events, completed ? kinds{event_kind::payment_completed} : kinds{});
    if (row.state == saga_state::failed) {
      EXPECT_TRUE(others.ledger[id].empty());
    }
    if (row.state == saga_state::compensated) {
      EXPECT_EQ(others.ledger[id].size(), 2U);
    }
    EXPECT_EQ(store.broken, std::vector<std::string>{});
  }

  virtual_time time;
  memory_payment_store store;
  participants others;
  std::vector<std::unique_ptr<committer<payment_write>>> commits;
  std::vector<outbox_relay_actor> relays;
  saga_rules rules;
  milliseconds answer_time{3000};
  std::size_t open_sagas_max{1000};
  std::size_t queue_max{1000};
  reservation_service_actor reservations;
  point_service_actor points_desk;
  payment_service_actor desk;
  inbox<payment_reply, payment_found> box{time};
  std::uint64_t last_reservation{0};
  std::uint64_t last_correlation{100};
};

}  // namespace boxoffice::testing
