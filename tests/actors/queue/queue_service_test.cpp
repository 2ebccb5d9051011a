#include "actors/queue/queue_service.hpp"

#include "config/limits.hpp"
#include "tests/actors/queue/memory_queue_ranking_store.hpp"
#include "tests/actors/virtual_time.hpp"

#include <functional>
#include <utility>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using fails = testing::memory_queue_ranking_store::next_commit;
constexpr concert_id con{5};

struct QueueService : ::testing::Test {
  active_tokens admitted;
  testing::virtual_time time;
  testing::memory_queue_ranking_store store;
  catalogue_view view;
  committer<queue_ranking_write> commits{
      "queue_ranking",
      {8, 4},
      time.commits(),
      [this](std::span<const queue_ranking_write> batch) { return store.commit(batch); },
      time.metrics()};
  queue_context context{time.clock(), time.random(),  commits, store, time.reads(),
                        view,         time.metrics(), {},      {},    &admitted};
  testing::inbox<queue_reply, token_reply, events_applied, applied_so_far, parked_list,
                 parked_reply, places_reply>
      box{time};
  queue_service_actor desk;

  void SetUp() override {
    rule({true, 2, 100});
    start();
  }
  void start() { desk = time.owns(spawn_queue_service(time.system(), context)); }
  void restart() {
    caf::anon_send_exit(desk, caf::exit_reason::user_shutdown);
    time.run();
    start();
  }
  void rule(const waiting_room_rule& r) {
    catalogue all;
    concert c;
    c.id = con;
    c.waiting_room = r;
    all.concerts[con] = std::make_shared<const concert>(c);
    view.publish(std::make_shared<const catalogue>(all));
  }
  queue_reply join(const std::string& user) {
    box.send(desk, join_queue{1, {user}, con});
    return box.last<queue_reply>();
  }
  queue_reply poll(const std::string& user, queue_token t) {
    box.send(desk, poll_queue{2, {user}, t});
    return box.last<queue_reply>();
  }
  token_reply check_of(const std::string& user, queue_token t, concert_id c = con) {
    const bool known = admits(user, t);
    box.send(desk, check_token{3, {user}, c, t});
    const auto said = box.last<token_reply>();
    if (known && c == con) {
      EXPECT_EQ(said.fault, fault::none) << "a gateway would have let it in";
      EXPECT_EQ(said.verdict, token_verdict::active) << "a gateway would have let it in";
    }
    return said;
  }
  /// Whether a gateway lets it in without asking.
  bool admits(const std::string& user, queue_token t) {
    return admitted.admits(t, {user}, time.clock().now());
  }
  static payment_event paid(const std::string& user, queue_token t, std::uint64_t n,
                            bool else_held) {
    payment_event e;
    e.id = {n};
    e.sequence = n;
    e.user = {user};
    e.concert = con;
    e.token = t;
    e.holds_else = else_held;
    return e;
  }
};

TEST_F(QueueService, ReadsManyPlacesAtOnceAndTakesThatForASignOfLife) {
  const auto a = join("a").place.entry.token;
  join("b");
  const auto c = join("c").place.entry.token, d = join("d").place.entry.token;
  const queue_token nobodys{con, 12345};
  const auto read = [&] {
    box.send(desk, read_places{9, con, {a, c, d, nobodys}});
    return box.last<places_reply>();
  };
  const auto first = read();
  EXPECT_EQ(first.correlation, 9U);
  ASSERT_EQ(first.places.size(), 3U);
  EXPECT_EQ(first.places[0].state, token_state::active);
  EXPECT_EQ(first.places[2].token, d);
  EXPECT_EQ(first.places[2].position, 2U);
  EXPECT_GE(first.places[2].eta_seconds_late, first.places[2].eta_seconds);
  EXPECT_EQ(first.unknown, std::vector{nobodys});
  for (int i = 0; i < 4; ++i) {
    time.advance(seconds{100});
    EXPECT_EQ(read().places[1].state, token_state::waiting) << "who is read is not silent";
  }
  box.send(desk, leave_queue{4, {"a"}, a});
  const auto moved = read();
  EXPECT_EQ(moved.places[0].state, token_state::left);
  EXPECT_EQ(moved.places[1].state, token_state::active);
  EXPECT_EQ(moved.places[2].position, 1U);
}

TEST_F(QueueService, KeepsNoBooksOfEvents) {
  box.send(desk, ask_applied{4});
  EXPECT_EQ(box.last<applied_so_far>().correlation, 4U);
  EXPECT_EQ(box.last<applied_so_far>().are, applied_so_far::books::none);
}

