#include "actors/bus/arrivals.hpp"

#include <charconv>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using tags = std::vector<std::uint64_t>;

// `<schedule>/<sequence>`, or no event at all.
std::variant<payment_event, event_fault> decode(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) return event_fault{"nonsense"};
  payment_event e;
  std::from_chars(text.data(), text.data() + slash, e.reservation.schedule.value);
  std::from_chars(text.data() + slash + 1, text.data() + text.size(), e.sequence);
  e.id = {e.sequence};
  return e;
}

struct Arrivals : testing::Test {
  arrivals all;
  std::uint64_t tag{0};

  void arrive(std::initializer_list<const char*> bodies) {
    std::vector<event_source::arrival> more;
    for (const auto* body : bodies)
      more.push_back({++tag, body});
    all.add(std::move(more), decode);
  }
  tags give(std::size_t max = 100) {
    tags out;
    for (const auto& e : all.give(max))
      out.push_back(e.sequence);
    return out;
  }
};

TEST_F(Arrivals, AreGivenInOrderAndAcknowledgedAsFarAsTheyAreApplied) {
  arrive({"1/1", "2/2", "1/3"});
  EXPECT_EQ(give(), (tags{1, 2, 3}));
  EXPECT_EQ(all.take_done(), std::nullopt);
  EXPECT_TRUE(all.applied(2));
  EXPECT_EQ(all.take_done(), 2U);
  EXPECT_EQ(give(), tags{3}) << "the rest is given again";
  EXPECT_FALSE(all.applied(2)) << "no news";
  EXPECT_TRUE(all.applied(3));
  EXPECT_EQ(all.take_done(), 3U);
  EXPECT_EQ(all.waiting(), 0U);
}

TEST_F(Arrivals, ABatchIsWithTheConsumerAtATime) {
  arrive({"1/1", "1/2"});
  EXPECT_EQ(give(1), tags{1});
  arrive({"1/3"});
  EXPECT_EQ(give(), tags{1});
  all.applied(1);
  EXPECT_EQ(give(), (tags{2, 3}));
}

// Sequences of several partitions go up and down: how far a batch is, is the place of an event.
TEST_F(Arrivals, SequencesNeedNotAscend) {
  arrive({"1/9", "2/4", "1/10"});
  give();
  EXPECT_TRUE(all.applied(4));
  EXPECT_EQ(all.take_done(), 2U);
  EXPECT_EQ(give(), tags{10});
}

TEST_F(Arrivals, ARepetitionIsGivenInABatchOfItsOwn) {
  arrive({"1/2", "1/1", "1/2"});
  EXPECT_EQ(give(), (tags{2, 1}));
  all.applied(1);
  EXPECT_EQ(give(), tags{2});
  all.applied(2);
  EXPECT_EQ(all.take_done(), 3U);
}

TEST_F(Arrivals, WhatIsNoEventIsSetAsideAndHoldsUpNobody) {
  arrive({"1/1", "?", "1/2"});
  EXPECT_EQ(give(), (tags{1, 2}));
  all.applied(2);
  EXPECT_EQ(all.take_done(), 1U);
  const auto parked = all.next_to_park();
  ASSERT_TRUE(parked);
  EXPECT_EQ(parked->tag, 2U);
  EXPECT_EQ(parked->body, "?");
  EXPECT_EQ(parked->reason, "no event of ours: nonsense");
  EXPECT_FALSE(all.next_to_park());
  all.not_parked(2);
  EXPECT_TRUE(all.next_to_park());
  all.parked(2);
  EXPECT_EQ(all.take_done(), 3U);
}

TEST_F(Arrivals, ARefusedEventTakesTheLaterOnesOfItsScheduleAlong) {
  arrive({"1/1", "2/2", "1/3", "2/4", "3/5"});
  give();
  EXPECT_TRUE(all.refused(2, "unknown schedule"));
  EXPECT_EQ(give(), (tags{3, 5}));
  all.applied(5);
  tags parked;
  while (auto next = all.next_to_park()) {
    parked.push_back(next->tag);
    all.parked(next->tag);
  }
  EXPECT_EQ(parked, (tags{2, 4}));
  EXPECT_EQ(all.take_done(), 5U);
  arrive({"2/6", "1/7"});
  EXPECT_EQ(give(), tags{7});
  EXPECT_EQ(all.next_to_park()->body, "2/6");
}

TEST_F(Arrivals, WhatWasNotGivenCannotBeRefusedOrApplied) {
  arrive({"1/1", "1/2"});
  give(1);
  EXPECT_FALSE(all.refused(2, "never"));
  EXPECT_FALSE(all.applied(2));
  EXPECT_TRUE(all.applied(1));
}

// Whatever the consumer and the broker answer, in whatever order: everything is applied or set
// parked exactly once before it is acknowledged, in order within a schedule.
TEST_F(Arrivals, LoseNothingHoweverTheyAreAnswered) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 dice{seed};
    arrivals some;
    std::uint64_t next = 0, acknowledged = 0;
    std::set<std::uint64_t> applied, parked, pending;
    std::vector<std::uint64_t> given;
    const auto check_done = [&] {
      if (const auto through = some.take_done()) {
        for (; acknowledged < *through; ++acknowledged)
          ASSERT_TRUE(applied.contains(acknowledged + 1) != parked.contains(acknowledged + 1))
              << "seed " << seed << " event " << acknowledged + 1;
      }
    };
    for (int step = 0; step < 400; ++step) {
      switch (dice() % 6) {
        case 0:
          if (next < 200) {
            ++next;
            some.add({{next, std::to_string(dice() % 4 + 1) + "/" + std::to_string(next)}}, decode);
          }
          break;
        case 1:
          given.clear();
          for (const auto& e : some.give(dice() % 5 + 1))
            given.push_back(e.sequence);
          break;
        case 2:
          if (!given.empty()) {
            const auto count = dice() % given.size() + 1;
            if (some.applied(given[count - 1]))
              applied.insert(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(count));
            given.erase(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(count));
          }
          break;
        case 3:
          if (!given.empty() && dice() % 8 == 0) {
            const auto at = dice() % given.size();
            if (some.refused(given[at], "no"))
              applied.insert(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(at));
            given.clear();
          }
          break;
        case 4:
          if (const auto one = some.next_to_park()) pending.insert(one->tag);
          break;
        default:
          if (!pending.empty()) {
            const auto one = *pending.begin();
            pending.erase(pending.begin());
            if (dice() % 3 == 0) {
              some.not_parked(one);
            } else {
              some.parked(one);
              parked.insert(one);
            }
          }
      }
      check_done();
    }
  }
}

}  // namespace
}  // namespace boxoffice
