#include "actors/bus/publisher.hpp"

#include "tests/actors/virtual_time.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using ending = event_publisher::ending;

/// Keeps what it is told to publish until the test says what became of it.
class open_publisher final : public event_publisher {
 public:
  std::vector<std::vector<std::uint64_t>> batches;
  std::function<void(answer)> done;

  void publish(std::vector<event_record> batch, std::function<void(answer)> then) override {
    EXPECT_EQ(done, nullptr) << "one batch at a time";
    batches.emplace_back();
    for (const auto& e : batch)
      batches.back().push_back(e.sequence);
    done = std::move(then);
  }
  void say(answer told) { std::exchange(done, nullptr)(std::move(told)); }
};

struct Publisher : ::testing::Test {
  testing::virtual_time time;
  open_publisher broker;
  testing::inbox<events_applied, event_refused, applied_so_far> relay{time};
  event_consumer_actor publisher;
  using seen = std::vector<std::uint64_t>;

  void SetUp() override {
    publisher = time.owns(spawn_publisher(
        time.system(), {.sink = "kafka",
                        .to = broker,
                        .encode =
                            [](const payment_event& e) {
                              return event_record{to_text(e.id), e.sequence, {}, {}, {}};
                            },
                        .metrics = time.metrics()}));
  }
  void deliver(std::uint64_t correlation, const seen& sequences) {
    deliver_events out{correlation, {}, 0};
    for (const auto n : sequences) {
      payment_event e;
      e.id = {n};
      e.sequence = n;
      out.events.push_back(e);
    }
    relay.send(publisher, out);
  }
  void say(const event_publisher::answer& told) {
    broker.say(told);
    time.run();
  }
};

TEST_F(Publisher, AnswersWhenTheBrokerHasConfirmed) {
  deliver(1, {1, 2, 3});
  ASSERT_EQ(broker.batches, (std::vector<seen>{{1, 2, 3}}));
  EXPECT_TRUE(relay.all<events_applied>().empty());
  say({3});
  EXPECT_EQ(relay.last<events_applied>().correlation, 1U);
  EXPECT_EQ(relay.last<events_applied>().sequence, 3U);
}

TEST_F(Publisher, KeepsNoBooks) {
  relay.send(publisher, ask_applied{4});
  EXPECT_EQ(relay.last<applied_so_far>().are, applied_so_far::books::none);
}

TEST_F(Publisher, ARepetitionIsAnsweredByTheBatchThatIsUnderWay) {
  deliver(1, {1, 2, 3});
  deliver(2, {1, 2, 3});
  ASSERT_EQ(broker.batches.size(), 1U);
  say({3});
  EXPECT_EQ(relay.last<events_applied>().correlation, 2U);
  EXPECT_EQ(broker.batches.size(), 1U) << "nothing is left to publish";
}

TEST_F(Publisher, WhatIsNotConfirmedComesAgain) {
  deliver(1, {1, 2, 3});
  say({1, ending::try_later, "no connection"});
  EXPECT_EQ(relay.last<events_applied>().sequence, 1U);
  EXPECT_TRUE(relay.all<event_refused>().empty());
  deliver(2, {2, 3});
  ASSERT_EQ(broker.batches.back(), (seen{2, 3}));
  say({2});
  EXPECT_EQ(relay.last<events_applied>().sequence, 3U);
}

TEST_F(Publisher, RefusesWhatTheBrokerNeverTakes) {
  deliver(1, {1, 2, 3});
  say({1, ending::rejected, "too large"});
  EXPECT_EQ(relay.last<events_applied>().sequence, 1U);
  const auto& refused = relay.last<event_refused>();
  EXPECT_EQ(refused.sequence, 2U);
  EXPECT_EQ(refused.how, event_refused::lasting::for_good);
  EXPECT_EQ(refused.reason, "kafka: too large");
  deliver(2, {3});
  say({1});
  EXPECT_EQ(relay.last<events_applied>().sequence, 3U);
}

TEST_F(Publisher, DoubtsAreForTheRelayToCount) {
  deliver(7, {1});
  say({0, ending::doubtful, "nobody listens"});
  EXPECT_EQ(relay.last<event_refused>().how, event_refused::lasting::for_now);
  EXPECT_EQ(relay.last<event_refused>().correlation, 7U);
}

// A replay is delivered while the answer to something else is still on its way.
TEST_F(Publisher, AnotherBatchWaitsForTheOneUnderWay) {
  deliver(1, {5, 6});
  deliver(2, {2, 3});
  say({2, ending::whole});
  EXPECT_TRUE(relay.all<events_applied>().empty()) << "nobody waits for that any more";
  ASSERT_EQ(broker.batches.back(), (seen{2, 3}));
  say({2});
  EXPECT_EQ(relay.last<events_applied>().sequence, 3U);
}

TEST_F(Publisher, ARefusalOfAnotherBatchRefusesNothing) {
  deliver(1, {5, 6});
  deliver(2, {2, 3});
  say({0, ending::rejected, "too large"});
  EXPECT_TRUE(relay.all<event_refused>().empty());
  ASSERT_EQ(broker.batches.back(), (seen{2, 3}));
  say({2});
}

}  // namespace
}  // namespace boxoffice
