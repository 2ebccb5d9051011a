#include "actors/outbox/outbox_relay.hpp"

#include "tests/actors/outbox/relay_scene.hpp"
#include "tests/actors/payment/payment_world.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::consumed;
using testing::fake_consumer;
using testing::memory_payment_store;

struct OutboxRelay : testing::relay_scene {};

TEST_F(OutboxRelay, DeliversInOrderInBatchesWhenWoken) {
  append(600);
  caf::anon_send(relay, outbox_appended{});
  time.run();
  expect_all_in_order(600);
  EXPECT_EQ(seen.deliveries, 3);
  EXPECT_EQ(store.consumers["boards"], 600U);
}

TEST_F(OutboxRelay, FindsByPollWhatNobodyToldItAbout) {
  append(1);
  time.advance(limits::outbox_poll_every);
  expect_all_in_order(1);
}

TEST_F(OutboxRelay, DeliversAgainAfterSilenceAndSkipsNothing) {
  seen.silent = 3;
  append(2);
  caf::anon_send(relay, outbox_appended{});
  time.run();
  append(1);
  caf::anon_send(relay, outbox_appended{});
  time.run();
  EXPECT_EQ(seen.deliveries, 1);  // one batch at a time
  EXPECT_EQ(
      time.metrics().gauge("boxoffice_outbox_lag_events", "", {{"consumer", "boards"}}).value(), 2);
  time.advance(std::chrono::seconds{1});
  EXPECT_EQ(seen.deliveries, 2);
  time.advance(std::chrono::seconds{30});
  expect_all_in_order(3);
  EXPECT_EQ(store.consumers["boards"], 3U);
}

TEST_F(OutboxRelay, GoesOnWhereAPartlyAppliedBatchEnded) {
  seen.at_most = 2;
  append(5);
  caf::anon_send(relay, outbox_appended{});
  time.run();
  expect_all_in_order(5);
  EXPECT_EQ(seen.deliveries, 3);
}

TEST_F(OutboxRelay, ARestartDeliversOnlyWhatIsNotRemembered) {
  append(3);
  caf::anon_send(relay, outbox_appended{});
  time.run();
  caf::anon_send_exit(relay, caf::exit_reason::kill);
  time.run();
  append(2);
  start();
  expect_all_in_order(5);
}

TEST_F(OutboxRelay, APositionThatWasNotStoredIsStoredLaterOrDeliveredAgain) {
  append(3);
  store.fails_once = [](const payment_write& w) { return w.consumed && w.consumed->second == 3; };
  caf::anon_send(relay, outbox_appended{});
  time.run();
  EXPECT_EQ(store.consumers["boards"], 0U);
  time.advance(std::chrono::seconds{1});
  EXPECT_EQ(store.consumers["boards"], 3U);
  expect_all_in_order(3);
}

TEST_F(OutboxRelay, AStoreThatCannotBeReadIsAskedAgain) {
  append(1);
  store.unreadable = 2;
  caf::anon_send(relay, outbox_appended{});
  time.advance(std::chrono::seconds{3});
  expect_all_in_order(1);
}

TEST_F(OutboxRelay, WhatComesInThePauseAfterADeliveryIsDeliveredTogether) {
  append(1);
  wake_at_once();
  expect_all_in_order(1);
  for (int i = 0; i < 5; ++i) {
    append(1);
    wake_at_once();
  }
  time.advance(limits::outbox_relay_pause - milliseconds{1});
  EXPECT_EQ(seen.deliveries, 1);
  time.advance(milliseconds{1});
  expect_all_in_order(6);
  EXPECT_EQ(seen.deliveries, 2);
}

using lasting = event_refused::lasting;
using numbers = std::vector<std::uint64_t>;

TEST_F(OutboxRelay, APoisonedEventParksItsSiblingsWhileOthersFlow) {
  seen.refuses = {{4, lasting::for_good}};
  append_mixed(8);
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 5, 7}));
  EXPECT_EQ(parked(), (numbers{4, 6, 8}));
  EXPECT_EQ(store.parked.begin()->second.reason, "not this one");
  EXPECT_EQ(store.consumers["boards"], 8U);
  append_mixed(2);
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 5, 7, 9}));
  EXPECT_EQ(parked(), (numbers{4, 6, 8, 10}));
}

