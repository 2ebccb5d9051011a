#include "actors/commit/committer.hpp"

#include "tests/actors/virtual_time.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

// A store that keeps what was committed, fails when told to, and refuses some numbers.
struct recording_store {
  std::vector<std::vector<int>> batches;
  commit_outcome next{commit_outcome::committed};
  std::set<int> refused;
  int tries{0};

  commit_result commit(std::span<const int> batch) {
    ++tries;
    const auto how = std::exchange(next, commit_outcome::committed);
    if (how != commit_outcome::committed) return how;
    for (const auto n : batch)
      if (refused.contains(n)) return {commit_outcome::refused, "no " + std::to_string(n)};
    batches.emplace_back(batch.begin(), batch.end());
    return how;
  }
  [[nodiscard]] std::vector<int> all() const {
    std::vector<int> flat;
    for (const auto& b : batches)
      flat.insert(flat.end(), b.begin(), b.end());
    return flat;
  }
};

class Committer : public ::testing::Test {
 protected:
  using subject = committer<int>;
  using submitted = subject::submitted;
  std::uint32_t writer(std::vector<commit_report>& into) {
    return subject_.enroll([&into](const commit_report& r) { into.push_back(r); });
  }
  submitted submit(std::uint32_t writer, std::uint32_t generation, std::uint64_t sequence,
                   int write, std::uint64_t entity = 1) {
    return subject_.submit({writer, generation, sequence, entity}, write);
  }
  void run() {
    while (runner_.run_one()) {
    }
  }
  recording_store store_;
  metrics metrics_;
  testing::queued_runner runner_;
  subject subject_{"test",
                   {16, 8},
                   runner_,
                   [this](std::span<const int> b) { return store_.commit(b); },
                   metrics_};
  std::vector<commit_report> first_, second_;
};

// What became of each write, in order.
std::vector<commit_outcome> outcomes(const std::vector<commit_report>& reports) {
  std::vector<commit_outcome> all;
  for (const auto& r : reports)
    all.insert(all.end(), r.last - r.first + 1, r.outcome);
  return all;
}

constexpr auto committed = commit_outcome::committed;
constexpr auto refused = commit_outcome::refused;
constexpr auto revoked = commit_outcome::revoked;

TEST_F(Committer, TakesAllThatQueuedUpToItsLimitInOrder) {
  const auto w = writer(first_);
  for (int i = 1; i <= 16; ++i)
    EXPECT_EQ(submit(w, 0, static_cast<std::uint64_t>(i), i), submitted::accepted);
  EXPECT_EQ(submit(w, 0, 17, 17), submitted::full);
  run();
  EXPECT_EQ(store_.batches, (std::vector<std::vector<int>>{{1, 2, 3, 4, 5, 6, 7, 8},
                                                           {9, 10, 11, 12, 13, 14, 15, 16}}));
  ASSERT_EQ(first_.size(), 2U);
  EXPECT_EQ(first_[0].first, 1U);
  EXPECT_EQ(first_[0].last, 8U);
  EXPECT_EQ(first_[1].last, 16U);
}

TEST_F(Committer, ReportsToEachWriterItsOwnWrites) {
  const auto a = writer(first_);
  const auto b = writer(second_);
  ASSERT_EQ(submit(a, 0, 1, 10), submitted::accepted);
  ASSERT_EQ(submit(b, 7, 1, 20), submitted::accepted);
  ASSERT_EQ(submit(a, 0, 2, 11), submitted::accepted);
  run();
  ASSERT_EQ(first_.size(), 1U);
  ASSERT_EQ(second_.size(), 1U);
  EXPECT_EQ(first_[0].last, 2U);
  EXPECT_EQ(second_[0].generation, 7U);
}

TEST_F(Committer, FailureTakesDownWhatWasDecidedOnTopOfIt) {
  const auto a = writer(first_);
  const auto b = writer(second_);
  store_.next = commit_outcome::failed;
  for (int i = 1; i <= 3; ++i)
    ASSERT_EQ(submit(a, 0, static_cast<std::uint64_t>(i), i), submitted::accepted);
  runner_.run_one();
  ASSERT_EQ(submit(b, 0, 1, 100), submitted::accepted);
  // Still of the failed generation: never applied, reported failed. The other writer goes on.
  ASSERT_EQ(submit(a, 0, 4, 4), submitted::accepted);
  run();
  EXPECT_EQ(store_.batches, (std::vector<std::vector<int>>{{100}}));
  ASSERT_EQ(first_.size(), 2U);
  EXPECT_EQ(first_[0].outcome, commit_outcome::failed);
  EXPECT_EQ(first_[1].outcome, commit_outcome::failed);
  EXPECT_EQ(first_[1].first, 4U);
  EXPECT_EQ(second_[0].outcome, committed);
  // The next generation starts anew.
  ASSERT_EQ(submit(a, 1, 5, 5), submitted::accepted);
  run();
  EXPECT_EQ(store_.batches.back(), (std::vector<int>{5}));
  EXPECT_EQ(first_.back().outcome, committed);
}

