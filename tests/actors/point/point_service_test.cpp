#include "actors/point/point_service.hpp"

#include "config/cluster_limits.hpp"
#include "tests/actors/point/point_world.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::key_number;
using testing::payment_number;
using testing::point_world;
using testing::world_options;

TEST(PointService, ANewUserHasNothingAndAnEmptyLedger) {
  point_world w;
  EXPECT_EQ(w.balance().balance.value, 0);
  EXPECT_EQ(w.client.last<balance_reply>().fault, fault::none);
  w.client.send(w.desk, list_transactions{5, user_id{"u1"}, 0, 10});
  EXPECT_EQ(w.client.last<transactions_reply>().correlation, 5U);
  EXPECT_TRUE(w.client.last<transactions_reply>().items.empty());
}

TEST(PointService, ChargeDebitAndRefundWriteTheLedger) {
  point_world w;
  w.charge(1, 1000, key_number(1));
  const auto charged = w.client.last<charge_reply>();
  EXPECT_EQ(charged.correlation, 1U);
  EXPECT_EQ(charged.outcome.balance.value, 1000);
  EXPECT_TRUE(charged.outcome.transaction);
  w.debit(2, payment_number(1), 300);
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.amount.value, -300);
  EXPECT_EQ(w.client.last<point_step_reply>().step, point_step::debit);
  w.refund(3, payment_number(1));
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.amount.value, 300);
  EXPECT_EQ(w.client.last<point_step_reply>().step, point_step::refund);
  EXPECT_EQ(w.balance().balance.value, 1000);

  w.client.send(w.desk, list_transactions{4, user_id{"u1"}, 0, 2});
  const auto page = w.client.last<transactions_reply>();
  ASSERT_EQ(page.items.size(), 2U);
  EXPECT_EQ(page.items[0].kind, transaction_kind::refund);
  EXPECT_EQ(page.items[1].kind, transaction_kind::use);
  EXPECT_EQ(page.items[1].amount.value, -300);
  EXPECT_EQ(page.items[1].reference, payment_number(1));
  w.client.send(w.desk, list_transactions{4, user_id{"u1"}, page.next, 2});
  ASSERT_EQ(w.client.last<transactions_reply>().items.size(), 1U);
  EXPECT_EQ(w.client.last<transactions_reply>().items[0].id, charged.outcome.transaction);
  w.expect_sound();
}

TEST(PointService, NothingIsAnsweredBeforeItsCommit) {
  point_world w;
  w.charge(1, 100);
  w.time.commits().hold();
  w.debit(2, payment_number(1), 60);
  w.debit(3, payment_number(1), 60);  // the repeat waits for the first
  w.debit(4, payment_number(2), 60);  // refused on top of what is not committed
  EXPECT_TRUE(w.client.all<point_step_reply>().empty());
  EXPECT_EQ(w.balance().balance.value, 100);  // only what was acknowledged shows
  w.time.commits().resume();
  w.time.run();
  ASSERT_EQ(w.client.all<point_step_reply>().size(), 3U);
  const auto& replies = w.client.all<point_step_reply>();
  EXPECT_EQ(replies[0].outcome.transaction, replies[1].outcome.transaction);
  EXPECT_EQ(replies[1].correlation, 3U);
  EXPECT_EQ(replies[2].outcome.refusal, point_refusal::insufficient_points);
  EXPECT_EQ(w.balance().balance.value, 40);
  w.expect_sound();
}

TEST(PointService, AHotAccountIsCommittedInFullBatches) {
  point_world w;
  w.charge(1, 10'000'000);
  const auto before = w.store.commits;
  for (std::uint32_t n = 1; n <= 1024; ++n)
    w.client.post(w.desk, debit_points{n, payment_number(n), user_id{"u1"}, points{1}});
  w.time.run();
  EXPECT_EQ(w.client.all<point_step_reply>().size(), 1024U);
  EXPECT_EQ(w.store.commits - before, 2);  // of 512 each
  EXPECT_EQ(w.balance().balance.value, 10'000'000 - 1024);
  w.expect_sound();
}

