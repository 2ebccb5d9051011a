#include "storage/broker/kafka.hpp"

#include "config/limits.hpp"
#include "storage/broker/kafka/deliveries.hpp"
#include "storage/broker/kafka/publisher.hpp"
#include "tests/broker/collector.hpp"
#include "tests/broker/kafka_house.hpp"

#include <algorithm>
#include <atomic>
#include <librdkafka/rdkafka.h>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>

// What is particular to Kafka; what every broker has to do is in contract_test.cpp.

namespace boxoffice::broker_test {
namespace {

using broker::kafka_deliveries;
using broker::kafka_place;
using broker::kafka_position;
using ending = event_publisher::ending;
using system_test::eventually;
using system_test::let_pass;
using clock = std::chrono::steady_clock;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

// Kinds of requests, as numbers of Kafka's protocol.
constexpr const char* produce = "errors 0 ";
constexpr const char* init_producer = "errors 22 ";

/// Of this test process, with a topic for each test.
class mock_topic {
 public:
  mock_topic() { mock().tell("topic " + place_.topic + " 6"); }
  ~mock_topic() { mock().tell("up -1"); }
  mock_topic(const mock_topic&) = delete;
  mock_topic& operator=(const mock_topic&) = delete;

  static kafka_mock& mock() {
    static kafka_mock one;
    return one;
  }
  [[nodiscard]] const kafka_place& place() const { return place_; }
  [[nodiscard]] const std::string& name() const { return place_.topic; }
  void lead(int partition, int broker) const {
    mock().tell("leader " + name() + " " + std::to_string(partition) + " " +
                std::to_string(broker));
  }

