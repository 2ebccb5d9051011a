// What a consumer behind a broker does not take, over restarts, until an operator has decided.
#include "actors/bus/subscriber.hpp"
#include "actors/caf/actor.hpp"
#include "actors/node/real_sources.hpp"
#include "storage/broker/cloud_event.hpp"
#include "tests/broker/broker_house.hpp"
#include "tests/broker/collector.hpp"

#include <memory>
#include <mutex>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <gtest/gtest.h>

namespace boxoffice::broker_test {
namespace {

using seen = std::vector<std::uint64_t>;
using system_test::eventually;

/// Odd sequences are of one schedule, even ones of another.
payment_event event(std::uint64_t sequence) {
  payment_event e;
  e.id = {sequence};
  e.sequence = sequence;
  e.payment = {sequence};
  e.user = {"kim"};
  e.reservation = {{1 + sequence % 2}, sequence};
  e.concert = {1};
  e.seats = 1;
  e.paid_at = e.occurred_at = from_unix_ms(1'790'000'000'000);
  return e;
}

/// What a board has applied, and what it does not take. It outlives restarts, as a store does.
class books {
 public:
  void refuse(std::uint64_t sequence) {
    const std::scoped_lock hold{lock_};
    refused_ = {sequence};
  }
  void take_all() {
    const std::scoped_lock hold{lock_};
    refused_.clear();
  }
  /// Whether the board takes it; once only.
  bool take(std::uint64_t sequence) {
    const std::scoped_lock hold{lock_};
    if (refused_.contains(sequence)) return false;
    if (std::ranges::count(applied_, sequence) == 0) applied_.push_back(sequence);
    return true;
  }
  /// Of the schedule of odd or of even sequences, in the order of applying.
  seen applied(std::uint64_t of) {
    const std::scoped_lock hold{lock_};
    seen out;
    std::ranges::copy_if(applied_, std::back_inserter(out),
                         [of](std::uint64_t each) { return each % 2 == of; });
    return out;
  }

 private:
  std::mutex lock_;
  seen applied_;
  std::set<std::uint64_t> refused_;
};

class board {
 public:
  using interface = event_consumer_actor;
  static constexpr auto name = "board";

  board(interface::pointer self, books* of) : self_{self}, books_{of} {}
  void on(const deliver_events& m) {
    for (const auto& e : m.events)
      if (!books_->take(e.sequence))
        return answer(
            self_, sender_of(self_),
            event_refused{m.correlation, e.sequence, event_refused::lasting::for_good, "odd"});
    answer(self_, sender_of(self_), events_applied{m.correlation, m.events.back().sequence});
  }
  void on(const ask_applied&) {}

 private:
  interface::pointer self_;
  books* books_;
};

/// A process that listens: what it has in memory ends with it.
class process {
 public:
  process(broker_house& at, books& kept) : source_{at.source("board")} {
    board_ = spawn_actor<board>(system_, &kept);
    subscriber_ = spawn_subscriber(system_, {.consumer = "board",
                                             .from = *source_,
                                             .decode = broker::decode_event,
                                             .to = board_,
                                             .time = time_,
                                             .metrics = measured_});
  }
  ~process() {
    caf::anon_send_exit(subscriber_, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(board_, caf::exit_reason::user_shutdown);
    system_.await_all_actors_done();  // they use the source
  }
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  /// The ids of what is parked; none when nobody can say now.
  std::optional<std::set<std::string>> parked() {
    const auto told = ask<parked_list>(list_parked{1, 0, 200});
    if (!told || told->fault != fault::none) return std::nullopt;
    std::set<std::string> out;
    for (const auto& each : told->items)
      out.insert(each.id);
    return out;
  }
  bool has_parked(const std::set<std::string>& ids) {
    return eventually([&] { return parked() == ids; }, patience);
  }
  std::optional<parked_reply> move(std::uint64_t sequence, parked_act act) {
    return ask<parked_reply>(move_parked_event{2, event_id{sequence}, act});
  }

 private:
  template <class Reply, class Question>
  std::optional<Reply> ask(Question question) {
    caf::scoped_actor me{system_};
    std::optional<Reply> out;
    me->send(subscriber_, std::move(question));
    me->receive([&](Reply& reply) { out = std::move(reply); }, caf::after(patience) >> [] {});
    return out;
  }

  system_clock_source time_;
  metrics measured_;
  std::unique_ptr<event_source> source_;
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  event_consumer_actor board_;
  subscriber_actor subscriber_;
};

struct broker_kind {
  const char* name;
  std::unique_ptr<broker_house> (*make)(ownership);
  friend void PrintTo(const broker_kind& kind, std::ostream* to) { *to << kind.name; }
};

class ParkedAtABroker : public testing::TestWithParam<broker_kind> {
 protected:
  void publish_events(const seen& sequences) {
    std::vector<event_record> batch;
    for (const auto each : sequences)
      batch.push_back(broker::encode_event(event(each)));
    ASSERT_EQ(publish_all(*to_, std::move(batch)).how, event_publisher::ending::whole);
  }
  void restart() {
    process_.reset();
    process_.emplace(*at_, books_);
  }
  bool applies(const seen& expected) {
    const auto of = expected.front() % 2;
    return eventually([&] { return books_.applied(of) == expected; }, patience);
  }
  static std::set<std::string> ids(const seen& sequences) {
    std::set<std::string> out;
    for (const auto each : sequences)
      out.insert(to_text(event_id{each}));
    return out;
  }

