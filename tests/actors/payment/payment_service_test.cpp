#include "tests/actors/payment/payment_world.hpp"

namespace boxoffice {
namespace {

using testing::conduct;
using testing::payment_world;
using refusal = payment_refusal;

struct PaymentService : ::testing::Test {
  PaymentService() { world.others.balances[{"u"}] = points{1000}; }
  payment_reply send(const start_payment& m) {
    world.box.send(world.desk, m);
    return world.reply_to(m.correlation);
  }
  payment_reply send(const refund_payment& m) {
    world.box.send(world.desk, m);
    return world.reply_to(m.correlation);
  }
  payment found(payment_id id, const std::string& user) {
    world.box.send(world.desk, find_payment{1, {user}, id});
    return world.box.last<payment_found>().found;
  }
  payment_world world;
};

TEST_F(PaymentService, APurchaseCompletesAndIsAnsweredInFull) {
  auto m = world.pay("u", world.hold("u", 300), 5);
  m.token = {{1}, 77};
  const auto r = send(m);
  EXPECT_EQ(r.fault, fault::none);
  EXPECT_EQ(r.key, key_verdict::fresh);
  const auto& p = r.outcome.paid;
  EXPECT_EQ(p.state, saga_state::completed);
  EXPECT_EQ(p.amount, points{300});
  EXPECT_EQ(p.balance, points{700});
  EXPECT_EQ(p.completed_at, world.time.now());
  world.expect_agreement(p.id);
  ASSERT_EQ(world.store.events.size(), 1U);
  EXPECT_EQ(world.store.events[0].token, (queue_token{{1}, 77}));
  EXPECT_EQ(world.store.events[0].seats, 1U);
  EXPECT_EQ(found(p.id, "u").state, saga_state::completed);
  EXPECT_FALSE(found(p.id, "somebody").id);
  EXPECT_FALSE(found({12345}, "u").id);
}

// But for DEBITED, which follows from STARTED.
TEST_F(PaymentService, WhatACommandFollowsFromIsDurableBeforeIt) {
  std::map<saga_step, saga_state> durable;
  world.others.on_command = [&](saga_step s, payment_id id) {
    if (s != saga_step::none) durable[s] = world.store.rows.at(id).state;
  };
  const auto r = send(world.pay("u", world.hold("u", 300)));
  send(world.refund("u", r.outcome.paid.id));
  EXPECT_EQ(durable[saga_step::debit], saga_state::started);
  EXPECT_EQ(durable[saga_step::confirm], saga_state::started);
  EXPECT_EQ(durable[saga_step::revert], saga_state::refund_started);
  EXPECT_EQ(durable[saga_step::refund], saga_state::refund_released);
}

TEST_F(PaymentService, ARetryGetsTheFirstAnswerAndAnotherBodyIsRefused) {
  const auto held = world.hold("u", 300);
  const auto first = send(world.pay("u", held, 5));
  const auto again = send(world.pay("u", held, 5));
  EXPECT_EQ(again.key, key_verdict::replayed);
  EXPECT_EQ(again.outcome.paid.id, first.outcome.paid.id);
  EXPECT_EQ(send(world.pay("u", held, 5, 2)).key, key_verdict::reused);
  world.restart();
  EXPECT_EQ(send(world.pay("u", held, 5)).key, key_verdict::replayed);
  EXPECT_EQ(send(world.pay("u", held, 5, 2)).key, key_verdict::reused);
  EXPECT_EQ(world.store.rows.size(), 1U);
}

TEST_F(PaymentService, WhileTheFirstRunsItsKeyIsInFlight) {
  world.others.point_delay = milliseconds{200};
  const auto held = world.hold("u", 300);
  const auto first = world.pay("u", held, 5);
  world.box.send(world.desk, first);
  EXPECT_EQ(send(world.pay("u", held, 5)).key, key_verdict::in_flight);
  EXPECT_EQ(send(world.pay("u", held, 5, 2)).key, key_verdict::reused);
  const auto rival = send(world.pay("u", held, 6));
  EXPECT_EQ(rival.outcome.refusal, refusal::payment_in_progress);
  EXPECT_EQ(rival.outcome.other, world.store.rows.begin()->first);
  EXPECT_FALSE(world.store.keys.contains(digest{6, 6}));
  world.box.send(world.desk, find_open_payment{1, {"u"}, held});
  EXPECT_EQ(world.box.last<payment_found>().found.id, rival.outcome.other);
  world.time.advance(milliseconds{200});
  EXPECT_EQ(world.reply_to(first.correlation).outcome.paid.state, saga_state::completed);
  world.box.send(world.desk, find_open_payment{1, {"u"}, held});
  EXPECT_FALSE(world.box.last<payment_found>().found.id);
}

TEST_F(PaymentService, InsufficientPointsIsAnAnswerThatIsKept) {
  world.others.balances[{"u"}] = points{10};
  const auto held = world.hold("u", 300);
  const auto r = send(world.pay("u", held, 5));
  EXPECT_EQ(r.outcome.paid.state, saga_state::failed);
  EXPECT_EQ(r.outcome.paid.failure, payment_failure::insufficient_points);
  EXPECT_EQ(r.outcome.paid.balance, points{10});
  world.others.balances[{"u"}] = points{1000};
  const auto again = send(world.pay("u", held, 5));
  EXPECT_EQ(again.key, key_verdict::replayed);
  EXPECT_EQ(again.outcome.paid.failure, payment_failure::insufficient_points);
  EXPECT_EQ(send(world.pay("u", held, 6)).outcome.paid.state, saga_state::completed);
}

TEST_F(PaymentService, ALiveHoldIsPaidWithoutASlot) {
  for (const auto admission : {queue_check::lapsed, queue_check::still_waiting}) {
    auto m = world.pay("u", world.hold("u", 100));
    m.admission = admission;
    EXPECT_EQ(send(m).outcome.paid.state, saga_state::completed);
  }
}

TEST_F(PaymentService, TheReservationsStateComesBeforeTheQueueToken) {
  const auto held = world.hold("u", 300);
  auto& r = world.others.reservations[held];
  auto m = world.pay("u", held, 20);
  const auto ask = [&](const std::string& user, std::uint64_t key) {
    m = world.pay(user, held, key);
    m.admission = queue_check::token_invalid;
    return send(m).outcome;
  };
  EXPECT_EQ(ask("stranger", 21).refusal, refusal::reservation_not_found);
  EXPECT_EQ(ask("u", 22).refusal, refusal::queue_token_invalid);
  r.expires_at = world.time.now();
  EXPECT_EQ(ask("u", 23).refusal, refusal::reservation_expired);
  EXPECT_EQ(ask("u", 23).expired_at, world.time.now());
  r.status = reservation_status::released;
  EXPECT_EQ(ask("u", 24).refusal, refusal::reservation_released);
  r.status = reservation_status::refunded;
  EXPECT_EQ(ask("u", 25).refusal, refusal::reservation_released);
  r.status = reservation_status::confirmed;
  r.payment = {4711};
  EXPECT_EQ(ask("u", 26).refusal, refusal::reservation_already_paid);
  EXPECT_EQ(ask("u", 26).other, payment_id{4711});
  EXPECT_EQ(send(world.pay("u", {}, 27)).outcome.refusal, refusal::reservation_not_found);
  EXPECT_FALSE(world.store.keys.contains(digest{22, 22}));
  for (const std::uint64_t key : {21U, 23U, 24U, 25U, 26U, 27U})
    EXPECT_TRUE(world.store.keys.at(digest{key, key}).answer) << key;
  EXPECT_TRUE(world.store.rows.empty());
}

TEST_F(PaymentService, PendingIsAnsweredAtTheAnswerDeadlineAndRemembered) {
  world.others.always[saga_step::confirm] = conduct::unavailable;
  const auto held = world.hold("u", 300);
  const auto m = world.pay("u", held, 5);
  world.box.send(world.desk, m);
  world.time.advance(milliseconds{2999});
  EXPECT_TRUE(world.replies().empty());
  world.time.advance(milliseconds{1});
  const auto r = world.reply_to(m.correlation);
  EXPECT_EQ(r.outcome.paid.state, saga_state::debited);
  EXPECT_EQ(world.store.keys.at(digest{5, 5}).answer->paid.state, saga_state::debited);
  world.others.always.clear();
  world.time.advance(std::chrono::seconds{6});
  EXPECT_EQ(found(r.outcome.paid.id, "u").state, saga_state::completed);
  const auto again = send(world.pay("u", held, 5));
  EXPECT_EQ(again.key, key_verdict::replayed);
  EXPECT_EQ(again.outcome.paid.state, saga_state::debited);  // the first answer, not the end
  world.expect_agreement(r.outcome.paid.id);
}

TEST_F(PaymentService, AKeyWhoseSagaSurvivesARestartGetsItsEnd) {
  world.others.script[saga_step::debit] = {conduct::loses_answer};
  const auto held = world.hold("u", 300);
  world.box.send(world.desk, world.pay("u", held, 5));
  world.restart();
  const auto r = send(world.pay("u", held, 5));
  EXPECT_EQ(r.key, key_verdict::replayed);
  EXPECT_EQ(r.outcome.paid.state, saga_state::completed);
  EXPECT_EQ(world.store.rows.size(), 1U);
}

TEST_F(PaymentService, RefundsOnlyWhatIsPaidYoursAndBeforeTheStart) {
  const auto held = world.hold("u", 300);
  const auto id = send(world.pay("u", held)).outcome.paid.id;
  EXPECT_EQ(send(world.refund("other", id, 31)).outcome.refusal, refusal::payment_not_found);
  EXPECT_EQ(send(world.refund("u", {99}, 32)).outcome.refusal, refusal::payment_not_found);
  world.others.starts_at = world.time.now();
  EXPECT_EQ(send(world.refund("u", id, 33)).outcome.refusal, refusal::payment_not_refundable);
  world.others.starts_at += milliseconds{1};
  const auto r = send(world.refund("u", id, 34));
  EXPECT_EQ(r.outcome.paid.state, saga_state::refunded);
  EXPECT_EQ(r.outcome.paid.balance, points{1000});
  world.expect_agreement(id);
  EXPECT_EQ(send(world.refund("u", id, 34)).key, key_verdict::replayed);
  EXPECT_EQ(send(world.refund("u", id, 35)).outcome.refusal, refusal::payment_not_refundable);
  EXPECT_EQ(send(world.pay("u", held, 36)).outcome.refusal, refusal::reservation_released);
}

TEST_F(PaymentService, TwoRefundsAtOnceAreOne) {
  const auto id = send(world.pay("u", world.hold("u", 300))).outcome.paid.id;
  world.box.post(world.desk, world.refund("u", id, 41));
  const auto second = world.refund("u", id, 42);
  world.box.send(world.desk, second);
  EXPECT_EQ(world.reply_to(second.correlation).outcome.refusal, refusal::payment_in_progress);
  world.expect_agreement(id);
}

TEST_F(PaymentService, AFailedCommitOfTheStartIsUnavailableAndNothingWasSent) {
  world.store.fails_once = [](const payment_write& w) { return w.row.has_value(); };
  const auto m = world.pay("u", world.hold("u", 300), 5);
  world.box.send(world.desk, m);
  world.time.advance(std::chrono::seconds{1});
  EXPECT_EQ(world.reply_to(m.correlation).fault, fault::unavailable);
  EXPECT_EQ(world.others.commands[saga_step::debit], 0);
  EXPECT_TRUE(world.store.rows.empty());
  const auto again = send(world.pay("u", m.reservation, 5));  // and it recovers
  EXPECT_EQ(again.key, key_verdict::fresh);
  EXPECT_EQ(again.outcome.paid.state, saga_state::completed);
}

TEST_F(PaymentService, AClientKeepsItsPlaceThroughALostCommit) {
  using next = testing::memory_payment_store::next_commit;
  for (const auto how : {next::fails, next::doubt_done, next::doubt_lost})
    for (const auto at : {saga_state::debited, saga_state::completed}) {
      world.others.balances[{"u"}] = points{300};
      if (at == saga_state::debited)
        world.others.script[saga_step::confirm] = {conduct::unavailable};
      world.store.fails_how = how;
      world.store.fails_once = [at](const payment_write& w) { return w.row && w.row->state == at; };
      const auto m = world.pay("u", world.hold("u", 300), ++world.last_correlation);
      world.box.send(world.desk, m);
      world.time.advance(std::chrono::seconds{1});
      const auto r = world.reply_to(m.correlation);
      EXPECT_EQ(r.fault, fault::none);
      EXPECT_EQ(r.outcome.paid.state, saga_state::completed);
      world.expect_agreement(r.outcome.paid.id);
      EXPECT_EQ(send(world.pay("u", m.reservation, m.key.scope.high)).key, key_verdict::replayed);
    }
}

TEST_F(PaymentService, AStartInDoubtThatIsThereGoesOn) {
  world.store.fails_how = testing::memory_payment_store::next_commit::doubt_done;
  world.store.fails_once = [](const payment_write& w) { return w.row.has_value(); };
  world.store.unreadable = 0;
  const auto m = world.pay("u", world.hold("u", 300), 5);
  world.box.post(world.desk, m);
  world.time.run();
  world.store.unreadable = 3;  // and the store stays away for a while
  world.time.advance(std::chrono::seconds{2});
  EXPECT_EQ(world.reply_to(m.correlation).outcome.paid.state, saga_state::completed);
  EXPECT_EQ(world.store.rows.size(), 1U);
}

TEST_F(PaymentService, ARefusalIsAnsweredOnlyWhenItIsKept) {
  using next = testing::memory_payment_store::next_commit;
  const auto refused = [&](next how, std::uint64_t key) {
    world.store.script = {how};
    const auto m = world.pay("u", {}, key);
    world.box.send(world.desk, m);
    world.time.advance(std::chrono::seconds{1});
    return world.reply_to(m.correlation);
  };
  EXPECT_EQ(refused(next::fails, 51).fault, fault::unavailable);
  EXPECT_EQ(refused(next::doubt_lost, 52).fault, fault::unavailable);
  const auto kept = refused(next::doubt_done, 53);
  EXPECT_EQ(kept.fault, fault::none);
  EXPECT_EQ(kept.outcome.refusal, refusal::reservation_not_found);
  EXPECT_EQ(send(world.pay("u", {}, 53)).key, key_verdict::replayed);
  EXPECT_EQ(send(world.pay("u", {}, 51)).key, key_verdict::fresh);
}

TEST_F(PaymentService, IdsGrowPerShardThroughRestartsAndBackwardClocks) {
  payment_id last;
  for (int i = 0; i < 6; ++i) {
    const auto id = send(world.pay("u", world.hold("u", 1))).outcome.paid.id;
    EXPECT_EQ(shard_of(id), shard_of(user_id{"u"}));
    EXPECT_GT(id.value, last.value);
    last = id;
    if (i % 2 == 1) {
      world.time.jump(std::chrono::hours{-1});
      world.restart();
    }
  }
}

TEST_F(PaymentService, TooManyOpenSagasAreShed) {
  world.open_sagas_max = 2;
  world.restart();
  world.others.always[saga_step::debit] = conduct::loses_command;
  world.box.send(world.desk, world.pay("u", world.hold("u", 1)));
  world.box.send(world.desk, world.pay("u", world.hold("u", 1)));
  EXPECT_EQ(send(world.pay("u", world.hold("u", 1))).fault, fault::overloaded);
}

TEST_F(PaymentService, AFullCommitterShedsStartsAndDelaysTheRest) {
  world.time.commits().hold();
  world.queue_max = 1;
  world.restart();
  world.others.balances[{"u"}] = points{1000};
  const auto first = world.pay("u", world.hold("u", 1));
  world.box.send(world.desk, first);
  EXPECT_EQ(send(world.pay("u", world.hold("u", 1))).fault, fault::overloaded);
  world.time.commits().resume();
  world.time.advance(std::chrono::seconds{1});
  EXPECT_EQ(world.reply_to(first.correlation).outcome.paid.state, saga_state::completed);
}

TEST_F(PaymentService, AnUnreachableReservationServiceMeansSurelyNotDone) {
  world.others.always[saga_step::none] = conduct::loses_command;
  const auto held = world.hold("u", 300);
  const auto m = world.pay("u", held, 5);
  world.box.send(world.desk, m);
  world.time.advance(std::chrono::seconds{4});
  EXPECT_EQ(world.reply_to(m.correlation).fault, fault::unavailable);
  world.others.always.clear();
  EXPECT_EQ(send(world.pay("u", held, 5)).outcome.paid.state, saga_state::completed);
}

TEST_F(PaymentService, WhatCannotBeUndoneIsParkedWithItsReason) {
  world.rules.undo_tries_max = 3;
  world.restart();
  world.others.script[saga_step::confirm] = {conduct::refuses};
  world.others.always[saga_step::refund] = conduct::unavailable;
  world.box.send(world.desk, world.pay("u", world.hold("u", 300), 5));
  world.time.advance(std::chrono::seconds{20});
  const auto& row = world.store.rows.begin()->second;
  EXPECT_EQ(row.state, saga_state::parked);
  EXPECT_EQ(row.reason, "refund without an answer after 3 tries");
  EXPECT_EQ(row.failure, payment_failure::reservation_expired);
  EXPECT_GE(world.store.timeline(row.id).size(), 8U);
}

}  // namespace
}  // namespace boxoffice