 private:
  kafka_place place_{.brokers = mock().brokers(), .topic = fresh_topic()};
};

/// A topic on the real one.
kafka_place real_topic(const topic_shape& shape = {}) {
  kafka_place place{.brokers = kafka_server::shared().brokers(), .topic = fresh_topic()};
  make_topic(place.brokers, place.topic, shape);
  return place;
}

/// As long as `bytes`, and no shorter when it is packed.
std::string incompressible(std::size_t bytes) {
  static std::mt19937 random{1};
  std::uniform_int_distribution<int> letter{'!', '~'};
  std::string text(bytes, ' ');
  std::ranges::generate(text, [&] { return static_cast<char>(letter(random)); });
  return text;
}

/// Of the one group that a topic has here. Groups are of the cluster, not of a topic.
std::unique_ptr<event_source> open_source(const kafka_place& at) {
  return broker::open_kafka_source(at, "board-" + at.topic);
}

/// Everything in the topic, read by the group: nothing missing, and each key in order.
void expect_in_order(const kafka_place& at, std::uint64_t last) {
  collector from{open_source(at)};
  EXPECT_TRUE(from.has_all(last)) << from.bodies().size();
  EXPECT_EQ(from.out_of_order().substr(0, 100), "");
}

/// What is published while something is done to the brokers arrives whole and in order.
template <class Trouble>
void expect_survives(const mock_topic& at, Trouble trouble) {
  constexpr std::uint64_t batches = 6, size = 256;
  const auto to = broker::open_kafka_publisher(at.place());
  for (std::uint64_t n = 0; n < batches; ++n) {
    std::jthread alongside;
    if (n % 3 == 1) alongside = std::jthread{[&] { trouble(n); }};
    const auto told = publish_all(*to, records(n * size + 1, (n + 1) * size));
    ASSERT_EQ(told.how, ending::whole) << told.reason;
  }
  expect_in_order(at.place(), batches * size);
}

// --- the bookkeeping of a member --------------------------------------------------------------

TEST(KafkaDeliveries, PositionIsBehindTheLastAcknowledgedOfEachPartition) {
  kafka_deliveries all;
  EXPECT_EQ(all.deliver(0, 10), 1U);
  EXPECT_EQ(all.deliver(3, 70), 2U);
  EXPECT_EQ(all.deliver(0, 11), 3U);
  EXPECT_TRUE(all.due().empty());
  all.acknowledge(2);
  EXPECT_EQ(all.under_way(), 1U);
  EXPECT_EQ(all.due(), (std::vector<kafka_position>{{0, 11}, {3, 71}}));
  EXPECT_TRUE(all.due().empty());
  all.acknowledge(100);
  EXPECT_EQ(all.due(), (std::vector<kafka_position>{{0, 12}}));
}

TEST(KafkaDeliveries, AcknowledgementOfAnAssignmentThatIsOverMovesNothing) {
  kafka_deliveries all;
  all.deliver(0, 10);
  all.deliver(0, 11);
  all.give_up();
  EXPECT_EQ(all.under_way(), 2U);
  all.deliver(0, 10);  // it comes again
  all.acknowledge(2);
  EXPECT_TRUE(all.due().empty());
  EXPECT_EQ(all.under_way(), 1U);
  all.acknowledge(3);
  EXPECT_EQ(all.due(), (std::vector<kafka_position>{{0, 11}}));
}

TEST(KafkaDeliveries, WhatWasNotCommittedIsDueAgain) {
  kafka_deliveries all;
  all.deliver(2, 5);
  all.acknowledge(1);
  EXPECT_EQ(all.due().size(), 1U);
  all.not_committed();
  EXPECT_EQ(all.due(), (std::vector<kafka_position>{{2, 6}}));
  all.give_up();
  all.not_committed();
  EXPECT_TRUE(all.due().empty());
}

// --- brokers that fail ------------------------------------------------------------------------

TEST(Kafka, AllBrokersDownAndUpInTheMiddleOfBatches) {
  const mock_topic at;
  expect_survives(at, [](std::uint64_t) {
    mock_topic::mock().tell("down -1");
    let_pass(300ms);
    mock_topic::mock().tell("up -1");
  });
}

TEST(Kafka, LeadersMoveInTheMiddleOfBatches) {
  const mock_topic at;
  expect_survives(at, [&](std::uint64_t n) {
    for (int partition = 0; partition < 6; ++partition)
      at.lead(partition, static_cast<int>(n + static_cast<std::uint64_t>(partition)) % 3 + 1);
  });
}

TEST(Kafka, ErrorsOfBrokersPass) {
  const mock_topic at;
  expect_survives(at, [](std::uint64_t) {
    // Not the leader, too few copies, an answer too late, a connection that is cut.
    mock_topic::mock().tell(std::string{produce} + "6 19 7 -195 6");
  });
}

// The broker says that the order of its producer is broken: that producer never recovers.
TEST(Kafka, ProducerThatTheBrokersDisownIsReplaced) {
  const mock_topic at;
  expect_survives(at,
                  [](std::uint64_t) { mock_topic::mock().tell(std::string{produce} + "45 47"); });
}

TEST(Kafka, BrokersAwayAreAnsweredForAndNothingIsOutOfOrderAfterwards) {
  const mock_topic at;
  const auto to = broker::open_kafka_publisher(at.place());
  ASSERT_EQ(publish(*to, records(1, 256)).how, ending::whole);
  // Taken, and not answered: what was given up is in the topic all the same.
  mock_topic::mock().tell("delay -1 60000");
  const auto began = clock::now();
  const auto told = publish(*to, records(257, 512));
  const auto took = clock::now() - began;
  EXPECT_EQ(told.how, ending::try_later);
  EXPECT_EQ(told.confirmed, 0U);
  EXPECT_NE(told.reason, "");
  EXPECT_LT(took, limits::bus_answer_time_max + 2s);
  mock_topic::mock().tell("delay -1 0");
  mock_topic::mock().tell("down -1");
  mock_topic::mock().tell("up -1");
  ASSERT_EQ(publish_all(*to, records(257, 768)).how, ending::whole);
  EXPECT_GT(records_in(at.place().brokers, at.name()), 768U);
  expect_in_order(at.place(), 768);
}

TEST(Kafka, EndIsQuickWhileBrokersAreAway) {
  const mock_topic at;
  auto to = broker::open_kafka_publisher(at.place());
  auto from = open_source(at.place());
  from->open([](auto) {});
  ASSERT_EQ(publish(*to, records(1, 256)).how, ending::whole);
  mock_topic::mock().tell("down -1");
  std::atomic<int> answers{0};
  to->publish(records(257, 512), [&](auto) { ++answers; });
  let_pass(100ms);
  const auto began = clock::now();
  to.reset();
  EXPECT_EQ(answers, 1);
  EXPECT_LT(clock::now() - began, 2s);
  const auto half = clock::now();
  from.reset();
  EXPECT_LT(clock::now() - half, 2s);
}

// --- what the library refuses -----------------------------------------------------------------

TEST(Kafka, BatchThatTheLibraryCannotHoldAtOnceIsTaken) {
  const mock_topic at;
  const auto to = broker::open_kafka_publisher(at.place());
  mock_topic::mock().tell("delay -1 20");
  const auto told = publish(*to, records(1, 5000));
  mock_topic::mock().tell("delay -1 0");
  EXPECT_EQ(told.how, ending::whole) << told.reason;
  EXPECT_EQ(told.confirmed, 5000U);
  EXPECT_EQ(records_in(at.place().brokers, at.name()), 5000U);
}

TEST(Kafka, TooLargeForTheLibraryIsRejectedBehindWhatIsConfirmed) {
  const mock_topic at;
  const auto to = broker::open_kafka_publisher(at.place());
  auto batch = records(1, 200);
  batch[120].body = std::string(2'000'000, 'x');
  const auto told = publish(*to, batch);
  EXPECT_EQ(told.how, ending::rejected);
  EXPECT_EQ(told.confirmed, 120U);
  EXPECT_EQ(records_in(at.place().brokers, at.name()), 120U);
  // It goes on behind it.
  batch.erase(batch.begin(), batch.begin() + 121);
  EXPECT_EQ(publish(*to, batch).how, ending::whole);
}

TEST(Kafka, FatalErrorReplacesTheProducerAndAnswersWithWhatIsConfirmed) {
  const mock_topic at;
  broker::kafka_publisher to{at.place()};
  std::atomic<rd_kafka_s*> producer{nullptr};
  std::atomic<int> producers{0};
  to.sender().watch([&](rd_kafka_s* made) {
    producer = made;
    ++producers;
  });
  ASSERT_EQ(publish(to, records(1, 256)).how, ending::whole);
  // While there is no work.
  rd_kafka_test_fatal_error(producer, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test");
  ASSERT_EQ(publish(to, records(257, 512)).how, ending::whole);
  EXPECT_EQ(producers, 2);
  // In the middle of a batch that is larger than the library's queue.
  mock_topic::mock().tell("delay -1 200");
  auto told = std::make_shared<std::promise<event_publisher::answer>>();
  auto answer = told->get_future();
  to.publish(records(513, 5000), [told](auto a) { told->set_value(std::move(a)); });
  let_pass(300ms);
  rd_kafka_test_fatal_error(producer, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test");
  ASSERT_EQ(answer.wait_for(patience), std::future_status::ready);
  const auto failed = answer.get();
  mock_topic::mock().tell("delay -1 0");
  EXPECT_EQ(failed.how, ending::try_later);
  EXPECT_LT(failed.confirmed, 4488U);
  ASSERT_EQ(publish_all(to, records(513 + failed.confirmed, 5000)).how, ending::whole);
  EXPECT_EQ(producers, 3);
  expect_in_order(at.place(), 5000);
}

TEST(Kafka, WhatIsNotAllowedIsTriedLater) {
  const mock_topic at;
  const auto to = broker::open_kafka_publisher(at.place());
  mock_topic::mock().tell(std::string{init_producer} + "31");
  const auto cluster = publish(*to, records(1, 10));
  EXPECT_EQ(cluster.how, ending::try_later);
  EXPECT_NE(cluster.reason.find("authorization"), std::string::npos) << cluster.reason;
  ASSERT_EQ(publish_all(*to, records(1, 10)).how, ending::whole);
  mock_topic::mock().tell(std::string{produce} + "29 29 29");
  const auto topic = publish(*to, records(11, 20));
  EXPECT_EQ(topic.how, ending::try_later);
  EXPECT_NE(topic.reason.find("authorization"), std::string::npos) << topic.reason;
  ASSERT_EQ(publish_all(*to, records(11, 20)).how, ending::whole);
}

// --- a real broker ----------------------------------------------------------------------------

TEST(Kafka, TooLargeForTheBrokerIsRejectedAlone) {
  const auto at = real_topic({.partitions = 6, .settings = {{"max.message.bytes", "20000"}}});
  const auto to = broker::open_kafka_publisher(at);
  auto batch = records(1, 100);
  batch[60].body += " " + incompressible(30'000);
  const auto told = publish(*to, batch);
  EXPECT_EQ(told.how, ending::rejected) << told.reason;
  EXPECT_EQ(told.confirmed, 60U);
  batch.erase(batch.begin(), batch.begin() + 61);
  EXPECT_EQ(publish_all(*to, batch).how, ending::whole);
  EXPECT_GE(records_in(at.brokers, at.topic), 99U);
}

// Each event is small enough, and all of a partition together are not.
TEST(Kafka, SetThatIsTooLargeForTheBrokerTravelsOneByOne) {
  const auto at = real_topic({.partitions = 1, .settings = {{"max.message.bytes", "20000"}}});
  const auto to = broker::open_kafka_publisher(at);
  auto batch = records(1, 50);
  std::size_t size = 2000;
  for (auto& each : batch)
    each.body += " " + incompressible(size += 50);
  const auto told = publish(*to, batch);
  EXPECT_EQ(told.how, ending::whole) << told.reason;
  expect_in_order(at, 50);
}

// After a first event, two sets are on their way. The broker refuses the one of two events, and
// could take the other.
TEST(Kafka, NothingPassesASetThatWasRefused) {
  for (int round = 0; round < 4; ++round) {
    const auto at = real_topic({.partitions = 1, .settings = {{"max.message.bytes", "700000"}}});
    const auto to = broker::open_kafka_publisher(at);
    auto batch = records(1, 4, 1);
    batch[1].body += " " + incompressible(480'000);
    batch[2].body += " " + incompressible(480'000);
    batch[3].body += " " + incompressible(200'000);
    EXPECT_EQ(publish_all(*to, batch).how, ending::whole);
    expect_in_order(at, 4);
  }
}

TEST(Kafka, TopicThatIsNotThereYetIsAwaited) {
  const kafka_place at{.brokers = kafka_server::shared().brokers(), .topic = fresh_topic()};
  const auto to = broker::open_kafka_publisher(at);
  collector from{open_source(at)};
  const auto told = publish(*to, records(1, 10));
  EXPECT_EQ(told.how, ending::try_later);
  EXPECT_NE(told.reason.find(at.topic), std::string::npos) << told.reason;
  make_topic(at.brokers, at.topic, {});
  EXPECT_EQ(publish_all(*to, records(1, 10)).how, ending::whole);
  EXPECT_TRUE(from.has_all(10));
}

TEST(Kafka, PartitionsMoveBetweenMembersAndEachHearsEachKeyInOrder) {
  const auto at = real_topic();
  const auto to = broker::open_kafka_publisher(at);
  std::uint64_t last = 0;
  const auto more = [&](int batches) {
    for (; batches > 0; --batches, last += 256)
      ASSERT_EQ(publish_all(*to, records(last + 1, last + 256, 40)).how, ending::whole);
  };
  collector one{open_source(at)};
  more(4);
  ASSERT_TRUE(one.wait([&] { return one.different() > 500; }, patience));
  collector two{open_source(at)};
  const auto before = one.bodies().size();
  // Until both have some of the partitions.
  EXPECT_TRUE(eventually(
      [&] {
        more(1);
        return !two.bodies().empty() && one.bodies().size() > before;
      },
      patience));
  one.end();
  more(4);
  EXPECT_TRUE(two.has_all_but(one.sequences(), last));
  EXPECT_EQ(one.out_of_order(), "");
  EXPECT_EQ(two.out_of_order(), "");
}

TEST(Kafka, NameAndCertificateAreChecked) {
  auto at = real_topic();
  const auto topic = at.topic;
  at = kafka_server::shared().secure();
  at.topic = topic;
  {
    const auto to = broker::open_kafka_publisher(at);
    collector from{open_source(at)};
    const auto told = publish_all(*to, records(1, 100));
    EXPECT_EQ(told.how, ending::whole) << told.reason;
    EXPECT_TRUE(from.has_all(100));
  }
  // Brokers have another authority than the system's.
  at.ca_file.clear();
  auto from = open_source(at);
  from->open([](auto) { ADD_FAILURE(); });
  EXPECT_EQ(publish(*broker::open_kafka_publisher(at), records(1, 1)).how, ending::try_later);
  at.ca_file = "/nowhere/ca.pem";
  EXPECT_EQ(publish(*broker::open_kafka_publisher(at), records(1, 1)).how, ending::try_later);
}

}  // namespace
}  // namespace boxoffice::broker_test
