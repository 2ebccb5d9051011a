#include "actors/outbox/baseline_parts.hpp"

#include <cstdint>
#include <set>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

sales_baseline sales_of(std::uint64_t schedules) {
  sales_baseline all;
  all.through = 7;
  for (std::uint64_t i = 1; i <= schedules; ++i) {
    all.schedules.push_back({.schedule = {i}, .seats = 1});
    all.minutes.push_back({.schedule = {i}, .minute = static_cast<std::int64_t>(i), .seats = 1});
  }
  return all;
}

/// What a board has at the end whose store refuses some schedules.
struct filled_board {
  std::set<std::uint64_t> totals, minutes;
  int parts{0};
};

filled_board fill(baseline_parts& from, const std::set<std::uint64_t>& bad) {
  using taken = baseline_parts::taken;
  filled_board out;
  for (;;) {
    const auto m = from.part();
    if (m.part == 0) out = {{}, {}, out.parts};
    ++out.parts;
    board_filled answer{0, m.filling, m.part};
    for (const auto& each : m.schedules)
      if (bad.contains(each.schedule.value)) answer.is = board_filled::end::refused;
    for (const auto& each : m.minutes)
      if (bad.contains(each.schedule.value)) answer.is = board_filled::end::refused;
    if (answer.is == board_filled::end::durable) {
      for (const auto& each : m.schedules)
        out.totals.insert(each.schedule.value);
      for (const auto& each : m.minutes)
        out.minutes.insert(each.schedule.value);
    }
    const auto end = from.board_took(answer);
    EXPECT_NE(end, taken::ignored);
    if (end == taken::all) return out;
  }
}

TEST(BaselineParts, GoOneAfterTheOther) {
  baseline_parts parts{1, sales_of(2500)};
  const auto board = fill(parts, {});
  EXPECT_EQ(board.totals.size(), 2500U);
  EXPECT_EQ(board.minutes.size(), 2500U);
  EXPECT_EQ(board.parts, 3);
  EXPECT_TRUE(parts.left_out().empty());
}

TEST(BaselineParts, ARowThatTheStoreRefusesLeavesOutItsScheduleAlone) {
  for (const std::set<std::uint64_t>& bad :
       {std::set<std::uint64_t>{1}, {2500}, {1250, 1251}, {1, 2, 3, 2499}}) {
    baseline_parts parts{1, sales_of(2500)};
    const auto board = fill(parts, bad);
    EXPECT_EQ(board.totals.size(), 2500U - bad.size());
    EXPECT_EQ(board.minutes.size(), 2500U - bad.size());
    for (const auto each : bad)
      EXPECT_FALSE(board.totals.contains(each) || board.minutes.contains(each)) << each;
    EXPECT_EQ(parts.left_out().size(), bad.size());
  }
}

TEST(BaselineParts, AnAnswerToAnotherPartIsNone) {
  using taken = baseline_parts::taken;
  baseline_parts parts{1, sales_of(2500)};
  EXPECT_EQ(parts.board_took({0, 2, 0}), taken::ignored);
  EXPECT_EQ(parts.board_took({0, 1, 1}), taken::ignored);
  EXPECT_EQ(parts.board_took({0, 1, 0, board_filled::end::refused}), taken::begins_anew);
  EXPECT_EQ(parts.board_took({0, 1, 0}), taken::ignored) << "of the filling that is void";
}

TEST(BaselineParts, ABoardThatTakesNotEvenAnEmptyPartIsAskedAgain) {
  baseline_parts parts{1, {}};
  EXPECT_EQ(parts.board_took({0, 1, 0, board_filled::end::refused}),
            baseline_parts::taken::ignored);
  EXPECT_EQ(parts.part().filling, 1U);
}

}  // namespace
}  // namespace boxoffice
