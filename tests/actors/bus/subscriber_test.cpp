#include "actors/bus/subscriber.hpp"

#include "actors/bus/parked_log.hpp"
#include "config/limits.hpp"
#include "tests/actors/virtual_time.hpp"

#include <charconv>
#include <optional>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

/// Hands over what the test lets arrive.
class open_source final : public event_source {
 public:
  std::function<void(std::vector<arrival>)> arrived;
  std::vector<std::uint64_t> acknowledged;
  struct kept {
    std::string body, reason;
    std::function<void(bool)> done;
  };
  std::vector<kept> parked;
  std::optional<parked_records> lies_parked{parked_records{}};
  int readings{0};

  void open(std::function<void(std::vector<arrival>)> to) override { arrived = std::move(to); }
  void acknowledge(std::uint64_t through) override { acknowledged.push_back(through); }
  void park(std::string body, std::string reason, std::function<void(bool)> done) override {
    parked.push_back({std::move(body), std::move(reason), std::move(done)});
  }
  void read_parked(std::function<void(std::optional<parked_records>)> done) override {
    ++readings;
    done(lies_parked);
  }
};

struct Subscriber : ::testing::Test {
  testing::virtual_time time;
  open_source source;
  testing::inbox<deliver_events, ask_applied> board{time};
  caf::actor subscriber;
  std::uint64_t tag{0};
  using seen = std::vector<std::uint64_t>;

  void SetUp() override {
    subscriber = caf::actor_cast<caf::actor>(time.owns(spawn_subscriber(
        time.system(),
        {.consumer = "best_selling",
         .from = source,
         .decode = [](std::string_view text) -> std::variant<payment_event, event_fault> {
           payment_event e;
           const auto* end = text.data() + text.size();
           if (std::from_chars(text.data(), end, e.sequence).ptr != end)
             return event_fault{"no number"};
           e.reservation.schedule = {e.sequence % 10};
           e.id = {e.sequence};
           return e;
         },
         .to = caf::actor_cast<event_consumer_actor>(board.actor()),
         .time = time.clock(),
         .metrics = time.metrics()})));
    time.run();
  }
  void arrive(const std::vector<std::string>& bodies) {
    std::vector<event_source::arrival> more;
    for (const auto& each : bodies)
      more.push_back({++tag, each});
    source.arrived(std::move(more));
    time.run();
  }
  seen delivered() {
    seen out;
    for (const auto& e : board.last<deliver_events>().events)
      out.push_back(e.sequence);
    return out;
  }
  template <class Message>
  void say(Message m) {
    m.correlation = board.last<deliver_events>().correlation;
    board.send(subscriber, m);
  }
};

TEST_F(Subscriber, AcknowledgesWhatIsApplied) {
  arrive({"11", "12", "13"});
  EXPECT_EQ(delivered(), (seen{11, 12, 13}));
  EXPECT_TRUE(source.acknowledged.empty());
  say(events_applied{0, 12});
  EXPECT_EQ(source.acknowledged, seen{2});
  say(events_applied{0, 13});
  EXPECT_EQ(source.acknowledged, (seen{2, 3}));
}

TEST_F(Subscriber, DeliversAgainAfterSilenceWithGrowingPauses) {
  arrive({"11"});
  time.advance(std::chrono::minutes{1});
  const auto times = board.all<deliver_events>().size();
  EXPECT_GT(times, 5U);
  EXPECT_LT(times, 20U);
  say(events_applied{0, 11});
  time.advance(std::chrono::minutes{1});
  EXPECT_EQ(board.all<deliver_events>().size(), times);
}

