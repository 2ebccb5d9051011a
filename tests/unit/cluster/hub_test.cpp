#include "actors/cluster/wire.hpp"
#include "tests/unit/cluster/two_nodes.hpp"

#include <gtest/gtest.h>

namespace boxoffice::cluster {
namespace {

using testing::shared_secret;
using testing::test_node;
using testing::two_nodes;

class Links : public ::testing::Test {
 protected:
  explicit Links(std::uint64_t seed = 1) : net{seed} {
    net.asker = std::make_unique<test_node>("gateway-1", 1, std::vector<std::string>{"point:1"});
    renew_answerer(100, 1);
  }
  void renew_answerer(std::uint64_t life, std::uint64_t epoch) {
    net.answerer = std::make_unique<test_node>("point-1", life, std::vector<std::string>{});
    net.answerer->links.serve({{front::point, epoch}});
  }
  void answer_all() {
    for (const auto& e : std::exchange(net.answerer->runs, {})) {
      net.answerer->links.done(e.asker, {e.id, e.type, "re: " + e.payload});
      ++answered;
    }
    net.settle();
  }

  two_nodes net;
  int answered{0};
};

TEST_F(Links, CarryAQuestionAndItsAnswer) {
  net.start();
  net.asker->ask(1, front::point, "how much?", net.now);
  net.settle();
  ASSERT_EQ(net.answerer->runs.size(), 1U);
  EXPECT_EQ(net.answerer->runs[0].payload, "how much?");
  EXPECT_LE(net.answerer->runs[0].left, seconds{5});
  answer_all();
  ASSERT_EQ(net.asker->answers[1].size(), 1U);
  EXPECT_EQ(net.asker->answers[1][0].payload, "re: how much?");
}

TEST_F(Links, DoNotCareHowBytesAreCut) {
  net.piece_max = 1;
  net.start();
  for (std::uint64_t i = 1; i <= 20; ++i)
    net.asker->ask(i, front::point, std::string(i * 50, 'x'), net.now);
  net.settle();
  answer_all();
  for (std::uint64_t i = 1; i <= 20; ++i) {
    ASSERT_EQ(net.asker->answers[i].size(), 1U);
    EXPECT_EQ(net.asker->answers[i][0].payload, "re: " + std::string(i * 50, 'x'));
  }
}

TEST_F(Links, WaitForAPeerThatServes) {
  net.answerer->links.serve({});
  net.start();
  net.asker->ask(1, front::point, "q", net.now);
  net.pass(seconds{1});
  EXPECT_TRUE(net.answerer->runs.empty());
  net.answerer->links.serve({{front::point, 2}});
  net.settle();
  EXPECT_EQ(net.answerer->runs.size(), 1U);
}

TEST_F(Links, TellOnceThatNobodyAsksAnyMore) {
  net.pass(3 * limits::owner_unasked_max);
  EXPECT_EQ(net.answerer->times_unasked, 0) << "nobody did before";
  net.start();
  net.pass(3 * limits::owner_unasked_max);
  EXPECT_EQ(net.answerer->times_unasked, 0) << "somebody could";
  net.break_link();
  net.reachable = false;
  net.pass(limits::owner_unasked_max - milliseconds{100});
  EXPECT_EQ(net.answerer->times_unasked, 0);
  net.pass(3 * limits::owner_unasked_max);
  EXPECT_EQ(net.answerer->times_unasked, 1);
}

TEST_F(Links, AreNotUnaskedWhenTheyComeBackInTime) {
  net.start();
  for (int round = 0; round < 3; ++round) {
    net.break_link();
    net.reachable = false;
    net.pass(limits::owner_unasked_max / 2);
    net.reachable = true;
    net.pass(seconds{3});
  }
  EXPECT_EQ(net.answerer->times_unasked, 0);
}

TEST_F(Links, DoNotAskWhoStandsBy) {
  net.answerer->links.serve({{front::point, 9, service_state::phase::standby}});
  net.start();
  net.asker->ask(1, front::point, "q", net.now);
  net.pass(seconds{1});
  EXPECT_TRUE(net.answerer->runs.empty());
  EXPECT_EQ(net.asker->links.report().at(0).services.size(), 1U);
  net.answerer->links.serve({{front::point, 9}});
  net.settle();
  EXPECT_EQ(net.answerer->runs.size(), 1U);
}

TEST_F(Links, GiveACallUpAtItsDeadline) {
  net.answerer->links.serve({});
  net.start();
  net.asker->ask(1, front::point, "q", net.now, milliseconds{500});
  net.pass(seconds{1});
  net.answerer->links.serve({{front::point, 2}});
  net.pass(seconds{1});
  EXPECT_TRUE(net.answerer->runs.empty());
  EXPECT_TRUE(net.asker->answers.empty());
}

TEST_F(Links, RunACommandOnceWhenTheyBreakAndComeBack) {
  net.start();
  net.asker->ask(1, front::point, "q", net.now);
  net.settle();
  ASSERT_EQ(net.answerer->runs.size(), 1U);
  net.break_link();
  net.pass(seconds{1});  // it dials again, and asks again
  EXPECT_EQ(net.answerer->runs.size(), 1U);
  answer_all();
  EXPECT_EQ(net.asker->answers[1].size(), 1U);
}

TEST_F(Links, GiveTheFirstAnswerAgainWhenItWasLost) {
  net.start();
  net.stalled_back = true;
  net.asker->ask(1, front::point, "q", net.now);
  net.settle();
  answer_all();
  EXPECT_TRUE(net.asker->answers[1].empty());
  net.break_link();
  net.stalled_back = false;
  net.pass(seconds{1});
  EXPECT_TRUE(net.answerer->runs.empty());
  ASSERT_EQ(net.asker->answers[1].size(), 1U);
  EXPECT_EQ(net.asker->answers[1][0].payload, "re: q");
}

TEST_F(Links, AskAnotherLifeOfAPeerAgain) {
  net.start();
  net.asker->ask(1, front::point, "q", net.now);
  net.settle();
  net.break_link();
  renew_answerer(101, 2);
  net.pass(seconds{1});
  ASSERT_EQ(net.answerer->runs.size(), 1U);
  answer_all();
  EXPECT_EQ(net.asker->answers[1].size(), 1U);
}

// It may have been carried out, and has no key by which another life would know.
TEST_F(Links, LeaveInDoubtWhatMustNotBeAskedTwice) {
  net.start();
  net.asker->ask(1, front::point, "q", net.now, seconds{5}, true);
  net.settle();
  net.break_link();
  net.pass(seconds{1});  // the same life: it runs, and answers
  EXPECT_TRUE(net.asker->answers[1].empty());
  net.break_link();
  renew_answerer(101, 2);
  net.pass(seconds{1});
  EXPECT_TRUE(net.answerer->runs.empty());
  ASSERT_EQ(net.asker->answers[1].size(), 1U);
  EXPECT_EQ(net.asker->answers[1][0].fault, fault::in_doubt);
}

// What another life says of it says nothing of what the first one did.
TEST_F(Links, KnowThatACallWasAskedBefore) {
  net.start();
  net.asker->ask(1, front::point, "q", net.now);
  net.settle();
  net.break_link();
  net.pass(seconds{1});  // the same life: it ran once
  answer_all();
  ASSERT_EQ(net.asker->answers[1].size(), 1U);
  EXPECT_FALSE(net.asker->answers[1][0].asked_before);
  net.asker->ask(2, front::point, "q", net.now);
  net.settle();
  net.break_link();
  renew_answerer(101, 2);
  net.pass(seconds{1});
  answer_all();
  ASSERT_EQ(net.asker->answers[2].size(), 1U);
  EXPECT_TRUE(net.asker->answers[2][0].asked_before);
}

TEST_F(Links, SayOverloadedWhenTheWindowIsFull) {
  net.start();
  for (std::uint64_t i = 0; i <= limits::link_calls_max; ++i)
    net.asker->ask(i, front::point, "q", net.now);
  const auto last = net.asker->answers.find(limits::link_calls_max);
  ASSERT_NE(last, net.asker->answers.end());
  EXPECT_EQ(last->second[0].fault, fault::overloaded);
  EXPECT_EQ(net.asker->answers.size(), 1U);
  net.settle();
  answer_all();
  EXPECT_EQ(net.asker->answers.size(), limits::link_calls_max + 1);
}

// One call that is slow does not keep the answers of all that come after it.
TEST_F(Links, ForgetAnswersThatHaveCome) {
  net.start();
  net.asker->ask(0, front::point, "slow", net.now, seconds{60});
  net.settle();
  const auto slow = std::exchange(net.answerer->runs, {}).at(0);
  for (std::uint64_t i = 1; i <= 5 * limits::link_calls_max; ++i) {
    net.asker->ask(i, front::point, "fast", net.now);
    net.settle();
    answer_all();
    ASSERT_EQ(net.asker->answers[i].size(), 1U) << i;
  }
  EXPECT_EQ(net.current(), 1U);
  EXPECT_LE(net.answerer->links.report().at(0).in_flight, 3U);
  net.answerer->links.done(slow.asker, {slow.id, slow.type, "at last"});
  net.settle();
  EXPECT_EQ(net.asker->answers[0].at(0).payload, "at last");
}

TEST_F(Links, BoundWhatTheyKeepInBytes) {
  net.start();
  const std::string large(limits::link_window_bytes_max / 4, 'x');
  for (std::uint64_t i = 0; i < 5; ++i)
    net.asker->ask(i, front::point, large, net.now);
  EXPECT_EQ(net.asker->answers[4].at(0).fault, fault::overloaded);
}

TEST_F(Links, RefuseWhoDoesNotKnowTheSecret) {
  net.asker = std::make_unique<test_node>("stranger", 1, std::vector<std::string>{"point:1"},
                                          std::string(32, 'z'));
  net.start();
  net.asker->ask(1, front::point, "q", net.now);
  net.pass(seconds{3});
  EXPECT_TRUE(net.answerer->runs.empty());
  const auto links = net.asker->links.report();
  ASSERT_EQ(links.size(), 1U);
  EXPECT_EQ(links[0].is, link_report::state::down);
  EXPECT_NE(links[0].last_error, "");
}

TEST_F(Links, CutGarbage) {
  net.come(77);
  net.answerer->links.received(77, std::string(300, '\xff'), net.now);
  EXPECT_EQ(net.answerer->cuts, (std::vector<hub::link>{77}));
}

TEST_F(Links, CutWhoDoesNotGreet) {
  net.start();
  net.come(77);
  net.answerer->links.received(77, "\x16\x03\x01", net.now);  // the beginning of a hello
  net.pass(limits::link_greeting_time_max + seconds{1});
  EXPECT_TRUE(net.connected);  // the others go on
  EXPECT_EQ(net.asker->links.report().at(0).is, link_report::state::up);
  EXPECT_FALSE(net.answerer->links.has_output(77));
}

TEST_F(Links, CutAPeerThatIsSilent) {
  net.start();
  net.stalled_back = true;
  net.pass(limits::link_silence_max - milliseconds{200});
  EXPECT_TRUE(net.connected);
  EXPECT_EQ(net.current(), 1U);
  net.pass(milliseconds{700});
  EXPECT_EQ(net.current(), 2U);  // cut, and dialled again
}

TEST_F(Links, StayUpWhileNobodyAsks) {
  net.start();
  net.pass(seconds{30});
  const auto links = net.asker->links.report();
  EXPECT_EQ(links.at(0).is, link_report::state::up);
  EXPECT_EQ(links.at(0).reconnects, 0U);
  EXPECT_TRUE(links.at(0).round_trip.has_value());
}

TEST_F(Links, NameBothVersionsWhenTheyDoNotFit) {
  net.answerer = std::make_unique<test_node>("point-1", 100, std::vector<std::string>{},
                                             shared_secret, std::uint16_t{9});
  net.start();
  net.pass(seconds{1});
  const auto why = net.asker->links.report().at(0).last_error;
  EXPECT_NE(why.find("version 1 "), std::string::npos) << why;
  EXPECT_NE(why.find("speaks 9"), std::string::npos) << why;
}

TEST_F(Links, TurnAwayWhatIsNotHereAndAskItAgain) {
  net.start();
  net.asker->ask(1, front::point, "q", net.now);
  net.settle();
  ASSERT_EQ(net.answerer->runs.size(), 1U);
  const auto e = net.answerer->runs[0];
  net.answerer->runs.clear();
  net.answerer->links.turned(e.asker, {e.id, turn::not_here});
  net.settle();
  EXPECT_TRUE(net.answerer->runs.empty());  // not at once, or it would go round and round
  net.pass(milliseconds{200});
  ASSERT_EQ(net.answerer->runs.size(), 1U);
  answer_all();
  EXPECT_EQ(net.asker->answers[1].size(), 1U);
}

TEST_F(Links, SayToWhichInstallationANodeBelongs) {
  net.answerer = std::make_unique<test_node>("point-1", 100, std::vector<std::string>{},
                                             shared_secret, link_version, "one");
  net.start();
  net.pass(seconds{1});
  EXPECT_EQ(net.asker->learned, (std::vector<std::string>{"one"}));
  // And further on, to whoever this one answers.
  EXPECT_TRUE(net.answerer->learned.empty());
  EXPECT_EQ(net.current(), 1U);
}

TEST_F(Links, EndBetweenInstallations) {
  const auto named = [](const char* name, std::uint64_t life, std::vector<std::string> peers,
                        const char* installation) {
    return std::make_unique<test_node>(name, life, std::move(peers), shared_secret, link_version,
                                       installation);
  };
  net.asker = named("gateway-1", 1, {"point:1"}, "one");
  net.answerer = named("point-1", 100, {}, "two");
  net.answerer->links.serve({{front::point, 1}});
  net.start();
  net.pass(seconds{1});
  const auto why = net.asker->links.report().at(0).last_error;
  EXPECT_NE(why.find("gateway-1 to one"), std::string::npos) << why;
  EXPECT_NE(why.find("point-1 to two"), std::string::npos) << why;
}

// A peer that knows the secret, and breaks the rules of a session.
TEST_F(Links, CutAnAnswerNobodyAskedFor) {
  net.start();
  net.answerer->links.done({1, 1}, {99, 7, "what?"});
  net.settle();
  EXPECT_FALSE(net.connected);
}

class LinksInTrouble : public Links, public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  LinksInTrouble() : Links{GetParam()} {}
};

// Whatever happens to the wire and to the answerer: no call is answered twice, none is run twice in
// one life, and once everything heals, every call in time is answered.
TEST_P(LinksInTrouble, SettleEachCallOnce) {
  net.piece_max = 40;
  std::uint64_t life = 100, asked = 0;
  std::map<std::pair<std::uint64_t, std::string>, int> runs;
  net.start();
  const auto look = [&] {
    for (const auto& e : net.answerer->runs) {
      EXPECT_EQ(++runs[std::make_pair(life, e.payload)], 1) << e.payload;
      if (net.random() % 4 != 0) net.answerer->links.done(e.asker, {e.id, 7, e.payload});
    }
    net.answerer->runs.clear();
  };
  for (int i = 0; i < 400; ++i) {
    switch (net.random() % 12) {
      case 0:
        net.break_link();
        break;
      case 1:
        net.reachable = !net.reachable;
        break;
      case 2:
        net.stalled_forth = !net.stalled_forth;
        break;
      case 3:
        net.stalled_back = !net.stalled_back;
        break;
      case 4:
        if (net.random() % 4 != 0) break;
        net.break_link();
        ++life;
        renew_answerer(life, life);
        break;
      default:
        ++asked;
        net.asker->ask(asked, front::point, std::to_string(asked), net.now, seconds{60});
    }
    net.pass(milliseconds{50});
    look();
  }
  net.reachable = true;
  net.stalled_forth = net.stalled_back = false;
  // What was lost with its life or never answered is only asked again by another life.
  net.break_link();
  ++life;
  renew_answerer(life, life);
  for (int i = 0; i < 40; ++i) {
    net.pass(milliseconds{100});
    for (const auto& e : std::exchange(net.answerer->runs, {}))
      net.answerer->links.done(e.asker, {e.id, 7, e.payload});
  }
  for (std::uint64_t i = 1; i <= asked; ++i) {
    ASSERT_EQ(net.asker->answers[i].size(), 1U) << i;
    EXPECT_EQ(net.asker->answers[i][0].payload, std::to_string(i));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LinksInTrouble, ::testing::Range<std::uint64_t>(1, 25));

}  // namespace
}  // namespace boxoffice::cluster
