#include "actors/queue/room.hpp"

#include "config/limits.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point start{milliseconds{1'780'272'000'000}};
constexpr concert_id con{3};

struct WaitingRoom : testing::Test {
  waiting_room room{con, {seconds{600}, seconds{120}}};
  time_point now{start};

  void rule(std::uint32_t active_max, std::uint32_t per_second) {
    room.set_rule({true, active_max, per_second}, now);
  }
  queue_token join(std::uint64_t n) {
    const queue_token token{con, n};
    room.join({"u" + std::to_string(n)}, token, now);
    return token;
  }
  token_state state(queue_token t) { return room.find(t, now)->state; }
};

TEST_F(WaitingRoom, WithoutARuleEverybodyIsActiveAtOnceAndStillExpires) {
  const auto a = join(1);
  EXPECT_EQ(state(a), token_state::active);
  EXPECT_EQ(room.place(a).position, 0U);
  EXPECT_EQ(room.find(a, now)->expires_at, start + seconds{600});
  const auto changes = room.take_changes();
  ASSERT_EQ(changes.size(), 1U) << "joined and admitted is one row";
  EXPECT_FALSE(changes[0].before);
  EXPECT_EQ(changes[0].after.state, token_state::active);
  now += seconds{600};
  EXPECT_EQ(state(a), token_state::expired);
}

TEST_F(WaitingRoom, LetsInUpToActiveMaxInOrderOfArrival) {
  rule(2, 100);
  const auto a = join(1), b = join(2), c = join(3), d = join(4);
  EXPECT_EQ(state(a), token_state::active);
  EXPECT_EQ(state(b), token_state::active);
  EXPECT_EQ(room.place(c).position, 1U);
  EXPECT_EQ(room.place(d).position, 2U);
  EXPECT_GE(room.place(c).eta_seconds, 1U);
  room.leave(a, now);
  EXPECT_EQ(state(c), token_state::active);
  EXPECT_EQ(room.place(d).position, 1U);
  EXPECT_EQ(room.active(), 2U);
}

TEST_F(WaitingRoom, TheDeadlineDecidesAndTheSlotGoesToTheNext) {
  rule(1, 100);
  const auto a = join(1);
  now += seconds{590};
  const auto b = join(2);
  now = start + seconds{600} - milliseconds{1};
  EXPECT_EQ(state(a), token_state::active);
  EXPECT_EQ(state(b), token_state::waiting);
  now += milliseconds{1};
  EXPECT_EQ(state(a), token_state::expired);
  EXPECT_EQ(state(b), token_state::active);
  EXPECT_EQ(room.find(b, now)->expires_at, now + seconds{600});
}

TEST_F(WaitingRoom, ATickFreesSlotsThatNobodyAsksAbout) {
  rule(1, 100);
  const auto a = join(1);
  now += seconds{590};
  const auto b = join(2);
  now = start + seconds{600};
  room.tick(now);
  EXPECT_EQ(room.place(a).entry.state, token_state::expired);
  EXPECT_EQ(room.place(b).entry.state, token_state::active);
}

TEST_F(WaitingRoom, SilenceGivesUpThePlaceAndASignOfLifeKeepsIt) {
  rule(1, 100);
  join(1);
  const auto b = join(2), c = join(3);
  now += seconds{100};
  room.touch(c, now);
  EXPECT_EQ(room.find(c, now)->expires_at, now + seconds{120});
  now = start + seconds{120};
  room.tick(now);
  EXPECT_EQ(room.place(b).entry.state, token_state::expired);
  EXPECT_EQ(room.place(c).position, 1U);
  now = start + seconds{220} - milliseconds{1};
  room.tick(now);
  EXPECT_EQ(state(c), token_state::waiting);
  now += milliseconds{1};
  room.tick(now);
  EXPECT_EQ(room.place(c).entry.state, token_state::expired);
}

TEST_F(WaitingRoom, AnActiveTokenLivesAsLongAsItsUsersHold) {
  rule(1, 100);
  const auto a = join(1), b = join(2);
  room.keep(a, start + seconds{900}, now);
  room.keep(b, start + seconds{900}, now);
  for (now = start; now < start + seconds{900}; now += seconds{60}) {
    room.tick(now);
    room.touch(b, now);
    ASSERT_EQ(state(a), token_state::active);
    ASSERT_EQ(state(b), token_state::waiting) << "only who is inside is kept";
  }
  now = start + seconds{900};
  room.tick(now);
  EXPECT_EQ(room.place(a).entry.state, token_state::expired);
  EXPECT_EQ(state(b), token_state::active);
  room.keep(a, now + seconds{60}, now);
  EXPECT_EQ(room.place(a).entry.state, token_state::expired);
}

