#include "actors/durable/journal.hpp"

#include "tests/actors/virtual_time.hpp"

#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

// An owner of several entities over a store that fails when told to and refuses some numbers.
class Journal : public ::testing::Test {
 protected:
  using subject = journal<int, std::string>;
  using submitted = subject::submitted;
  using followed = subject::followed;

  submitted submit(std::uint64_t entity, int write) {
    auto entry = std::to_string(write);
    return writes_.submit(entity, write, entry);
  }
  followed follow(std::uint64_t entity, std::string what) { return writes_.follow(entity, what); }
  // Commits one batch and settles what is reported of it.
  void commit() {
    runner_.run_one();
    for (const auto& r : std::exchange(reports_, {})) {
      subject::outcome o;
      writes_.settle(r, o);
      append(durable_, o.durable);
      append(revoked_, o.revoked);
      append(lost_, o.lost);
      append(in_doubt_, o.in_doubt);
      if (o.refused) refused_.push_back(*o.refused + ": " + o.reason);
    }
  }
  static void append(std::vector<std::string>& to, std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
  }
  commit_result apply(std::span<const int> batch) {
    const auto how = std::exchange(next_, commit_outcome::committed);
    if (how != commit_outcome::committed) return how;
    for (const auto n : batch)
      if (refuses_.contains(n)) return {commit_outcome::refused, "no " + std::to_string(n)};
    return how;
  }

  metrics metrics_;
  testing::queued_runner runner_;
  commit_outcome next_{commit_outcome::committed};
  std::set<int> refuses_;
  committer<int> to_{
      "test", {6, 4}, runner_, [this](std::span<const int> b) { return apply(b); }, metrics_};
  std::vector<commit_report> reports_;
  subject writes_{to_, [this](const commit_report& r) { reports_.push_back(r); }};
  std::vector<std::string> durable_, revoked_, lost_, in_doubt_, refused_;
};

using words = std::vector<std::string>;

TEST_F(Journal, TellsWhatIsDurableInOrderWithTheAnswersThatWaitedBehind) {
  const auto one = writes_.new_entity();
  const auto two = writes_.new_entity();
  EXPECT_EQ(follow(one, "now"), followed::now);
  EXPECT_EQ(submit(one, 1), submitted::accepted);
  EXPECT_EQ(follow(two, "behind 1"), followed::later);
  EXPECT_EQ(submit(two, 2), submitted::accepted);
  EXPECT_FALSE(writes_.empty());
  commit();
  EXPECT_EQ(durable_, (words{"1", "behind 1", "2"}));
  EXPECT_TRUE(writes_.empty());
}

TEST_F(Journal, AFullCommitterTakesNothingAndTellsNothing) {
  const auto one = writes_.new_entity();
  for (int i = 1; i <= 6; ++i)
    EXPECT_EQ(submit(one, i), submitted::accepted);
  EXPECT_EQ(submit(one, 7), submitted::full);
  commit();
  EXPECT_EQ(submit(one, 8), submitted::accepted);
  commit();
  EXPECT_EQ(durable_, (words{"1", "2", "3", "4", "5", "6", "8"}));
}

TEST_F(Journal, ARefusedWriteVoidsItsEntityAlone) {
  refuses_ = {2};
  const auto one = writes_.new_entity();
  const auto two = writes_.new_entity();
  submit(one, 1);
  submit(one, 2);
  submit(two, 20);
  submit(one, 3);
  EXPECT_EQ(follow(one, "shows 3"), followed::later);
  EXPECT_EQ(follow(two, "shows 20"), followed::later);
  commit();
  EXPECT_EQ(durable_, (words{"1", "20", "shows 20"}));
  EXPECT_EQ(refused_, words{"2: no 2"});
  EXPECT_EQ(revoked_, (words{"3", "shows 3"}));
  EXPECT_EQ(submit(one, 4), submitted::stale);
  EXPECT_EQ(follow(one, "stale"), followed::stale);
  const auto again = writes_.new_entity();
  EXPECT_EQ(submit(again, 4), submitted::accepted);
  EXPECT_EQ(submit(two, 21), submitted::accepted);
  commit();
  EXPECT_EQ(durable_, (words{"1", "20", "shows 20", "4", "21"}));
}

TEST_F(Journal, WhatWasSubmittedBeforeTheRefusalWasHeardOfIsRevoked) {
  refuses_ = {1};
  const auto one = writes_.new_entity();
  submit(one, 1);
  runner_.run_one();  // committed, and not yet reported to the owner
  EXPECT_EQ(submit(one, 2), submitted::accepted);
  commit();
  EXPECT_EQ(refused_, words{"1: no 1"});
  EXPECT_EQ(revoked_, words{"2"});
  EXPECT_TRUE(durable_.empty());
}

TEST_F(Journal, AFailedBatchVoidsEverything) {
  next_ = commit_outcome::failed;
  const auto one = writes_.new_entity();
  const auto two = writes_.new_entity();
  for (int i = 1; i <= 4; ++i)
    submit(one, i);
  submit(two, 20);  // in the next batch
  commit();
  EXPECT_EQ(lost_, (words{"1", "2", "3", "4", "20"}));
  EXPECT_EQ(submit(two, 21), submitted::stale);
  commit();  // what was behind ends without a word
  EXPECT_TRUE(durable_.empty());
  EXPECT_EQ(submit(writes_.new_entity(), 30), submitted::accepted);
  commit();
  EXPECT_EQ(durable_, words{"30"});
}

TEST_F(Journal, OnlyTheBatchItselfIsInDoubt) {
  next_ = commit_outcome::in_doubt;
  const auto one = writes_.new_entity();
  for (int i = 1; i <= 5; ++i)
    submit(one, i);
  commit();
  EXPECT_EQ(in_doubt_, (words{"1", "2", "3", "4"}));
  EXPECT_EQ(lost_, words{"5"});
}

TEST_F(Journal, ARefusalAmongTwoWritersReachesOneOfThem) {
  refuses_ = {1};
  std::vector<commit_report> others;
  subject other{to_, [&](const commit_report& r) { others.push_back(r); }};
  submit(writes_.new_entity(), 1);
  std::string entry{"other"};
  int write = 100;
  EXPECT_EQ(other.submit(other.new_entity(), write, entry), submitted::accepted);
  commit();
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others.front().outcome, commit_outcome::committed);
  EXPECT_EQ(refused_, words{"1: no 1"});
}

}  // namespace
}  // namespace boxoffice
