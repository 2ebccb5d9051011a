// A consumer whose own store lost what the relay believes it to hold.
#include "tests/actors/outbox/relay_scene.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using lasting = event_refused::lasting;
using numbers = std::vector<std::uint64_t>;

struct LostBooks : testing::relay_scene {
  LostBooks() {
    seen.holds = 0;
    seen.can_be_filled = true;
    restart();
  }
  /// So many schedules with a payment each.
  void sell(std::uint32_t schedules) {
    for (std::uint32_t n = 1; n <= schedules; ++n) {
      payment_write w;
      w.row = payment{};
      w.row->id = {n};
      w.row->reservation = reservation_id{{n}, n};
      w.row->seats = 2;
      w.row->state = saga_state::completed;
      w.row->completed_at = time.now() - std::chrono::hours{48};
      store.commit(std::span{&w, 1});
    }
  }
  std::uint64_t fillings() {
    return time.metrics()
        .counter("boxoffice_outbox_fillings_total", "", {{"consumer", "boards"}})
        .value();
  }
};

TEST_F(LostBooks, AConsumerThatHoldsEverythingIsNotFilled) {
  append(5);
  wake();
  restart();
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 4, 5}));
  EXPECT_TRUE(seen.parts.empty());
}

TEST_F(LostBooks, AConsumerThatLostWhatItHeldIsFilledAndGoesOn) {
  sell(3);
  append(5);
  wake();
  seen.holds = 0;
  restart();
  ASSERT_EQ(seen.parts.size(), 1U);
  EXPECT_EQ(seen.parts[0].through, 5U);
  EXPECT_EQ(seen.parts[0].schedules.size(), 3U);
  append(1);
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(seen.believed, 5U);
  EXPECT_EQ(store.consumers["boards"], 6U);
  EXPECT_EQ(fillings(), 1U);
  EXPECT_EQ(
      time.metrics().counter("boxoffice_outbox_gaps_total", "", {{"consumer", "boards"}}).value(),
      0U);
}

TEST_F(LostBooks, WhatWasNotYetDeliveredIsCountedAndNotDelivered) {
  append(2);
  wake();
  caf::anon_send_exit(relay, caf::exit_reason::kill);
  time.run();
  append(3);
  seen.holds = 0;
  start();
  wake();
  EXPECT_EQ(seen.parts.at(0).through, 5U);
  EXPECT_EQ(seen.sequences, (numbers{1, 2}));
  EXPECT_EQ(store.consumers["boards"], 5U);
}

TEST_F(LostBooks, APrunedOutboxIsNotTakenForAnEmptyOne) {
  append(4);
  wake();
  seen.holds = 0;
  store.pruned = 4;
  store.events.clear();
  restart();
  EXPECT_EQ(seen.parts.size(), 1U);
}

TEST_F(LostBooks, AConsumerThatHeardOfEventsElsewhereIsFilledWhenItCannotBeToldOn) {
  append(6);
  wake();
  store.consumers["boards"] = 3;  // of the time before it heard of them from a broker
  seen.known_after = 4;
  restart();
  EXPECT_EQ(seen.parts.size(), 1U) << "it would not recognise the fourth";
  seen.parts.clear();
  seen.known_after = 2;
  store.consumers["boards"] = 3;
  store.pruned = 4;
  restart();
  EXPECT_EQ(seen.parts.size(), 1U) << "nobody knows whether it had what was pruned";
}

TEST_F(LostBooks, ManyRowsGoInPartsEachWhenTheOneBeforeIsDurable) {
  sell(limits::board_fill_rows_max + 1);
  append(1);
  wake();
  seen.holds = 0;
  seen.silent_parts = 1;
  restart();
  EXPECT_TRUE(seen.parts.empty());
  time.advance(seconds{2});
  ASSERT_EQ(seen.parts.size(), 2U);
  std::size_t schedules = 0;
  for (std::uint32_t n = 0; n < 2; ++n) {
    EXPECT_EQ(seen.parts[n].part, n);
    EXPECT_EQ(seen.parts[n].follows, n == 1 ? fill_board::more::no : fill_board::more::yes);
    EXPECT_EQ(seen.parts[n].filling, seen.parts[0].filling);
    schedules += seen.parts[n].schedules.size();
  }
  EXPECT_EQ(schedules, limits::board_fill_rows_max + 1);
}

TEST_F(LostBooks, ABoardThatStaysSilentIsFilledFromTheBeginning) {
  sell(1);
  append(1);
  wake();
  seen.holds = 0;
  seen.silent_parts = 1'000'000;
  restart();
  time.advance(limits::board_fill_patience + seconds{1});
  seen.silent_parts = 0;
  append(1);  // what happened meanwhile is counted
  time.advance(seconds{2});
  ASSERT_FALSE(seen.parts.empty());
  EXPECT_EQ(seen.parts.back().part, 0U);
  EXPECT_EQ(seen.holds, 2U);
}

TEST_F(LostBooks, AConsumerMaySayLateWhatItHolds) {
  append(3);
  wake();
  caf::anon_send_exit(consumer, caf::exit_reason::kill);
  time.run();
  restart();
  time.advance(seconds{5});
  EXPECT_EQ(seen.sequences.size(), 3U) << "nobody is there to ask";
}

TEST_F(LostBooks, WhatIsParkedIsNotTakenForLost) {
  seen.refuses = {{3, lasting::for_good}};
  append(5);
  wake();
  EXPECT_EQ(parked(), (numbers{3, 4, 5}));
  restart();
  append(1, 2);
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 6}));
  EXPECT_TRUE(seen.parts.empty());
}

TEST_F(LostBooks, WhatIsParkedStaysSoAndIsReplayedAfterwards) {
  seen.refuses = {{4, lasting::for_good}};
  append_mixed(8);
  wake();
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 5, 7}));
  seen.holds = 0;
  seen.refuses.clear();
  restart();
  EXPECT_EQ(seen.parts.size(), 1U);
  EXPECT_EQ(parked(), (numbers{4, 6, 8}));
  EXPECT_EQ(store.parked.begin()->second.reason, "not this one");
  append_mixed(2);
  wake();
  replay(2);
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 5, 7, 9, 4, 6, 8, 10}));
  EXPECT_EQ(parked(), numbers{});
}

TEST_F(LostBooks, ALossInTheMiddleIsMadeGood) {
  append(4);
  wake();
  seen.holds = 1;  // its store was replaced by an old copy, and it found out
  append(2);
  wake();
  time.advance(seconds{2});
  EXPECT_EQ(seen.sequences, (numbers{1, 2, 3, 4}));
  EXPECT_EQ(seen.parts.at(0).through, 6U);
  append(1);
  wake();
  EXPECT_EQ(seen.sequences.back(), 7U);
  EXPECT_EQ(store.consumers["boards"], 7U);
  EXPECT_EQ(store.broken, std::vector<std::string>{});
}

}  // namespace
}  // namespace boxoffice