TEST_F(WaitingRoom, NobodyWasSilentWhileTheServerStoodStill) {
  rule(1, 100);
  const auto a = join(1), b = join(2);
  now += seconds{3600};
  room.excuse(now);
  room.tick(now);
  EXPECT_EQ(room.place(a).entry.state, token_state::expired) << "a slot ends at its time";
  EXPECT_EQ(state(b), token_state::active);
  const auto c = join(3);
  now += seconds{120} - milliseconds{1};
  room.tick(now);
  EXPECT_EQ(state(c), token_state::waiting);
  now += milliseconds{1};
  room.tick(now);
  EXPECT_EQ(room.place(c).entry.state, token_state::expired) << "and then silence counts again";
}

TEST_F(WaitingRoom, AnActiveTokenDoesNotLiveLongerByPolling) {
  const auto a = join(1);
  now += seconds{599};
  room.touch(a, now);
  now += seconds{1};
  EXPECT_EQ(state(a), token_state::expired);
}

TEST_F(WaitingRoom, UsedUpOnlyByItsOwnUserAndOnlyWhileActive) {
  rule(1, 100);
  const auto a = join(1), b = join(2);
  room.use(a, {"u2"}, now);
  EXPECT_EQ(state(a), token_state::active);
  room.use(b, {"u2"}, now);
  EXPECT_EQ(state(b), token_state::waiting);
  room.use(a, {"u1"}, now);
  EXPECT_EQ(state(a), token_state::used);
  EXPECT_EQ(state(b), token_state::active);
  (void)room.take_changes();
  room.use(a, {"u1"}, now);
  EXPECT_TRUE(room.take_changes().empty()) << "a repetition changes nothing";
}

TEST_F(WaitingRoom, ANewTokenFollowsAnEndedOneAndEndedOnesStayReadableTenMinutes) {
  const auto a = join(1);
  EXPECT_EQ(room.live_token_of({"u1"}, now), a);
  room.leave(a, now);
  EXPECT_FALSE(room.live_token_of({"u1"}, now));
  room.join({"u1"}, {con, 77}, now);
  room.use(a, {"u1"}, now);
  EXPECT_EQ(state({con, 77}), token_state::active) << "a newer token is never touched";
  now += limits::ended_token_kept - milliseconds{1};
  room.tick(now);
  EXPECT_NE(room.find(a, now), nullptr);
  now += milliseconds{1};
  room.tick(now);
  EXPECT_EQ(room.find(a, now), nullptr);
}

TEST_F(WaitingRoom, AnExpiredPlaceIsNotGivenBack) {
  const auto a = join(1);
  now += seconds{600};
  EXPECT_FALSE(room.live_token_of({"u1"}, now));
  EXPECT_EQ(state(a), token_state::expired);
}

TEST_F(WaitingRoom, AChangedRuleWorksAtOnce) {
  rule(1, 100);
  for (std::uint64_t n = 1; n <= 10; ++n)
    join(n);
  EXPECT_EQ(room.active(), 1U);
  rule(4, 100);
  EXPECT_EQ(room.active(), 4U);
  rule(2, 100);
  EXPECT_EQ(room.active(), 4U) << "nobody is thrown out";
  room.leave({con, 1}, now);
  room.leave({con, 2}, now);
  EXPECT_EQ(room.active(), 2U) << "and nobody enters until there is room";
  room.set_rule({}, now);
  EXPECT_EQ(room.waiting(), 0U) << "switched off: all are let in";
  rule(2, 100);
  const auto late = join(11);
  EXPECT_EQ(state(late), token_state::waiting);
}

TEST_F(WaitingRoom, APlaceThatComesBackAfterItWasSwitchedOffIsLetInWhenAskedAbout) {
  rule(1, 100);
  join(1);
  const auto second = join(2);
  const auto place = *room.find(second, now);
  ASSERT_EQ(place.state, token_state::waiting);
  room.forget(second);
  room.set_rule({}, now);
  room.put_back(place, place, now);
  const auto* found = room.find(second, now);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->token, second);
  EXPECT_EQ(found->state, token_state::active);
  room.use(second, {"u2"}, now);
  EXPECT_EQ(state(second), token_state::used);
}

