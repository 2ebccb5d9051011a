#include "tests/actors/point/point_world.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::key_number;
using testing::payment_number;
using testing::point_world;
using testing::world_options;
using point_fate = testing::memory_point_store::fate;
using reads = testing::memory_point_store::reads;

TEST(PointFailure, AFailedCommitVoidsWhatWasDecidedOnIt) {
  point_world w;
  w.charge(1, 100, key_number(1));
  w.store.fates = {point_fate::fail};
  w.time.commits().hold();
  w.charge(2, 50, key_number(2));
  w.debit(3, payment_number(1), 120);
  w.debit(4, payment_number(1), 120);
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.client.last<charge_reply>().fault, fault::unavailable);
  ASSERT_EQ(w.client.all<point_step_reply>().size(), 2U);
  for (const auto& r : w.client.all<point_step_reply>())
    EXPECT_EQ(r.fault, fault::unavailable);
  EXPECT_EQ(w.balance().balance.value, 100);
  w.debit(5, payment_number(1), 120);  // the void one is not remembered
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.refusal, point_refusal::insufficient_points);
  w.charge(6, 50, key_number(2));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::fresh);
  EXPECT_EQ(w.client.last<charge_reply>().outcome.balance.value, 150);
  w.charge(7, 100, key_number(1));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::replayed);
  w.expect_sound();
}

// A store that fails again before anything became durable is left alone for a while.
TEST(PointFailure, AfterASecondFailureNothingIsDecidedUntilAPauseHasPassed) {
  point_world w;
  w.charge(1, 100);
  w.store.fates = {point_fate::fail, point_fate::fail};
  w.charge(2, 1);
  w.charge(3, 1);
  w.charge(9, 1, key_number(9));
  EXPECT_EQ(w.client.last<charge_reply>().fault, fault::unavailable);
  EXPECT_EQ(w.live_accounts(), 0);
  EXPECT_EQ(w.balance().balance.value, 100) << "reads are of the store";

  w.time.advance(limits::store_retry_first);
  w.charge(9, 1, key_number(9));
  EXPECT_EQ(w.client.last<charge_reply>().fault, fault::none);
  EXPECT_EQ(w.balance().balance.value, 101);
  w.expect_sound();
}

TEST(PointFailure, CommandsBehindAFailureAreAnsweredOnce) {
  world_options options;
  options.bounds.batch_max = 2;
  point_world w{options};
  w.charge(1, 100);
  w.store.fates = {point_fate::commit, point_fate::fail};
  for (std::uint32_t n = 1; n <= 20; ++n)
    w.client.post(w.desk, debit_points{n, payment_number(n), user_id{"u1"}, points{1}});
  w.time.run();
  const auto& replies = w.client.all<point_step_reply>();
  ASSERT_EQ(replies.size(), 20U);
  std::size_t done = 0;
  for (const auto& r : replies)
    done += r.fault == fault::none ? 1 : 0;
  EXPECT_EQ(done, 2U);
  w.time.advance(limits::store_retry_first);
  EXPECT_EQ(w.balance().balance.value, 98);
  w.expect_sound();
}

// Each kind of command, in doubt, once done and once lost.
TEST(PointFailure, ADoubtfulCommitIsLookedUpBeforeItIsAnswered) {
  for (const auto what : {point_fate::doubt_done, point_fate::doubt_lost}) {
    SCOPED_TRACE(what == point_fate::doubt_done ? "done" : "lost");
    const auto expected = what == point_fate::doubt_done ? fault::none : fault::unavailable;
    point_world w;
    w.charge(1, 100);
    w.debit(2, payment_number(1), 30);
    w.client.all<charge_reply>().clear();
    w.client.all<point_step_reply>().clear();

    w.store.fates = {what};
    w.time.commits().hold();
    w.charge(3, 10, key_number(3));
    w.charge(4, 10);
    w.charge(5, 0, key_number(5));
    w.debit(6, payment_number(2), 20);
    w.refund(7, payment_number(1));
    w.debit(8, payment_number(3), 1000);
    w.time.reads().hold();
    w.time.commits().resume();
    w.time.run();
    EXPECT_TRUE(w.client.all<charge_reply>().empty());
    EXPECT_TRUE(w.client.all<point_step_reply>().empty());
    w.time.reads().resume();
    w.time.run();
    ASSERT_EQ(w.client.all<charge_reply>().size(), 3U);
    ASSERT_EQ(w.client.all<point_step_reply>().size(), 3U);
    for (const auto& r : w.client.all<charge_reply>()) {
      EXPECT_EQ(r.fault, expected) << r.correlation;
      EXPECT_EQ(r.key, key_verdict::fresh);
    }
    for (const auto& r : w.client.all<point_step_reply>())
      EXPECT_EQ(r.fault, expected) << r.correlation;
    if (what == point_fate::doubt_done) {
      EXPECT_EQ(w.client.all<charge_reply>()[1].outcome.balance.value, 90);
      EXPECT_EQ(w.client.last<point_step_reply>().outcome.required.value, 1000);
    }

    w.charge(9, 10, key_number(3));
    EXPECT_EQ(w.client.last<charge_reply>().key,
              what == point_fate::doubt_done ? key_verdict::replayed : key_verdict::fresh);
    w.debit(10, payment_number(2), 20);
    EXPECT_EQ(w.client.last<point_step_reply>().fault, fault::none);
    w.expect_sound();
  }
}