TEST_F(Subscriber, SetsAsideWhatIsRefusedAndAcknowledgesItThen) {
  arrive({"11", "12", "21", "13"});
  say(event_refused{0, 11, event_refused::lasting::for_good, "unknown schedule"});
  EXPECT_EQ(delivered(), (seen{12, 13})) << "without 21, which is of the same schedule as 11";
  say(events_applied{0, 13});
  EXPECT_TRUE(source.acknowledged.empty());
  ASSERT_EQ(source.parked.size(), 1U) << "one at a time";
  EXPECT_EQ(source.parked[0].body, "11");
  source.parked[0].done(false);
  time.run();
  EXPECT_EQ(source.parked.size(), 1U) << "not at once again";
  time.advance(std::chrono::seconds{5});
  ASSERT_EQ(source.parked.size(), 2U);
  source.parked[1].done(true);
  time.run();
  ASSERT_EQ(source.parked.size(), 3U);
  EXPECT_EQ(source.parked[2].body, "21");
  source.parked[2].done(true);
  time.run();
  EXPECT_EQ(source.acknowledged.back(), 4U);
}

TEST_F(Subscriber, TriesWhatIsRefusedForNowABoundedNumberOfTimes) {
  arrive({"11"});
  for (int i = 0; i < limits::outbox_event_tries_max; ++i) {
    EXPECT_TRUE(source.parked.empty());
    say(event_refused{0, 11, event_refused::lasting::for_now, "not now"});
    time.advance(limits::outbox_retry_max);
  }
  ASSERT_EQ(source.parked.size(), 1U);
  EXPECT_TRUE(source.parked[0].reason.ends_with("Z not now")) << source.parked[0].reason;
}

/// A source where 11 and 31 lie parked since another life, and 21, which was settled, and poison.
struct SubscriberOfParked : Subscriber {
  void SetUp() override {
    source.lies_parked = event_source::parked_records{
        {"31", "2026-11-30T10:00:00.000Z behind"},
        {"11", "2026-11-30T09:00:00.000Z unknown schedule"},
        {"21", "2026-11-30T09:30:00.000Z behind"},
        {parked_log::settling(event_id{21}), "2026-11-30T11:00:00.000Z applied"},
        {"poison", "2026-11-30T09:00:00.000Z no number"}};
    Subscriber::SetUp();
  }
  parked_list list() {
    operators.send(subscriber, list_parked{1, 0, 10});
    return operators.last<parked_list>();
  }
  void move(std::uint64_t event, parked_act act) {
    operators.send(subscriber, move_parked_event{2, event_id{event}, act});
  }
  parked_reply told() { return operators.last<parked_reply>(); }
  /// The broker keeps what it was asked to keep last.
  void keep() {
    source.parked.back().done(true);
    time.run();
  }
  testing::inbox<parked_list, parked_reply> operators{time};
};

TEST_F(SubscriberOfParked, KnowsThemBeforeItDeliversAnything) {
  const auto found = list();
  ASSERT_EQ(found.items.size(), 2U);
  EXPECT_EQ(found.items[0].id, to_text(event_id{11}));
  EXPECT_EQ(found.items[0].reason, "unknown schedule");
  EXPECT_EQ(found.items[0].wants, "best_selling");
  EXPECT_EQ(to_rfc3339(found.items[0].at), "2026-11-30T09:00:00.000Z");
  EXPECT_EQ(found.items[1].id, to_text(event_id{31}));
  arrive({"41", "12"});
  EXPECT_EQ(delivered(), seen{12});
  ASSERT_EQ(source.parked.size(), 1U);
  EXPECT_EQ(source.parked[0].body, "41");
  keep();
  EXPECT_EQ(list().items.size(), 3U);
}

TEST_F(SubscriberOfParked, ReadsThemAgainWhenAnotherReaderMayHaveParkedMore) {
  EXPECT_EQ(source.readings, 1);
  source.lies_parked->push_back({"13", "2026-11-30T12:00:00.000Z odd"});
  source.arrived({{1, "23", 1}, {2, "12", 1}});
  time.run();
  EXPECT_EQ(source.readings, 2);
  EXPECT_EQ(delivered(), seen{12}) << "23 is behind 13";
  say(events_applied{0, 12});
  source.arrived({{3, "22", 1}});
  time.run();
  EXPECT_EQ(source.readings, 2) << "the same session";
}

TEST_F(SubscriberOfParked, DeliversNothingWhileTheyCannotBeRead) {
  source.lies_parked.reset();
  source.arrived({{1, "12", 1}});
  time.run();
  EXPECT_TRUE(board.all<deliver_events>().empty());
  EXPECT_EQ(list().fault, fault::unavailable);
  source.lies_parked = event_source::parked_records{};
  time.advance(std::chrono::seconds{5});
  EXPECT_EQ(delivered(), seen{12});
}

