#include "storage/broker/rabbitmq.hpp"

#include "storage/broker/rabbitmq/confirms.hpp"
#include "storage/broker/rabbitmq/parked_stream.hpp"
#include "storage/broker/rabbitmq/tags.hpp"
#include "tests/broker/collector.hpp"
#include "tests/broker/rabbitmq_server.hpp"
#include "tests/servers/tcp_proxy.hpp"

#include <cstdlib>
#include <set>
#include <thread>

#include <gtest/gtest.h>

// What is particular to RabbitMQ; what every broker does is in contract_test.cpp.

namespace boxoffice::broker_test {
namespace {

using broker::rabbitmq_confirms;
using broker::rabbitmq_place;
using ending = event_publisher::ending;
using system_test::eventually;
using system_test::let_pass;
using clock = std::chrono::steady_clock;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// How long the destructors may take, on a machine that does other things too.
constexpr auto end_time_max = 1500ms;

rabbitmq_place place_on(const rabbitmq_server& server) {
  rabbitmq_place out;
  out.where = server.location();
  out.exchange = fresh_exchange();
  return out;
}

/// A server that tests of this program may freeze and put into a bad state, one after the other.
rabbitmq_server& patient() {
  static rabbitmq_server one;
  return one;
}

event_record typed(std::uint64_t sequence, const std::string& type) {
  auto out = record("k1", sequence);
  out.type = type;
  return out;
}

template <class Action>
clock::duration time_of(Action action) {
  const auto began = clock::now();
  action();
  return clock::now() - began;
}

// --- what the broker says of a batch ----------------------------------------------------------

TEST(RabbitMq, OfABatchThePrefixThatIsConfirmedCounts) {
  using reach = rabbitmq_confirms::reach;
  using word = rabbitmq_confirms::word;
  const auto batch = records(1, 5);
  rabbitmq_confirms of{batch, 11};
  for (int i = 0; i < 5; ++i)
    of.published();
  of.settled(13, reach::one, word::ack);
  of.settled(10, reach::all_up_to, word::ack);  // of an earlier batch
  EXPECT_EQ(of.answer(ending::try_later, "").confirmed, 0U);
  of.settled(12, reach::all_up_to, word::ack);
  EXPECT_EQ(of.answer(ending::try_later, "").confirmed, 3U);
  EXPECT_EQ(of.waiting(), 2U);
  of.settled(14, reach::one, word::nack);
  of.settled(15, reach::one, word::ack);
  EXPECT_TRUE(of.is_complete());
  const auto told = of.answer(ending::doubtful, "");
  EXPECT_EQ(told.confirmed, 3U);
  EXPECT_EQ(told.how, ending::try_later);
}

TEST(RabbitMq, WhatIsReturnedIsNotConfirmed) {
  const auto batch = records(1, 3);
  rabbitmq_confirms of{batch, 1};
  for (int i = 0; i < 3; ++i)
    of.published();
  of.returned(batch[1].id, "no queue");
  of.settled(3, rabbitmq_confirms::reach::all_up_to, rabbitmq_confirms::word::ack);
  const auto told = of.answer(ending::try_later, "");
  EXPECT_EQ(told.confirmed, 1U);
  EXPECT_EQ(told.how, ending::doubtful);
  EXPECT_EQ(told.reason, "no queue");
}

TEST(RabbitMq, TagsOfAConnectionThatIsOverAreForgotten) {
  broker::rabbitmq_tags tags;
  tags.begin();
  EXPECT_EQ(tags.arrived(1), 1U);
  EXPECT_EQ(tags.arrived(2), 2U);
  EXPECT_EQ(tags.acknowledge(1), 1U);
  EXPECT_EQ(tags.acknowledge(1), std::nullopt);
  tags.begin();
  EXPECT_EQ(tags.acknowledge(2), std::nullopt);
  EXPECT_EQ(tags.arrived(1), 3U);
  EXPECT_EQ(tags.acknowledge(99), 1U);
}

// --- messages ---------------------------------------------------------------------------------

TEST(RabbitMq, AnEventWithoutAQueueIsDoubtfulBehindItsConfirmedPrefix) {
  const auto place = place_on(rabbitmq_server::shared());
  rabbitmq_probe probe{place.where};
  probe.make_queue(place.exchange, place.exchange, "payment.completed");
  const auto to = broker::open_rabbitmq_publisher(place);
  std::vector<event_record> batch;
  for (std::uint64_t n = 1; n <= 5; ++n)
    batch.push_back(typed(n, n == 3 ? "payment.refunded" : "payment.completed"));
  const auto told = publish(*to, batch);
  EXPECT_EQ(told.confirmed, 2U);
  EXPECT_EQ(told.how, ending::doubtful);
  EXPECT_EQ(told.reason, "no queue is bound for payment.refunded");
  probe.make_queue(place.exchange, place.exchange, "payment.refunded");
  batch.erase(batch.begin(), batch.begin() + 2);
  EXPECT_EQ(publish(*to, batch).how, ending::whole);
}

TEST(RabbitMq, AMessageSaysWhatAReaderNeedsToKnow) {
  const auto place = place_on(rabbitmq_server::shared());
  rabbitmq_probe probe{place.where};
  probe.make_queue(place.exchange, place.exchange, "#");
  const auto to = broker::open_rabbitmq_publisher(place);
  auto event = typed(7, "payment.completed");
  event.body = std::string(300'000, 'x');  // more than a frame
  ASSERT_EQ(publish(*to, {event}).how, ending::whole);
  const auto got = probe.take(place.exchange);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, event.body);
  EXPECT_EQ(got->routing_key, "payment.completed");
  EXPECT_EQ(got->type, "payment.completed");
  EXPECT_EQ(got->id, event.id);
  EXPECT_EQ(got->content_type, "application/cloudevents+json; charset=utf-8");
  EXPECT_EQ(got->delivery_mode, 2);
}

TEST(RabbitMq, WhatNoMessageCanSayIsRejected) {
  const auto place = place_on(rabbitmq_server::shared());
  rabbitmq_probe probe{place.where};
  probe.make_queue(place.exchange, place.exchange, "#");
  const auto to = broker::open_rabbitmq_publisher(place);
  auto batch = records(1, 3);
  batch[1].id = std::string(256, 'i');
  const auto told = publish(*to, batch);
  EXPECT_EQ(told.confirmed, 1U);
  EXPECT_EQ(told.how, ending::rejected);
}

TEST(RabbitMq, WhatIsSetAsideLiesThereWithItsReason) {
  const auto place = place_on(rabbitmq_server::shared());
  collector from{broker::open_rabbitmq_source(place, "board")};
  auto told = std::make_shared<std::promise<bool>>();
  from.source().park("k1/1", "unknown schedule", [told](bool kept) { told->set_value(kept); });
  auto kept = told->get_future();
  ASSERT_EQ(kept.wait_for(patience), std::future_status::ready);
  ASSERT_TRUE(kept.get());
  const broker::rabbitmq_interrupt nobody;
  const auto found = broker::read_parked_stream(place, place.exchange + ".board.parked", nobody);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].body, "k1/1");
  EXPECT_EQ(found[0].reason, "unknown schedule");
}

