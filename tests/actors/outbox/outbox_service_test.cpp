#include "actors/outbox/outbox_service.hpp"

#include "tests/actors/payment/memory_payment_store.hpp"
#include "tests/actors/virtual_time.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

/// A relay that writes down what it is told.
class fake_relay {
 public:
  using interface = outbox_relay_actor;
  static constexpr auto name = "fake_relay";
  fake_relay(interface::pointer, std::vector<schedule_id>* told) : told_{*told} {}
  void on(const outbox_appended&) {}
  void on(const events_applied&) {}
  void on(const event_refused&) {}
  void on(const applied_so_far&) {}
  void on(const board_filled&) {}
  void on(const replay_parked& m) { told_.push_back(m.schedule); }

 private:
  std::vector<schedule_id>& told_;
};

struct OutboxService : ::testing::Test {
  OutboxService() {
    const auto relay = [&](std::vector<schedule_id>* told) {
      return time.owns(spawn_actor<fake_relay>(time.system(), told));
    };
    desk = time.owns(spawn_outbox_service(
        time.system(), {.reader = store,
                        .reads = time.reads(),
                        .consumers = {{"a", relay(&told_a)}, {"b", relay(&told_b)}},
                        .time = time.clock(),
                        .store = store,
                        .commit_jobs = time.commits(),
                        .kept = kept,
                        .metrics = time.metrics()}));
    for (std::uint64_t n = 1; n <= 4; ++n) {
      payment_write w;
      w.event = payment_event{};
      w.event->id = {100 + n};
      w.event->payment = {n};
      w.event->reservation = reservation_id{{n}, n};
      w.event->occurred_at = time.now();
      store.commit(std::span{&w, 1});
    }
  }
  void park(const std::string& consumer, std::uint64_t n) {
    store.parked[{n, consumer}] = {consumer, store.events.at(n - 1), "no", time.now()};
  }
  outbox_list list(list_outbox::wanted what, std::uint32_t limit = 10, std::uint64_t after = 0) {
    box.send(desk, list_outbox{1, what, after, limit});
    return box.last<outbox_list>();
  }
  replay_reply replay(std::uint64_t event) {
    box.send(desk, replay_event{2, {event}});
    return box.last<replay_reply>();
  }
  static constexpr std::chrono::hours kept{24};
  testing::virtual_time time;
  testing::memory_payment_store store;
  testing::inbox<outbox_list, replay_reply> box{time};
  std::vector<schedule_id> told_a, told_b;
  outbox_service_actor desk;
};

using wanted = list_outbox::wanted;
using names = std::vector<std::string>;

TEST_F(OutboxService, PendingIsWhatAConfiguredConsumerHasNotPassed) {
  store.consumers = {{"a", 3}, {"b", 1}, {"gone", 0}};
  const auto first = list(wanted::pending, 2);
  ASSERT_EQ(first.lines.size(), 2U);
  EXPECT_EQ(first.follows, outbox_list::more::yes);
  EXPECT_EQ(first.lines[0].event.id, event_id{102});
  ASSERT_EQ(first.lines[0].places.size(), 1U);
  EXPECT_EQ(first.lines[0].places[0].consumer, "b");
  const auto rest = list(wanted::pending, 2, first.lines[1].event.sequence);
  ASSERT_EQ(rest.lines.size(), 1U);
  EXPECT_EQ(rest.follows, outbox_list::more::no);
  EXPECT_EQ(rest.lines[0].places.size(), 2U);
}

TEST_F(OutboxService, ParkedNamesWhoHasItAndWhy) {
  park("a", 2);
  park("b", 2);
  park("b", 4);
  const auto first = list(wanted::parked, 1);
  ASSERT_EQ(first.lines.size(), 1U);
  EXPECT_EQ(first.follows, outbox_list::more::yes);
  ASSERT_EQ(first.lines[0].places.size(), 2U);
  EXPECT_EQ(first.lines[0].places[1].consumer, "b");
  EXPECT_EQ(first.lines[0].places[1].reason, "no");
  EXPECT_EQ(first.lines[0].places[1].parked_at, time.now());
  const auto rest = list(wanted::parked, 1, first.lines[0].event.sequence);
  EXPECT_EQ(rest.lines.size(), 1U);
  EXPECT_EQ(rest.follows, outbox_list::more::no);
}

TEST_F(OutboxService, AReplayGoesToWhoHasTheEventParked) {
  park("b", 2);
  park("gone", 3);
  const auto told = replay(102);
  EXPECT_EQ(told.refusal, replay_refusal::none);
  EXPECT_EQ(told.consumers, names{"b"});
  EXPECT_EQ(told_b, std::vector<schedule_id>{{2}});
  EXPECT_TRUE(told_a.empty());
  EXPECT_EQ(replay(101).refusal, replay_refusal::event_not_parked);
  EXPECT_EQ(replay(103).refusal, replay_refusal::event_not_parked) << "nobody is there to take it";
  EXPECT_EQ(replay(999).refusal, replay_refusal::event_not_found);
}

TEST_F(OutboxService, AStoreThatCannotBeReadIsAFault) {
  store.unreadable = 1;
  EXPECT_EQ(list(wanted::parked).fault, fault::unavailable);
  store.unreadable = 1;
  EXPECT_EQ(replay(101).fault, fault::unavailable);
  EXPECT_EQ(replay(101).fault, fault::none);
}

TEST_F(OutboxService, PrunesOldEventsThatEveryConsumerHasPassed) {
  store.consumers = {{"a", 3}, {"b", 2}, {"gone", 0}};
  time.advance(kept - std::chrono::minutes{1});
  EXPECT_EQ(store.events.size(), 4U) << "they are young";
  time.advance(std::chrono::minutes{3});
  ASSERT_EQ(store.events.size(), 2U);
  EXPECT_EQ(store.events[0].sequence, 3U);
  EXPECT_EQ(store.pruned, 2U);
}

TEST_F(OutboxService, DeletingWhatIsCompletedLeavesWhatIsNot) {
  store.consumers = {{"a", 4}, {"b", 4}};
  park("b", 2);
  time.advance(kept + std::chrono::minutes{3});
  ASSERT_EQ(store.events.size(), 1U);
  EXPECT_EQ(store.events[0].sequence, 2U) << "it is parked";
}

TEST_F(OutboxService, AClockThatLeapsAYearAndComesBackPrunesNothingThatIsNeeded) {
  store.consumers = {{"a", 2}, {"b", 4}};
  park("b", 1);
  time.jump(std::chrono::hours{24 * 365});
  time.advance(std::chrono::minutes{3});
  std::vector<std::uint64_t> left;
  for (const auto& e : store.events)
    left.push_back(e.sequence);
  EXPECT_EQ(left, (std::vector<std::uint64_t>{1, 3, 4})) << "parked, and not yet passed";
}

}  // namespace
}  // namespace boxoffice
