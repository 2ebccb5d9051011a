#pragma once

#include "actors/point/point_service.hpp"
#include "tests/actors/point/memory_point_store.hpp"
#include "tests/actors/virtual_time.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::testing {

inline payment_id payment_number(std::uint32_t n) {
  return make_payment_id(7, beginning + milliseconds{n}, 0);
}
inline request_key key_number(std::uint64_t scope, std::uint64_t body = 1) {
  return {{0, scope}, {0, body}};
}

struct world_options {
  account_rules rules;
  commit_bounds bounds{limits::committer_queue_writes_max, limits::committer_batch_writes_max};
};

/// A point service on a store in memory, in virtual time, and one client.
class point_world {
 public:
  explicit point_world(world_options options = {}, std::uint64_t seed = 1)
      : time{seed}, client{time}, options_{options} {
    start();
    time.run();
  }
  ~point_world() {
    ++incarnation_;
    time.commits().resume();
    time.reads().resume();
    time.run();
  }
  point_world(const point_world&) = delete;
  point_world& operator=(const point_world&) = delete;

  /// Kills the service with what was not committed, and starts it over on the same store.
  void restart() {
    caf::anon_send_exit(desk, caf::exit_reason::kill);
    time.run_actors();
    ++incarnation_;
    start();
  }

  // One command each, run to its end unless the store is held.
  void charge(std::uint64_t correlation, std::int64_t amount, request_key key = {},
              const std::string& user = "u1") {
    client.send(desk, charge_points{correlation, key, user_id{user}, points{amount}});
  }
  void debit(std::uint64_t correlation, payment_id payment, std::int64_t amount,
             const std::string& user = "u1") {
    client.send(desk, debit_points{correlation, payment, user_id{user}, points{amount}});
  }
  void refund(std::uint64_t correlation, payment_id payment, const std::string& user = "u1") {
    client.send(desk, refund_points{correlation, payment, user_id{user}});
  }
  balance_reply balance(const std::string& user = "u1") {
    client.send(desk, read_balance{999, user_id{user}});
    return client.last<balance_reply>();
  }
  [[nodiscard]] std::int64_t live_accounts() {
    return time.metrics().gauge("boxoffice_live_actors", "", {{"kind", "account"}}).value();
  }

  /// The ledger of every user chains, sums up to the balance, and nothing was refused by the store.
  void expect_sound() const {
    EXPECT_TRUE(store.violations.empty()) << store.violations.front();
    std::map<user_id, points> sums;
    for (const auto& e : store.ledger) {
      sums[e.user] += e.amount;
      EXPECT_EQ(sums[e.user], e.balance_after);
    }
    for (const auto& [user, sum] : sums)
      EXPECT_EQ(sum, store.balance_of(user));
  }

  memory_point_store store;
  virtual_time time;
  inbox<charge_reply, balance_reply, transactions_reply, point_step_reply> client;
  point_service_actor desk;

 private:
  void start() {
    auto apply = [this, mine = incarnation_](std::span<const point_write> batch) {
      return mine == incarnation_ ? store.commit(batch) : commit_outcome::failed;
    };
    committers_.push_back(std::make_unique<committer<point_write>>(
        "point", options_.bounds, time.commits(), apply, time.metrics()));
    desk = time.owns(spawn_point_service(
        time.system(), {time.clock(), *committers_.back(), store, time.commits(), store,
                        time.reads(), ids_, time.metrics(), options_.rules}));
  }

  world_options options_;
  int incarnation_{0};
  // Those of the dead are kept for their jobs.
  std::vector<std::unique_ptr<committer<point_write>>> committers_;
  epoch_numbers ids_{0, epoch_numbers::wide};
};

}  // namespace boxoffice::testing