TEST_F(Committer, DoubtIsReportedAsSuchAndVoidsTheRest) {
  const auto a = writer(first_);
  store_.next = commit_outcome::in_doubt;
  ASSERT_EQ(submit(a, 0, 1, 1), submitted::accepted);
  run();
  ASSERT_EQ(submit(a, 0, 2, 2), submitted::accepted);
  run();
  ASSERT_EQ(first_.size(), 2U);
  EXPECT_EQ(first_[0].outcome, commit_outcome::in_doubt);
  EXPECT_EQ(first_[1].outcome, commit_outcome::failed);
}

// docs/PROMISES.md, G18: whichever of a batch the store refuses, the rest is committed.
TEST_F(Committer, ARefusedWriteStandsAlone) {
  for (int culprit = 1; culprit <= 8; ++culprit) {
    SCOPED_TRACE(culprit);
    first_.clear();
    store_ = {};
    store_.refused = {culprit};
    const auto w = writer(first_);
    std::vector<int> rest;
    std::vector<commit_outcome> expected;
    for (int i = 1; i <= 8; ++i) {
      ASSERT_EQ(submit(w, 0, static_cast<std::uint64_t>(i), i, static_cast<std::uint64_t>(i)),
                submitted::accepted);
      if (i != culprit) rest.push_back(i);
      expected.push_back(i == culprit ? refused : committed);
    }
    run();
    EXPECT_EQ(store_.all(), rest) << "once each, in order";
    EXPECT_EQ(outcomes(first_), expected);
    EXPECT_LE(store_.tries, 7) << "halves, not one by one";
    for (const auto& r : first_)
      EXPECT_EQ(r.reason, r.outcome == refused ? "no " + std::to_string(culprit) : "");
  }
}

TEST_F(Committer, WhatItsEntityDecidedOnTopOfARefusedWriteIsRevoked) {
  const auto a = writer(first_);
  const auto b = writer(second_);
  store_.refused = {2};
  ASSERT_EQ(submit(a, 0, 1, 1, 7), submitted::accepted);
  ASSERT_EQ(submit(a, 0, 2, 2, 7), submitted::accepted);
  ASSERT_EQ(submit(b, 0, 1, 100, 7), submitted::accepted);  // another writer's entity 7
  ASSERT_EQ(submit(a, 0, 3, 3, 7), submitted::accepted);
  ASSERT_EQ(submit(a, 0, 4, 4, 8), submitted::accepted);
  runner_.run_one();
  ASSERT_EQ(submit(a, 0, 5, 5, 7), submitted::accepted);  // before it has heard
  ASSERT_EQ(submit(a, 0, 6, 6, 8), submitted::accepted);
  run();
  EXPECT_EQ(store_.all(), (std::vector<int>{1, 100, 4, 6}));
  EXPECT_EQ(outcomes(first_),
            (std::vector{committed, refused, revoked, committed, revoked, committed}));
  EXPECT_EQ(outcomes(second_), std::vector{committed});
  std::uint64_t next = 1;
  for (const auto& r : first_) {
    EXPECT_EQ(r.first, next) << "reports come in the order of writes";
    next = r.last + 1;
  }
}

TEST_F(Committer, SeveralCulpritsAreFoundInOneBatch) {
  const auto w = writer(first_);
  store_.refused = {1, 4, 5, 8};
  for (int i = 1; i <= 8; ++i)
    ASSERT_EQ(submit(w, 0, static_cast<std::uint64_t>(i), i, static_cast<std::uint64_t>(i)),
              submitted::accepted);
  run();
  EXPECT_EQ(store_.all(), (std::vector<int>{2, 3, 6, 7}));
  EXPECT_EQ(outcomes(first_), (std::vector{refused, committed, committed, refused, refused,
                                           committed, committed, refused}));
}

TEST_F(Committer, AFailureWhileItSplitsIsAFailureOfTheRest) {
  const auto w = writer(first_);
  store_.refused = {4};
  for (int i = 1; i <= 4; ++i)
    ASSERT_EQ(submit(w, 0, static_cast<std::uint64_t>(i), i, static_cast<std::uint64_t>(i)),
              submitted::accepted);
  // The batch is refused, its first half commits, and then the store is gone.
  int calls = 0;
  subject fails{"failing",
                {16, 8},
                runner_,
                [&](std::span<const int> b) -> commit_result {
                  return ++calls == 3 ? commit_result{commit_outcome::failed} : store_.commit(b);
                },
                metrics_};
  std::vector<commit_report> heard;
  const auto f = fails.enroll([&](const commit_report& r) { heard.push_back(r); });
  for (int i = 1; i <= 4; ++i)
    ASSERT_EQ(fails.submit({f, 0, static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(i)}, i),
              submitted::accepted);
  run();
  EXPECT_EQ(outcomes(heard),
            (std::vector{committed, committed, commit_outcome::failed, commit_outcome::failed}));
}

}  // namespace
}  // namespace boxoffice
