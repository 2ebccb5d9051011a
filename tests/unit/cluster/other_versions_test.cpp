// An older and a newer program at the other end of a link, byte by byte: docs/decisions/0021.
#include "actors/cluster/wire.hpp"
#include "tests/unit/cluster/two_nodes.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::cluster {
namespace {

using testing::shared_secret;
using testing::test_node;

template <class... Values>
std::string bytes_of(const Values&... values) {
  std::string body;
  wire_writer write{body};
  write(values...);
  return body;
}

/// A peer that knows the secret, and says what a test tells it to.
class scripted_peer {
 public:
  explicit scripted_peer(tls_channel::side which) : tls_{which, shared_secret} {}

  void say(frame_kind kind, std::string_view body) { append_frame(wanted_, kind, body); }
  void receive(std::string_view bytes) {
    std::string plain;
    tls_.receive(bytes, plain);
    frames_.feed(plain);
    while (auto found = frames_.next())
      heard.push_back(std::move(*found));
  }
  std::string take_output() {
    if (tls_.established() && !wanted_.empty()) tls_.send(std::exchange(wanted_, {}));
    std::string out;
    tls_.take_output(out);
    return out;
  }
  /// The last frame of a kind that it heard.
  [[nodiscard]] std::optional<std::string> last(frame_kind kind) const {
    for (auto at = heard.rbegin(); at != heard.rend(); ++at)
      if (at->kind == kind) return at->body;
    return std::nullopt;
  }

  std::vector<frame> heard;

 private:
  tls_channel tls_;
  frame_reader frames_{1 << 20};
  std::string wanted_;
};

/// The program of this repository on one end of a link.
class OtherVersions : public ::testing::Test {
 protected:
  static std::string greeting_of(std::uint16_t version, std::uint16_t oldest,
                                 std::uint64_t life = 7) {
    return bytes_of(version, oldest, incarnation{7, life}, std::string{"point-9"},
                    std::string{"9.9"});
  }

  // This program asks, and the peer answers.
  void dial() {
    here_.emplace("gateway-1", 1, std::vector<std::string>{"point:1"});
    peer_.emplace(tls_channel::side::accepts);
    here_->links.start(now_);
    here_->links.dialed(0, on_, now_);
    carry();
  }
  // The peer asks, and this program answers.
  void accept() {
    here_.emplace("point-1", 1, std::vector<std::string>{});
    peer_.emplace(tls_channel::side::dials);
    here_->links.serve({{front::point, 5}});
    here_->links.accepted(on_, now_);
    carry();
  }
  void say(frame_kind kind, std::string_view body) {
    peer_->say(kind, body);
    carry();
  }
  void carry() {
    for (bool moved = true; moved;) {
      std::string out;
      if (here_->links.has_output(on_)) here_->links.take_output(on_, out);
      out += std::exchange(here_->last_words, {});
      if (!out.empty()) peer_->receive(out);
      const auto back = peer_->take_output();
      if (!back.empty()) here_->links.received(on_, back, now_);
      moved = !out.empty() || !back.empty();
    }
  }
  [[nodiscard]] bool is_up() const {
    const auto all = here_->links.report();
    return !all.empty() && all[0].is == link_report::state::up;
  }
  [[nodiscard]] std::string why() const { return here_->links.report().at(0).last_error; }
  [[nodiscard]] bool was_cut() const { return !here_->cuts.empty(); }
  /// A link on which the peer serves point.
  void be_up() {
    dial();
    say(frame_kind::welcome, greeting_of(1, 1));
    say(frame_kind::state, to_bytes(state_frame{{{front::point, 5}}}));
    ASSERT_TRUE(is_up());
  }
  void ask(std::uint64_t key) {
    here_->ask(key, front::point, "how much?", now_);
    carry();
  }

