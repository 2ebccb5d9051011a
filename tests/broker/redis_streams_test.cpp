// What is particular to Redis Streams; what every broker promises is in the contract.
#include "storage/broker/redis_streams.hpp"

#include "config/limits.hpp"
#include "storage/redis/link.hpp"
#include "tests/broker/broker_house.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::broker_test {
namespace {

using namespace std::chrono_literals;
using answer = event_publisher::answer;
using ending = event_publisher::ending;
using system_test::eventually;
using texts = std::vector<std::string>;

event_record event(int number, std::size_t bytes = 10) {
  const auto text = std::to_string(number);
  auto body = "{\"n\":" + text + "}";
  if (body.size() < bytes) body.append(bytes - body.size(), ' ');
  return {"id" + text, static_cast<std::uint64_t>(number), "key" + std::to_string(number % 3),
          "payment.completed", body};
}

std::vector<event_record> events(int first, int last) {
  std::vector<event_record> out;
  for (int n = first; n <= last; ++n)
    out.push_back(event(n));
  return out;
}

texts bodies(int first, int last) {
  texts out;
  for (const auto& each : events(first, last))
    out.push_back(each.body);
  return out;
}

answer publish(event_publisher& by, std::vector<event_record> batch) {
  const auto told = std::make_shared<std::promise<answer>>();
  auto got = told->get_future();
  by.publish(std::move(batch), [told](answer a) { told->set_value(std::move(a)); });
  if (got.wait_for(9s) != std::future_status::ready) return {0, ending::rejected, "no answer"};
  return got.get();
}

bool is_whole(event_publisher& by, const std::vector<event_record>& batch) {
  return eventually([&] { return publish(by, batch).how == ending::whole; });
}

/// What a source has handed over, in its order.
class reader {
 public:
  explicit reader(std::unique_ptr<event_source> from) : from_{std::move(from)} {
    from_->open([this](std::vector<event_source::arrival> some) {
      const std::scoped_lock lock{mutex_};
      for (auto& each : some) {
        last_tag_ = each.tag;
        bodies_.push_back(std::move(each.body));
      }
      changed_.notify_all();
    });
  }

  /// Waits until there are so many; returns what there is.
  texts wait_for(std::size_t count, std::chrono::milliseconds most = 6s) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, most, [&] { return bodies_.size() >= count; });
    return bodies_;
  }
  void acknowledge(std::uint64_t through) { from_->acknowledge(through); }
  void acknowledge_all() { from_->acknowledge(last_tag()); }
  std::uint64_t last_tag() {
    const std::scoped_lock lock{mutex_};
    return last_tag_;
  }
  bool park(const std::string& body, const std::string& reason) {
    std::promise<bool> told;
    from_->park(body, reason, [&](bool kept) { told.set_value(kept); });
    return told.get_future().get();
  }
  void end() { from_.reset(); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  texts bodies_;
  std::uint64_t last_tag_{0};
  std::unique_ptr<event_source> from_;
};

class RedisStreams : public testing::Test {
 protected:
  std::unique_ptr<event_publisher> publisher() {
    return broker::open_redis_streams_publisher(place());
  }
  std::unique_ptr<event_source> source(const std::string& group) {
    return broker::open_redis_streams_source(place(), group);
  }
  broker::redis_streams_place place() {
    return {redis::parse_location("redis://127.0.0.1:" + std::to_string(servers_.redis_port())),
            "s"};
  }
  redis::reply ask(const redis::command& what) {
    link_.open();
    return link_.run(what);
  }
  std::int64_t number(const redis::command& what) { return ask(what).integer; }
  std::int64_t pending(const std::string& group) {
    return ask({"XPENDING", "s", group}).items.at(0).integer;
  }
  /// The field `event` of all entries.
  texts stored() {
    texts out;
    for (const auto& entry : ask({"XRANGE", "s", "-", "+"}).items)
      out.push_back(entry.items.at(1).items.at(7).text);
    return out;
  }
  pid_t process() {
    const auto said = servers_.redis("info server");
    const std::string before = "process_id:";
    return std::stoi(said.substr(said.find(before) + before.size()));
  }

