#include "actors/concert/catalogue.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

seat_map two_sections() { return seat_map{{{"A", 5, 10, {900}}, {"B2", 2, 3, {100}}}}; }

TEST(SeatMap, CountsThroughTheRowsOfASection) {
  const auto map = two_sections();
  EXPECT_EQ(map.seat_count(), 56U);
  EXPECT_EQ(map.name_of(0), "A-1");
  EXPECT_EQ(map.name_of(49), "A-50");
  EXPECT_EQ(map.name_of(50), "B2-1");
  EXPECT_EQ(map.price_of(49).value, 900);
  EXPECT_EQ(map.price_of(50).value, 100);
  const auto place = map.place_of(53);
  EXPECT_EQ(place.section, 1U);
  EXPECT_EQ(place.row, 2U);
  EXPECT_EQ(place.number, 1U);
}

TEST(SeatMap, FindsEverySeatByItsName) {
  const auto map = two_sections();
  for (seat_index seat = 0; seat < map.seat_count(); ++seat)
    EXPECT_EQ(map.find(map.name_of(seat)), seat);
}

TEST(SeatMap, OtherNamesAreNoSeats) {
  const auto map = two_sections();
  for (const auto* name : {"", "A", "A-", "-1", "A-0", "A-51", "A-01", "A-+1", "A- 1", "A-1 ",
                           "B-1", "a-1", "A-1-1", "A-99999999999", "A-4294967297"})
    EXPECT_FALSE(map.find(name)) << name;
}

}  // namespace
}  // namespace boxoffice
