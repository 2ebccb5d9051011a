#include "actors/payment/saga.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point t0{milliseconds{1'000'000}};

payment wanted() {
  payment p;
  p.id = make_payment_id(3, t0, 1);
  p.reservation = reservation_id{{1}, 1};
  p.user = {"u"};
  p.amount = {300};
  p.seats = 2;
  return p;
}

payment in(saga_state s, payment_failure f = payment_failure::none) {
  auto p = *saga::begin(wanted(), {}, t0).row;
  p.state = s;
  p.failure = f;
  if (s == saga_state::refund_started || s == saga_state::refund_released) p.completed_at = t0;
  return p;
}

enum class answered : std::uint8_t { done, refused, unknown, silence };

saga_decision play(saga& s, saga_step step, answered how, time_point now) {
  const auto result = how == answered::done      ? step_result::done
                      : how == answered::refused ? step_result::refused
                                                 : step_result::unknown;
  if (how == answered::silence) return s.timed_out(now, 0);
  switch (step) {
    case saga_step::debit:
      return s.debit_answered({result, payment_failure::insufficient_points, {5}}, now, 0);
    case saga_step::confirm:
      return s.confirm_answered({result, confirm_refusal::reservation_expired}, now, 0);
    case saga_step::revert:
      return s.revert_answered({result}, now, 0);
    case saga_step::refund:
      return s.refund_answered({result, refund_answer::returned::points, {5}}, now, 0);
    case saga_step::none:
      break;
  }
  return {};
}

struct line {
  saga_state from;
  saga_step asks;
  answered how;
  milliseconds at;  ///< since the start; the deadline is at 30 s
  saga_state to;    ///< the same: no transition
};

TEST(Saga, WhatTheServerWasAwayForIsNobodysSilence) {
  auto s = saga{in(saga_state::started), saga_rules{}};
  const auto asked = s.resume(t0);
  ASSERT_EQ(asked.send, saga_step::debit);
  const auto late = std::chrono::hours{1};
  s.stood_still(late);
  const auto now = *asked.due + late;
  const auto pause = s.timed_out(now, 0);
  EXPECT_FALSE(pause.row) << "not given up";
  EXPECT_EQ(s.timed_out(*pause.due, 0).send, saga_step::debit) << "asked once more";
  EXPECT_TRUE(s.timed_out(t0 + late + saga_rules{}.deadline, 0).row);
}