TEST_F(QueueService, JoinsWaitsAndMovesUp) {
  const auto a = join("a"), b = join("b"), c = join("c"), d = join("d");
  EXPECT_EQ(a.from, queue_reply::origin::created);
  EXPECT_EQ(a.place.entry.state, token_state::active);
  EXPECT_EQ(b.place.entry.state, token_state::active);
  EXPECT_EQ(c.place.entry.state, token_state::waiting);
  EXPECT_EQ(c.place.position, 1U);
  EXPECT_EQ(d.place.position, 2U);
  const auto again = join("c");
  EXPECT_EQ(again.from, queue_reply::origin::existing);
  EXPECT_EQ(again.place.entry.token, c.place.entry.token);
  EXPECT_EQ(check_of("c", c.place.entry.token).verdict, token_verdict::waiting);
  EXPECT_EQ(box.last<token_reply>().position, 1U);
  box.send(desk, leave_queue{4, {"a"}, a.place.entry.token});
  EXPECT_EQ(box.last<queue_reply>().place.entry.state, token_state::left);
  EXPECT_EQ(check_of("c", c.place.entry.token).verdict, token_verdict::active);
  EXPECT_EQ(poll("d", d.place.entry.token).place.position, 1U);
  EXPECT_EQ(store.most_active, 2U);
}

TEST_F(QueueService, AGatewayKnowsWhoIsActiveOnceThatIsDurableAndUntilItEnds) {
  time.commits().hold();
  box.send(desk, join_queue{1, {"a"}, con});
  time.run();
  EXPECT_TRUE(store.entries.empty());
  time.commits().resume();
  time.run();
  const auto a = box.last<queue_reply>().place.entry.token;
  const auto b = join("b").place.entry.token, c = join("c").place.entry.token;
  EXPECT_TRUE(admits("a", a));
  EXPECT_TRUE(admits("b", b));
  EXPECT_FALSE(admits("b", a)) << "somebody else's";
  EXPECT_FALSE(admits("c", c)) << "still waiting";

  time.commits().hold();
  box.send(desk, keep_token{3, {"a"}, a, time.now() + seconds{900}});
  EXPECT_TRUE(admits("a", a)) << "only for longer than before";
  box.send(desk, leave_queue{4, {"a"}, a});
  EXPECT_FALSE(admits("a", a)) << "before the answer says so";
  EXPECT_FALSE(admits("c", c)) << "admitted, and not yet durable";
  time.commits().resume();
  time.run();
  EXPECT_FALSE(admits("a", a)) << "the longer time was written before it left";
  EXPECT_TRUE(admits("c", c));
  box.send(desk, deliver_events{7, {paid("c", c, 1, false)}});
  EXPECT_FALSE(admits("c", c)) << "used";
  EXPECT_EQ(check_of("c", c).verdict, token_verdict::lapsed) << "a live hold can be paid with it";
  time.advance(seconds{600});
  EXPECT_FALSE(admits("b", b)) << "over";
}

TEST_F(QueueService, AGatewayForgetsWhatARoomForgetsAndLearnsItAgain) {
  const auto a = join("a").place.entry.token;
  store.next = fails::fails;
  store.failing_reads = 1;
  EXPECT_EQ(join("b").fault, fault::unavailable);
  EXPECT_FALSE(admits("a", a)) << "the room has lost its memory, and cannot read the store";
  time.advance(limits::store_retry_max);
  EXPECT_TRUE(admits("a", a));
  restart();
  EXPECT_FALSE(admits("a", a)) << "nobody has asked";
  EXPECT_EQ(check_of("a", a).verdict, token_verdict::active);
  EXPECT_TRUE(admits("a", a));
}

TEST_F(QueueService, UnknownForeignAndOtherConcerts) {
  const auto token = join("a").place.entry.token;
  EXPECT_EQ(poll("b", token).refusal, queue_refusal::token_not_found);
  EXPECT_EQ(poll("a", {con, token.number ^ 1U}).refusal, queue_refusal::token_not_found);
  EXPECT_EQ(poll("a", {{}, 17}).refusal, queue_refusal::token_not_found);
  EXPECT_EQ(check_of("b", token).verdict, token_verdict::invalid);
  EXPECT_EQ(check_of("a", token, {6}).verdict, token_verdict::invalid);
  EXPECT_EQ(check_of("a", {17}).verdict, token_verdict::invalid);
  box.send(desk, join_queue{9, {"a"}, {6}});
  EXPECT_EQ(box.last<queue_reply>().refusal, queue_refusal::concert_not_found);
}

