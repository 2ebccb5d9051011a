#include "actors/data_platform/forwarder.hpp"

#include "config/limits.hpp"
#include "tests/actors/virtual_time.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

/// Answers at once with what the test has lined up, and accepts when nothing is.
class scripted_sink final : public event_sink {
 public:
  std::deque<outcome> script;
  std::vector<std::uint64_t> tried;
  std::vector<std::uint64_t> taken;
  std::map<std::uint64_t, std::function<void(answer)>> open;  ///< by sequence
  bool silent{false};
  std::chrono::seconds not_within{0};

  std::uint64_t never{0};  ///< the sequence of an event that is rejected

  void post(std::vector<payment_event> events, std::function<void(answer)> done) override {
    for (const auto& e : events)
      tried.push_back(e.sequence);
    if (silent) {
      open[events.front().sequence] = std::move(done);
      return;
    }
    if (std::ranges::count(events, never, &payment_event::sequence) > 0)
      return done({outcome::rejected, "never"});
    auto what = outcome::accepted;
    if (!script.empty()) {
      what = script.front();
      script.pop_front();
    }
    if (what == outcome::accepted)
      for (const auto& e : events)
        taken.push_back(e.sequence);
    done({what, "said no", not_within});
  }
};

struct Forwarder : ::testing::Test {
  testing::virtual_time time;
  scripted_sink sink;
  testing::inbox<events_applied, event_refused, applied_so_far> box{time};
  event_consumer_actor forwarder;

  void SetUp() override {
    forwarder = time.owns(
        spawn_forwarder(time.system(), data_platform_context{sink, time.random(), time.metrics()}));
  }
  static payment_event event(std::uint64_t sequence, std::uint64_t schedule) {
    payment_event e;
    e.id = {sequence};
    e.sequence = sequence;
    e.reservation.schedule = {schedule};
    return e;
  }
  /// All of one schedule.
  static std::vector<payment_event> events(std::uint64_t from, std::uint64_t to) {
    std::vector<payment_event> made;
    for (auto n = from; n <= to; ++n)
      made.push_back(event(n, 1));
    return made;
  }
  /// Each of a schedule of its own.
  static std::vector<payment_event> apart(std::uint64_t from, std::uint64_t to) {
    std::vector<payment_event> made;
    for (auto n = from; n <= to; ++n)
      made.push_back(event(n, n));
    return made;
  }
  void answer_post(std::uint64_t sequence, event_sink::answer what = {}) {
    sink.open.at(sequence)(std::move(what));
    time.run();
  }
  std::int64_t gauge_of(const std::string& name) { return time.metrics().gauge(name, "").value(); }
  using seen = std::vector<std::uint64_t>;
};

TEST_F(Forwarder, SendsAScheduleInOrderOneAtATimeAndAnswersAtTheEnd) {
  sink.silent = true;
  box.send(forwarder, deliver_events{1, events(1, 2)});
  EXPECT_EQ(sink.tried, seen{1});
  answer_post(1);
  EXPECT_EQ(sink.tried, (seen{1, 2}));
  EXPECT_TRUE(box.all<events_applied>().empty());
  answer_post(2);
  EXPECT_EQ(box.last<events_applied>().correlation, 1U);
  EXPECT_EQ(box.last<events_applied>().sequence, 2U);
}

TEST_F(Forwarder, SendsSeveralSchedulesAtOnceWithinItsBound) {
  sink.silent = true;
  constexpr auto many = limits::data_platform_parallel_max;
  box.send(forwarder, deliver_events{1, apart(1, many + 10)});
  EXPECT_EQ(sink.tried.size(), many);
  EXPECT_EQ(gauge_of("boxoffice_data_platform_under_way_posts"), many);
  EXPECT_EQ(gauge_of("boxoffice_data_platform_waiting_events"), many + 10);
  answer_post(many);
  EXPECT_EQ(sink.tried.size(), many + 1);
  for (std::uint64_t n = 1; n <= many + 10; ++n)
    if (n != many) answer_post(n);
  EXPECT_EQ(box.last<events_applied>().sequence, many + 10);
  EXPECT_EQ(gauge_of("boxoffice_data_platform_under_way_posts"), 0);
  EXPECT_EQ(gauge_of("boxoffice_data_platform_waiting_events"), 0);
}

