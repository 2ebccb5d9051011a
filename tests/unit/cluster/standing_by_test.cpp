#include "actors/cluster/standing_by.hpp"

#include <gtest/gtest.h>

namespace boxoffice::cluster {
namespace {

class StandingBy : public ::testing::Test {
 protected:
  using step = standing_by::step;

  step look(const std::vector<owner_row>& rows) {
    now += milliseconds{200};
    return rules.looked(rows, now, now + milliseconds{5});
  }
  step look(std::uint64_t batch, bool released = false) {
    return look({owner_row{"payment", {1000, batch}, 0, released}});
  }

  time_point now{milliseconds{5'000'000}};
  standing_by rules{{milliseconds{1000}, seconds{1}, {}}};
};

TEST_F(StandingBy, WaitsWhileTheOwnerLives) {
  for (std::uint64_t batch = 1; batch < 50; ++batch)
    ASSERT_EQ(look(batch), step::wait);
}

TEST_F(StandingBy, ClaimsWhatIsFreeAndLooksOnceMore) {
  ASSERT_EQ(look(1, true), step::claim);
  EXPECT_TRUE(rules.claimed(true));
  EXPECT_EQ(look(1, true), step::take);
}

TEST_F(StandingBy, WaitsWhileAnotherNodeHasTheClaim) {
  ASSERT_EQ(look(1, true), step::claim);
  EXPECT_FALSE(rules.claimed(false));
  EXPECT_EQ(look(1, true), step::claim);
  EXPECT_FALSE(rules.claimed(false));
  EXPECT_EQ(look(2), step::wait);
}

// Another node was faster, or the owner has woken up.
TEST_F(StandingBy, GivesTheClaimBackWhenTheRowHasMoved) {
  ASSERT_EQ(look(1, true), step::claim);
  ASSERT_TRUE(rules.claimed(true));
  EXPECT_EQ(look(2), step::give_back);
  EXPECT_EQ(look(2), step::wait);
}

TEST_F(StandingBy, KnowsNothingAfterALookThatFailed) {
  ASSERT_EQ(look(1, true), step::claim);
  ASSERT_TRUE(rules.claimed(true));
  rules.failed();
  EXPECT_EQ(look(1, true), step::claim) << "the claim went with the connection";
  for (int i = 0; i < 4; ++i)
    ASSERT_EQ(look(7), step::wait);
}

TEST_F(StandingBy, TakesOverAtOnceWhereNothingCanBeClaimed) {
  EXPECT_EQ(look(std::vector<owner_row>{}), step::take);
}

}  // namespace
}  // namespace boxoffice::cluster
