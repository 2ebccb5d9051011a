#include "tests/actors/point/point_world.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::key_number;
using testing::payment_number;
using testing::point_world;
using testing::world_options;
using store_fate = testing::memory_point_store::fate;

/// Random commands of five users, on a store whose commits fail and are doubted now and then, in a
/// service that is killed now and then.
class random_run {
 public:
  explicit random_run(std::uint64_t seed) : world_{options(), seed}, random_{seed} {}

  void step() {
    send();
    switch (pick(400)) {
      case 0:
        world_.restart();
        break;
      case 1:
        world_.store.fates = {store_fate::fail};
        break;
      case 2:
        world_.store.fates = {store_fate::doubt_done};
        break;
      case 3:
        world_.store.fates = {store_fate::commit, store_fate::doubt_lost};
        break;
      case 4:
        world_.time.commits().hold();
        break;
      case 5:
        world_.time.advance(limits::store_retry_max);
        break;
      default:
        break;
    }
    if (pick(20) == 0) world_.time.advance(limits::store_retry_first);
    if (pick(4) == 0) world_.time.commits().resume();
    if (pick(3) != 0) world_.time.run();
    if (pick(2000) == 0) world_.time.advance(limits::account_idle_time_max * 2);
  }

  void check_everything() {
    world_.store.fates.clear();
    world_.time.commits().resume();
    world_.time.advance(limits::store_retry_max * 3);
    world_.expect_sound();
    check_charges();
    check_steps();
    for (const auto& [user, balance] : world_.store.balances)
      EXPECT_EQ(world_.balance(user.value).balance, balance);
  }

 private:
  static world_options options() {
    world_options o;
    o.rules.charge_max = points{1000};
    o.rules.balance_max = points{20'000};
    o.rules.steps_max = 8;
    o.bounds = {64, 16};
    return o;
  }
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }

  void send() {
    const auto correlation = ++correlation_;
    switch (pick(3)) {
      case 0: {
        const auto key = pick(8) == 0 && keys_ > 0 ? 1 + pick(keys_) : ++keys_;
        const auto amount = static_cast<std::int64_t>(key * 7919 % 1100);  // some out of range
        charged_[correlation] = key;
        world_.client.post(
            world_.desk, charge_points{correlation, key_number(key), user_of(key), points{amount}});
        return;
      }
      case 1: {
        const auto n = some_payment();
        world_.client.post(world_.desk,
                           debit_points{correlation, payment_number(static_cast<std::uint32_t>(n)),
                                        user_of(n), points{static_cast<std::int64_t>(n % 900)}});
        return;
      }
      default: {
        const auto n = some_payment();
        world_.client.post(
            world_.desk,
            refund_points{correlation, payment_number(static_cast<std::uint32_t>(n)), user_of(n)});
      }
    }
  }
  // Mostly among the newest, sometimes long forgotten.
  std::uint64_t some_payment() {
    if (pick(2) == 0) return ++payments_;
    const auto back = pick(20) == 0 ? payments_ : std::min<std::uint64_t>(payments_, 40);
    return payments_ + 1 - (back == 0 ? 0 : pick(back) + 1);
  }
  static user_id user_of(std::uint64_t n) { return {"u" + std::to_string(n % 5)}; }

  // An acknowledged charge is in the store, a denied one is not unless a retry did it.
  void check_charges() {
    std::map<transaction_id, int> rows;
    for (const auto& e : world_.store.ledger)
      ++rows[e.id];
    std::size_t replies = 0;
    for (const auto& r : world_.client.all<charge_reply>()) {
      if (r.fault != fault::none) continue;
      if (r.key != key_verdict::fresh && r.key != key_verdict::replayed) continue;
      ++replies;
      const auto key = charged_.at(r.correlation);
      const auto stored = world_.store.keys.find(key_number(key).scope);
      ASSERT_NE(stored, world_.store.keys.end()) << "acknowledged and lost: key " << key;
      EXPECT_EQ(stored->second.answer.transaction, r.outcome.transaction);
      EXPECT_EQ(stored->second.answer.refusal, r.outcome.refusal);
      if (r.outcome.transaction) {
        EXPECT_EQ(rows[r.outcome.transaction], 1);
      }
    }
    EXPECT_GT(replies, 1000U);
    std::map<std::uint64_t, std::pair<int, int>> sent_and_denied;
    for (const auto& [correlation, key] : charged_)
      ++sent_and_denied[key].first;
    for (const auto& r : world_.client.all<charge_reply>())
      if (r.fault == fault::unavailable || r.fault == fault::overloaded)
        ++sent_and_denied[charged_.at(r.correlation)].second;
    for (const auto& [key, counts] : sent_and_denied)
      if (counts.first == counts.second) {
        EXPECT_FALSE(world_.store.keys.contains(key_number(key).scope)) << "denied, done: " << key;
      }
  }

  // Every acknowledged step is in the store with that answer.
  void check_steps() {
    std::size_t replies = 0;
    for (const auto& r : world_.client.all<point_step_reply>()) {
      if (r.fault != fault::none) continue;
      ++replies;
      const auto stored = world_.store.steps.find({r.payment, r.step});
      ASSERT_NE(stored, world_.store.steps.end()) << "acknowledged and lost";
      const auto& first = stored->second.step.answer;
      EXPECT_EQ(first.refusal, r.outcome.refusal);
      EXPECT_EQ(first.transaction, r.outcome.transaction);
      EXPECT_EQ(first.balance, r.outcome.balance);
    }
    EXPECT_GT(replies, 1000U);
  }

  point_world world_;
  std::mt19937_64 random_;
  std::uint64_t correlation_{0}, keys_{0}, payments_{0};
  std::map<std::uint64_t, std::uint64_t> charged_;  // correlation -> key
};

TEST(PointRandom, TheLedgerHoldsThroughFailuresDoubtsAndRestarts) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_run run{seed};
    for (int i = 0; i < 10'000; ++i)
      run.step();
    run.check_everything();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace boxoffice
