#include "actors/data_platform/forwarder.hpp"

#include "config/limits.hpp"
#include "tests/actors/virtual_time.hpp"

#include <deque>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

/// Answers at once with what the test has lined up, and accepts when nothing is.
class scripted_sink final : public event_sink {
 public:
  std::deque<outcome> script;
  std::vector<std::uint64_t> tried;
  std::vector<std::uint64_t> taken;
  std::function<void(answer)> open;
  bool silent{false};
  std::chrono::seconds not_within{0};

  void post(const payment_event& e, std::function<void(answer)> done) override {
    tried.push_back(e.sequence);
    if (silent) {
      open = std::move(done);
      return;
    }
    auto what = outcome::accepted;
    if (!script.empty()) {
      what = script.front();
      script.pop_front();
    }
    if (what == outcome::accepted) taken.push_back(e.sequence);
    done({what, "said no", not_within});
  }
};

struct Forwarder : ::testing::Test {
  testing::virtual_time time;
  scripted_sink sink;
  testing::inbox<events_applied, event_refused> box{time};
  event_consumer_actor forwarder;

  void SetUp() override {
    forwarder = time.owns(
        spawn_forwarder(time.system(), data_platform_context{sink, time.random(), time.metrics()}));
  }
  static std::vector<payment_event> events(std::uint64_t from, std::uint64_t to) {
    std::vector<payment_event> made;
    for (auto n = from; n <= to; ++n) {
      payment_event e;
      e.id = {n};
      e.sequence = n;
      made.push_back(e);
    }
    return made;
  }
  using seen = std::vector<std::uint64_t>;
};

TEST_F(Forwarder, SendsInOrderOneAtATimeAndAnswersAtTheEnd) {
  sink.silent = true;
  box.send(forwarder, deliver_events{1, events(1, 2)});
  EXPECT_EQ(sink.tried, seen{1});
  sink.open({});
  time.run();
  EXPECT_EQ(sink.tried, (seen{1, 2}));
  EXPECT_TRUE(box.all<events_applied>().empty());
  sink.open({});
  time.run();
  EXPECT_EQ(box.last<events_applied>().correlation, 1U);
  EXPECT_EQ(box.last<events_applied>().sequence, 2U);
}

TEST_F(Forwarder, TriesAgainForAsLongAsItTakes) {
  sink.script.assign(500, event_sink::outcome::try_later);
  sink.script.push_front(event_sink::outcome::accepted);
  box.send(forwarder, deliver_events{1, events(1, 3)});
  ASSERT_EQ(box.all<events_applied>().size(), 1U) << "the relay learns how far it is";
  EXPECT_EQ(box.last<events_applied>().sequence, 1U);
  EXPECT_EQ(sink.tried.size(), 2U);
  time.advance(limits::outbox_retry_first);
  EXPECT_EQ(sink.tried.size(), 3U);
  time.advance(std::chrono::minutes{10});
  EXPECT_LT(sink.tried.size(), 300U) << "pauses grow";
  EXPECT_EQ(sink.taken, seen{1}) << "nothing overtakes";
  time.advance(std::chrono::hours{1});
  EXPECT_EQ(sink.taken, (seen{1, 2, 3}));
  EXPECT_EQ(box.last<events_applied>().sequence, 3U);
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

TEST_F(Forwarder, WhatMayBeAboutTheAddressIsRefusedForNowAndSentWhenItComesAgain) {
  sink.script = {event_sink::outcome::doubtful};
  box.send(forwarder, deliver_events{1, events(1, 2)});
  EXPECT_EQ(box.last<event_refused>().how, event_refused::lasting::for_now);
  EXPECT_EQ(box.last<event_refused>().sequence, 1U);
  box.send(forwarder, deliver_events{2, events(1, 2)});
  EXPECT_EQ(sink.tried, (seen{1, 1, 2}));
  EXPECT_EQ(box.last<events_applied>().correlation, 2U);
}

TEST_F(Forwarder, RepetitionsAreSentOnceAndAnswered) {
  sink.silent = true;
  box.send(forwarder, deliver_events{1, events(1, 3)});
  box.send(forwarder, deliver_events{2, events(1, 3)});
  for (int n = 0; n < 3; ++n) {
    sink.open({});
    time.run();
  }
  EXPECT_EQ(sink.tried, (seen{1, 2, 3}));
  EXPECT_EQ(box.all<events_applied>().size(), 2U);
  box.send(forwarder, deliver_events{3, events(2, 4)});
  EXPECT_EQ(sink.tried, (seen{1, 2, 3, 4}));
  sink.open({});
  time.run();
  EXPECT_EQ(box.last<events_applied>().correlation, 3U);
  EXPECT_EQ(box.last<events_applied>().sequence, 4U);
}

}  // namespace
}  // namespace boxoffice
