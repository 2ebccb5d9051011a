#include "actors/data_platform/forward_queue.hpp"

#include "actors/outbox/relay_progress.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using seen = std::vector<std::uint64_t>;
using lasting = forward_queue::refusal::lasting;

payment_event event(std::uint64_t sequence, std::uint64_t schedule) {
  payment_event e;
  e.id = {sequence};
  e.sequence = sequence;
  e.reservation.schedule = {schedule};
  return e;
}

/// Events 1, 2, 3, … of these schedules.
std::vector<payment_event> of_schedules(const std::vector<std::uint64_t>& schedules) {
  std::vector<payment_event> out;
  for (std::size_t n = 0; n < schedules.size(); ++n)
    out.push_back(event(n + 1, schedules[n]));
  return out;
}

struct ForwardQueue : ::testing::Test {
  forward_queue queue{{100, 400}};

  /// The sequences of what can begin.
  seen begin_all() {
    seen out;
    for (auto post = queue.begin(); !post.empty(); post = queue.begin())
      for (const auto& e : post)
        out.push_back(e.sequence);
    return out;
  }
  void expect_applied(const std::optional<forward_queue::answer>& what, std::uint64_t correlation,
                      std::uint64_t sequence) {
    ASSERT_TRUE(what);
    EXPECT_EQ(what->correlation, correlation);
    EXPECT_EQ(what->sequence, sequence);
    EXPECT_FALSE(what->refused);
  }
};

TEST_F(ForwardQueue, KeepsTheOrderOfAScheduleAndNotThatOfOthers) {
  queue.deliver(7, of_schedules({1, 1, 2, 1, 3}));
  EXPECT_EQ(begin_all(), (seen{1, 3, 5}));
  EXPECT_EQ(queue.under_way(), 3U);
  queue.applied({event(3, 2)});
  EXPECT_EQ(begin_all(), seen{});
  EXPECT_FALSE(queue.progress()) << "the first is still under way";
  queue.applied({event(1, 1)});
  EXPECT_EQ(begin_all(), seen{2});
  expect_applied(queue.progress(), 7, 1);
  EXPECT_FALSE(queue.progress()) << "told once";
  queue.applied({event(2, 1)});
  queue.applied({event(5, 3)});
  EXPECT_EQ(begin_all(), seen{4});
  EXPECT_FALSE(queue.ended());
  expect_applied(queue.progress(), 7, 3);
  EXPECT_EQ(queue.waiting(), 1U);
  queue.applied({event(4, 1)});
  expect_applied(queue.ended(), 7, 5);
  EXPECT_FALSE(queue.ended());
  EXPECT_EQ(queue.waiting(), 0U);
}

TEST_F(ForwardQueue, RecognisesWhatComesAgain) {
  queue.deliver(1, of_schedules({1, 2, 1}));
  EXPECT_EQ(begin_all(), (seen{1, 2}));
  queue.applied({event(2, 2)});
  queue.deliver(2, of_schedules({1, 2, 1}));
  EXPECT_EQ(begin_all(), seen{}) << "1 is under way, 2 is applied";
  queue.applied({event(1, 1)});
  EXPECT_EQ(begin_all(), seen{3});
  queue.applied({event(3, 1)});
  expect_applied(queue.ended(), 2, 3);
  queue.deliver(3, of_schedules({1, 2, 1}));
  EXPECT_EQ(begin_all(), seen{});
  expect_applied(queue.ended(), 3, 3);
}

TEST_F(ForwardQueue, WhatDidNotArriveIsTheFirstOfItsScheduleAgain) {
  queue.deliver(1, of_schedules({1, 1, 2}));
  EXPECT_EQ(begin_all(), (seen{1, 3}));
  queue.not_applied({event(1, 1)});
  EXPECT_EQ(begin_all(), seen{1});
  queue.deliver(2, of_schedules({1, 1, 2}));
  queue.not_applied({event(1, 1)});
  EXPECT_EQ(begin_all(), seen{1}) << "also when it was delivered again meanwhile";
}

