#include "tests/actors/payment/payment_world.hpp"

namespace boxoffice {
namespace {

using testing::conduct;
using testing::payment_world;
using fate = testing::memory_payment_store::next_commit;

/// A desk with sagas that an operator looks after.
struct Operators : ::testing::Test {
  Operators() {
    world.rules.undo_tries_max = 3;
    world.restart();
    world.others.balances[{"u"}] = points{1000};
  }
  /// A purchase whose points cannot be given back.
  payment_id parked_purchase() {
    world.others.script[saga_step::confirm] = {conduct::refuses};
    world.others.always[saga_step::refund] = conduct::unavailable;
    return park(world.pay("u", world.hold("u", 300)));
  }
  /// A refund whose seats cannot be released.
  payment_id parked_refund() {
    const auto m = world.pay("u", world.hold("u", 300));
    world.box.send(world.desk, m);
    world.others.always[saga_step::revert] = conduct::unavailable;
    return park(world.refund("u", world.reply_to(m.correlation).outcome.paid.id));
  }
  template <class Command>
  payment_id park(const Command& m) {
    world.box.send(world.desk, m);
    world.time.advance(std::chrono::seconds{20});
    const auto id = world.reply_to(m.correlation).outcome.paid.id;
    EXPECT_EQ(world.store.rows.at(id).state, saga_state::parked);
    world.others.always.clear();
    return id;
  }
  template <class Command>
  saga_command_reply tell(Command m) {
    answers.send(world.desk, std::move(m));
    return answers.last<saga_command_reply>();
  }
  std::int64_t counted(saga_state s) {
    return world.time.metrics()
        .gauge("boxoffice_sagas", "", {{"state", std::string{name_of(s)}}})
        .value();
  }