// A take-over does not wait for millions of keys: until they are read, the store is asked.
TEST(PointService, ServesBeforeItHasReadAllKeys) {
  point_world w;
  w.charge(1, 100, key_number(1, 7));
  const auto first = w.store.keys.begin()->second;
  for (std::uint64_t n = 2; n <= 3 * limits::known_keys_portion; ++n)
    w.store.keys.emplace(key_number(n, 7).scope, first);
  w.store.key_pages = 1;
  w.restart();
  const request_key last{w.store.keys.rbegin()->first, first.body};
  w.charge(2, 100, last);
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::replayed);
  w.charge(3, 200, {last.scope, key_number(1, 8).body});
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::reused);
  w.charge(4, 100, key_number(100'000, 7));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::fresh);
  EXPECT_EQ(w.balance().balance.value, 200);
  w.store.key_pages = 100;
  w.charge(5, 100, key_number(100'001, 7));  // and the rest is read
  const auto asked = w.store.key_look_ups;
  w.charge(6, 100, key_number(100'002, 7));
  EXPECT_EQ(w.store.key_look_ups, asked) << "it is known to be new";
  w.charge(7, 100, last);
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::replayed);
  EXPECT_EQ(w.balance().balance.value, 400);
}

TEST(PointService, AChargeIsDoneOncePerKey) {
  point_world w;
  w.charge(1, 100, key_number(1, 7));
  const auto first = w.client.last<charge_reply>();
  EXPECT_EQ(first.key, key_verdict::fresh);
  w.charge(2, 100, key_number(1, 7));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::replayed);
  EXPECT_EQ(w.client.last<charge_reply>().outcome.transaction, first.outcome.transaction);
  w.charge(3, 200, key_number(1, 8));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::reused);
  w.time.commits().hold();
  w.charge(4, 100, key_number(2, 7));
  w.charge(5, 100, key_number(2, 7));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::in_flight);
  EXPECT_EQ(w.client.last<charge_reply>().correlation, 5U);
  w.charge(6, 100, key_number(2, 8));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::reused);
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.client.last<charge_reply>().correlation, 4U);
  w.restart();
  w.charge(7, 100, key_number(1, 7));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::replayed);
  EXPECT_EQ(w.client.last<charge_reply>().outcome.balance.value, 100);
  EXPECT_EQ(w.balance().balance.value, 200);
  w.expect_sound();
}

TEST(PointService, RefusedChargesAreStoredWithTheirKey) {
  world_options options;
  options.rules.balance_max = points{1000};
  point_world w{options};
  w.charge(1, 0, key_number(1));
  EXPECT_EQ(w.client.last<charge_reply>().outcome.refusal, point_refusal::amount_out_of_range);
  EXPECT_EQ(w.client.last<charge_reply>().outcome.amount_max.value, 10'000'000);
  w.charge(2, 600, key_number(2));
  w.charge(3, 600, key_number(3));
  EXPECT_EQ(w.client.last<charge_reply>().outcome.refusal, point_refusal::balance_limit_exceeded);
  w.debit(4, payment_number(1), 600);  // it would fit now
  for (const bool restarted : {false, true}) {
    if (restarted) w.restart();
    w.charge(5, 600, key_number(3));
    EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::replayed);
    EXPECT_EQ(w.client.last<charge_reply>().outcome.refusal, point_refusal::balance_limit_exceeded);
    w.charge(6, 0, key_number(1));
    EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::replayed);
    EXPECT_EQ(w.client.last<charge_reply>().outcome.refusal, point_refusal::amount_out_of_range);
  }
  w.charge(7, 600, key_number(4));
  EXPECT_EQ(w.client.last<charge_reply>().outcome.refusal, point_refusal::none);
  EXPECT_EQ(w.store.ledger.size(), 3U);
  w.expect_sound();
}

TEST(PointService, AnInsufficientDebitIsRefusedAgainAfterARestart) {
  point_world w;
  w.debit(1, payment_number(1), 50);
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.refusal, point_refusal::insufficient_points);
  w.charge(2, 100);
  w.restart();
  w.debit(3, payment_number(1), 50);
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.refusal, point_refusal::insufficient_points);
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.required.value, 50);
  w.debit(4, payment_number(2), 50);
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.refusal, point_refusal::none);
  w.expect_sound();
}

TEST(PointService, ATombstoneOutlivesARestart) {
  point_world w;
  w.charge(1, 100);
  w.refund(2, payment_number(1));
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.amount.value, 0);
  w.restart();
  w.debit(3, payment_number(1), 50);
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.refusal, point_refusal::undone_before);
  EXPECT_EQ(w.balance().balance.value, 100);
  w.expect_sound();
}