TEST_F(QueueService, AnswersOnlyWhatIsDurable) {
  time.commits().hold();
  box.send(desk, join_queue{1, {"a"}, con});
  EXPECT_TRUE(box.all<queue_reply>().empty());
  time.commits().resume();
  time.run();
  EXPECT_EQ(box.all<queue_reply>().size(), 1U);
}

TEST_F(QueueService, SlotsComeBackWithoutAnybodyAsking) {
  join("a");
  join("b");
  const auto c = join("c").place.entry.token;
  for (int s = 0; s < 700 && store.entries[c].state == token_state::waiting; s += 60) {
    time.advance(seconds{60});
    if (store.entries[c].state == token_state::waiting) poll("c", c);
  }
  EXPECT_EQ(store.entries[c].state, token_state::active);
  EXPECT_EQ(store.entries[c].changed_at, testing::beginning + seconds{600});
  EXPECT_EQ(store.most_active, 2U);
}

TEST_F(QueueService, SilenceGivesUpThePlace) {
  join("a");
  join("b");
  const auto c = join("c").place.entry.token, d = join("d").place.entry.token;
  time.advance(seconds{100});
  poll("d", d);
  time.advance(seconds{21});
  EXPECT_EQ(store.entries[c].state, token_state::expired);
  EXPECT_EQ(poll("d", d).place.position, 1U);
}

TEST_F(QueueService, APaymentUsesItsTokenUpOnceAndNeverANewerOne) {
  const auto a = join("a").place.entry.token;
  box.send(desk, deliver_events{7, {paid("a", a, 1, true), paid("b", a, 2, false)}});
  EXPECT_EQ(box.last<events_applied>().sequence, 2U);
  EXPECT_EQ(check_of("a", a).verdict, token_verdict::active);
  box.send(desk, deliver_events{8, {paid("a", a, 3, false)}});
  EXPECT_EQ(box.last<events_applied>().sequence, 3U);
  EXPECT_EQ(store.entries[a].state, token_state::used);
  const auto newer = join("a").place.entry.token;
  EXPECT_NE(newer, a);
  box.send(desk, deliver_events{9, {paid("a", a, 3, false)}});
  EXPECT_EQ(box.last<events_applied>().correlation, 9U);
  EXPECT_EQ(check_of("a", newer).verdict, token_verdict::active);
}

TEST_F(QueueService, KeepsTheTokenThatAUserHasAlsoWhenNobodySaysWhich) {
  const auto a = join("a").place.entry.token;
  const auto until = time.now() + seconds{3600};
  box.send(desk, keep_token{1, {"b"}, queue_token{a.concert, 0}, until});
  EXPECT_LT(store.entries[a].expires_at, until) << "it is not theirs";
  box.send(desk, keep_token{2, {"a"}, queue_token{a.concert, 0}, until});
  time.run();
  EXPECT_EQ(store.entries[a].expires_at, until);
}

TEST_F(QueueService, EventsAreAnsweredOnlyWhenTheTokenIsDurablyUsed) {
  const auto a = join("a").place.entry.token;
  store.next = fails::fails;
  box.send(desk, deliver_events{8, {paid("a", a, 3, false)}});
  EXPECT_TRUE(box.all<events_applied>().empty());
  box.send(desk, deliver_events{8, {paid("a", a, 3, false)}});
  EXPECT_EQ(box.all<events_applied>().size(), 1U);
  EXPECT_EQ(store.entries[a].state, token_state::used);
}

/// The store refuses that somebody's token changes.
struct ParkedTokens : QueueService {
  void refuse(const std::string& user) {
    store.refuses = [user](const queue_ranking_write& w) {
      const auto* q = std::get_if<queue_write>(&w);
      return q != nullptr && q->entry.user.value == user;
    };
  }
  std::vector<parked_entity> parked() {
    box.send(desk, list_parked{5, 0, 10});
    return box.last<parked_list>().items;
  }
  parked_reply move(queue_token t, parked_act act = parked_act::try_again) {
    box.send(desk, move_parked_token{6, t, act});
    return box.last<parked_reply>();
  }
};