TEST_F(ForwardQueue, ARefusalIsToldWhenAllBeforeItIsApplied) {
  queue.deliver(1, of_schedules({1, 2, 2, 3, 3}));
  EXPECT_EQ(begin_all(), (seen{1, 2, 4}));
  queue.refused({event(2, 2)}, {lasting::for_good, "no"});
  EXPECT_FALSE(queue.ended()) << "1 is not applied yet";
  queue.applied({event(4, 3)});
  EXPECT_EQ(begin_all(), seen{5}) << "3 waits behind a refused one, others go on";
  queue.deliver(2, of_schedules({1, 2, 2, 3, 3}));
  EXPECT_EQ(begin_all(), seen{}) << "a repetition does not make it be asked again";
  queue.applied({event(1, 1)});
  const auto no = queue.ended();
  ASSERT_TRUE(no);
  EXPECT_EQ(no->correlation, 2U);
  EXPECT_EQ(no->sequence, 2U);
  ASSERT_TRUE(no->refused);
  EXPECT_EQ(no->refused->how, lasting::for_good);
  EXPECT_EQ(no->refused->reason, "no");
  EXPECT_FALSE(queue.ended());
  EXPECT_EQ(begin_all(), seen{}) << "the relay decides first";
  queue.applied({event(5, 3)});
  queue.deliver(3, {event(4, 3), event(5, 3), event(6, 2)});
  EXPECT_EQ(begin_all(), seen{6}) << "the schedule stands still no more";
}

TEST_F(ForwardQueue, WhatIsRefusedForNowIsAskedAgainWhenItComesAgain) {
  queue.deliver(1, of_schedules({1, 2}));
  begin_all();
  queue.refused({event(1, 1)}, {lasting::for_now, "no"});
  queue.refused({event(2, 2)}, {lasting::for_now, "no"});
  EXPECT_EQ(queue.ended()->sequence, 1U);
  queue.deliver(2, of_schedules({1, 2}));
  EXPECT_EQ(begin_all(), seen{1}) << "of 2 the relay has not heard yet";
  queue.applied({event(1, 1)});
  EXPECT_EQ(queue.ended()->sequence, 2U);
  queue.deliver(3, {event(2, 2)});
  EXPECT_EQ(begin_all(), seen{2});
}

TEST_F(ForwardQueue, WhatIsNotDeliveredAnyMoreHoldsUpNobody) {
  queue.deliver(1, of_schedules({1, 2, 2}));
  begin_all();
  queue.refused({event(2, 2)}, {lasting::for_good, "no"});
  queue.deliver(2, {event(1, 1), event(3, 2)});
  EXPECT_EQ(begin_all(), seen{3});
}

TEST_F(ForwardQueue, TakesNoMoreThanItsBound) {
  forward_queue small{{2, 2}};
  small.deliver(1, of_schedules({1, 2, 3}));
  EXPECT_EQ(small.waiting(), 2U);
  for (std::uint64_t n : {1U, 2U}) {
    small.begin();
    small.applied({event(n, n)});
  }
  EXPECT_EQ(small.ended()->sequence, 2U) << "the rest comes again";
  small.deliver(2, {event(3, 3)});
  small.begin();
  small.applied({event(3, 3)});
  EXPECT_EQ(small.ended()->sequence, 3U);
  small.deliver(3, of_schedules({1, 2, 3}));
  EXPECT_EQ(small.begin().front().sequence, 1U) << "forgotten: at least once, not exactly once";
}

struct ForwardQueueInBatches : ForwardQueue {
  ForwardQueueInBatches() { queue = forward_queue{{100, 400, 3}}; }
  seen begin_one() {
    seen out;
    for (const auto& e : queue.begin())
      out.push_back(e.sequence);
    return out;
  }
};