  test::own_servers servers_{"redis"};
  redis::link link_{place().where};
};

TEST_F(RedisStreams, AnEventIsFourFields) {
  const auto by = publisher();
  ASSERT_EQ(publish(*by, {event(1), event(2)}).confirmed, 2U);
  const auto entries = ask({"XRANGE", "s", "-", "+"}).items;
  ASSERT_EQ(entries.size(), 2U);
  texts fields;
  for (const auto& each : entries[0].items[1].items)
    fields.push_back(each.text);
  EXPECT_EQ(fields, (texts{"id", "id1", "type", "payment.completed", "key", "key1", "event",
                           event(1).body}));
  EXPECT_EQ(stored(), bodies(1, 2));
}

TEST_F(RedisStreams, OnlyWhatEveryGroupHasAcknowledgedIsTrimmed) {
  const auto by = publisher();
  for (int first = 1; first <= 1000; first += 250)
    ASSERT_EQ(publish(*by, events(first, first + 249)).how, ending::whole);
  // Looked at, and left alone: a first group may still come.
  const auto looks = [&] {
    const auto said = servers_.redis("info commandstats");
    return said.find("cmdstat_xinfo|groups:calls=") != said.npos;
  };
  ASSERT_TRUE(eventually(looks));
  EXPECT_EQ(number({"XLEN", "s"}), 1000);

  reader fast{source("fast")};
  reader slow{source("slow")};
  ASSERT_EQ(fast.wait_for(1000), bodies(1, 1000));
  ASSERT_EQ(slow.wait_for(1000), bodies(1, 1000));
  fast.acknowledge_all();
  slow.acknowledge(500);
  ASSERT_TRUE(eventually([&] { return pending("slow") == 500 && pending("fast") == 0; }));
  // A part of a node is left.
  ASSERT_TRUE(eventually([&] { return number({"XLEN", "s"}) <= 600; }));
  const auto left = stored();
  ASSERT_GE(left.size(), 500U);
  EXPECT_EQ((texts{left.end() - 500, left.end()}), bodies(501, 1000));
  slow.acknowledge_all();
  EXPECT_TRUE(eventually([&] { return number({"XLEN", "s"}) <= 100; }));
  ASSERT_EQ(publish(*by, events(1001, 1002)).how, ending::whole);
  EXPECT_EQ(slow.wait_for(1002), bodies(1, 1002));
}