TEST(RabbitMq, AnEventTheBrokerDoesNotLikeIsFoundInItsBatch) {
  const auto& server = patient();
  const auto place = place_on(server);
  rabbitmq_probe probe{place.where};
  probe.make_queue(place.exchange, place.exchange, "#");
  server.eval("application:set_env(rabbit, max_message_size, 4000).");
  const auto to = broker::open_rabbitmq_publisher(place);
  auto batch = records(1, 9);
  batch[4].body = std::string(5000, 'x');
  std::size_t confirmed = 0;
  event_publisher::answer told;
  eventually([&] {
    told = publish(*to, batch);
    confirmed += told.confirmed;
    batch.erase(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(told.confirmed));
    return told.how == ending::doubtful;
  });
  ASSERT_EQ(told.how, ending::doubtful) << told.reason;
  EXPECT_EQ(confirmed, 4U);
  batch.erase(batch.begin());
  EXPECT_EQ(publish_all(*to, batch).how, ending::whole);
  server.eval("application:set_env(rabbit, max_message_size, 134217728).");
}

// --- what is deleted --------------------------------------------------------------------------

TEST(RabbitMq, AnExchangeThatIsDeletedIsMadeAgain) {
  const auto place = place_on(rabbitmq_server::shared());
  rabbitmq_probe probe{place.where};
  probe.make_queue(place.exchange, place.exchange, "#");
  const auto to = broker::open_rabbitmq_publisher(place);
  ASSERT_EQ(publish(*to, records(1, 3)).how, ending::whole);
  probe.remove_exchange(place.exchange);
  const auto told = publish(*to, records(4, 6));
  EXPECT_EQ(told.confirmed, 0U);
  EXPECT_EQ(told.how, ending::try_later);
  EXPECT_NE(told.reason.find("NOT_FOUND"), std::string::npos) << told.reason;
  probe.make_queue(place.exchange, place.exchange, "#");
  EXPECT_EQ(publish_all(*to, records(4, 6)).how, ending::whole);
}