TEST_F(SubscriberOfParked, TriesAgainAllThatIsParkedOfTheScheduleInOrder) {
  move(31, parked_act::try_again);
  EXPECT_EQ(delivered(), (seen{11, 31}));
  say(events_applied{0, 31});
  ASSERT_EQ(source.parked.size(), 2U) << "the broker is told before the operator is";
  EXPECT_EQ(source.parked[0].body, parked_log::settling(event_id{11}));
  EXPECT_TRUE(operators.all<parked_reply>().empty());
  source.parked[0].done(true);
  source.parked[1].done(true);
  time.run();
  EXPECT_EQ(told().refusal, parked_refusal::none);
  EXPECT_EQ(told().state, "APPLIED");
  EXPECT_TRUE(list().items.empty());
  arrive({"41"});
  EXPECT_EQ(delivered(), seen{41}) << "the schedule flows again";
}

TEST_F(SubscriberOfParked, WhatIsStillRefusedStaysWithTheNewestReason) {
  move(11, parked_act::try_again);
  say(event_refused{0, 31, event_refused::lasting::for_good, "another reason"});
  ASSERT_EQ(source.parked.size(), 1U) << "11 is applied";
  keep();
  EXPECT_EQ(told().refusal, parked_refusal::none);
  ASSERT_EQ(list().items.size(), 1U);
  EXPECT_EQ(list().items[0].reason, "another reason");
  move(31, parked_act::try_again);
  say(event_refused{0, 31, event_refused::lasting::for_now, "later"});
  EXPECT_EQ(told().refusal, parked_refusal::still_refused);
  EXPECT_EQ(told().reason, "later");
  arrive({"41"});
  EXPECT_EQ(source.parked.back().body, "41") << "the schedule stands still";
}

TEST_F(SubscriberOfParked, WhatIsGivenUpIsNeverDeliveredAndTheRestIsTried) {
  move(11, parked_act::give_up);
  EXPECT_EQ(source.parked.back().body, parked_log::settling(event_id{11}));
  EXPECT_TRUE(operators.all<parked_reply>().empty());
  keep();
  EXPECT_EQ(told().state, "ABANDONED");
  EXPECT_EQ(delivered(), seen{31});
  say(events_applied{0, 31});
  keep();
  EXPECT_TRUE(list().items.empty());
}

TEST_F(SubscriberOfParked, WhatComesWhileARetryRunsIsNotOvertaken) {
  move(11, parked_act::try_again);
  arrive({"41"});
  ASSERT_EQ(source.parked.back().body, "41");
  const auto parks_41 = source.parked.size() - 1;
  say(events_applied{0, 31});
  for (auto i = parks_41 + 1; i < source.parked.size(); ++i)
    source.parked[i].done(true);
  time.run();
  arrive({"51"});
  EXPECT_EQ(delivered(), (seen{11, 31})) << "51 must not come before 41";
  source.parked[parks_41].done(true);
  time.run();
  EXPECT_EQ(delivered(), seen{41});
}

TEST_F(SubscriberOfParked, AnOperatorHearsWhenTheBrokerOrTheConsumerIsAway) {
  move(11, parked_act::give_up);
  source.parked.back().done(false);
  time.run();
  EXPECT_EQ(told().fault, fault::unavailable);
  EXPECT_EQ(list().items.size(), 2U);
  move(11, parked_act::try_again);
  time.advance(std::chrono::minutes{2});
  EXPECT_EQ(told().fault, fault::unavailable);
  move(99, parked_act::try_again);
  EXPECT_EQ(told().refusal, parked_refusal::not_parked);
}

TEST_F(Subscriber, KeepsPoisonAside) {
  arrive({"poison"});
  EXPECT_TRUE(board.all<deliver_events>().empty());
  ASSERT_EQ(source.parked.size(), 1U);
  source.parked[0].done(true);
  time.run();
  EXPECT_EQ(source.acknowledged, seen{1});
}

}  // namespace
}  // namespace boxoffice
