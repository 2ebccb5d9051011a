#include "actors/core/epoch_numbers.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr std::uint64_t epoch = 1'780'272'000'000;

TEST(EpochNumbers, BeginWithTheEpochAndGrow) {
  epoch_numbers numbers{epoch, epoch_numbers::narrow};
  EXPECT_EQ(numbers.next(), (epoch << 10U) + 1);
  EXPECT_EQ(numbers.next(), (epoch << 10U) + 2);
}

TEST(EpochNumbers, ALaterEpochIsAboveWhatAnEarlierOneGave) {
  epoch_numbers first{epoch, epoch_numbers::wide};
  std::uint64_t last = 0;
  for (int i = 0; i < 100'000; ++i)
    last = first.next();
  epoch_numbers second{epoch + 1, epoch_numbers::wide};
  EXPECT_GT(second.next(), last);
}

TEST(EpochNumbers, WideOnesAreAboveAllIdsOfBeforeAndNarrowOnesExactInJson) {
  EXPECT_GT(epoch_numbers(epoch, epoch_numbers::wide).next(), std::uint64_t{1} << 60U);
  constexpr std::uint64_t year_2248 = 8'772'000'000'000;
  EXPECT_LT(epoch_numbers(year_2248, epoch_numbers::narrow).next(), std::uint64_t{1} << 53U);
}

}  // namespace
}  // namespace boxoffice