TEST_F(ParkedTokens, AreListedWithWhatTheyWouldBecomeAndTriedAgain) {
  const auto a = join("a").place.entry.token;
  refuse("a");
  box.send(desk, leave_queue{4, {"a"}, a});
  EXPECT_EQ(box.last<queue_reply>().fault, fault::internal);
  ASSERT_EQ(parked().size(), 1U);
  EXPECT_EQ(parked()[0].id, to_text(a));
  EXPECT_EQ(parked()[0].user.value, "a");
  EXPECT_EQ(parked()[0].state, "ACTIVE");
  EXPECT_EQ(parked()[0].wants, "LEFT");
  EXPECT_EQ(parked()[0].reason, "refused by a rule of the test");
  EXPECT_EQ(join("a").fault, fault::internal) << "the store would have two places of one user";

  const auto still = move(a);
  EXPECT_EQ(still.refusal, parked_refusal::still_refused);
  EXPECT_EQ(still.reason, "refused by a rule of the test");
  EXPECT_EQ(parked().size(), 1U);
  store.refuses = {};
  EXPECT_EQ(move(a).refusal, parked_refusal::none);
  EXPECT_EQ(box.last<parked_reply>().state, "LEFT");
  EXPECT_EQ(store.entries[a].state, token_state::left);
  EXPECT_TRUE(parked().empty());
  EXPECT_EQ(move(a).refusal, parked_refusal::not_parked);
  EXPECT_EQ(move({{99}, 1}).refusal, parked_refusal::not_parked);
  EXPECT_EQ(join("a").from, queue_reply::origin::created);
}

TEST_F(ParkedTokens, StandWhereTheyStoodWhenTheyComeBack) {
  const auto a = join("a").place.entry.token;
  join("b");
  const auto c = join("c").place.entry.token, d = join("d").place.entry.token;
  refuse("c");
  box.send(desk, leave_queue{4, {"a"}, a});
  EXPECT_EQ(parked().at(0).wants, "ACTIVE");
  EXPECT_EQ(poll("c", c).fault, fault::internal);
  time.advance(seconds{1});
  EXPECT_EQ(poll("d", d).place.entry.state, token_state::active) << "nobody waits for it";
  const auto e = join("e").place.entry.token;
  store.refuses = {};
  for (int i = 0; i < 3; ++i) {
    time.advance(seconds{100});
    poll("e", e);
  }
  EXPECT_EQ(move(c).state, "WAITING") << "both slots are taken";
  EXPECT_EQ(poll("c", c).place.position, 1U);
  EXPECT_EQ(poll("e", e).place.position, 2U);
  time.advance(seconds{119});
  EXPECT_EQ(poll("c", c).place.position, 1U) << "it was not silent while it was parked";
}

TEST_F(ParkedTokens, AreGivenUpAndMakeRoomForAnother) {
  const auto a = join("a").place.entry.token;
  join("b");
  const auto c = join("c").place.entry.token;
  refuse("c");
  box.send(desk, leave_queue{4, {"a"}, a});
  store.refuses = {};
  EXPECT_EQ(move(c, parked_act::give_up).state, "LEFT");
  EXPECT_EQ(store.entries[c].state, token_state::left);
  EXPECT_EQ(join("c").from, queue_reply::origin::created);
}

TEST_F(ParkedTokens, ThatWereUsedMeanwhileComeBackUsed) {
  const auto a = join("a").place.entry.token;
  refuse("a");
  box.send(desk, keep_token{1, {"a"}, a, time.now() + seconds{3600}});
  EXPECT_EQ(parked().at(0).wants, "ACTIVE");
  box.send(desk, deliver_events{8, {paid("a", a, 3, false)}});
  EXPECT_EQ(box.last<events_applied>().sequence, 3U);
  EXPECT_EQ(parked().at(0).wants, "USED");
  store.refuses = {};
  EXPECT_EQ(move(a).state, "USED");
  EXPECT_EQ(store.entries[a].state, token_state::used);
}

TEST_F(ParkedTokens, WhoseMoveIsInDoubtAreAnsweredByWhatTheStoreHolds) {
  for (const auto how : {fails::in_doubt_done, fails::in_doubt_lost}) {
    const auto user = how == fails::in_doubt_done ? "a" : "b";
    const auto token = join(user).place.entry.token;
    refuse(user);
    box.send(desk, leave_queue{4, {user}, token});
    store.refuses = {};
    store.next = how;
    EXPECT_EQ(move(token).state, how == fails::in_doubt_done ? "LEFT" : "ACTIVE");
    EXPECT_TRUE(parked().empty());
  }
}