TEST(RabbitMq, AQueueThatIsDeletedIsMadeAgain) {
  const auto place = place_on(rabbitmq_server::shared());
  collector from{broker::open_rabbitmq_source(place, "board")};
  const auto to = broker::open_rabbitmq_publisher(place);
  ASSERT_EQ(publish_all(*to, records(1, 1)).how, ending::whole);  // once the queue is there
  ASSERT_TRUE(from.has_all(1));
  rabbitmq_probe{place.where}.remove_queue(place.exchange + ".board");
  EXPECT_EQ(publish_all(*to, records(2, 20)).how, ending::whole);
  EXPECT_TRUE(from.has_all(20)) << from.bodies().size();
}

// --- a broker that is away, or does not take anything -----------------------------------------

TEST(RabbitMq, WhatItConfirmedIsThereAfterAKill) {
  const rabbitmq_server server;
  const auto place = place_on(server);
  rabbitmq_probe{place.where}.make_queue(place.exchange, place.exchange, "payment.#",
                                         rabbitmq_probe::lasting::durable);
  const auto to = broker::open_rabbitmq_publisher(place);
  ASSERT_EQ(publish_all(*to, records(1, 256)).how, ending::whole);
  std::promise<void> is_under_way;
  std::jthread killer{[&] {
    is_under_way.get_future().wait();
    server.kill();
    server.start();
  }};
  for (std::uint64_t n = 257; n <= 1280; n += 256) {
    if (n == 513) is_under_way.set_value();
    ASSERT_EQ(publish_all(*to, records(n, n + 255)).how, ending::whole);
  }
  killer.join();
  ASSERT_EQ(publish_all(*to, records(1281, 1300)).how, ending::whole);
  rabbitmq_probe probe{place.where};
  std::set<std::string> there;
  while (const auto got = probe.take(place.exchange))
    there.insert(got->id);
  EXPECT_EQ(there.size(), 1300U);
}

TEST(RabbitMq, ABlockedBrokerIsTriedLater) {
  const auto& server = patient();
  const auto place = place_on(server);
  rabbitmq_probe probe{place.where};
  probe.make_queue(place.exchange, place.exchange, "#");
  const auto to = broker::open_rabbitmq_publisher(place);
  ASSERT_EQ(publish(*to, records(1, 10)).how, ending::whole);
  server.eval("rabbit_alarm:set_alarm({{resource_limit, memory, node()}, []}).");
  auto batch = records(11, 266);
  auto told = publish(*to, batch);
  EXPECT_EQ(told.how, ending::try_later);
  EXPECT_NE(told.reason.find("takes no messages now"), std::string::npos) << told.reason;
  EXPECT_LT(time_of([&] { told = publish(*to, batch); }), 1s);
  EXPECT_EQ(told.how, ending::try_later);
  EXPECT_EQ(told.confirmed, 0U);
  server.eval("rabbit_alarm:clear_alarm({resource_limit, memory, node()}).");
  EXPECT_EQ(publish_all(*to, batch).how, ending::whole);
}

TEST(RabbitMq, AWrongPasswordSaysSoAndDoesNotEnd) {
  auto place = place_on(rabbitmq_server::shared());
  place.where.password = "secret-and-wrong";
  const auto to = broker::open_rabbitmq_publisher(place);
  collector from{broker::open_rabbitmq_source(place, "board")};
  for (int tries = 0; tries < 3; ++tries) {
    const auto told = publish(*to, records(1, 3));
    EXPECT_EQ(told.how, ending::try_later);
    EXPECT_NE(told.reason.find("ACCESS_REFUSED"), std::string::npos) << told.reason;
    EXPECT_EQ(told.reason.find("secret"), std::string::npos) << told.reason;
    let_pass(100ms);
  }
}

TEST(RabbitMq, HeartbeatsKeepAnIdleConnection) {
  auto place = place_on(rabbitmq_server::shared());
  rabbitmq_probe probe{place.where};
  probe.make_queue(place.exchange, place.exchange, "#");
  test::tcp_proxy between{place.where.port};
  place.where.port = static_cast<std::uint16_t>(between.port());
  place.heartbeat = 1s;
  const auto to = broker::open_rabbitmq_publisher(place);
  ASSERT_EQ(publish(*to, records(1, 3)).how, ending::whole);
  between.lead_to(1);  // nobody: another connection would not open
  let_pass(3500ms);
  EXPECT_EQ(publish(*to, records(4, 6)).how, ending::whole);
  // And who hears nothing for so long gives the connection up.
  between.stall(true);
  event_publisher::answer told;
  EXPECT_LT(time_of([&] { told = publish(*to, records(7, 9)); }), 6s);
  EXPECT_EQ(told.how, ending::try_later);
}

