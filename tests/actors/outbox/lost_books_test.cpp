// A consumer whose own store lost what the relay believes it to hold.
#include "tests/actors/outbox/relay_scene.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using lasting = event_refused::lasting;
using numbers = std::vector<std::uint64_t>;

struct LostBooks : testing::relay_scene {};

TEST_F(LostBooks, AConsumerThatLostWhatItHeldIsGivenItAllAgain) {
  seen.holds = 0;
  append(5);
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 4, 5}));
  restart();
  EXPECT_EQ(seen.sequences.size(), 5U) << "it holds everything";
  seen.holds = 0;
  restart();
  append(1);
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(store.consumers["boards"], 6U);
  // Of an old copy, what it may not recognise any more is not repeated.
  seen.holds = 4;
  seen.known_after = 3;
  seen.sequences.clear();
  restart();
  EXPECT_EQ(seen.sequences, (numbers{4, 5, 6}));
  EXPECT_EQ(seen.believed, 4U);
}

TEST_F(LostBooks, AConsumerMaySayLateWhatItHolds) {
  seen.holds = 0;
  append(3);
  wake();
  caf::anon_send_exit(consumer, caf::exit_reason::kill);
  time.run();
  seen.holds = 0;
  restart();
  time.advance(seconds{5});
  EXPECT_EQ(seen.sequences.size(), 3U) << "nobody is there to ask";
}

TEST_F(LostBooks, WhatIsParkedIsNotTakenForLost) {
  seen.holds = 0;
  seen.refuses = {{3, lasting::for_good}};
  append(5);
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 2}));
  EXPECT_EQ(parked(), (numbers{3, 4, 5}));
  restart();
  append(1, 2);
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 6}));
}

TEST_F(LostBooks, WhatIsParkedStaysSoWhenTheRestIsGivenAgain) {
  seen.holds = 0;
  seen.refuses = {{4, lasting::for_good}};
  append_mixed(8);
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 5, 7}));
  seen.holds = 0;
  seen.silent = 1;
  seen.refuses.clear();
  restart();
  replay(2);  // waits: the consumer would seem to hold more than it does
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 5, 7}));
  EXPECT_EQ(parked(), (numbers{4, 6, 8}));
  EXPECT_EQ(store.parked.begin()->second.reason, "not this one");
  time.advance(seconds{5});
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 5, 7, 1, 2, 3, 5, 7, 4, 6, 8}));
  EXPECT_EQ(parked(), numbers{});
}

TEST_F(LostBooks, WhatIsRefusedWhenGivenAgainIsParkedWithAllThatFollows) {
  seen.holds = 0;
  seen.refuses = {{6, lasting::for_good}};
  append_mixed(8);
  wake();
  EXPECT_EQ(parked(), (numbers{6, 8}));
  seen.holds = 0;
  seen.refuses = {{2, lasting::for_good}};
  seen.sequences.clear();
  restart();
  time.advance(seconds{2});
  EXPECT_EQ(seen.sequences, (numbers{1, 3, 5, 7}));
  EXPECT_EQ(parked(), (numbers{2, 4, 6, 8}));
  seen.refuses.clear();
  replay(2);
  EXPECT_EQ(seen.sequences, (numbers{1, 3, 5, 7, 2, 4, 6, 8}));
  EXPECT_EQ(parked(), numbers{});
}

TEST_F(LostBooks, ALossInTheMiddleIsMadeGood) {
  seen.holds = 0;
  append(4);
  wake();
  seen.holds = 1;  // its store was replaced by an old copy, and it found out
  append(2);
  wake();
  time.advance(seconds{2});
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 4, 1, 2, 3, 4, 5, 6}));
  append(1);
  wake();
  EXPECT_EQ(seen.sequences.back(), 7U);
  EXPECT_EQ(store.consumers["boards"], 7U);
  EXPECT_EQ(store.broken, std::vector<std::string>{});
}

}  // namespace
}  // namespace boxoffice