TEST_F(OutboxRelay, AReplayDeliversInOrderAlsoAfterARestartAndThenTheScheduleFlows) {
  seen.refuses = {{2, lasting::for_good}};
  append_mixed(4);
  wake();
  restart();
  append_mixed(2);
  wake();
  EXPECT_EQ(parked(), (numbers{2, 4, 6})) << "a restart forgets no schedule";
  seen.refuses.clear();
  replay(1);
  EXPECT_EQ(seen.sequences, (numbers{1, 3, 5})) << "nothing of that one is parked";
  replay(2);
  EXPECT_EQ(seen.sequences, (numbers{1, 3, 5, 2, 4, 6}));
  EXPECT_EQ(parked(), numbers{});
  append_mixed(2);
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 3, 5, 2, 4, 6, 7, 8}));
  EXPECT_EQ(store.consumers["boards"], 8U);
}

TEST_F(OutboxRelay, AReplayWaitsUntilWhatIsParkedIsStored) {
  seen.refuses = {{1, lasting::for_good}};
  append(2);
  time.commits().hold();
  wake();
  seen.refuses.clear();
  replay(1);
  append(1);
  wake();
  time.commits().resume();
  time.run();
  expect_all_in_order(3);
  EXPECT_EQ(parked(), numbers{});
}

TEST_F(OutboxRelay, ALateAnswerToAnEarlierDeliverySaysNothingAboutAReplay) {
  seen.refuses = {{1, lasting::for_good}};
  append_mixed(2);
  wake();
  seen.refuses.clear();
  seen.silent = 1;
  replay(1);
  caf::anon_send(relay, events_applied{2, 2});
  time.run();
  EXPECT_EQ(parked(), numbers{1});
  time.advance(std::chrono::seconds{10});
  EXPECT_EQ(seen.sequences, (numbers{2, 1}));
  EXPECT_EQ(parked(), numbers{});
}

TEST_F(OutboxRelay, ALongReplayGoesInBatchesAndNewEventsWaitForItsEnd) {
  seen.refuses = {{1, lasting::for_good}};
  append(limits::outbox_relay_batch_events_max * 2 + 10);
  wake();
  EXPECT_EQ(seen.sequences, numbers{});
  seen.refuses.clear();
  seen.silent = 1;
  replay(1);
  append(1);
  wake();
  EXPECT_EQ(seen.sequences, numbers{}) << "the consumer has not answered the replay";
  time.advance(std::chrono::seconds{10});
  expect_all_in_order(limits::outbox_relay_batch_events_max * 2 + 11);
  EXPECT_EQ(parked(), numbers{});
}

TEST_F(OutboxRelay, AReplayThatIsRefusedAgainLeavesTheRestParkedInOrder) {
  seen.refuses = {{1, lasting::for_good}, {3, lasting::for_good}};
  append(4);
  wake();
  seen.refuses.erase(1);
  replay(1);
  EXPECT_EQ(seen.sequences, (numbers{1, 2}));
  EXPECT_EQ(parked(), (numbers{3, 4}));
  append(1);
  wake();
  EXPECT_EQ(parked(), (numbers{3, 4, 5}));
  seen.refuses.clear();
  replay(1);
  expect_all_in_order(5);
}

TEST_F(OutboxRelay, WhatIsRefusedForNowIsTriedWithPausesAndThenParked) {
  seen.refuses = {{1, lasting::for_now}};
  append_mixed(2);
  wake();
  EXPECT_EQ(seen.deliveries, 1);
  EXPECT_EQ(seen.sequences, numbers{}) << "nothing overtakes what may only be late";
  time.advance(std::chrono::seconds{60});
  EXPECT_EQ(parked(), numbers{1});
  EXPECT_EQ(seen.sequences, numbers{2});
  EXPECT_EQ(seen.deliveries, limits::outbox_event_tries_max + 1);
  EXPECT_EQ(store.parked.begin()->second.reason, "not this one, at try 10");
}

TEST_F(OutboxRelay, WhatIsTakenAtALaterTryIsNotParked) {
  seen.refuses = {{1, lasting::for_now}};
  append_mixed(2);
  wake();
  time.advance(std::chrono::seconds{3});
  seen.refuses.clear();
  time.advance(std::chrono::seconds{6});
  EXPECT_EQ(parked(), numbers{});
  expect_all_in_order(2);
}

TEST_F(OutboxRelay, SilenceNeverParks) {
  seen.silent = 1000;
  append_mixed(4);
  wake();
  time.advance(std::chrono::hours{1});
  EXPECT_EQ(parked(), numbers{});
  seen.silent = 0;
  time.advance(std::chrono::seconds{10});
  expect_all_in_order(4);
}