// --- TLS --------------------------------------------------------------------------------------

TEST(RabbitMq, SpeaksTlsWithWhomItsAuthorityVouchesFor) {
  const auto& server = rabbitmq_server::shared();
  auto place = place_on(server);
  rabbitmq_probe probe{place.where};
  probe.make_queue(place.exchange, place.exchange, "#");
  place.where = server.tls_location();
  place.ca_file = server.ca_file();
  const auto to = broker::open_rabbitmq_publisher(place);
  auto batch = records(1, 256);
  batch[7].body = std::string(500'000, 'x');
  const auto told = publish_all(*to, batch);
  EXPECT_EQ(told.how, ending::whole) << told.reason;
  EXPECT_EQ(probe.count(place.exchange), 256U);
}

TEST(RabbitMq, TellsNothingToAStranger) {
  const auto& server = rabbitmq_server::shared();
  auto place = place_on(server);
  place.where = server.tls_location();
  {
    const auto to = broker::open_rabbitmq_publisher(place);  // the authorities of the system
    const auto told = publish(*to, records(1, 3));
    EXPECT_EQ(told.how, ending::try_later);
    EXPECT_NE(told.reason.find("certificate"), std::string::npos) << told.reason;
  }
  place.ca_file = server.ca_file();
  place.where.host = "127.0.0.1";  // the certificate is that of `localhost`
  const auto to = broker::open_rabbitmq_publisher(place);
  const auto told = publish(*to, records(1, 3));
  EXPECT_EQ(told.how, ending::try_later);
  EXPECT_NE(told.reason.find("IP address mismatch"), std::string::npos) << told.reason;
}

// --- the end ----------------------------------------------------------------------------------

TEST(RabbitMq, EndsWhileTheBrokerStandsStill) {
  const auto& server = patient();
  const auto place = place_on(server);
  rabbitmq_probe probe{place.where};
  probe.make_queue(place.exchange, place.exchange, "#");
  auto busy = broker::open_rabbitmq_publisher(place), idle = broker::open_rabbitmq_publisher(place);
  ASSERT_EQ(publish(*busy, records(1, 3)).how, ending::whole);
  ASSERT_EQ(publish(*idle, records(1, 3)).how, ending::whole);
  auto from = std::make_unique<collector>(broker::open_rabbitmq_source(place, "board"));
  server.freeze();
  auto batch = records(4, 259);
  for (auto& each : batch)
    each.body = std::string(100'000, 'x');  // more than sockets hold
  std::atomic<int> told{0};
  busy->publish(std::move(batch), [&](const event_publisher::answer&) { ++told; });
  let_pass(300ms);
  EXPECT_LT(time_of([&] { busy.reset(); }), end_time_max);
  EXPECT_EQ(told, 1);
  EXPECT_LT(time_of([&] { idle.reset(); }), end_time_max);
  EXPECT_LT(time_of([&] { from.reset(); }), end_time_max);
  server.thaw();
}

rabbitmq_place place_at(const silent_port& at, rabbitmq_location::transport over) {
  rabbitmq_place out;
  out.where = {"127.0.0.1", at.number(), over, "guest", "guest", "/"};
  return out;
}

TEST(RabbitMq, EndsWhileItWaitsForALogin) {
  const silent_port at;
  for (const auto over : {rabbitmq_location::transport::plain, rabbitmq_location::transport::tls}) {
    auto to = broker::open_rabbitmq_publisher(place_at(at, over));
    let_pass(200ms);
    EXPECT_LT(time_of([&] { to.reset(); }), end_time_max);
  }
}

TEST(RabbitMq, KnocksMoreAndMoreSeldom) {
  const silent_port at;
  const auto to =
      broker::open_rabbitmq_publisher(place_at(at, rabbitmq_location::transport::plain));
  const auto knocks = at.turn_away(2500ms);  // at 0, 0.1, 0.3, 0.7 and 1.5 s, or sooner
  EXPECT_GE(knocks, 3);
  EXPECT_LE(knocks, 8);
}

}  // namespace
}  // namespace boxoffice::broker_test
