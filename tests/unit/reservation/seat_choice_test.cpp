#include "actors/reservation/seat_choice.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

struct choice_case {
  const char* why;
  std::vector<std::string> rows;  ///< 'o' open, '.' not; one section of equally long rows
  std::uint32_t count;
  std::vector<seat_index> best;
};

seat_choice choice_of(const std::vector<std::string>& rows) {
  const auto length = static_cast<std::uint32_t>(rows.front().size());
  seat_choice choice{seat_map{{{"A", static_cast<std::uint32_t>(rows.size()), length, points{1}}}}};
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t i = 0; i < rows[r].size(); ++i)
      if (rows[r][i] == '.') choice.close(static_cast<seat_index>(r * length + i));
  return choice;
}

TEST(SeatChoice, BestAvailableTable) {
  const std::vector<choice_case> table{
      {"the front row's start", {"oooooo", "oooooo"}, 2, {0, 1}},
      {"adjacent in the back beats apart in front", {"o.o.o.", "oo...."}, 2, {6, 7}},
      {"an exact fit strands nobody", {"ooo.oo"}, 2, {4, 5}},
      {"a clean block behind beats stranding one in front", {"ooo...", "oooo.."}, 2, {6, 7}},
      {"stranding one in front, when every row would", {"ooo...", "ooo..."}, 2, {0, 1}},
      {"stranding beats apart", {"o.o.o.", ".ooo.."}, 2, {7, 8}},
      {"a single that is alone anyway", {"oo.o.."}, 1, {3}},
      {"a whole row", {".ooooo", "oooooo"}, 6, {6, 7, 8, 9, 10, 11}},
      {"apart: one row before two", {"o.....", "o.o..."}, 2, {6, 8}},
      {"apart: fewer pieces first", {"o.o.o.oo"}, 3, {4, 6, 7}},
      {"apart: the front, when all is equal", {"o.o.o."}, 2, {0, 2}},
      {"over two rows", {"...oo", "o...."}, 3, {3, 4, 5}},
      {"all that is left", {"o....", "....o"}, 2, {0, 9}},
      {"too few left", {"o.o..."}, 3, {}},
      {"none", {"......"}, 1, {}},
  };
  for (const auto& c : table)
    EXPECT_EQ(choice_of(c.rows).best(c.count, std::nullopt), c.best) << c.why;
}

TEST(SeatChoice, StaysInTheSectionAndItsRowsDoNotTouchTheNext) {
  seat_choice choice{seat_map{{{"A", 1, 3, points{1}}, {"B", 2, 2, points{1}}}}};
  EXPECT_EQ(choice.best(2, 1), (std::vector<seat_index>{3, 4}));
  EXPECT_EQ(choice.best(3, 1), (std::vector<seat_index>{3, 4, 5})) << "no row of B has three";
  EXPECT_EQ(choice.best(5, 1), std::vector<seat_index>{});
  EXPECT_EQ(choice.best(5, std::nullopt), (std::vector<seat_index>{0, 1, 2, 3, 4}));
}

TEST(SeatChoice, OpeningGivesASeatBack) {
  auto choice = choice_of({"..."});
  EXPECT_TRUE(choice.best(1, std::nullopt).empty());
  choice.open(1);
  choice.open(1);
  EXPECT_EQ(choice.best(1, std::nullopt), std::vector<seat_index>{1});
  choice.close(1);
  EXPECT_TRUE(choice.best(1, std::nullopt).empty());
}

TEST(SeatChoice, SellsAHundredThousandSeatsInPairsWithoutAGap) {
  seat_choice choice{seat_map{{{"A", 1000, 100, points{1}}}}};
  const auto begin = std::chrono::steady_clock::now();
  for (seat_index next = 0; next < 100'000; next += 2) {
    const auto seats = choice.best(2, std::nullopt);
    ASSERT_EQ(seats, (std::vector<seat_index>{next, next + 1}));
    for (const auto s : seats)
      choice.close(s);
  }
  EXPECT_TRUE(choice.best(2, std::nullopt).empty());
  // 50,000 choices that looked at every seat would take minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{20});
}

}  // namespace
}  // namespace boxoffice