  payment_world world;
  testing::inbox<saga_list, saga_report, saga_command_reply> answers{world.time};
};

TEST_F(Operators, AParkedPurchaseIsResumedAndUndone) {
  const auto id = parked_purchase();
  EXPECT_EQ(counted(saga_state::parked), 1);
  const auto r = tell(resume_saga{7, id});
  EXPECT_EQ(r.correlation, 7U);
  EXPECT_EQ(r.refusal, saga_refusal::none);
  EXPECT_EQ(r.row.state, saga_state::refunding);
  EXPECT_EQ(world.store.rows.at(id).state, saga_state::compensated);
  world.expect_agreement(id);
  EXPECT_EQ(counted(saga_state::parked), 0);
  EXPECT_EQ(counted(saga_state::refunding), 0);
  const auto again = tell(resume_saga{8, id});
  EXPECT_EQ(again.refusal, saga_refusal::saga_not_parked);
  EXPECT_EQ(again.row.state, saga_state::compensated);
  world.expect_agreement(id);
}

TEST_F(Operators, AParkedRefundIsResumedAndFinished) {
  const auto id = parked_refund();
  tell(resume_saga{7, id});
  EXPECT_EQ(world.store.rows.at(id).state, saga_state::refunded);
  world.expect_agreement(id);
}

TEST_F(Operators, AnAbortOfAPurchaseEndsAsAborted) {
  const auto id = parked_purchase();
  const auto r = tell(abort_saga{7, id, "the buyer rang"});
  EXPECT_EQ(r.row.failure, payment_failure::aborted);
  const auto& row = world.store.rows.at(id);
  EXPECT_EQ(row.state, saga_state::compensated);
  EXPECT_EQ(row.reason, "the buyer rang");
  world.expect_agreement(id);
  EXPECT_EQ(tell(abort_saga{8, id, "again"}).refusal, saga_refusal::saga_not_parked);
}

TEST_F(Operators, AnAbortAfterTheConfirmRevertsBeforeItRefunds) {
  const auto id = parked_refund();
  std::vector<saga_step> asked;
  world.others.on_command = [&](saga_step s, payment_id) { asked.push_back(s); };
  tell(abort_saga{7, id, "the buyer rang"});
  EXPECT_EQ(asked, (std::vector<saga_step>{saga_step::revert, saga_step::refund}));
  EXPECT_EQ(world.store.rows.at(id).state, saga_state::refunded);
  world.expect_agreement(id);
}

TEST_F(Operators, WhatTheyDecideIsDurableBeforeItIsAnsweredAndSurvivesAKill) {
  for (const bool abort : {false, true}) {
    const auto id = parked_purchase();
    world.others.always[saga_step::refund] = conduct::loses_command;
    world.others.always[saga_step::revert] = conduct::loses_command;
    world.time.commits().hold();
    const auto before = answers.all<saga_command_reply>().size();
    if (abort)
      answers.send(world.desk, abort_saga{1, id, "why"});
    else
      answers.send(world.desk, resume_saga{1, id});
    EXPECT_EQ(answers.all<saga_command_reply>().size(), before);
    world.time.commits().resume();
    world.time.run();
    EXPECT_EQ(answers.all<saga_command_reply>().size(), before + 1);
    EXPECT_EQ(world.store.rows.at(id).state, saga_state::refunding);
    world.others.always.clear();
    world.restart();
    EXPECT_EQ(world.store.rows.at(id).state, saga_state::compensated);
    EXPECT_EQ(counted(saga_state::parked), 0);
    world.expect_agreement(id);
  }
}

TEST_F(Operators, ALostCommitLeavesItParkedOrUnderWayAndSaysSo) {
  for (const auto lost : {fate::fails, fate::doubt_lost, fate::doubt_done}) {
    const auto id = parked_purchase();
    world.store.script = {lost};
    EXPECT_EQ(tell(resume_saga{1, id}).fault, fault::in_doubt);
    world.time.advance(std::chrono::seconds{5});
    const auto done = lost == fate::doubt_done;
    EXPECT_EQ(world.store.rows.at(id).state, done ? saga_state::compensated : saga_state::parked);
    EXPECT_EQ(counted(saga_state::parked), done ? 0 : 1);
    tell(resume_saga{2, id});
    world.expect_agreement(id);
  }
}

TEST_F(Operators, TwoCommandsAtOnceMoveItOnce) {
  const auto id = parked_purchase();
  world.time.commits().hold();  // so that both would find it parked in the store
  answers.post(world.desk, resume_saga{1, id});
  answers.post(world.desk, abort_saga{2, id, "why"});
  world.time.run();
  world.time.commits().resume();
  world.time.run();
  const auto& all = answers.all<saga_command_reply>();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(
      std::ranges::count_if(
          all,
          [](const auto& r) { return r.fault == fault::none && r.refusal == saga_refusal::none; }),
      1);
  EXPECT_EQ(world.store.rows.at(id).failure, payment_failure::reservation_expired);
  world.expect_agreement(id);
}

TEST_F(Operators, WhatIsNotThereOrNotParkedIsRefused) {
  EXPECT_EQ(tell(resume_saga{1, {4711}}).refusal, saga_refusal::payment_not_found);
  EXPECT_EQ(tell(abort_saga{1, {4711}, "x"}).refusal, saga_refusal::payment_not_found);
  world.others.always[saga_step::confirm] = conduct::loses_command;
  world.box.send(world.desk, world.pay("u", world.hold("u", 300)));
  const auto id = world.store.rows.begin()->first;
  const auto r = tell(abort_saga{1, id, "too slow"});
  EXPECT_EQ(r.refusal, saga_refusal::saga_not_parked);
  EXPECT_EQ(r.row.state, saga_state::started) << "as it is written";
  world.store.unreadable = 1;
  EXPECT_EQ(tell(resume_saga{1, {4711}}).fault, fault::unavailable);
}

TEST_F(Operators, ParkedSagasAreCountedAfterARestart) {
  const auto first = parked_purchase();
  const auto second = parked_refund();
  world.time.metrics().gauge("boxoffice_sagas", "", {{"state", "parked"}}).set(0);
  world.restart();
  EXPECT_EQ(counted(saga_state::parked), 2);
  tell(resume_saga{1, first});
  EXPECT_EQ(counted(saga_state::parked), 1);
  tell(abort_saga{1, second, "x"});
  EXPECT_EQ(counted(saga_state::parked), 0);
  world.expect_agreement(first);
  world.expect_agreement(second);
}

TEST_F(Operators, AResumedSagaDoesNotHideAYoungerPaymentOfItsReservation) {
  world.others.always[saga_step::confirm] = conduct::loses_command;
  world.others.always[saga_step::revert] = conduct::unavailable;
  const auto held = world.hold("u", 300);
  const auto m = world.pay("u", held);
  world.box.send(world.desk, m);
  world.time.advance(std::chrono::seconds{60});
  const auto old = world.store.rows.begin()->first;
  ASSERT_EQ(world.store.rows.at(old).state, saga_state::parked);
  world.others.always.clear();
  world.others.always[saga_step::debit] = conduct::loses_command;
  const auto young = world.pay("u", held);
  world.box.send(world.desk, young);
  tell(resume_saga{1, old});
  EXPECT_EQ(world.store.rows.at(old).state, saga_state::compensated);
  world.box.send(world.desk, find_open_payment{5, {"u"}, held});
  EXPECT_NE(world.box.last<payment_found>().found.id, old);
  EXPECT_TRUE(world.box.last<payment_found>().found.id);
  world.others.always.clear();
  world.time.advance(std::chrono::seconds{5});
  EXPECT_EQ(world.reply_to(young.correlation).outcome.paid.state, saga_state::completed);
  world.expect_agreement(old);
}

TEST_F(Operators, SagasAreListedPageByPageAndShownWithTheirTimeline) {
  const auto parked = parked_purchase();
  world.time.advance(std::chrono::seconds{100});
  const auto m = world.pay("u", world.hold("u", 100));
  world.box.send(world.desk, m);
  const auto paid = world.reply_to(m.correlation).outcome.paid.id;
  const auto list = [&](list_sagas question) {
    answers.send(world.desk, question);
    std::vector<payment_id> ids;
    for (const auto& p : answers.last<saga_list>().sagas)
      ids.push_back(p.id);
    return ids;
  };
  using ids = std::vector<payment_id>;
  using wanted = list_sagas::wanted;
  EXPECT_EQ(list({.after = {}, .limit = 10}), (ids{paid, parked}));
  EXPECT_EQ(answers.last<saga_list>().follows, saga_list::more::no);
  EXPECT_EQ(list({.after = {}, .limit = 1}), ids{paid});
  EXPECT_EQ(answers.last<saga_list>().follows, saga_list::more::yes);
  EXPECT_EQ(list({.after = paid, .limit = 1}), ids{parked});
  EXPECT_EQ(list({.what = wanted::one_state, .state = saga_state::parked, .after = {}, .limit = 9}),
            ids{parked});
  EXPECT_EQ(list({.unchanged_for_seconds = 100, .after = {}, .limit = 9}), ids{parked});

  answers.send(world.desk, read_saga{3, parked});
  const auto report = answers.last<saga_report>();
  EXPECT_EQ(report.row.state, saga_state::parked);
  ASSERT_FALSE(report.timeline.empty());
  EXPECT_EQ(report.timeline.front().what, "started");
  EXPECT_EQ(report.timeline.back().what, "parked: refund without an answer after 3 tries");
  EXPECT_EQ(report.timeline.back().state, saga_state::parked);
  answers.send(world.desk, read_saga{4, {4711}});
  EXPECT_FALSE(answers.last<saga_report>().row.id);
  world.store.unreadable = 1;
  answers.send(world.desk, read_saga{5, parked});
  EXPECT_EQ(answers.last<saga_report>().fault, fault::unavailable);
}

}  // namespace
}  // namespace boxoffice