TEST_F(Forwarder, PostsBatchesWhereThePlatformTakesThemAndFindsTheOneItRefuses) {
  sink.never = 3;
  const auto batches = time.owns(spawn_forwarder(
      time.system(), data_platform_context{sink, time.random(), time.metrics(), 4}));
  box.send(batches, deliver_events{1, events(1, 6)});
  EXPECT_EQ(sink.tried, (seen{1, 2, 3, 4, 1, 2, 3})) << "together, then alone";
  EXPECT_EQ(sink.taken, (seen{1, 2}));
  EXPECT_EQ(box.last<event_refused>().sequence, 3U);
  EXPECT_EQ(box.last<event_refused>().reason, "never");
  box.send(batches, deliver_events{2, events(4, 6)});
  EXPECT_EQ(sink.taken, (seen{1, 2, 4, 5, 6}));
  EXPECT_EQ(box.last<events_applied>().sequence, 6U);
}

TEST_F(Forwarder, TellsTheRelayHowFarItIsWhenItTakesLong) {
  sink.silent = true;
  box.send(forwarder, deliver_events{1, apart(1, 4)});
  answer_post(3);
  answer_post(1);
  answer_post(2);
  EXPECT_TRUE(box.all<events_applied>().empty());
  time.advance(limits::data_platform_progress_every);
  ASSERT_EQ(box.all<events_applied>().size(), 1U) << "once";
  EXPECT_EQ(box.last<events_applied>().sequence, 3U);
  time.advance(std::chrono::minutes{1});
  EXPECT_EQ(box.all<events_applied>().size(), 1U) << "and not again while nothing is new";
  answer_post(4);
  EXPECT_EQ(box.last<events_applied>().sequence, 4U);
}

TEST_F(Forwarder, TriesAgainForAsLongAsItTakes) {
  sink.script.assign(500, event_sink::outcome::try_later);
  sink.script.push_front(event_sink::outcome::accepted);
  box.send(forwarder, deliver_events{1, events(1, 3)});
  EXPECT_EQ(sink.tried.size(), 2U);
  time.advance(limits::outbox_retry_first);
  EXPECT_EQ(sink.tried.size(), 3U);
  time.advance(limits::data_platform_progress_every);
  ASSERT_EQ(box.all<events_applied>().size(), 1U) << "the relay learns how far it is";
  EXPECT_EQ(box.last<events_applied>().sequence, 1U);
  time.advance(std::chrono::minutes{10});
  EXPECT_LT(sink.tried.size(), 300U) << "pauses grow";
  EXPECT_EQ(sink.taken, seen{1}) << "nothing overtakes";
  time.advance(std::chrono::hours{1});
  EXPECT_EQ(sink.taken, (seen{1, 2, 3}));
  EXPECT_EQ(box.last<events_applied>().sequence, 3U);
}

TEST_F(Forwarder, APlatformThatIsAwayIsAskedByOnePostAtATime) {
  sink.silent = true;
  box.send(forwarder, deliver_events{1, apart(1, 40)});
  ASSERT_EQ(sink.tried.size(), 40U);
  sink.silent = false;
  sink.script.assign(10, event_sink::outcome::try_later);
  for (std::uint64_t n = 1; n <= 40; ++n)
    answer_post(n, {event_sink::outcome::try_later, "away"});
  EXPECT_EQ(sink.tried.size(), 40U);
  time.advance(limits::outbox_retry_first);
  EXPECT_EQ(sink.tried.size(), 41U);
  time.advance(std::chrono::minutes{2});
  EXPECT_EQ(sink.taken.size(), 40U) << "and it recovers";
  EXPECT_EQ(sink.tried.size(), 90U) << "10 times in vain, and each once more";
}

