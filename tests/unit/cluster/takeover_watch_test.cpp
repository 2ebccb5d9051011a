#include "actors/cluster/takeover_watch.hpp"

#include <gtest/gtest.h>

namespace boxoffice::cluster {
namespace {

class TakeoverWatch : public ::testing::Test {
 protected:
  bool look(std::vector<owner_row> rows) {
    now += milliseconds{200};
    return watch.look(rows, now, now + milliseconds{5});
  }
  /// Looks until it may take over; how long that took.
  milliseconds wait(const std::vector<owner_row>& rows) {
    const auto began = now;
    while (!look(rows) && now - began < seconds{60}) {
    }
    return now - began;
  }
  static owner_row row(std::uint64_t batch, bool released = false) {
    return {"payment", {1000, batch}, 0, released};
  }

  time_point now{milliseconds{5'000'000}};
  takeover_watch watch{milliseconds{3000}, seconds{1}, {}};
};

TEST_F(TakeoverWatch, WaitsWhileTheRowMoves) {
  for (std::uint64_t batch = 1; batch < 300; ++batch)
    ASSERT_FALSE(look({row(batch)}));
}

TEST_F(TakeoverWatch, TakesOverWhatHasStoodStillForTheWholeWait) {
  ASSERT_FALSE(look({row(1)}));
  const auto waited = wait({row(2)});
  EXPECT_GE(waited, milliseconds{3000});
  EXPECT_LE(waited, milliseconds{3500});
}

TEST_F(TakeoverWatch, CountsFromTheAnswerOfTheFirstLook) {
  // A slow first look: what it answers may be as young as the answer.
  EXPECT_FALSE(watch.look({row(1)}, now, now + milliseconds{900}));
  EXPECT_FALSE(watch.look({row(1)}, now + milliseconds{1000}, now + milliseconds{1001}));
  EXPECT_FALSE(watch.look({row(1)}, now + milliseconds{2000}, now + milliseconds{2001}));
  EXPECT_FALSE(watch.look({row(1)}, now + milliseconds{3000}, now + milliseconds{3001}));
  EXPECT_FALSE(watch.look({row(1)}, now + milliseconds{3800}, now + milliseconds{3801}));
  EXPECT_TRUE(watch.look({row(1)}, now + milliseconds{3900}, now + milliseconds{3901}));
}

TEST_F(TakeoverWatch, BeginsAnewAfterAGap) {
  for (int i = 0; i < 14; ++i)
    ASSERT_FALSE(look({row(1)}));
  now += seconds{5};  // it slept
  EXPECT_FALSE(look({row(1)}));
  EXPECT_GE(wait({row(1)}), milliseconds{2700});
}

// The machine slept while a look was under way: its owner may have slept as well.
TEST_F(TakeoverWatch, BeginsAnewAfterALookThatTookTooLong) {
  for (int i = 0; i < 14; ++i)
    ASSERT_FALSE(look({row(1)}));
  EXPECT_FALSE(watch.look({row(1)}, now, now + seconds{5}));
  now += seconds{5};
  EXPECT_FALSE(look({row(1)}));
  EXPECT_GE(wait({row(1)}), milliseconds{2700});
}

TEST_F(TakeoverWatch, BeginsAnewAfterALookThatFailed) {
  for (int i = 0; i < 14; ++i)
    ASSERT_FALSE(look({row(1)}));
  watch.failed();
  EXPECT_FALSE(look({row(1)}));
  EXPECT_GE(wait({row(1)}), milliseconds{2700});
}

TEST_F(TakeoverWatch, TakesOverAtOnceWhatWasReleased) { EXPECT_TRUE(look({row(7, true)})); }

TEST_F(TakeoverWatch, TakesOverAtOnceWhatADeadProcessOfThisNodeOwned) {
  takeover_watch after_kill{milliseconds{3000}, seconds{1}, {row(3)}};
  EXPECT_TRUE(after_kill.look({row(9)}, now, now));  // it wrote more, and is dead
  // Somebody else has taken it over meanwhile.
  takeover_watch too_late{milliseconds{3000}, seconds{1}, {row(3)}};
  EXPECT_FALSE(too_late.look({{"payment", {2000, 1}, 0, false}}, now, now));
}

TEST_F(TakeoverWatch, NeedsAllRowsToBeFree) {
  const owner_row other{"point", {1000, 1}, 0, true};
  ASSERT_FALSE(look({row(1), other}));
  for (std::uint64_t batch = 2; batch < 40; ++batch)
    ASSERT_FALSE(look({row(batch), other}));
  EXPECT_GE(wait({row(40), other}), milliseconds{3000});
}

TEST_F(TakeoverWatch, SeesThatARowWasSetBack) {
  for (int i = 0; i < 14; ++i)
    ASSERT_FALSE(look({row(9)}));
  EXPECT_FALSE(look({row(4)}));  // the database is another one now
  EXPECT_GE(wait({row(4)}), milliseconds{2700});
}

TEST_F(TakeoverWatch, TakesAStoreThatNobodyEverOwned) {
  EXPECT_TRUE(look({{"payment", {0, 0}, 0, false}}));
}

// Its owner puts it back; and a store that restarts empty refuses a look or two before.
TEST_F(TakeoverWatch, WaitsForTheOwnerOfAStoreThatWasEmptied) {
  ASSERT_FALSE(look({row(1)}));
  EXPECT_FALSE(look({{"payment", {0, 0}, 0, false}}));
  watch.failed();
  EXPECT_FALSE(look({{"payment", {0, 0}, 0, false}}));
  EXPECT_FALSE(look({row(1)}));
  EXPECT_FALSE(look({{"payment", {0, 0}, 0, false}}));
  EXPECT_GE(wait({{"payment", {0, 0}, 0, false}}), milliseconds{2700});
}

}  // namespace
}  // namespace boxoffice::cluster
