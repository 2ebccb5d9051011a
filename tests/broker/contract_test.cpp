#include "config/limits.hpp"
#include "tests/broker/broker_house.hpp"
#include "tests/broker/collector.hpp"

#include <atomic>
#include <chrono>
#include <ostream>
#include <thread>

#include <gtest/gtest.h>

// What every broker has to do for us, at both of its sides (actors/bus/).

namespace boxoffice::broker_test {
namespace {

using ending = event_publisher::ending;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

struct broker_kind {
  const char* name;
  std::unique_ptr<broker_house> (*make)(ownership);
  friend void PrintTo(const broker_kind& kind, std::ostream* to) { *to << kind.name; }
};

class Broker : public testing::TestWithParam<broker_kind> {
 protected:
  static std::unique_ptr<broker_house> house(ownership of = ownership::shared) {
    return GetParam().make(of);
  }
};

TEST_P(Broker, WhatIsConfirmedArrivesInOrderPerKey) {
  const auto at = house();
  const auto to = at->publisher();
  collector from{at->source("board")};
  for (std::uint64_t n = 0; n < 4; ++n) {
    const auto told = publish_all(*to, records(n * 256 + 1, n * 256 + 256));
    ASSERT_EQ(told.how, ending::whole) << told.reason;
  }
  EXPECT_TRUE(from.has_all(1024)) << from.bodies().size();
  EXPECT_EQ(from.out_of_order(), "");
}

TEST_P(Broker, WhatWasPublishedBeforeTheGroupCameArrivesOnceTheGroupWasThere) {
  const auto at = house();
  { collector first{at->source("board")}; }  // makes what the group needs
  const auto to = at->publisher();
  collector other{at->source("other")};  // so that nothing is unroutable anywhere
  ASSERT_EQ(publish_all(*to, records(1, 50)).how, ending::whole);
  collector from{at->source("board")};
  EXPECT_TRUE(from.has_all(50));
}

TEST_P(Broker, EveryGroupHearsEverything) {
  const auto at = house();
  collector one{at->source("best_selling")}, other{at->source("sold_out")};
  const auto to = at->publisher();
  ASSERT_EQ(publish_all(*to, records(1, 300)).how, ending::whole);
  EXPECT_TRUE(one.has_all(300));
  EXPECT_TRUE(other.has_all(300));
}

TEST_P(Broker, WhatIsNotAcknowledgedComesAgain) {
  const auto at = house();
  const auto to = at->publisher();
  {
    collector from{at->source("board"), collector::acknowledging::no};
    ASSERT_EQ(publish_all(*to, records(1, 100)).how, ending::whole);
    ASSERT_TRUE(from.has_all(100));
  }
  collector again{at->source("board")};
  EXPECT_TRUE(again.has_all(100));
  EXPECT_EQ(again.out_of_order(), "");
}

TEST_P(Broker, WhatIsAcknowledgedDoesNotComeAgain) {
  const auto at = house();
  const auto to = at->publisher();
  {
    collector from{at->source("board")};
    ASSERT_EQ(publish_all(*to, records(1, 100)).how, ending::whole);
    ASSERT_TRUE(from.has_all(100));
  }
  ASSERT_EQ(publish_all(*to, records(101, 110)).how, ending::whole);
  collector again{at->source("board")};
  ASSERT_TRUE(again.wait([&] { return again.different() >= 10; }, patience));
  EXPECT_GT(*again.sequences().begin(), 100U);
}

TEST_P(Broker, NoMoreIsUnderWayThanTheConsumerCanHold) {
  const auto at = house();
  const auto to = at->publisher();
  collector from{at->source("board"), collector::acknowledging::no};
  const auto many = limits::bus_unacknowledged_max * 2;
  for (std::uint64_t n = 1; n <= many; n += 256)
    ASSERT_EQ(publish_all(*to, records(n, n + 255)).how, ending::whole);
  const auto most = limits::bus_unacknowledged_max;
  ASSERT_TRUE(from.wait([&] { return from.arrived() >= most / 2; }, patience));
  EXPECT_FALSE(from.wait([&] { return from.arrived() > most; }, 700ms));
  std::atomic<bool> done{false};
  std::jthread acknowledges{[&] {
    while (!done) {
      from.source().acknowledge(from.last_tag());
      from.wait([&] { return done.load(); }, 20ms);
    }
  }};
  EXPECT_TRUE(from.has_all(many));
  done = true;
}

// Two processes of one consumer, one of which is about to go.
TEST_P(Broker, OfTwoOfAGroupNothingIsLostWhenOneEnds) {
  const auto at = house();
  const auto to = at->publisher();
  collector one{at->source("board")};
  ASSERT_EQ(publish_all(*to, records(1, 256)).how, ending::whole);
  ASSERT_TRUE(one.wait([&] { return one.different() > 100; }, patience));
  collector other{at->source("board")};
  for (std::uint64_t n = 257; n <= 1024; n += 256)
    ASSERT_EQ(publish_all(*to, records(n, n + 255)).how, ending::whole);
  one.end();
  for (std::uint64_t n = 1025; n <= 2048; n += 256)
    ASSERT_EQ(publish_all(*to, records(n, n + 255)).how, ending::whole);
  EXPECT_TRUE(other.has_all_but(one.sequences(), 2048));
  EXPECT_EQ(one.out_of_order(), "");
  EXPECT_EQ(other.out_of_order(), "");
}

TEST_P(Broker, KeepsAsideWhatAConsumerDoesNotTake) {
  const auto at = house();
  const auto to = at->publisher();
  collector from{at->source("board")};
  ASSERT_EQ(publish_all(*to, records(1, 3)).how, ending::whole);
  ASSERT_TRUE(from.has_all(3));
  for (int i = 0; i < 2; ++i) {
    auto told = std::make_shared<std::promise<bool>>();
    from.source().park("k1/1", "unknown schedule", [told](bool kept) { told->set_value(kept); });
    auto kept = told->get_future();
    ASSERT_EQ(kept.wait_for(patience), std::future_status::ready);
    EXPECT_TRUE(kept.get());
  }
  EXPECT_EQ(at->parked_in("board"), 2U);
  const auto read = [&] {
    auto told = std::make_shared<std::promise<std::optional<event_source::parked_records>>>();
    from.source().read_parked([told](auto found) { told->set_value(std::move(found)); });
    auto found = told->get_future();
    if (found.wait_for(patience) != std::future_status::ready)
      return std::optional<event_source::parked_records>{};
    return found.get();
  };
  for (int i = 0; i < 2; ++i) {
    const auto found = read();
    ASSERT_TRUE(found) << "it can be read again";
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ(found->front().body, "k1/1");
    EXPECT_EQ(found->front().reason, "unknown schedule");
  }
  EXPECT_EQ(at->parked_in("board"), 2U);
}

TEST_P(Broker, ReadsAllThatIsKeptAsideHoweverMuch) {
  const auto at = house();
  collector from{at->source("board")};
  const auto read = [&] {
    auto told = std::make_shared<std::promise<std::optional<event_source::parked_records>>>();
    from.source().read_parked([told](auto found) { told->set_value(std::move(found)); });
    auto found = told->get_future();
    if (found.wait_for(patience) != std::future_status::ready) return std::size_t{9999};
    return found.get().value_or(event_source::parked_records(8888)).size();
  };
  EXPECT_EQ(read(), 0U);
  constexpr int many = 1'300;
  std::atomic<int> kept{0};
  for (int i = 0; i < many; ++i) {
    from.source().park("k1/" + std::to_string(i + 1), "odd", [&](bool is) { kept += is ? 1 : 0; });
    if (i % 500 == 499) {
      ASSERT_TRUE(system_test::eventually([&] { return kept == i + 1; }, patience));
    }
  }
  ASSERT_TRUE(system_test::eventually([&] { return kept == many; }, patience));
  EXPECT_EQ(read(), std::size_t{many});
  from.end();
}

/// On a broker that keeps what it confirmed.
class DurableBroker : public Broker {};

// In batches, with the broker killed in the middle and started again with its data.
TEST_P(DurableBroker, GoesOnWhereItWasAfterAKill) {
  const auto at = house(ownership::own);
  const auto to = at->publisher();
  collector from{at->source("board")};
  ASSERT_EQ(publish_all(*to, records(1, 512)).how, ending::whole);
  ASSERT_TRUE(from.has_all(512));
  std::jthread killer{[&] {
    at->kill();
    at->start();
  }};
  for (std::uint64_t n = 513; n <= 2048; n += 256) {
    const auto told = publish_all(*to, records(n, n + 255));
    ASSERT_EQ(told.how, ending::whole) << told.reason;
  }
  killer.join();
  ASSERT_EQ(publish_all(*to, records(2049, 2100)).how, ending::whole);
  EXPECT_TRUE(from.has_all(2100)) << from.bodies().size();
  EXPECT_EQ(from.out_of_order(), "");
}

TEST_P(Broker, NobodyWaitsForABrokerThatIsAway) {
  const auto at = house(ownership::own);
  at->kill();
  const auto began = std::chrono::steady_clock::now();
  {
    const auto to = at->publisher();
    collector from{at->source("board")};
    const auto told = publish(*to, records(1, 3));
    EXPECT_EQ(told.how, ending::try_later);
    EXPECT_NE(told.reason, "");
    EXPECT_EQ(told.confirmed, 0U);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, limits::bus_answer_time_max * 2);
}

const auto real = testing::Values(broker_kind{"RabbitMq", make_rabbitmq_house},
                                  broker_kind{"Kafka", make_kafka_house},
                                  broker_kind{"RedisStreams", make_redis_streams_house});
std::string name_of(const testing::TestParamInfo<broker_kind>& at) { return at.param.name; }

INSTANTIATE_TEST_SUITE_P(Real, Broker, real, name_of);
INSTANTIATE_TEST_SUITE_P(Real, DurableBroker, real, name_of);
INSTANTIATE_TEST_SUITE_P(Mock, Broker, testing::Values(broker_kind{"Kafka", make_kafka_mock_house}),
                         name_of);

}  // namespace
}  // namespace boxoffice::broker_test