TEST(PointService, IdleAccountsSleepAndWakeWithTheirMemory) {
  point_world w;
  w.charge(1, 100);
  w.charge(2, 100, {}, "u2");
  w.debit(3, payment_number(1), 40);
  EXPECT_EQ(w.live_accounts(), 2);
  w.time.advance(limits::account_idle_time_max / 2);
  EXPECT_EQ(w.balance("u2").balance.value, 100);
  w.time.advance(limits::account_idle_time_max / 2);
  EXPECT_EQ(w.live_accounts(), 1);  // u2 was used meanwhile
  w.time.advance(limits::account_idle_time_max);
  EXPECT_EQ(w.live_accounts(), 0);
  const auto loads = w.store.loads;
  w.debit(4, payment_number(1), 40);
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.balance.value, 60);
  EXPECT_EQ(w.store.loads, loads + 1);
  EXPECT_EQ(w.live_accounts(), 1);
  EXPECT_EQ(w.balance().balance.value, 60);
  w.expect_sound();
}

TEST(PointService, WhoComesDuringALoadIsLoadedTogether) {
  point_world w;
  w.charge(1, 100, {}, "u0");
  w.restart();
  w.time.run();
  const auto loads = w.store.loads;
  w.time.reads().hold();
  for (std::uint32_t n = 0; n < 50; ++n)
    w.charge(10 + n, 5, {}, "u" + std::to_string(n % 40));
  w.time.reads().resume();
  w.time.run();
  EXPECT_EQ(w.store.loads, loads + 2);
  EXPECT_EQ(w.live_accounts(), 40);
  EXPECT_EQ(w.balance("u0").balance.value, 110);
  EXPECT_EQ(w.balance("u39").balance.value, 5);
  EXPECT_EQ(w.client.all<charge_reply>().size(), 51U);
  w.expect_sound();
}

TEST(PointService, AnAccountDoesNotSleepBeforeItsCommit) {
  point_world w;
  w.charge(1, 100);
  w.time.commits().hold();
  w.debit(2, payment_number(1), 40);
  w.time.advance(limits::account_idle_time_max * 3);
  EXPECT_EQ(w.live_accounts(), 1);
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.balance().balance.value, 60);
  w.time.advance(limits::account_idle_time_max * 3);
  EXPECT_EQ(w.live_accounts(), 0);
}

world_options forgetful() {
  world_options options;
  options.rules.steps_max = 2;
  return options;
}

TEST(PointService, AForgottenPaymentIsLookedUp) {
  point_world w{forgetful()};
  w.charge(1, 1000);
  for (std::uint32_t n = 1; n <= 10; ++n)
    w.debit(n, payment_number(n), 10);
  EXPECT_EQ(w.store.step_look_ups, 0);
  const auto first = w.client.all<point_step_reply>().front().outcome.transaction;
  for (const bool restarted : {false, true}) {
    if (restarted) w.restart();
    const auto before = w.store.step_look_ups;
    w.debit(11, payment_number(1), 10);
    EXPECT_EQ(w.client.last<point_step_reply>().outcome.transaction, first);
    EXPECT_EQ(w.store.step_look_ups, before + 2);
  }
  w.refund(12, payment_number(2));
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.amount.value, 10);
  w.refund(13, payment_number(2));
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.amount.value, 10);
  w.debit(14, payment_number(0), 10);  // older than all, and never seen
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.refusal, point_refusal::none);
  EXPECT_EQ(w.balance().balance.value, 900);
  w.expect_sound();
}

TEST(PointService, AForgottenStepStillOnItsWayToTheStoreIsFound) {
  point_world w{forgetful()};
  w.charge(1, 1000);
  w.time.commits().hold();
  for (std::uint32_t n = 1; n <= 10; ++n)
    w.debit(n, payment_number(n), 10);
  w.debit(11, payment_number(1), 10);
  w.refund(12, payment_number(1));
  w.debit(13, payment_number(1), 10);
  w.time.commits().resume();
  w.time.run();
  ASSERT_EQ(w.client.all<point_step_reply>().size(), 13U);
  EXPECT_EQ(w.balance().balance.value, 910);
  EXPECT_EQ(w.store.ledger.size(), 12U);
  w.expect_sound();
}

TEST(PointService, OldKeysArePruned) {
  point_world w;
  w.charge(1, 100, key_number(1));
  w.time.advance(limits::idempotency_kept);
  EXPECT_EQ(w.store.keys.size(), 1U);
  w.time.advance(limits::prune_every * 2);
  EXPECT_TRUE(w.store.keys.empty());
  w.charge(2, 100, key_number(1));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::fresh);
  EXPECT_EQ(w.balance().balance.value, 200);
}

}  // namespace
}  // namespace boxoffice
