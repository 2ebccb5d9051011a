#include "actors/commit/committer.hpp"

#include "tests/actors/virtual_time.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

// A store that keeps what was committed, and fails when told to.
struct recording_store {
  std::vector<std::vector<int>> batches;
  commit_outcome next{commit_outcome::committed};

  commit_outcome commit(std::span<const int> batch) {
    if (next == commit_outcome::committed) batches.emplace_back(batch.begin(), batch.end());
    return std::exchange(next, commit_outcome::committed);
  }
};

class Committer : public ::testing::Test {
 protected:
  using subject = committer<int>;
  std::uint32_t writer(std::vector<commit_report>& into) {
    return committer_.enroll([&into](const commit_report& r) { into.push_back(r); });
  }
  void run() {
    while (runner_.run_one()) {
    }
  }
  recording_store store_;
  meters meters_;
  testing::queued_runner runner_;
  subject committer_{"test",
                     {4, 3},
                     runner_,
                     [this](std::span<const int> b) { return store_.commit(b); },
                     meters_};
  std::vector<commit_report> first_, second_;
};

TEST_F(Committer, TakesAllThatQueuedUpToItsLimitInOrder) {
  const auto w = writer(first_);
  for (int i = 1; i <= 4; ++i)
    EXPECT_EQ(committer_.submit(w, 0, static_cast<std::uint64_t>(i), i),
              subject::submitted::accepted);
  EXPECT_EQ(committer_.submit(w, 0, 5, 5), subject::submitted::full);
  run();
  EXPECT_EQ(store_.batches, (std::vector<std::vector<int>>{{1, 2, 3}, {4}}));
  ASSERT_EQ(first_.size(), 2U);
  EXPECT_EQ(first_[0].first_ticket, 1U);
  EXPECT_EQ(first_[0].last_ticket, 3U);
  EXPECT_EQ(first_[1].last_ticket, 4U);
}

TEST_F(Committer, ReportsToEachWriterItsOwnTickets) {
  const auto a = writer(first_);
  const auto b = writer(second_);
  ASSERT_EQ(committer_.submit(a, 0, 1, 10), subject::submitted::accepted);
  ASSERT_EQ(committer_.submit(b, 7, 1, 20), subject::submitted::accepted);
  ASSERT_EQ(committer_.submit(a, 0, 2, 11), subject::submitted::accepted);
  run();
  ASSERT_EQ(first_.size(), 1U);
  ASSERT_EQ(second_.size(), 1U);
  EXPECT_EQ(first_[0].last_ticket, 2U);
  EXPECT_EQ(second_[0].generation, 7U);
}

TEST_F(Committer, FailureTakesDownWhatWasDecidedOnTopOfIt) {
  const auto a = writer(first_);
  const auto b = writer(second_);
  store_.next = commit_outcome::failed;
  for (int i = 1; i <= 3; ++i)
    ASSERT_EQ(committer_.submit(a, 0, static_cast<std::uint64_t>(i), i),
              subject::submitted::accepted);
  ASSERT_EQ(committer_.submit(b, 0, 1, 100), subject::submitted::accepted);
  runner_.run_one();
  // Still of the failed generation: never applied, reported failed. The other writer goes on.
  ASSERT_EQ(committer_.submit(a, 0, 4, 4), subject::submitted::accepted);
  run();
  EXPECT_EQ(store_.batches, (std::vector<std::vector<int>>{{100}}));
  ASSERT_EQ(first_.size(), 2U);
  EXPECT_EQ(first_[0].outcome, commit_outcome::failed);
  EXPECT_EQ(first_[1].outcome, commit_outcome::failed);
  EXPECT_EQ(first_[1].first_ticket, 4U);
  EXPECT_EQ(second_[0].outcome, commit_outcome::committed);
  // The next generation starts anew.
  ASSERT_EQ(committer_.submit(a, 1, 5, 5), subject::submitted::accepted);
  run();
  EXPECT_EQ(store_.batches.back(), (std::vector<int>{5}));
  EXPECT_EQ(first_.back().outcome, commit_outcome::committed);
}

TEST_F(Committer, DoubtIsReportedAsSuchAndVoidsTheRest) {
  const auto a = writer(first_);
  store_.next = commit_outcome::in_doubt;
  ASSERT_EQ(committer_.submit(a, 0, 1, 1), subject::submitted::accepted);
  run();
  ASSERT_EQ(committer_.submit(a, 0, 2, 2), subject::submitted::accepted);
  run();
  ASSERT_EQ(first_.size(), 2U);
  EXPECT_EQ(first_[0].outcome, commit_outcome::in_doubt);
  EXPECT_EQ(first_[1].outcome, commit_outcome::failed);
}

}  // namespace
}  // namespace boxoffice