TEST(PointFailure, DoubtsWaitUntilTheStoreCanBeReadAgain) {
  point_world w;
  w.charge(1, 100);
  w.store.fates = {point_fate::doubt_done};
  w.store.reading = reads::fail;
  w.debit(2, payment_number(1), 30);
  w.time.advance(limits::store_retry_max * 3);
  EXPECT_TRUE(w.client.all<point_step_reply>().empty());
  w.debit(3, payment_number(2), 30);
  EXPECT_EQ(w.client.last<point_step_reply>().fault, fault::unavailable);
  w.store.reading = reads::work;
  w.time.advance(limits::store_retry_max);
  ASSERT_EQ(w.client.all<point_step_reply>().size(), 2U);
  EXPECT_EQ(w.client.last<point_step_reply>().correlation, 2U);
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.balance.value, 70);
  EXPECT_EQ(w.balance().balance.value, 70);
  w.expect_sound();
}

TEST(PointFailure, AStoreThatCannotBeReadIsUnavailableAndRecovers) {
  point_world w;
  w.charge(1, 100, key_number(1));
  w.store.reading = reads::fail;
  w.debit(2, payment_number(1), 10, "u2");
  EXPECT_EQ(w.client.last<point_step_reply>().fault, fault::unavailable);
  EXPECT_EQ(w.balance("u3").fault, fault::unavailable);
  w.charge(3, 100, key_number(1));
  EXPECT_EQ(w.client.last<charge_reply>().fault, fault::unavailable);
  w.client.send(w.desk, list_transactions{4, user_id{"u1"}, 0, 10});
  EXPECT_EQ(w.client.last<transactions_reply>().fault, fault::unavailable);
  EXPECT_EQ(w.balance("u1").balance.value, 100);  // awake: needs no store

  w.store.reading = reads::work;
  EXPECT_EQ(w.balance("u3").fault, fault::none);
  w.charge(5, 100, key_number(1));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::replayed);
  w.debit(6, payment_number(1), 10, "u2");
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.refusal, point_refusal::insufficient_points);
  EXPECT_EQ(w.live_accounts(), 3);
}

TEST(PointFailure, ADamagedAccountLeavesThoseLoadedWithItAlone) {
  point_world w;
  w.store.damaged.insert(user_id{"u2"});
  w.time.reads().hold();
  for (std::uint32_t n = 1; n <= 4; ++n)
    w.charge(n, 100, {}, "u" + std::to_string(n));
  w.time.reads().resume();
  w.time.run();
  const auto replies = w.client.all<charge_reply>();
  ASSERT_EQ(replies.size(), 4U);
  for (const auto& r : replies)
    EXPECT_EQ(r.fault, r.correlation == 2 ? fault::unavailable : fault::none) << r.correlation;
  EXPECT_EQ(w.balance("u2").fault, fault::unavailable);
  w.store.damaged.clear();
  w.charge(5, 100, {}, "u2");
  EXPECT_EQ(w.balance("u2").balance.value, 100);
  w.expect_sound();
}

TEST(PointFailure, ALoadThatFailsIsAnsweredAndTheNextOneWorks) {
  point_world w;
  w.time.reads().hold();
  w.charge(1, 100, {}, "u1");
  w.charge(2, 100, {}, "u2");
  w.store.reading = reads::fail;
  w.time.reads().resume();
  w.time.run();
  for (const auto& r : w.client.all<charge_reply>())
    EXPECT_EQ(r.fault, fault::unavailable);
  EXPECT_EQ(w.client.all<charge_reply>().size(), 2U);
  w.store.reading = reads::work;
  w.charge(3, 100, {}, "u2");
  EXPECT_EQ(w.balance("u2").balance.value, 100);
  w.expect_sound();
}

TEST(PointFailure, AFailedCommitDuringALoadLosesNoCommand) {
  point_world w;
  w.charge(1, 100);
  w.time.reads().hold();
  w.charge(2, 100, {}, "u2");
  w.charge(3, 100, {}, "u3");
  w.store.fates = {point_fate::fail};
  w.charge(4, 100);  // u1 is awake: its commit fails, and all memory is void
  w.time.reads().resume();
  w.time.advance(limits::store_retry_max);
  EXPECT_EQ(w.client.all<charge_reply>().size(), 4U);
  w.charge(5, 100, {}, "u2");
  w.charge(6, 100, {}, "u3");
  EXPECT_EQ(w.balance("u2").balance.value, 100);
  EXPECT_EQ(w.balance("u3").balance.value, 100);
  EXPECT_EQ(w.balance("u1").balance.value, 100);
  w.expect_sound();
}