TEST_F(ForwardQueueInBatches, PostsEventsOfOneScheduleTogetherAndInOrder) {
  queue.deliver(1, of_schedules({1, 2, 1, 1, 1, 2}));
  EXPECT_EQ(begin_one(), (seen{1, 3, 4}));
  EXPECT_EQ(begin_one(), (seen{2, 6}));
  EXPECT_EQ(begin_one(), seen{}) << "5 waits for those before it";
  EXPECT_EQ(queue.under_way(), 2U);
  queue.deliver(2, of_schedules({1, 2, 1, 1, 1, 2}));
  EXPECT_EQ(begin_one(), seen{}) << "all of it is under way";
  queue.applied({event(1, 1), event(3, 1), event(4, 1)});
  expect_applied(queue.progress(), 2, 1);
  EXPECT_EQ(begin_one(), seen{5});
  queue.applied({event(2, 2), event(6, 2)});
  queue.applied({event(5, 1)});
  expect_applied(queue.ended(), 2, 6);
}

TEST_F(ForwardQueueInBatches, WhatDidNotArriveIsTheFirstAgainInItsOrder) {
  queue.deliver(1, of_schedules({1, 1, 1, 1}));
  EXPECT_EQ(begin_one(), (seen{1, 2, 3}));
  queue.not_applied({event(1, 1), event(2, 1), event(3, 1)});
  EXPECT_EQ(begin_one(), (seen{1, 2, 3}));
  queue.deliver(2, {event(2, 1), event(3, 1), event(4, 1)});
  queue.not_applied({event(1, 1), event(2, 1), event(3, 1)});
  EXPECT_EQ(begin_one(), (seen{2, 3, 4})) << "1 is not delivered any more";
}

TEST_F(ForwardQueueInBatches, WhatARefusedBatchHeldIsPostedAloneSoThatTheCulpritIsFound) {
  queue.deliver(1, of_schedules({1, 1, 1, 1, 1}));
  EXPECT_EQ(begin_one(), (seen{1, 2, 3}));
  queue.refused({event(1, 1), event(2, 1), event(3, 1)}, {lasting::for_good, "one of them"});
  EXPECT_FALSE(queue.ended()) << "nobody knows which";
  EXPECT_EQ(begin_one(), seen{1});
  queue.applied({event(1, 1)});
  EXPECT_EQ(begin_one(), seen{2});
  queue.refused({event(2, 1)}, {lasting::for_good, "this"});
  const auto no = queue.ended();
  ASSERT_TRUE(no && no->refused);
  EXPECT_EQ(no->sequence, 2U);
  EXPECT_EQ(no->refused->reason, "this");
  queue.deliver(2, {event(3, 1), event(4, 1), event(5, 1)});
  EXPECT_EQ(begin_one(), seen{3}) << "it was in that batch";
  queue.applied({event(3, 1)});
  EXPECT_EQ(begin_one(), (seen{4, 5})) << "these were not";
}

/// A relay and a platform that answers as a seed says, in any order.
class any_platform {
 public:
  any_platform(std::uint64_t seed, std::size_t post_events_max)
      : draw_{seed}, post_events_max_{post_events_max} {
    for (std::uint64_t n = 1; n <= 300; ++n)
      outbox_.push_back(event(n, 1 + draw_() % 8));
    for (int n = 0; n < 5; ++n)
      never_.insert(1 + draw_() % 300);
  }