TEST_F(Forwarder, IsSilentForAsLongAsThePlatformAsks) {
  sink.script.assign(1, event_sink::outcome::try_later);
  sink.not_within = std::chrono::seconds{30};
  box.send(forwarder, deliver_events{1, events(1, 2)});
  time.advance(std::chrono::milliseconds{29'900});
  box.send(forwarder, deliver_events{2, events(1, 2)});
  EXPECT_EQ(sink.tried, seen{1}) << "a repeated delivery does not wake it";
  time.advance(std::chrono::milliseconds{200});
  EXPECT_EQ(sink.taken, (seen{1, 2}));
  sink.script.assign(1, event_sink::outcome::try_later);
  sink.not_within = std::chrono::hours{24 * 365};
  box.send(forwarder, deliver_events{3, events(3, 3)});
  time.advance(limits::data_platform_retry_after_max);
  EXPECT_EQ(sink.taken, (seen{1, 2, 3})) << "a mistaken date does not stop it for ever";
}

TEST_F(Forwarder, WhatIsRefusedForGoodIsTheRelaysToPark) {
  sink.script = {event_sink::outcome::accepted, event_sink::outcome::rejected};
  box.send(forwarder, deliver_events{1, events(1, 3)});
  EXPECT_EQ(sink.taken, seen{1});
  EXPECT_TRUE(box.all<events_applied>().empty());
  const auto refused = box.last<event_refused>();
  EXPECT_EQ(refused.correlation, 1U);
  EXPECT_EQ(refused.sequence, 2U);
  EXPECT_EQ(refused.how, event_refused::lasting::for_good);
  EXPECT_EQ(refused.reason, "said no");
  EXPECT_EQ(time.metrics()
                .counter("boxoffice_data_platform_events_total", "", {{"outcome", "rejected"}})
                .value(),
            1U);
  box.send(forwarder, deliver_events{2, events(3, 3)});
  EXPECT_EQ(sink.taken, (seen{1, 3})) << "the rest of the delivery comes again, and is sent";
  EXPECT_EQ(box.last<events_applied>().sequence, 3U);
}

TEST_F(Forwarder, WhatIsRefusedOfOneScheduleStopsNoOther) {
  sink.silent = true;
  box.send(forwarder, deliver_events{1, {event(1, 1), event(2, 2), event(3, 3), event(4, 3)}});
  answer_post(2, {event_sink::outcome::rejected, "said no"});
  EXPECT_TRUE(box.all<event_refused>().empty()) << "1 stands before it";
  answer_post(3);
  EXPECT_EQ(sink.tried, (seen{1, 2, 3, 4}));
  answer_post(1);
  EXPECT_EQ(box.last<event_refused>().sequence, 2U);
  answer_post(4);
  box.send(forwarder, deliver_events{2, {event(3, 3), event(4, 3)}});
  EXPECT_EQ(sink.tried, (seen{1, 2, 3, 4})) << "what was taken meanwhile is not sent again";
  EXPECT_EQ(box.last<events_applied>().correlation, 2U);
}

TEST_F(Forwarder, WhatMayBeAboutTheAddressIsRefusedForNowAndSentWhenItComesAgain) {
  sink.script = {event_sink::outcome::doubtful};
  box.send(forwarder, deliver_events{1, events(1, 2)});
  EXPECT_EQ(box.last<event_refused>().how, event_refused::lasting::for_now);
  EXPECT_EQ(box.last<event_refused>().sequence, 1U);
  box.send(forwarder, deliver_events{2, events(1, 2)});
  EXPECT_EQ(sink.tried, (seen{1, 1, 2}));
  EXPECT_EQ(box.last<events_applied>().correlation, 2U);
}

TEST_F(Forwarder, RepetitionsAreSentOnceAndTheNewestIsAnswered) {
  sink.silent = true;
  box.send(forwarder, deliver_events{1, events(1, 3)});
  box.send(forwarder, deliver_events{2, events(1, 3)});
  for (std::uint64_t n = 1; n <= 3; ++n)
    answer_post(n);
  EXPECT_EQ(sink.tried, (seen{1, 2, 3}));
  ASSERT_EQ(box.all<events_applied>().size(), 1U);
  EXPECT_EQ(box.last<events_applied>().correlation, 2U);
  box.send(forwarder, deliver_events{3, events(2, 4)});
  EXPECT_EQ(sink.tried, (seen{1, 2, 3, 4}));
  answer_post(4);
  EXPECT_EQ(box.last<events_applied>().correlation, 3U);
  EXPECT_EQ(box.last<events_applied>().sequence, 4U);
}

TEST_F(Forwarder, APlatformThatIsGoneIsToldNothingMore) {
  sink.silent = true;
  box.send(forwarder, deliver_events{1, {event(1, 1), event(2, 2), event(3, 2)}});
  answer_post(2, {event_sink::outcome::gone, "the data platform answered 410"});
  EXPECT_EQ(gauge_of("boxoffice_data_platform_stopped"), 1);
  answer_post(1);
  time.advance(limits::data_platform_progress_every);
  for (std::uint64_t n = 2; n < 50; ++n) {
    box.send(forwarder, deliver_events{n, {event(2, 2), event(3, 2)}});
    time.advance(limits::outbox_retry_max);
  }
  EXPECT_EQ(sink.tried, (seen{1, 2})) << "however often it is delivered";
  ASSERT_EQ(box.all<events_applied>().size(), 1U) << "what was under way still counts";
  EXPECT_EQ(box.last<events_applied>().sequence, 1U);
  EXPECT_TRUE(box.all<event_refused>().empty()) << "nothing is parked";
  box.send(forwarder, ask_applied{77});
  EXPECT_EQ(box.last<applied_so_far>().correlation, 77U);
}

}  // namespace
}  // namespace boxoffice
