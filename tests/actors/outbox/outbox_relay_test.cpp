#include "actors/outbox/outbox_relay.hpp"

#include "tests/actors/payment/memory_payment_store.hpp"
#include "tests/actors/payment/payment_world.hpp"
#include "tests/actors/virtual_time.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::memory_payment_store;
using testing::virtual_time;

/// A consumer that writes down what it is given and may stay silent.
struct consumed {
  std::vector<std::uint64_t> sequences;
  int deliveries{0};
  int silent{0};               ///< so many deliveries get no answer
  std::uint64_t at_most{~0U};  ///< applies at most so many of each delivery
};

class fake_consumer {
 public:
  using interface = event_consumer_actor;
  fake_consumer(interface::pointer self, consumed* c) : self_{self}, c_{*c} {}
  void on(const deliver_events& m) {
    ++c_.deliveries;
    if (c_.silent > 0 && c_.silent-- > 0) return;
    std::uint64_t done = 0, last = 0;
    for (const auto& e : m.events) {
      if (done++ == c_.at_most) break;
      c_.sequences.push_back(e.sequence);
      last = e.sequence;
    }
    answer(self_, sender_of(self_), events_applied{m.ticket, last});
  }

 private:
  interface::pointer self_;
  consumed& c_;
};

struct OutboxRelay : ::testing::Test {
  OutboxRelay() {
    consumer = time.owns(spawn_actor<fake_consumer>(time.system(), &seen));
    start();
  }
  void start() {
    relay_context context{time.clock(),   "boards", consumer,     commits,      store,
                          time.commits(), store,    time.reads(), time.meters()};
    context.prunes = relay_context::pruning::yes;
    context.consumers = {"boards", "slow"};
    relay = time.owns(spawn_outbox_relay(time.system(), context));
    time.run();
  }
  void append(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      payment_write w;
      w.event = payment_event{};
      w.event->id = {++last};
      w.event->occurred_at = time.now();
      store.commit(std::span{&w, 1});
    }
  }
  void expect_all_in_order(std::uint64_t count) {
    ASSERT_EQ(seen.sequences.size(), count);
    for (std::uint64_t i = 0; i < count; ++i)
      EXPECT_EQ(seen.sequences[i], i + 1);
  }

  virtual_time time;
  memory_payment_store store;
  committer<payment_write> commits{
      "payment",
      {100, 10},
      time.commits(),
      [this](std::span<const payment_write> b) { return store.commit(b); },
      time.meters()};
  consumed seen;
  event_consumer_actor consumer;
  outbox_relay_actor relay;
  std::uint64_t last{0};
};

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
      time.meters().level("boxoffice_outbox_lag_events", "", {{"consumer", "boards"}}).value(), 2);
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

TEST_F(OutboxRelay, PrunesOldEventsThatEveryConsumerHasPassed) {
  append(2);
  caf::anon_send(relay, outbox_appended{});
  time.run();
  store.consumers["slow"] = 1;
  time.advance(limits::outbox_published_kept + std::chrono::minutes{2});
  ASSERT_EQ(store.events.size(), 1U);
  EXPECT_EQ(store.events[0].sequence, 2U);
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
      world.time.meters()};
  world.relays.push_back(world.time.owns(spawn_outbox_relay(
      world.time.system(),
      {world.time.clock(), "boards", consumer, commits, world.store, world.time.commits(),
       world.store, world.time.reads(), world.time.meters()})));
  world.restart();
  world.others.balances[{"u"}] = points{10};
  world.box.send(world.desk, world.pay("u", world.hold("u", 10)));
  EXPECT_EQ(seen.sequences, std::vector<std::uint64_t>{1});  // without any time passing
}

}  // namespace
}  // namespace boxoffice
