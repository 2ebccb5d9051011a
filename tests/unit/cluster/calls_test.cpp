#include "actors/cluster/calls.hpp"

#include "actors/cluster/wire.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::cluster {
namespace {

/// Two nodes of a service, and who asks them.
class CallsOfTwo : public ::testing::Test {
 protected:
  CallsOfTwo() {
    all_.connected(first, {1, 1}, now_);
    all_.connected(second, {1, 2}, now_);
  }
  void says(calls::peer who, std::vector<service_state> serves) {
    EXPECT_TRUE(all_.on(who, {frame_kind::state, to_bytes(state_frame{std::move(serves)})}, now_));
  }
  void ask(const std::string& payload, bool once = false) {
    all_.ask({.asker = {},
              .to = front::point,
              .type = 7,
              .deadline = now_ + seconds{10},
              .payload = payload,
              .once = once},
             now_);
  }
  void answers(calls::peer who, std::uint64_t id) {
    EXPECT_TRUE(all_.on(who, {frame_kind::answer, to_bytes(answer_frame{id, 7, "done"})}, now_));
  }

  static constexpr calls::peer first = 0, second = 1;
  time_point now_{milliseconds{1'000'000}};
  std::vector<std::pair<calls::peer, std::string>> sent_;
  std::vector<call> answered_;
  std::vector<std::pair<std::string, fault>> failed_;
  calls all_{
      2,
      {.calls_max = 100, .payload_max = 10'000},
      {.send =
           [this](calls::peer at, frame_kind /*kind*/, const std::string& body) {
             sent_.emplace_back(at, from_bytes<command_frame>(body)->payload);
           },
       .answered = [this](const call& what, std::uint16_t /*type*/,
                          const std::string& /*payload*/) { answered_.push_back(what); },
       .failed = [this](const call& what, fault why) { failed_.emplace_back(what.payload, why); }}};
};

// The first one is cut off from its store: its link is well, and it never answers.
TEST_F(CallsOfTwo, GoToWhoTookTheServiceOver) {
  says(first, {{front::point, 5}});
  ask("a");
  ASSERT_EQ(sent_.size(), 1U);
  says(second, {{front::point, 6}});
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[1], (std::pair<calls::peer, std::string>{second, "a"}));
  answers(second, 1);
  ASSERT_EQ(answered_.size(), 1U);
  EXPECT_TRUE(answered_[0].asked_before) << "the first one may have done it";
  answers(first, 1);
  EXPECT_EQ(answered_.size(), 1U) << "too late";
}

TEST_F(CallsOfTwo, StayWithWhoServesUnderTheLastEpoch) {
  says(first, {{front::point, 5}});
  ask("a");
  says(second, {{front::point, 4}});
  says(second, {{front::point, 9, service_state::phase::standby}});
  says(second, {{front::payment, 9}});
  EXPECT_EQ(sent_.size(), 1U);
}

TEST_F(CallsOfTwo, AreInDoubtWhereTwiceIsNotTheSameAsOnce) {
  says(first, {{front::point, 5}});
  ask("a", true);
  says(second, {{front::point, 6}});
  EXPECT_EQ(sent_.size(), 1U);
  EXPECT_EQ(failed_, (std::vector<std::pair<std::string, fault>>{{"a", fault::in_doubt}}));
}

TEST_F(CallsOfTwo, GoToTheOtherOneWhenTheLinkIsLost) {
  says(first, {{front::point, 5}});
  ask("a");
  all_.lost(first);
  EXPECT_EQ(sent_.size(), 1U) << "nobody serves";
  says(second, {{front::point, 6}});
  EXPECT_EQ(sent_.size(), 2U);
}

}  // namespace
}  // namespace boxoffice::cluster
