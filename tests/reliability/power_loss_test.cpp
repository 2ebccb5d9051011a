// The power goes at any write, sync, truncation, creation or removal of a file, again and again;
// what clients were told is there afterwards, and nothing else.
#include "tests/reliability/house.hpp"

#include <cstdlib>
#include <iostream>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::reliability {
namespace {

constexpr int rounds_per_house = 6;

struct tally {
  std::uint64_t rounds{0}, kills{0}, in_recovery{0}, acknowledged{0}, replays{0};
  test::disk_counts disk;
};

void add(tally& to, house& from) {
  const auto c = from.disk().counts();
  to.acknowledged += from.log().acknowledged();
  to.replays += from.customers().replays();
  to.disk.writes += c.writes;
  to.disk.syncs += c.syncs;
  to.disk.power_cuts += c.power_cuts;
  to.disk.entries_lost += c.entries_lost;
  to.disk.lost_in_cuts.kept += c.lost_in_cuts.kept;
  to.disk.lost_in_cuts.dropped += c.lost_in_cuts.dropped;
  to.disk.lost_in_cuts.torn += c.lost_in_cuts.torn;
  for (const auto& [where, times] : c.cut_in)
    to.disk.cut_in[where] += times;
}

// The findings of one round: the node lives until the power goes, and its disk is looked at.
std::vector<std::string> round(house& in, tally& counts) {
  ++counts.rounds;
  const bool power = in.luck().below(8) != 0;
  // Some cuts come while the node reads what the last one left.
  const bool early = in.luck().below(4) == 0;
  const bool in_sync = in.luck().below(3) == 0;
  const auto n = 1 + in.luck().below((early ? 25U : 400U) / (in_sync ? 8U : 1U));
  if (power && in_sync) in.disk().cut_power_in_sync(n);
  if (power && !in_sync) in.disk().cut_power_in(n);
  if (in.start())
    in.sell(power ? 60'000 : 200 + in.luck().below(4'000));
  else
    ++counts.in_recovery;
  if (!power) ++counts.kills;
  in.die(power ? house::death::power_cut : house::death::killed);
  return in.findings(house::state::interrupted);
}

// A house with several cuts, and then time to end everything.
std::vector<std::string> live(std::uint64_t seed, tally& counts,
                              answering when = answering::after_commit, bool lying = false) {
  house h{seed, when};
  if (lying) h.disk().lie_about_syncs();
  std::vector<std::string> found;
  for (int i = 0; i < rounds_per_house && found.empty(); ++i)
    found = round(h, counts);
  if (found.empty()) {
    h.start();
    if (const auto open = h.settle(); !open.empty()) found.push_back("no end: " + open);
    h.die(house::death::killed);
    if (found.empty()) found = h.findings(house::state::settled);
  }
  add(counts, h);
  if (const auto* to = std::getenv("TEST_KEEP_DISK"); to != nullptr && !found.empty())
    h.disk().save_to(to);
  return found;
}

void print(const tally& t) {
  std::cout << t.rounds << " rounds: " << t.disk.power_cuts << " power cuts (" << t.in_recovery
            << " during recovery), " << t.kills << " kills\n"
            << t.disk.writes << " writes, " << t.disk.syncs << " syncs; of what was not synced "
            << t.disk.lost_in_cuts.kept << " writes were kept, " << t.disk.lost_in_cuts.dropped
            << " dropped, " << t.disk.lost_in_cuts.torn << " torn, " << t.disk.entries_lost
            << " directory entries lost\n"
            << t.acknowledged << " effects acknowledged, " << t.replays << " requests repeated\n"
            << "cut in:\n";
  for (const auto& [where, times] : t.disk.cut_in)
    std::cout << "  " << where << ": " << times << '\n';
}

std::string text_of(const std::vector<std::string>& found) {
  std::string text;
  for (const auto& line : found)
    text += "\n  " + line;
  return text;
}

// TEST_SEED replays one house, TEST_HOUSES asks for more of them.
std::uint64_t number_from(const char* variable, std::uint64_t usual) {
  const auto* chosen = std::getenv(variable);
  return chosen == nullptr ? usual : std::stoull(chosen);
}

TEST(PowerLoss, NothingAcknowledgedIsLostAndNothingIsDoneTwice) {
  tally counts;
  const auto first = number_from("TEST_SEED", 1);
  const auto houses = number_from("TEST_HOUSES", std::getenv("TEST_SEED") != nullptr ? 1 : 40);
  for (auto seed = first; seed < first + houses; ++seed) {
    const auto found = live(seed, counts);
    ASSERT_TRUE(found.empty()) << "replay with TEST_SEED=" << seed << text_of(found);
  }
  print(counts);
  if (houses > 1) {
    EXPECT_GE(counts.rounds, 200U);
    EXPECT_GT(counts.disk.lost_in_cuts.dropped, 100U);
    EXPECT_GT(counts.disk.lost_in_cuts.torn, 10U);
  }
}

// The tests of the test: with one of these mistakes it finds a loss.
std::uint64_t houses_until_found(answering when, bool lying) {
  tally counts;
  for (std::uint64_t seed = 1; seed <= 40; ++seed)
    if (!live(seed, counts, when, lying).empty()) return seed;
  return 0;
}

TEST(PowerLoss, OneSeedIsOneRun) {
  for (const std::uint64_t seed : {3U, 4U}) {
    tally first, second;
    ASSERT_EQ(live(seed, first), live(seed, second));
    EXPECT_EQ(first.disk.writes, second.disk.writes);
    EXPECT_EQ(first.disk.syncs, second.disk.syncs);
    EXPECT_EQ(first.disk.cut_in, second.disk.cut_in);
    EXPECT_EQ(first.disk.lost_in_cuts.torn, second.disk.lost_in_cuts.torn);
    EXPECT_EQ(first.acknowledged, second.acknowledged);
    EXPECT_EQ(first.replays, second.replays);
  }
}

TEST(PowerLoss, FindsADiskThatDoesNotSync) {
  EXPECT_NE(houses_until_found(answering::after_commit, true), 0U);
}

TEST(PowerLoss, FindsAnswersThatLeaveBeforeTheCommit) {
  EXPECT_NE(houses_until_found(answering::before_commit, false), 0U);
}

}  // namespace
}  // namespace boxoffice::reliability