TEST_F(RedisStreams, AFullServerIsTriedLaterAndCanBeReadEmpty) {
  const auto by = publisher();
  ASSERT_EQ(publish(*by, events(1, 200)).how, ending::whole);
  ask({"CONFIG", "SET", "maxmemory", "1"});
  const auto told = publish(*by, events(201, 203));
  EXPECT_EQ(told.how, ending::try_later);
  EXPECT_EQ(told.confirmed, 0U);
  EXPECT_NE(told.reason.find("OOM"), std::string::npos) << told.reason;
  // Who reads makes room: also one that only now becomes the reader.
  reader who{source("late")};
  EXPECT_EQ(who.wait_for(200), bodies(1, 200));
  EXPECT_FALSE(who.park(bodies(1, 1)[0], "no room for it"));
  who.acknowledge_all();
  EXPECT_TRUE(eventually([&] { return number({"XLEN", "s"}) <= 100; }));
  ask({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_TRUE(is_whole(*by, events(201, 203)));
  EXPECT_EQ(who.wait_for(203), bodies(1, 203));
}

TEST_F(RedisStreams, AKeyOfAnotherTypeIsNamedUntilItIsGone) {
  ask({"SET", "s", "a text"});
  const auto by = publisher();
  reader who{source("g")};
  const auto told = publish(*by, events(1, 2));
  EXPECT_EQ(told.how, ending::try_later);
  EXPECT_EQ(told.confirmed, 0U);
  EXPECT_NE(told.reason.find("WRONGTYPE"), std::string::npos) << told.reason;
  ask({"DEL", "s"});
  EXPECT_TRUE(is_whole(*by, events(1, 2)));
  EXPECT_EQ(who.wait_for(2), bodies(1, 2));
}

TEST_F(RedisStreams, AReplicaIsTriedLater) {
  const auto by = publisher();
  ASSERT_EQ(publish(*by, events(1, 1)).how, ending::whole);
  ask({"REPLICAOF", "127.0.0.1", "1"});
  const auto told = publish(*by, events(2, 2));
  EXPECT_EQ(told.how, ending::try_later);
  EXPECT_NE(told.reason.find("READONLY"), std::string::npos) << told.reason;
  ask({"REPLICAOF", "NO", "ONE"});
  EXPECT_TRUE(is_whole(*by, events(2, 2)));
  EXPECT_EQ(stored(), bodies(1, 2));
}

TEST_F(RedisStreams, APasswordThatIsMissingIsTriedLaterAndNamed) {
  ask({"CONFIG", "SET", "requirepass", "sesame"});
  const auto told = publish(*publisher(), events(1, 1));
  EXPECT_EQ(told.how, ending::try_later);
  EXPECT_NE(told.reason.find("NOAUTH"), std::string::npos) << told.reason;
  auto with = place();
  with.where.password = "sesame";
  EXPECT_EQ(publish(*broker::open_redis_streams_publisher(with), events(1, 1)).how, ending::whole);
  with.where.password = "wrong";
  const auto wrong = publish(*broker::open_redis_streams_publisher(with), events(2, 2));
  EXPECT_EQ(wrong.how, ending::try_later);
  EXPECT_EQ(wrong.reason.find("wrong"), std::string::npos) << wrong.reason;
}

// Whoever logs a reason when it changes has one line.
TEST_F(RedisStreams, AServerThatIsAwayIsNamedAtOnceAndWithOneReason) {
  const auto by = publisher();
  ASSERT_EQ(publish(*by, events(1, 1)).how, ending::whole);
  servers_.kill_redis();
  std::set<std::string> reasons;
  for (int i = 0; i < 100; ++i) {
    const auto told = publish(*by, events(2, 2));
    ASSERT_EQ(told.how, ending::try_later);
    reasons.insert(told.reason);
  }
  EXPECT_EQ(reasons.size(), 1U) << *reasons.begin() << "; " << *reasons.rbegin();
  servers_.start();
  EXPECT_TRUE(is_whole(*by, events(2, 2)));
}

TEST_F(RedisStreams, WhatIsTooLargeIsRejectedBehindWhatIsNot) {
  const auto by = publisher();
  const auto largest = event(2, 1024U * 1024U);
  const auto told = publish(*by, {event(1), largest, event(3), event(4, largest.body.size() + 1)});
  EXPECT_EQ(told.how, ending::rejected);
  EXPECT_EQ(told.confirmed, 3U);
  EXPECT_EQ(stored(), (texts{event(1).body, largest.body, event(3).body}));
  EXPECT_EQ(publish(*by, {event(5)}).how, ending::whole);
}

TEST_F(RedisStreams, AFlushedServerAndADeletedStreamBeginAgain) {
  const auto by = publisher();
  reader who{source("g")};
  ASSERT_EQ(publish(*by, events(1, 3)).how, ending::whole);
  ASSERT_EQ(who.wait_for(3), bodies(1, 3));
  const auto old = who.last_tag();
  for (const auto& loss : {redis::command{"FLUSHALL"}, redis::command{"DEL", "s"},
                           redis::command{"XGROUP", "DESTROY", "s", "g"}}) {
    ask(loss);
    ask({"DEL", "s"});
    const auto before = static_cast<int>(who.wait_for(0).size());
    ASSERT_TRUE(is_whole(*by, events(before + 1, before + 2)));
    EXPECT_EQ(who.wait_for(static_cast<std::size_t>(before) + 2), bodies(1, before + 2));
    who.acknowledge(old);
  }
  EXPECT_GT(pending("g"), 0);  // old tags mean nothing now
  who.acknowledge_all();
  EXPECT_TRUE(eventually([&] { return pending("g") == 0; }));
}

TEST_F(RedisStreams, EntriesOfOthersArePassedOver) {
  const auto by = publisher();
  ask({"XADD", "s", "*", "temperature", "21"});
  ASSERT_EQ(publish(*by, events(1, 1)).how, ending::whole);
  ask({"XADD", "s", "*", "id", "7", "key", "event"});
  ask({"XADD", "s", "*", "event", "bare"});
  reader who{source("g")};
  EXPECT_EQ(who.wait_for(2), (texts{event(1).body, "bare"}));
  EXPECT_TRUE(eventually([&] { return pending("g") == 2; }));
  who.acknowledge_all();
  EXPECT_TRUE(eventually([&] { return pending("g") == 0; }));
}

TEST_F(RedisStreams, WhatIsSetAsideKeepsItsFieldsAndAReason) {
  const auto by = publisher();
  reader who{source("g")};
  ASSERT_EQ(publish(*by, events(1, 2)).how, ending::whole);
  ASSERT_EQ(who.wait_for(2), bodies(1, 2));
  EXPECT_TRUE(who.park(event(2).body, "it is odd"));
  const auto entries = ask({"XRANGE", "s:g:parked", "-", "+"}).items;
  ASSERT_EQ(entries.size(), 1U);
  texts fields;
  for (const auto& each : entries[0].items[1].items)
    fields.push_back(each.text);
  EXPECT_EQ(fields, (texts{"id", "id2", "type", "payment.completed", "key", "key2", "event",
                           event(2).body, "reason", "it is odd"}));
}

TEST_F(RedisStreams, NoMoreThanTheWindowIsUnderWay) {
  const auto by = publisher();
  reader who{source("g")};
  const auto most = static_cast<int>(limits::bus_unacknowledged_max);
  const int last = 1400;
  for (int first = 1; first <= last; first += 200)
    ASSERT_EQ(publish(*by, events(first, first + 199)).how, ending::whole);
  ASSERT_EQ(who.wait_for(limits::bus_unacknowledged_max).size(), limits::bus_unacknowledged_max);
  // Longer than the lease is renewed: the window stays shut, and the source stays the reader.
  EXPECT_EQ(who.wait_for(limits::bus_unacknowledged_max + 1, 1500ms).size(),
            limits::bus_unacknowledged_max);
  who.acknowledge(1);
  ASSERT_EQ(who.wait_for(limits::bus_unacknowledged_max + 1), bodies(1, most + 1));
  // With the connection goes what was under way: it comes again, into an empty window.
  ask({"CLIENT", "KILL", "TYPE", "normal"});
  auto all = bodies(1, most + 1);
  std::ranges::copy(bodies(2, most + 1), std::back_inserter(all));
  EXPECT_EQ(who.wait_for(all.size()), all);
  who.acknowledge_all();
  std::ranges::copy(bodies(most + 2, last), std::back_inserter(all));
  EXPECT_EQ(who.wait_for(all.size()), all);
}

TEST_F(RedisStreams, OfTwoSourcesOfAGroupOneReadsAndTheOtherTakesOver) {
  const auto by = publisher();
  reader first{source("g")};
  ASSERT_EQ(publish(*by, events(1, 10)).how, ending::whole);
  ASSERT_EQ(first.wait_for(10), bodies(1, 10));
  reader second{source("g")};
  ASSERT_EQ(publish(*by, events(11, 20)).how, ending::whole);
  EXPECT_EQ(first.wait_for(20), bodies(1, 20));
  EXPECT_EQ(second.wait_for(1, 700ms), texts{});
  first.acknowledge(15);
  ASSERT_TRUE(eventually([&] { return pending("g") == 5; }));
  first.end();
  EXPECT_EQ(second.wait_for(5, 2s), bodies(16, 20));
  ASSERT_EQ(publish(*by, events(21, 22)).how, ending::whole);
  EXPECT_EQ(second.wait_for(7), bodies(16, 22));
  second.acknowledge_all();
  EXPECT_TRUE(eventually([&] { return pending("g") == 0; }));
}

// Of a process that was killed, or paused: nobody gives the lease back.
TEST_F(RedisStreams, ALeaseRunsOutAndWhoLostItGetsAndAcknowledgesNothing) {
  const auto by = publisher();
  reader who{source("g")};
  ASSERT_EQ(publish(*by, events(1, 2)).how, ending::whole);
  ASSERT_EQ(who.wait_for(2), bodies(1, 2));
  const auto old = who.last_tag();
  ask({"SET", "s:g:reader", "another", "PX", "2000"});
  ASSERT_EQ(publish(*by, events(3, 3)).how, ending::whole);
  who.acknowledge(old);
  EXPECT_EQ(who.wait_for(3, 1s), bodies(1, 2));
  EXPECT_EQ(pending("g"), 2);
  EXPECT_EQ(who.wait_for(5),
            (texts{event(1).body, event(2).body, event(1).body, event(2).body, event(3).body}));
  who.acknowledge(old);
  who.acknowledge_all();
  EXPECT_TRUE(eventually([&] { return pending("g") == 0; }));
}

TEST_F(RedisStreams, DestructionTakesASecondWhileRedisIsSilent) {
  auto by = publisher();
  ASSERT_EQ(publish(*by, events(1, 1)).how, ending::whole);
  reader who{source("g")};
  ASSERT_EQ(who.wait_for(1), bodies(1, 1));
  const auto stopped = process();
  kill(stopped, SIGSTOP);
  int told = 0;
  by->publish(events(2, 2), [&](const answer& a) {
    ++told;
    EXPECT_EQ(a.how, ending::try_later);
  });
  const auto begin = std::chrono::steady_clock::now();
  by.reset();
  const auto between = std::chrono::steady_clock::now();
  who.end();
  const auto end = std::chrono::steady_clock::now();
  EXPECT_EQ(told, 1);
  EXPECT_LT(between - begin, 1500ms);
  EXPECT_LT(end - between, 1500ms);
  kill(stopped, SIGCONT);
  // What was under way may have arrived; nothing is lost, and the lease is free at once.
  reader next{source("g")};
  EXPECT_EQ(next.wait_for(1, 8s).front(), event(1).body);
}

TEST(RedisStreamsDurability, WhatWasConfirmedIsThereAfterAKill) {
  const auto house = make_redis_streams_house(ownership::own);
  const auto by = house->publisher();
  std::vector<std::string> confirmed;
  int next = 1;
  for (const int kill_after : {3, 1, 5}) {
    for (int i = 0; i < kill_after; ++i) {
      ASSERT_TRUE(is_whole(*by, events(next, next + 99)));
      std::ranges::copy(bodies(next, next + 99), std::back_inserter(confirmed));
      next += 100;
    }
    std::promise<answer> told;
    by->publish(events(next, next + 99), [&](answer a) { told.set_value(std::move(a)); });
    house->kill();
    const auto last = told.get_future().get();
    ASSERT_TRUE(last.confirmed == 0 || last.confirmed == 100) << last.confirmed;
    std::ranges::copy(bodies(next, next - 1 + static_cast<int>(last.confirmed)),
                      std::back_inserter(confirmed));
    next += 100;
    house->start();
  }
  reader who{house->source("g")};
  const auto there = who.wait_for(confirmed.size());
  who.acknowledge_all();
  auto at = there.begin();
  for (const auto& each : confirmed) {
    at = std::find(at, there.end(), each);
    ASSERT_NE(at, there.end()) << each << " is lost, or not in its order";
  }
  EXPECT_EQ(there.size() % 100, 0U);  // a batch is whole or not there
}

}  // namespace
}  // namespace boxoffice::broker_test