TEST(PointFailure, AnUnreadableStepIsUnavailableAndRecovers) {
  world_options options;
  options.rules.steps_max = 2;
  point_world w{options};
  w.charge(1, 100);
  for (std::uint32_t n = 1; n <= 10; ++n)
    w.debit(n, payment_number(n), 1);
  w.store.reading = reads::fail;
  w.debit(20, payment_number(1), 1);
  EXPECT_EQ(w.client.last<point_step_reply>().correlation, 20U);
  EXPECT_EQ(w.client.last<point_step_reply>().fault, fault::unavailable);
  w.store.reading = reads::work;
  w.debit(21, payment_number(1), 1);
  EXPECT_EQ(w.client.last<point_step_reply>().fault, fault::none);
  EXPECT_EQ(w.balance().balance.value, 90);
}

TEST(PointFailure, CommandsBeforeTheStartWaitAndAStartThatFailsIsRetried) {
  point_world w;
  w.charge(1, 100, key_number(1));
  w.time.reads().hold();
  w.restart();
  w.charge(2, 100, key_number(1));
  EXPECT_EQ(w.client.all<charge_reply>().size(), 1U);
  w.time.reads().resume();
  w.time.run();
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::replayed);

  w.store.reading = reads::fail;
  w.restart();
  w.charge(3, 100, key_number(1));
  EXPECT_EQ(w.client.last<charge_reply>().fault, fault::unavailable);
  w.store.reading = reads::work;
  w.time.advance(limits::store_retry_max);
  w.charge(4, 100, key_number(1));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::replayed);
  w.expect_sound();
}

TEST(PointFailure, AFullCommitterShedsAndChangesNothing) {
  world_options options;
  options.bounds.queue_max = 4;
  point_world w{options};
  w.charge(100, 100);
  w.time.commits().hold();
  for (std::uint32_t n = 1; n <= 10; ++n)
    w.debit(n, payment_number(n), 10);
  w.charge(11, 10, key_number(11));
  EXPECT_EQ(w.client.last<charge_reply>().fault, fault::overloaded);
  ASSERT_EQ(w.client.all<point_step_reply>().size(), 6U);
  for (const auto& r : w.client.all<point_step_reply>())
    EXPECT_EQ(r.fault, fault::overloaded);
  w.time.commits().resume();
  w.time.run();
  EXPECT_EQ(w.balance().balance.value, 60);
  for (std::uint32_t n = 5; n <= 10; ++n)
    w.debit(20 + n, payment_number(n), 10);
  EXPECT_EQ(w.balance().balance.value, 0);
  w.charge(12, 10, key_number(11));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::fresh);
  EXPECT_EQ(w.client.last<charge_reply>().outcome.balance.value, 10);
  w.expect_sound();
}

TEST(PointFailure, AFullReaderShedsAndRecovers) {
  point_world w;
  struct full_runner final : job_runner {
    posted post(std::function<void()>) override { return posted::no; }
  } full;
  committer<point_write> commits{"full",
                                 {16, 16},
                                 w.time.commits(),
                                 [](auto) { return commit_outcome::committed; },
                                 w.time.metrics()};
  epoch_numbers ids{0, epoch_numbers::wide};
  const auto desk = w.time.owns(spawn_point_service(w.time.system(), {w.time.clock(),
                                                                      commits,
                                                                      w.store,
                                                                      w.time.commits(),
                                                                      w.store,
                                                                      full,
                                                                      ids,
                                                                      w.time.metrics(),
                                                                      {}}));
  w.client.send(desk, list_transactions{1, user_id{"u1"}, 0, 10});
  EXPECT_EQ(w.client.last<transactions_reply>().fault, fault::overloaded);
  caf::anon_send_exit(desk, caf::exit_reason::kill);
  w.time.run();
}

TEST(PointFailure, AChargeThatWaitedForItsAccountIsNotDoneOnceItsClientHasGivenUp) {
  point_world w;
  w.time.reads().hold();
  charge_points late{1, key_number(1), {"u1"}, {50}};
  late.call.deadline = w.time.now() + seconds{1};
  w.client.send(w.desk, late);
  w.debit(2, payment_number(1), 10);  // a saga's: it has no deadline
  w.time.advance(seconds{1});
  EXPECT_TRUE(w.client.all<charge_reply>().empty());
  w.time.reads().resume();
  w.time.run();
  EXPECT_EQ(w.client.last<charge_reply>().fault, fault::unavailable);
  EXPECT_EQ(w.client.last<point_step_reply>().outcome.refusal, point_refusal::insufficient_points);
  EXPECT_EQ(w.time.metrics()
                .counter("boxoffice_commands_given_up_total", "", {{"service", "point"}})
                .value(),
            1U);
  w.charge(3, 50, key_number(1));
  EXPECT_EQ(w.client.last<charge_reply>().key, key_verdict::fresh) << "its key is free";
  EXPECT_EQ(w.balance().balance.value, 50);
  w.expect_sound();
}

}  // namespace
}  // namespace boxoffice