TEST_F(OutboxRelay, ParkingSurvivesALostCommit) {
  using fate = memory_payment_store::next_commit;
  for (const auto lost : {fate::fails, fate::doubt_lost, fate::doubt_done}) {
    const auto first = last + 1;
    seen.refuses = {{first, lasting::for_good}};
    store.fails_once = [](const payment_write& w) { return !w.parked.empty(); };
    store.fails_how = lost;
    append(2, first);
    append(1, first + 1);
    wake();
    restart();  // whether or not it had been written again
    wake();
    time.advance(std::chrono::seconds{1});
    EXPECT_EQ(seen.sequences.back(), first + 2);
    EXPECT_EQ(parked(), (numbers{first, first + 1}));
    seen.refuses.clear();
    replay(first);
    EXPECT_EQ(parked(), numbers{});
    EXPECT_EQ(seen.sequences.back(), first + 1);
  }
  EXPECT_EQ(store.broken, std::vector<std::string>{});
}

TEST_F(OutboxRelay, ParkedEventsAreNotPruned) {
  seen.refuses = {{2, lasting::for_good}};
  append_mixed(3);
  wake();
  const auto year = std::chrono::hours{24 * 365};
  EXPECT_EQ(store.prune_outbox({time.now() + year}, 10, {"boards"}), 3U);
  ASSERT_EQ(store.events.size(), 1U);
  EXPECT_EQ(store.events[0].sequence, 2U);
  restart();
  seen.refuses.clear();
  replay(2);
  EXPECT_EQ(seen.sequences.back(), 2U) << "older than all that is left";
  EXPECT_EQ(seen.old_one, deliver_events::unmarked::is_new);
  EXPECT_TRUE(store.events.empty()) << "it goes with what is parked";
}

TEST_F(OutboxRelay, TellsWhatDoesNotComeAgain) {
  append_mixed(4);
  wake();
  EXPECT_EQ(seen.no_more_through, 0U);
  EXPECT_EQ(seen.old_one, deliver_events::unmarked::is_repeated);
  store.pruned = 3;
  time.advance(limits::prune_every);
  append(1, 1);
  wake();
  EXPECT_EQ(seen.no_more_through, 3U);
  seen.refuses = {{6, lasting::for_good}};
  append(1, 2);
  wake();
  store.pruned = 7;
  time.advance(limits::prune_every);
  append(1, 1);
  wake();
  append(1, 1);
  wake();
  EXPECT_EQ(seen.no_more_through, 5U) << "what is parked comes again";
}

TEST_F(OutboxRelay, AConsumerThatWasOffForThirtyDaysGetsWhatIsKeptAndTheGapIsNamed) {
  append(3);
  wake();
  caf::anon_send_exit(relay, caf::exit_reason::kill);
  time.run();
  append(4);
  store.pruned = 5;
  std::erase_if(store.events, [](const payment_event& e) { return e.sequence <= 5; });
  time.jump(std::chrono::hours{24 * 30});
  start();
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 6, 7}));
  EXPECT_EQ(
      time.metrics().counter("boxoffice_outbox_gaps_total", "", {{"consumer", "boards"}}).value(),
      1U);
  restart();
  EXPECT_EQ(
      time.metrics().counter("boxoffice_outbox_gaps_total", "", {{"consumer", "boards"}}).value(),
      1U);
}

// Watermill #311, kamu-cli #1398: sequences are given by the store, in the order of commits.
TEST_F(OutboxRelay, ALowerIdThatCommitsLaterIsNotSkipped) {
  append(2);
  wake();
  payment_write late;
  late.event = payment_event{};
  late.event->id = {1};  // made long ago, by a payment that took its time
  late.event->id.value = ~std::uint64_t{0} >> 1U;
  late.event->payment = {77};
  late.event->reservation = reservation_id{{1}, 77};
  late.event->occurred_at = time.now() - std::chrono::hours{1};
  store.commit(std::span{&late, 1});
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3}));
}

TEST(OutboxEndToEnd, ACommitOfAnEventWakesTheRelay) {
  testing::payment_world world;
  consumed seen;
  const auto consumer = world.time.owns(spawn_actor<fake_consumer>(world.time.system(), &seen));
  committer<payment_write> commits{
      "relay",
      {100, 10},
      world.time.commits(),
      [&](std::span<const payment_write> b) { return world.store.commit(b); },
      world.time.metrics()};
  world.relays.push_back(world.time.owns(spawn_outbox_relay(
      world.time.system(), {world.time.clock(), "boards", consumer, commits, world.store,
                            world.time.reads(), world.time.metrics()})));
  world.restart();
  world.others.balances[{"u"}] = points{10};
  world.box.send(world.desk, world.pay("u", world.hold("u", 10)));
  EXPECT_EQ(seen.sequences, std::vector<std::uint64_t>{1});  // without any time passing
}

}  // namespace
}  // namespace boxoffice