TEST_F(WaitingRoom, UndoIsAsIfNothingHadHappened) {
  rule(2, 100);
  const auto a = join(1), b = join(2), c = join(3), d = join(4);
  (void)room.take_changes();
  room.leave(a, now);
  auto changes = room.take_changes();
  ASSERT_EQ(changes.size(), 2U);
  room.undo(changes[1]);
  room.undo(changes[0]);
  EXPECT_EQ(state(a), token_state::active);
  EXPECT_EQ(state(b), token_state::active);
  EXPECT_EQ(room.place(c).position, 1U);
  EXPECT_EQ(room.place(d).position, 2U);
  EXPECT_EQ(room.active(), 2U);
  EXPECT_EQ(room.live_token_of({"u1"}, now), a);
  join(5);
  for (const auto& change : room.take_changes())
    room.undo(change);
  EXPECT_EQ(room.find({con, 5}, now), nullptr);
  EXPECT_FALSE(room.live_token_of({"u5"}, now));
}

TEST_F(WaitingRoom, ARestartKeepsOrderAndSlotsAndNeverExceedsTheRule) {
  rule(2, 100);
  std::map<queue_token, queue_entry> stored;
  for (std::uint64_t n = 1; n <= 6; ++n)
    join(n);
  room.leave({con, 4}, now);
  for (const auto& c : room.take_changes())
    stored[c.after.token] = c.after;
  std::vector<queue_entry> rows;
  for (const auto& [token, entry] : stored)
    rows.insert(rows.begin(), entry);
  now += seconds{300};
  waiting_room again{con, {seconds{600}, seconds{120}}};
  again.set_rule({true, 2, 100}, now);
  again.restore(rows, 6, now);
  again.tick(now);
  EXPECT_EQ(again.active(), 2U);
  EXPECT_EQ(again.find({con, 1}, now)->expires_at, start + seconds{600});
  EXPECT_EQ(again.place({con, 3}).position, 1U) << "the restart is the sign of life";
  EXPECT_EQ(again.place({con, 5}).position, 2U);
  EXPECT_EQ(again.place({con, 6}).position, 3U);
  EXPECT_EQ(again.find({con, 4}, now)->state, token_state::left);
  again.join({"u7"}, {con, 7}, now);
  EXPECT_EQ(again.place({con, 7}).entry.sequence, 7U);
  now = start + seconds{600};
  again.touch({con, 3}, now - seconds{250});
  again.tick(now);
  EXPECT_LE(again.active(), 2U);
}

TEST_F(WaitingRoom, EtaComesFromWhatIsUsualFirstAndThenFromWhatWasMeasured) {
  rule(100, 10);
  for (std::uint64_t n = 1; n <= 1000; ++n)
    join(n);
  // Ninety slots are free, and ten a second may enter.
  EXPECT_EQ(room.place({con, 20}).eta_seconds, 1U);
  EXPECT_EQ(room.place({con, 100}).eta_seconds, 9U);
  // Beyond them, a slot is usually used for 30 s. They are sure to come back at 100 in 600 s.
  EXPECT_EQ(room.place({con, 1000}).eta_seconds, 270U);
  EXPECT_GT(room.eta_seconds_late(room.place({con, 1000}).position), 5000U);
  // Everybody stays for 20 s: five a second.
  std::uint64_t leaves = 1;
  for (int s = 0; s < 90; ++s) {
    for (int tick = 0; tick < 10; ++tick) {
      now += milliseconds{100};
      for (std::uint64_t n = 1; n <= 1000; ++n)
        if (s % 60 == 0 && tick == 0) room.touch({con, n}, now);
      room.tick(now);
    }
    for (int n = 0; n < 5 && s >= 20; ++n)
      room.leave({con, leaves++}, now);
  }
  const auto last = room.place({con, 1000});
  ASSERT_GT(last.position, 400U);
  const auto expected = last.position / 5;
  EXPECT_GT(last.eta_seconds, expected * 7 / 10);
  EXPECT_LT(last.eta_seconds, expected * 13 / 10);
}

TEST_F(WaitingRoom, AMillionWaitingIsFine) {
  rule(1, 1);
  for (std::uint64_t n = 1; n <= 1'000'000; ++n)
    join(n);
  EXPECT_EQ(room.waiting(), 999'999U);
  for (std::uint64_t n = 2; n <= 1'000'000; n += 997) {
    room.touch({con, n}, now);
    ASSERT_EQ(room.place({con, n}).position, n - 1);
  }
}

}  // namespace
}  // namespace boxoffice