  time_point now_{milliseconds{1'000'000}};
  hub::link on_{1};
  std::optional<test_node> here_;
  std::optional<scripted_peer> peer_;
};

// --- an older peer ----------------------------------------------------------------------------

TEST_F(OtherVersions, AnOlderGreetingWithoutItsLastFieldsIsTaken) {
  dial();
  say(frame_kind::welcome, bytes_of(std::uint16_t{1}, std::uint16_t{1}, incarnation{7, 7}));
  EXPECT_TRUE(is_up());
  EXPECT_EQ(here_->links.report().at(0).node, "");
}

TEST_F(OtherVersions, AnOlderCommandWithoutItsLastFieldsIsCarriedOut) {
  accept();
  say(frame_kind::hello, greeting_of(1, 1));
  say(frame_kind::command, bytes_of(std::uint64_t{1}, std::uint64_t{1},
                                    std::vector<std::uint64_t>{}, front::point, std::uint16_t{7}));
  ASSERT_EQ(here_->runs.size(), 1U);
  EXPECT_EQ(here_->runs[0].type, 7);
  EXPECT_EQ(here_->runs[0].left, milliseconds{0});
}

TEST_F(OtherVersions, AnOlderAnswerWithoutItsLastFieldsIsAnAnswer) {
  be_up();
  ask(1);
  say(frame_kind::answer, bytes_of(std::uint64_t{1}));
  ASSERT_EQ(here_->answers[1].size(), 1U);
  EXPECT_EQ(here_->answers[1][0].fault, fault::none);
  EXPECT_TRUE(is_up());
}

TEST_F(OtherVersions, AnOlderPingWithoutFieldsIsAnswered) {
  accept();
  say(frame_kind::hello, greeting_of(1, 1));
  say(frame_kind::ping, {});
  EXPECT_TRUE(peer_->last(frame_kind::pong));
  EXPECT_TRUE(is_up());
}

// --- a newer peer -----------------------------------------------------------------------------

TEST_F(OtherVersions, ANewerPeerThatSpeaksOursIsTakenWithWhatItAppends) {
  dial();
  say(frame_kind::welcome, greeting_of(2, 1) + "a field that came later");
  say(frame_kind::state, to_bytes(state_frame{{{front::point, 5}}}) + "and one more");
  say(frame_kind::pong, to_bytes(membership{"one"}) + "and one more");
  ASSERT_TRUE(is_up());
  ask(1);
  ASSERT_TRUE(peer_->last(frame_kind::command));
  say(frame_kind::answer, to_bytes(answer_frame{1, 7, "12"}) + "and one more");
  ASSERT_EQ(here_->answers[1].size(), 1U);
  EXPECT_EQ(here_->answers[1][0].payload, "12");
}

TEST_F(OtherVersions, ANewerCommandWithWhatItAppendsIsCarriedOut) {
  accept();
  say(frame_kind::hello, greeting_of(2, 1) + "more");
  say(frame_kind::command, to_bytes(command_frame{1, 1, {}, front::point, 7, 500, "q"}) + "more");
  ASSERT_EQ(here_->runs.size(), 1U);
  EXPECT_EQ(here_->runs[0].payload, "q");
}

TEST_F(OtherVersions, ANewerPeerThatDoesNotSpeakOursIsRefusedInWordsForBoth) {
  dial();
  say(frame_kind::welcome, greeting_of(3, 2));
  EXPECT_TRUE(was_cut());
  for (const auto* part :
       {"gateway-1", "speaks version 1 of the link", "point-9", "9.9", "speaks 3"})
    EXPECT_NE(why().find(part), std::string::npos) << why();
  const auto said = peer_->last(frame_kind::bye);
  ASSERT_TRUE(said);
  EXPECT_EQ(from_bytes<bye_frame>(*said)->why, why());
}

TEST_F(OtherVersions, ANewerAskerThatDoesNotSpeakOursHearsWhy) {
  accept();
  say(frame_kind::hello, greeting_of(3, 2));
  EXPECT_TRUE(was_cut());
  EXPECT_TRUE(here_->links.report().empty());
  const auto said = peer_->last(frame_kind::bye);
  ASSERT_TRUE(said);
  EXPECT_NE(from_bytes<bye_frame>(*said)->why.find("speaks 3"), std::string::npos);
}

TEST_F(OtherVersions, WhatANewerPeerRefusesInWordsIsShown) {
  dial();
  say(frame_kind::bye, to_bytes(bye_frame{"gateway-1 is too old for point-9"}) + "more");
  EXPECT_EQ(why(), "the peer refuses: gateway-1 is too old for point-9");
}

TEST_F(OtherVersions, ATypeThatTheAnswererDoesNotKnowFailsTheCallAlone) {
  be_up();
  ask(1);
  ask(2);
  say(frame_kind::turned, to_bytes(turned_frame{1, turn::unknown_type}));
  ASSERT_EQ(here_->answers[1].size(), 1U);
  EXPECT_EQ(here_->answers[1][0].fault, fault::unavailable);
  EXPECT_TRUE(here_->answers[2].empty());
  EXPECT_TRUE(is_up());
  say(frame_kind::answer, to_bytes(answer_frame{2, 7, "12"}));
  EXPECT_EQ(here_->answers[2].size(), 1U);
}

// --- what neither could say -------------------------------------------------------------------

// Values and kinds that this program does not have. Another version would say them only under
// another version of the link; here they end the link, and the call is asked again elsewhere.
TEST_F(OtherVersions, UnknownValuesAndKindsEndTheLinkWithAReason) {
  const auto front_of_later = static_cast<front>(99);
  const std::initializer_list<std::pair<frame_kind, std::string>> all{
      {frame_kind::state,
       bytes_of(std::uint32_t{1}, front_of_later, std::uint64_t{1}, service_state::phase::serving)},
      {frame_kind::state, bytes_of(std::uint32_t{1}, front::point, std::uint64_t{1},
                                   static_cast<service_state::phase>(9))},
      {frame_kind::turned, bytes_of(std::uint64_t{1}, static_cast<turn>(9))},
      {static_cast<frame_kind>(77), "x"},
      {frame_kind::command, to_bytes(command_frame{1, 1, {}, front::point, 7, 500, "q"})},
  };
  for (const auto& [kind, body] : all) {
    be_up();
    ask(1);
    say(kind, body);
    EXPECT_TRUE(was_cut()) << static_cast<int>(kind);
    EXPECT_TRUE(why().starts_with("the peer sends what")) << why();
    EXPECT_TRUE(peer_->last(frame_kind::bye)) << "the peer does not hear why";
    // A process that does speak ours takes its place, and the call.
    peer_.emplace(tls_channel::side::accepts);
    here_->links.dialed(0, ++on_, now_);
    carry();
    say(frame_kind::welcome, greeting_of(1, 1, 8));
    say(frame_kind::state, to_bytes(state_frame{{{front::point, 6}}}));
    const auto again = peer_->last(frame_kind::command);
    ASSERT_TRUE(again);
    say(frame_kind::answer, to_bytes(answer_frame{from_bytes<command_frame>(*again)->id, 7, "12"}));
    EXPECT_EQ(here_->answers[1].size(), 1U);
  }
}

TEST_F(OtherVersions, AnUnknownFrontOfACommandEndsTheLink) {
  accept();
  say(frame_kind::hello, greeting_of(2, 1));
  ASSERT_TRUE(is_up());
  say(frame_kind::command,
      bytes_of(std::uint64_t{1}, std::uint64_t{1}, std::vector<std::uint64_t>{},
               static_cast<front>(99), std::uint16_t{7}));
  EXPECT_TRUE(was_cut());
  EXPECT_TRUE(here_->runs.empty());
}

// Every cut of what a peer may say, and a byte changed anywhere: a link or none, nothing else.
TEST_F(OtherVersions, NothingThatAPeerSaysInAGreetingDoesMore) {
  const auto whole = greeting_of(1, 1);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    dial();
    say(frame_kind::welcome, std::string_view{whole}.substr(0, size));
    EXPECT_NE(is_up(), was_cut()) << size;
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    dial();
    say(frame_kind::welcome, changed);
    EXPECT_NE(is_up(), was_cut()) << at;
  }
}

}  // namespace
}  // namespace boxoffice::cluster