  std::unique_ptr<broker_house> at_{GetParam().make(ownership::shared)};
  std::unique_ptr<event_publisher> to_{at_->publisher()};
  books books_;
  std::optional<process> process_{std::in_place, *at_, books_};
};

TEST_P(ParkedAtABroker, StandsStillOverARestartUntilItIsTriedAgain) {
  // A queue is bound once somebody listens.
  ASSERT_TRUE(process_->has_parked({}));
  books_.refuse(3);
  publish_events({1, 2, 3, 4, 5, 6});
  ASSERT_TRUE(process_->has_parked(ids({3, 5})));
  EXPECT_TRUE(applies({1}));
  EXPECT_TRUE(applies({2, 4, 6}));

  restart();
  ASSERT_TRUE(process_->has_parked(ids({3, 5})));
  publish_events({7, 8});
  EXPECT_TRUE(applies({2, 4, 6, 8}));
  ASSERT_TRUE(process_->has_parked(ids({3, 5, 7})));
  EXPECT_TRUE(applies({1})) << "a sibling went on over the gap";

  const auto refused = process_->move(3, parked_act::try_again);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->refusal, parked_refusal::still_refused);
  EXPECT_EQ(refused->reason, "odd");
  EXPECT_TRUE(process_->has_parked(ids({3, 5, 7})));
  const auto unknown = process_->move(99, parked_act::try_again);
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->refusal, parked_refusal::not_parked);

  books_.take_all();
  const auto applied = process_->move(3, parked_act::try_again);
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->fault, fault::none);
  EXPECT_EQ(applied->refusal, parked_refusal::none);
  EXPECT_EQ(applied->state, "APPLIED");
  EXPECT_TRUE(applies({1, 3, 5, 7}));
  ASSERT_TRUE(process_->has_parked({}));
  restart();
  ASSERT_TRUE(process_->has_parked({}));
  publish_events({9});
  EXPECT_TRUE(applies({1, 3, 5, 7, 9}));
}

TEST_P(ParkedAtABroker, GivenUpLetsLaterOnesFlow) {
  ASSERT_TRUE(process_->has_parked({}));
  books_.refuse(1);
  publish_events({1, 3, 2});
  ASSERT_TRUE(process_->has_parked(ids({1, 3})));
  restart();
  ASSERT_TRUE(process_->has_parked(ids({1, 3})));
  const auto ended = process_->move(1, parked_act::give_up);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->refusal, parked_refusal::none);
  EXPECT_EQ(ended->state, "ABANDONED");
  EXPECT_TRUE(applies({3}));
  ASSERT_TRUE(process_->has_parked({}));
  publish_events({5});
  EXPECT_TRUE(applies({3, 5}));
  restart();
  ASSERT_TRUE(process_->has_parked({}));
  publish_events({7});
  EXPECT_TRUE(applies({3, 5, 7}));
}

const auto all_kinds = testing::Values(broker_kind{"RabbitMq", make_rabbitmq_house},
                                       broker_kind{"Kafka", make_kafka_house},
                                       broker_kind{"RedisStreams", make_redis_streams_house},
                                       broker_kind{"KafkaMock", make_kafka_mock_house});
INSTANTIATE_TEST_SUITE_P(All, ParkedAtABroker, all_kinds,
                         [](const auto& at) { return std::string{at.param.name}; });

}  // namespace
}  // namespace boxoffice::broker_test