  void run() {
    for (int n = 0; n < 100'000 && !is_at_its_end(); ++n)
      step();
    EXPECT_TRUE(is_at_its_end()) << "at " << position_;
    expect_each_in_its_order();
  }

 private:
  [[nodiscard]] bool is_at_its_end() const {
    return position_ == outbox_.size() && relay_.is_idle();
  }

  void step() {
    if (relay_.is_idle()) return give();
    const auto what = draw_() % 100;
    if (what < 2) deliver();  // silence: the same again
    if (what < 50 && under_way_.size() < 5)
      if (const auto post = queue_.begin(); !post.empty()) begin(post);
    if (what >= 50 && !under_way_.empty()) end();
    if (what % 10 == 0) told(queue_.progress());
    told(queue_.ended());
    if (awaits_delivery_ && draw_() % 3 == 0) deliver();
  }

  void give() {
    const auto until = std::min<std::size_t>(position_ + 40, outbox_.size());
    relay_.give({outbox_.begin() + static_cast<std::ptrdiff_t>(position_),
                 outbox_.begin() + static_cast<std::ptrdiff_t>(until)},
                {});
    position_ = until;
    if (!relay_.is_idle()) deliver();
  }
  void deliver() {
    awaits_delivery_ = false;
    queue_.deliver(++correlation_, relay_.waiting());
    told(queue_.ended());
  }

  void begin(const std::vector<payment_event>& post) {
    const auto schedule = post.front().schedule();
    const bool alone = std::ranges::none_of(
        under_way_, [&](const auto& other) { return other.front().schedule() == schedule; });
    EXPECT_TRUE(alone) << "two posts of one schedule";
    EXPECT_LE(post.size(), post_events_max_);
    for (const auto& e : post) {
      EXPECT_EQ(e.schedule(), schedule);
      EXPECT_EQ(std::ranges::count(taken_[schedule.value], e.sequence), 0) << "posted twice";
    }
    under_way_.push_back(post);
  }
  void end() {
    const auto which =
        under_way_.begin() + static_cast<std::ptrdiff_t>(draw_() % under_way_.size());
    const auto post = *which;
    under_way_.erase(which);
    const auto luck = draw_() % 10;
    if (luck == 0) return queue_.not_applied(post);
    if (luck == 1) return queue_.refused(post, {lasting::for_now, "for now"});
    if (std::ranges::any_of(post, [&](const auto& e) { return never_.contains(e.sequence); }))
      return queue_.refused(post, {lasting::for_good, "never"});
    for (const auto& e : post)
      taken_[e.schedule().value].push_back(e.sequence);
    queue_.applied(post);
  }

  void told(const std::optional<forward_queue::answer>& what) {
    if (!what || what->correlation != correlation_) return;
    if (what->refused) {
      for (const auto& e : relay_.waiting())
        if (e.sequence < what->sequence) expect_taken(e);
      relay_.consumer_refused(what->sequence, what->refused->reason,
                              what->refused->how == lasting::for_now, {});
    } else {
      for (const auto& e : relay_.waiting())
        if (e.sequence <= what->sequence) expect_taken(e);
      relay_.consumer_applied(what->sequence);
    }
    awaits_delivery_ = !relay_.is_idle();
  }
  void expect_taken(const payment_event& e) {
    EXPECT_EQ(std::ranges::count(taken_[e.schedule().value], e.sequence), 1) << e.sequence;
  }

  // What is parked and what stands behind it was not taken, everything else was.
  void expect_each_in_its_order() {
    std::map<std::uint64_t, seen> expected;
    std::map<std::uint64_t, std::uint64_t> parked;
    for (const auto& p : relay_.unstored().parked)
      parked.try_emplace(p.event.schedule().value, p.event.sequence);
    for (const auto& e : outbox_)
      if (const auto from = parked.find(e.schedule().value);
          from == parked.end() || e.sequence < from->second)
        expected[e.schedule().value].push_back(e.sequence);
    std::erase_if(taken_, [](const auto& each) { return each.second.empty(); });
    EXPECT_EQ(taken_, expected);
  }

  std::mt19937_64 draw_;
  std::size_t post_events_max_;
  std::vector<payment_event> outbox_;
  std::set<std::uint64_t> never_;
  std::size_t position_{0};
  relay_progress relay_{"data_platform", 0, {}, 1'000};
  forward_queue queue_{{100, 400, post_events_max_}};
  std::uint64_t correlation_{0};
  bool awaits_delivery_{false};
  std::vector<std::vector<payment_event>> under_way_;
  std::map<std::uint64_t, seen> taken_;
};

TEST(ForwardQueueWithAnyPlatform, LosesNothingAndKeepsEverySchedulesOrder) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    any_platform{seed, 1 + seed % 2 * 6}.run();  // half of them in batches of up to 7
    if (::testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace boxoffice