// The table of saga.hpp.
TEST(Saga, FollowsItsTable) {
  using s = saga_state;
  const auto early = milliseconds{600}, late = milliseconds{30'000};
  const line table[] = {
      {s::started, saga_step::debit, answered::refused, early, s::failed},
      {s::started, saga_step::debit, answered::unknown, early, s::started},
      {s::started, saga_step::debit, answered::unknown, late, s::refunding},
      {s::started, saga_step::debit, answered::silence, early, s::started},
      {s::started, saga_step::debit, answered::silence, late, s::refunding},
      {s::debited, saga_step::confirm, answered::done, early, s::completed},
      {s::debited, saga_step::confirm, answered::done, late, s::completed},
      {s::debited, saga_step::confirm, answered::refused, early, s::refunding},
      {s::debited, saga_step::confirm, answered::unknown, early, s::debited},
      {s::debited, saga_step::confirm, answered::unknown, late, s::refunding},
      {s::debited, saga_step::confirm, answered::silence, late, s::refunding},
      {s::refunding, saga_step::refund, answered::done, late, s::compensated},
      {s::refunding, saga_step::refund, answered::unknown, late, s::refunding},
      {s::refunding, saga_step::refund, answered::silence, late, s::refunding},
      {s::refund_started, saga_step::revert, answered::done, late, s::refund_released},
      {s::refund_started, saga_step::revert, answered::unknown, late, s::refund_started},
      {s::refund_released, saga_step::refund, answered::done, late, s::refunded},
      {s::refund_released, saga_step::refund, answered::silence, late, s::refund_released},
  };
  for (const auto& l : table) {
    SCOPED_TRACE(testing::Message()
                 << name_of(l.from) << " " << static_cast<int>(l.how) << " at " << l.at.count());
    saga saga{in(l.from, l.from == s::refunding ? payment_failure::reservation_expired
                                                : payment_failure::none),
              {}};
    EXPECT_EQ(saga.resume(t0).send, l.asks);
    const auto d = play(saga, l.asks, l.how, t0 + l.at);
    EXPECT_EQ(saga.row().state, l.to);
    EXPECT_EQ(d.row.has_value(), l.to != l.from);
    EXPECT_EQ(d.send, saga_step::none);  // durable first
    EXPECT_EQ(d.due.has_value(), l.to == l.from);
    EXPECT_EQ(d.event.has_value(), l.to == s::completed || l.to == s::refunded);
  }
}

// DEBITED follows from STARTED: it is written when the confirm has to be asked again.
TEST(Saga, ADebitIsWrittenWithWhatComesNext) {
  saga s{in(saga_state::started), {}};
  s.resume(t0);
  auto d = s.debit_answered({step_result::done, {}, {5}}, t0 + milliseconds{1}, 0);
  EXPECT_FALSE(d.row);
  EXPECT_EQ(d.send, saga_step::confirm);
  EXPECT_TRUE(d.due);
  EXPECT_EQ(s.row().state, saga_state::debited);
  d = s.confirm_answered({step_result::unknown, {}, {}}, t0 + milliseconds{2}, 0);
  ASSERT_TRUE(d.row);
  EXPECT_EQ(d.row->state, saga_state::debited);
  EXPECT_EQ(d.row->balance, points{5});
  EXPECT_EQ(d.send, saga_step::none) << "durable first";
  EXPECT_EQ(s.committed(t0 + milliseconds{3}).send, saga_step::confirm);
  d = s.confirm_answered({step_result::unknown, {}, {}}, t0 + milliseconds{4}, 0);
  EXPECT_FALSE(d.row) << "it is written";
  EXPECT_TRUE(d.due);
}

TEST(Saga, ARefusedConfirmUndoesADebitThatWasNotWritten) {
  saga s{in(saga_state::started), {}};
  s.resume(t0);
  s.debit_answered({step_result::done, {}, {5}}, t0, 0);
  const auto d =
      s.confirm_answered({step_result::refused, confirm_refusal::reservation_expired, {}}, t0, 0);
  EXPECT_EQ(d.row->state, saga_state::refunding);
  EXPECT_EQ(s.committed(t0).send, saga_step::refund);
}

TEST(Saga, ADebitThatWasNotWrittenIsAskedAgainAfterACrashAlsoLate) {
  saga s{in(saga_state::started), {}};
  const auto late = t0 + std::chrono::hours{2};
  EXPECT_EQ(s.resume(late).send, saga_step::debit);
  EXPECT_EQ(s.debit_answered({}, late, 0).send, saga_step::confirm);
  EXPECT_EQ(s.confirm_answered({}, late, 0).row->state, saga_state::completed);
}

TEST(Saga, GivingUpRevertsBeforeItRefunds) {
  saga s{in(saga_state::debited), {}};
  s.resume(t0);
  const auto gone = s.timed_out(t0 + saga_rules{}.deadline, 0);
  EXPECT_EQ(gone.row->failure, payment_failure::deadline_exceeded);
  EXPECT_EQ(s.committed(t0).send, saga_step::revert);
  EXPECT_FALSE(s.refund_answered({}, t0, 0).row);  // not its turn
  EXPECT_EQ(s.revert_answered({}, t0, 0).send, saga_step::refund);
  EXPECT_EQ(s.refund_answered({step_result::done, refund_answer::returned::nothing, {}}, t0, 0)
                .row->state,
            saga_state::failed);
}

TEST(Saga, WhileAWriteIsOnItsWayNothingCounts) {
  saga s{in(saga_state::debited), {}};
  s.resume(t0);
  s.confirm_answered({step_result::refused, confirm_refusal::reservation_expired, {}}, t0, 0);
  ASSERT_TRUE(s.is_writing());
  EXPECT_FALSE(s.confirm_answered({}, t0, 0).row);
  EXPECT_FALSE(s.debit_answered({step_result::refused, {}, {}}, t0, 0).row);
  EXPECT_FALSE(s.timed_out(t0 + std::chrono::hours{1}, 0).row);
  EXPECT_EQ(s.committed(t0).send, saga_step::refund);
}

// docs/PROMISES.md, G10.
TEST(Saga, WhatIsOverIsNeverUndone) {
  for (const auto end :
       {saga_state::completed, saga_state::failed, saga_state::compensated, saga_state::refunded}) {
    saga s{in(end), {}};
    const auto late = t0 + std::chrono::hours{1};
    EXPECT_EQ(s.resume(late).send, saga_step::none);
    for (const auto step :
         {saga_step::debit, saga_step::confirm, saga_step::revert, saga_step::refund})
      for (const auto how :
           {answered::done, answered::refused, answered::unknown, answered::silence}) {
        const auto d = play(s, step, how, late);
        EXPECT_FALSE(d.row || d.due || d.send != saga_step::none);
      }
    EXPECT_FALSE(s.operator_resumes(late).row);
    EXPECT_FALSE(s.operator_aborts("x", late).row);
    EXPECT_EQ(s.row().state, end);
  }
}

TEST(Saga, PausesDoubleToTheCapWithJitter) {
  saga_rules rules;
  rules.deadline = std::chrono::hours{1};
  saga s{*saga::begin(wanted(), rules, t0).row, rules};
  auto now = t0;
  s.resume(now);
  for (const auto base : {50, 100, 200, 400, 800, 1600, 3200, 5000, 5000}) {
    const auto d = s.debit_answered({step_result::unknown, {}, {}}, now, 0);
    ASSERT_TRUE(d.due);
    EXPECT_EQ((*d.due - now).count(), base - base * rules.jitter_percent / 100);
    EXPECT_EQ(s.timed_out(*d.due - milliseconds{1}, 0).send, saga_step::none);
    now = *d.due;
    EXPECT_EQ(s.timed_out(now, 0).send, saga_step::debit);
  }
  const auto top = s.debit_answered({step_result::unknown, {}, {}}, now, 2000);
  EXPECT_EQ((*top.due - now).count(), 6000);
}

TEST(Saga, ALateFaultDoesNotHurryTheNextTry) {
  saga s{in(saga_state::started), {}};
  s.resume(t0);
  EXPECT_TRUE(s.debit_answered({step_result::unknown, {}, {}}, t0, 0).due);
  EXPECT_FALSE(s.debit_answered({step_result::unknown, {}, {}}, t0, 0).due);
}

TEST(Saga, AResumedSagaAsksOnceMoreAfterItsDeadline) {
  const auto late = t0 + std::chrono::hours{2};
  saga s{in(saga_state::debited), {}};
  EXPECT_EQ(s.resume(late).send, saga_step::confirm);
  EXPECT_EQ(s.confirm_answered({}, late, 0).row->state, saga_state::completed);
}

TEST(Saga, UndoingIsParkedAfterItsTriesAndResumedByAnOperator) {
  saga_rules rules;
  rules.undo_tries_max = 2;
  for (const auto from : {saga_state::refunding, saga_state::refund_started}) {
    saga s{in(from, payment_failure::reservation_expired), rules};
    const auto step = s.resume(t0).send;
    const auto pause = play(s, step, answered::unknown, t0);
    s.timed_out(*pause.due, 0);
    EXPECT_EQ(play(s, step, answered::unknown, t0).row->state, saga_state::parked);
    s.committed(t0);
    EXPECT_FALSE(s.row().reason.empty());
    EXPECT_EQ(s.operator_resumes(t0).row->state, from);
    EXPECT_TRUE(s.row().reason.empty()) << "it is no longer true";
    EXPECT_FALSE(s.operator_resumes(t0).row) << "repeating it is harmless";
    EXPECT_EQ(s.committed(t0).send, step);
    EXPECT_FALSE(s.operator_resumes(t0).row);
  }
}

TEST(Saga, AnAbortUndoesAParkedPurchase) {
  saga purchase{in(saga_state::parked, payment_failure::reservation_expired), {}};
  const auto d = purchase.operator_aborts("asked by phone", t0);
  EXPECT_EQ(d.row->state, saga_state::refunding);
  EXPECT_EQ(d.row->failure, payment_failure::aborted);
  EXPECT_EQ(d.row->reason, "asked by phone");
  EXPECT_EQ(d.notes.back().what, "aborted by an operator: asked by phone");
  EXPECT_FALSE(purchase.operator_aborts("again", t0).row) << "while it is written";
  EXPECT_EQ(purchase.committed(t0).send, saga_step::revert);
  EXPECT_FALSE(purchase.operator_aborts("again", t0).row);
  EXPECT_FALSE(purchase.operator_resumes(t0).row);
}

TEST(Saga, AnAbortOfAParkedRefundTakesTheSameWayBackSeatsFirst) {
  auto parked = in(saga_state::parked);
  parked.completed_at = t0;
  parked.reason = "refund without an answer after 2 tries";
  saga refund{parked, {}};
  const auto d = refund.operator_aborts("asked by phone", t0);
  EXPECT_EQ(d.row->state, saga_state::refund_started);
  EXPECT_EQ(d.row->failure, payment_failure::none);
  EXPECT_EQ(d.row->reason, "") << "users see it";
  EXPECT_EQ(d.notes.back().what, "aborted by an operator: asked by phone");
  EXPECT_EQ(refund.committed(t0).send, saga_step::revert);
  EXPECT_EQ(refund.revert_answered({}, t0, 0).row->state, saga_state::refund_released);
  EXPECT_EQ(refund.committed(t0).send, saga_step::refund);
  EXPECT_EQ(refund.refund_answered({}, t0, 0).row->state, saga_state::refunded);
}

TEST(Saga, ARefundIsToldOfAsOfTheReleaseOfTheSeats) {
  saga_rules rules;
  rules.undo_tries_max = 1;
  saga s{in(saga_state::refund_started), rules};
  s.resume(t0);
  const auto released = t0 + milliseconds{10};
  EXPECT_EQ(s.revert_answered({}, released, 0).row->released_at, released);
  s.committed(released);
  const auto later = t0 + std::chrono::hours{1};
  EXPECT_EQ(s.refund_answered({step_result::unknown, {}, {}}, later, 0).row->state,
            saga_state::parked);
  s.committed(later);
  // The way begins anew, and the seats were free all the time.
  s.operator_resumes(later);
  s.committed(later);
  EXPECT_EQ(s.revert_answered({}, later, 0).row->released_at, released);
  s.committed(later);
  const auto d = s.refund_answered({}, later, 0);
  EXPECT_EQ(d.event->occurred_at, released);
  EXPECT_EQ(d.row->changed_at, later);
}

TEST(Saga, ATransitionCarriesEveryNoteBeforeIt) {
  saga s{in(saga_state::refunding, payment_failure::reservation_expired), {}};
  auto now = t0;
  auto d = s.resume(now);
  auto handed_out = d.notes.size();
  for (int tries = 0; tries < 9; ++tries) {
    d = play(s, saga_step::refund, answered::unknown, now);
    handed_out += d.notes.size();
    now = *d.due;
    handed_out += s.timed_out(now, 0).notes.size();
  }
  EXPECT_EQ(handed_out, limits::saga_notes_portion) << "one portion";
  d = play(s, saga_step::refund, answered::done, now);
  EXPECT_EQ(handed_out + d.notes.size(), 1U + 9 * 2 + 1);
  EXPECT_EQ(d.notes.back().what, "done");
}

TEST(Saga, TheTimelineNamesEveryStepAndTry) {
  saga s{in(saga_state::started), {}};
  s.resume(t0);
  const auto pause = s.debit_answered({step_result::unknown, {}, {}}, t0 + milliseconds{1}, 0);
  s.timed_out(*pause.due, 0);
  const auto d = s.debit_answered({step_result::refused, payment_failure::insufficient_points, {}},
                                  t0 + milliseconds{900}, 0);
  std::vector<std::string> what;
  for (const auto& n : d.notes)
    what.push_back(n.what);
  EXPECT_EQ(what, (std::vector<std::string>{"sent", "not available", "asked again (1)",
                                            "refused: insufficient_points"}));
  EXPECT_EQ(d.notes.back().state, saga_state::failed);
}

}  // namespace
}  // namespace boxoffice
