#include "actors/commit/store_board.hpp"

#include "config/cluster_limits.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

class set_clock final : public clock {
 public:
  [[nodiscard]] time_point now() const override { return at; }
  [[nodiscard]] time_point calendar() const override { return at; }
  time_point at{milliseconds{5'000'000}};
};

class StoreBoard : public testing::Test {
 protected:
  void pass(milliseconds time) { time_.at += time; }
  /// A transaction that takes `time`.
  void ends(const commit_result& how, milliseconds time) {
    const auto began = board_.now();
    pass(time);
    board_.noted(store_, how, began);
  }

  metrics measured_;
  set_clock time_;
  store_board board_{measured_, time_, milliseconds{1500}};
  const std::size_t store_ = board_.add("point", {});
};

TEST_F(StoreBoard, KnowsNothingBeforeTheFirstTransactionThatCommitted) {
  EXPECT_FALSE(board_.may_answer());
  ends(commit_outcome::committed, milliseconds{10});
  EXPECT_TRUE(board_.may_answer());
}

TEST_F(StoreBoard, CountsFromTheBeginOfTheTransaction) {
  ends(commit_outcome::committed, milliseconds{1400});
  EXPECT_TRUE(board_.may_answer());
  pass(milliseconds{99});
  EXPECT_TRUE(board_.may_answer());
  pass(milliseconds{1});
  EXPECT_FALSE(board_.may_answer());
}

// It leaves the row of the owner as it was: to who stands by, this process stands still.
TEST_F(StoreBoard, LearnsNothingFromATransactionThatTheStoreRefused) {
  ends(commit_outcome::committed, milliseconds{0});
  pass(milliseconds{1000});
  ends({commit_outcome::refused, "a rule"}, milliseconds{0});
  pass(milliseconds{500});
  EXPECT_FALSE(board_.may_answer());
}

TEST_F(StoreBoard, CountsWhatTheFenceRefuses) {
  const auto& counted = measured_.counter("boxoffice_store_fenced_total", {}, {{"store", "point"}});
  ends({commit_outcome::failed, "away", store_trouble::takes_no_writes}, milliseconds{0});
  EXPECT_EQ(counted.value(), 0U);
  ends({commit_outcome::failed, "replaced", store_trouble::replaced}, milliseconds{0});
  EXPECT_EQ(counted.value(), 1U);
}

TEST_F(StoreBoard, NeedsAllStores) {
  board_.add("payment", {});
  ends(commit_outcome::committed, milliseconds{0});
  EXPECT_FALSE(board_.may_answer());
}

TEST_F(StoreBoard, EndsAProcessWhoseWritesDoNotGetThrough) {
  ends(commit_outcome::committed, milliseconds{0});
  pass(milliseconds{1500});
  board_.end_when_mute();
  pass(limits::owner_mute_max - milliseconds{1});
  board_.end_when_mute();
  EXPECT_TRUE(board_.serves());
  pass(milliseconds{1});
  board_.end_when_mute();
  EXPECT_FALSE(board_.serves());
  EXPECT_EQ(board_.ended().trouble, store_trouble::out_of_reach);
}

// SIGSTOP, or a machine that was suspended: the first look after it says nothing.
TEST_F(StoreBoard, WritesOnceMoreAfterAProcessStoodStill) {
  ends(commit_outcome::committed, milliseconds{0});
  board_.end_when_mute();
  pass(10 * limits::owner_mute_max);
  board_.end_when_mute();
  ends(commit_outcome::committed, milliseconds{0});
  pass(milliseconds{1});
  board_.end_when_mute();
  EXPECT_TRUE(board_.serves());
  pass(limits::owner_mute_max);
  board_.end_when_mute();
  EXPECT_TRUE(board_.serves()) << "a time of its own begins";
}

TEST_F(StoreBoard, EndsAProcessThatNobodyReaches) {
  ends(commit_outcome::committed, milliseconds{0});
  board_.end_unasked();
  EXPECT_FALSE(board_.may_answer());
  EXPECT_EQ(board_.ended().trouble, store_trouble::unasked);
}

TEST_F(StoreBoard, AnswersAlwaysWhereNobodyStandsBy) {
  store_board alone{measured_, time_, milliseconds{0}};
  alone.add("concert", {});
  pass(2 * limits::owner_mute_max);
  alone.end_when_mute();
  EXPECT_TRUE(alone.may_answer());
}

}  // namespace
}  // namespace boxoffice