TEST_F(ParkedTokens, OutliveALostMemoryAndNotARestart) {
  const auto a = join("a").place.entry.token;
  refuse("a");
  box.send(desk, leave_queue{4, {"a"}, a});
  store.next = fails::fails;
  EXPECT_EQ(join("b").fault, fault::unavailable);
  EXPECT_EQ(poll("a", a).fault, fault::internal);
  EXPECT_EQ(parked().size(), 1U);
  const auto& shown =
      time.metrics().gauge("boxoffice_parked_entities", "", {{"kind", "queue_token"}});
  EXPECT_EQ(shown.value(), 1);
  restart();
  EXPECT_TRUE(parked().empty());
  EXPECT_EQ(shown.value(), 0);
  EXPECT_EQ(poll("a", a).place.entry.state, token_state::active) << "as the store has it";
}

TEST_F(QueueService, ARestartKeepsOrderAndSlots) {
  std::vector<queue_token> tokens;
  for (const auto* user : {"a", "b", "c", "d", "e"})
    tokens.push_back(join(user).place.entry.token);
  time.advance(seconds{30});
  restart();
  EXPECT_EQ(poll("a", tokens[0]).place.entry.state, token_state::active);
  EXPECT_EQ(box.last<queue_reply>().place.entry.expires_at, testing::beginning + seconds{600});
  for (std::uint32_t i = 2; i < 5; ++i)
    EXPECT_EQ(poll(std::string(1, static_cast<char>('a' + i)), tokens[i]).place.position, i - 1);
  EXPECT_EQ(join("f").place.position, 4U);
  EXPECT_EQ(store.most_active, 2U);
}

TEST_F(QueueService, AFailedCommitIsUnavailableAndLeavesNothingAndThenItGoesOn) {
  join("a");
  store.next = fails::fails;
  EXPECT_EQ(join("b").fault, fault::unavailable);
  EXPECT_EQ(store.entries.size(), 1U);
  const auto b = join("b");
  EXPECT_EQ(b.fault, fault::none);
  EXPECT_EQ(b.from, queue_reply::origin::created);
  EXPECT_EQ(b.place.entry.state, token_state::active);
}

TEST_F(QueueService, AnOutcomeInDoubtIsAnsweredByWhatTheStoreHolds) {
  store.next = fails::in_doubt_done;
  const auto a = join("a");
  EXPECT_EQ(a.fault, fault::none);
  EXPECT_EQ(a.from, queue_reply::origin::created);
  EXPECT_EQ(store.entries.size(), 1U);
  join("durable");
  store.next = fails::in_doubt_lost;
  const auto b = join("b");
  EXPECT_EQ(b.fault, fault::none);
  EXPECT_EQ(store.entries.size(), 3U);
  store.next = fails::in_doubt_done;
  store.failing_reads = 1;
  EXPECT_EQ(join("c").fault, fault::in_doubt);
  time.advance(limits::store_retry_max);
  EXPECT_EQ(join("c").from, queue_reply::origin::existing);
}

TEST_F(QueueService, AStoreThatCannotBeReadIsUnavailableUntilItCan) {
  store.failing_reads = 3;
  EXPECT_EQ(join("a").fault, fault::unavailable);
  EXPECT_EQ(join("a").fault, fault::unavailable);
  time.advance(seconds{5});
  EXPECT_EQ(join("a").fault, fault::none);
}

TEST_F(QueueService, AFullCommitterIsOverloadedAndTakesNothingHalf) {
  rule({});
  join("warm");
  time.commits().hold();
  for (int i = 0; i < 12; ++i)
    box.send(desk, join_queue{10, {"u" + std::to_string(i)}, con});
  EXPECT_EQ(box.all<queue_reply>().size(), 5U) << "eight fit";
  EXPECT_EQ(box.last<queue_reply>().fault, fault::overloaded);
  time.commits().resume();
  time.run();
  EXPECT_EQ(box.all<queue_reply>().size(), 13U);
  EXPECT_EQ(store.entries.size(), 9U);
  EXPECT_EQ(join("u11").from, queue_reply::origin::created);
}

TEST_F(QueueService, AChangedRuleWorksWithoutAnybodyAsking) {
  for (const auto* user : {"a", "b", "c", "d", "e"})
    join(user);
  rule({true, 4, 100});
  time.advance(limits::waiting_room_tick_every);
  EXPECT_EQ(store.most_active, 4U);
  rule({});
  time.advance(limits::waiting_room_tick_every);
  EXPECT_EQ(store.most_active, 5U);
}

}  // namespace
}  // namespace boxoffice
