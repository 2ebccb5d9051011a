#pragma once

#include "tests/storage/samples.hpp"

#include <gtest/gtest.h>

/// What every payment_store with its reader keeps. `Backend` as in reservation_store_contract.hpp.
namespace boxoffice::test {

template <class Backend>
class PaymentStoreContract : public ::testing::Test {
 protected:
  static constexpr reservation_id wanted = reservation_id{{3}, 1};
  const std::vector<std::string> both{"a", "b"};
  Backend backend_;
  payment_store& store_ = backend_.store();
  payment_reader& reader_ = backend_.reader();

  static payment_id id(std::uint32_t n) { return make_payment_id(63, at(n), n); }
  static payment_write publish(std::uint64_t event_number, const payment& of) {
    auto w = write(of);
    w.event = event(event_number, of);
    return w;
  }
  static payment_write consume(const std::string& consumer, std::uint64_t through) {
    payment_write w;
    w.consumed = {consumer, through};
    return w;
  }
  /// What the relay of `consumer` writes when it parks events.
  payment_write park(const std::string& consumer, std::uint64_t through,
                     const std::vector<payment_event>& events, const std::string& reason) {
    auto w = consume(consumer, through);
    w.parked.reserve(events.size());
    for (const auto& e : events)
      w.parked.push_back({consumer, e, reason, at(50)});
    return w;
  }
  static std::vector<event_id> ids_of(const std::vector<parked_event>& parked) {
    std::vector<event_id> ids;
    ids.reserve(parked.size());
    for (const auto& p : parked)
      ids.push_back(p.event.id);
    return ids;
  }
  void publish_some(std::uint32_t count, std::uint32_t from = 1) {
    for (auto i = from; i < from + count; ++i)
      ASSERT_EQ(commit(store_, publish(i, started(id(i), reservation_id{{3}, i}))),
                commit_outcome::committed);
  }
};

TYPED_TEST_SUITE_P(PaymentStoreContract);

TYPED_TEST_P(PaymentStoreContract, ReadsEveryFieldBack) {
  auto p = started(this->id(1), this->wanted);
  p.from = {"request 'one'", ""};
  p.seat_names = "A-1,A-2";
  ASSERT_EQ(commit(this->store_, write(p)), commit_outcome::committed);
  EXPECT_EQ(fields_of(*this->reader_.find(p.id)), fields_of(p));
  ASSERT_EQ(this->reader_.open_sagas().size(), 1U);
  EXPECT_EQ(this->reader_.open_sagas()[0].row.from, p.from) << "also after a restart";
  p = with(p, saga_state::completed);
  p.failure = payment_failure::aborted;
  p.reason = "by Ada: \"no\"";
  p.token = queue_token{p.concert, ~std::uint64_t{0} >> 1};
  p.holds_else = true;
  p.seats = 4;
  p.balance = {77};
  p.changed_at = at(9);
  p.released_at = at(8);
  p.parked_from = saga_state::refund_released;
  p.from = {std::string(64, 'a'), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"};
  ASSERT_EQ(commit(this->store_, write(p)), commit_outcome::committed);
  EXPECT_EQ(fields_of(*this->reader_.find(p.id)), fields_of(p));
  EXPECT_FALSE(this->reader_.find({1}));
}

TYPED_TEST_P(PaymentStoreContract, AFailedBatchLeavesNothing) {
  const auto paid = with(started(this->id(1), this->wanted), saga_state::completed);
  ASSERT_EQ(commit(this->store_, write(paid)), commit_outcome::committed);
  const auto other = started(this->id(2), reservation_id{{3}, 2});
  auto first = this->publish(1, other);
  first.key = key(1);
  first.key_payment = other.id;
  first.notes.push_back({other.id, at(0), saga_state::started, saga_step::debit, "sent"});
  const auto rival = with(started(this->id(3), this->wanted), saga_state::completed);
  EXPECT_EQ(commit(this->store_, first, write(rival)), commit_outcome::refused);
  EXPECT_FALSE(this->reader_.find(other.id));
  EXPECT_FALSE(this->reader_.find_key(key(1).scope));
  EXPECT_TRUE(this->reader_.timeline(other.id).empty());
  EXPECT_TRUE(this->reader_.events_after(0, 10).empty());
  EXPECT_EQ(commit(this->store_, first), commit_outcome::committed);
}

TYPED_TEST_P(PaymentStoreContract, OnePaymentKeepsTheSeats) {
  const auto first = started(this->id(1), this->wanted);
  const auto second = started(this->id(2), this->wanted);
  ASSERT_EQ(commit(this->store_, write(with(first, saga_state::completed)),
                   write(with(second, saga_state::failed))),
            commit_outcome::committed);
  auto keeps = with(second, saga_state::completed);
  for (const auto s : {saga_state::completed, saga_state::refund_started,
                       saga_state::refund_released, saga_state::parked}) {
    keeps.state = s;
    EXPECT_EQ(commit(this->store_, write(keeps)), commit_outcome::refused);
  }
  auto refunded = with(first, saga_state::completed);
  refunded.state = saga_state::refunded;
  EXPECT_EQ(commit(this->store_, write(refunded), write(with(second, saga_state::completed))),
            commit_outcome::committed);
}

TYPED_TEST_P(PaymentStoreContract, APaymentKeepsWhatItIsAbout) {
  const auto p = started(this->id(1), this->wanted);
  ASSERT_EQ(commit(this->store_, write(p)), commit_outcome::committed);
  auto other = p;
  other.amount = {1};
  EXPECT_EQ(commit(this->store_, write(other)), commit_outcome::refused);
  other = p;
  other.user = {"ben"};
  EXPECT_EQ(commit(this->store_, write(other)), commit_outcome::refused);
  other = p;
  other.reservation = reservation_id{{3}, 2};
  EXPECT_EQ(commit(this->store_, write(other)), commit_outcome::refused);
  EXPECT_EQ(fields_of(*this->reader_.find(p.id)), fields_of(p));
}

TYPED_TEST_P(PaymentStoreContract, APaymentHasOneEventOfAKind) {
  const auto p = with(started(this->id(1), this->wanted), saga_state::completed);
  ASSERT_EQ(commit(this->store_, this->publish(1, p)), commit_outcome::committed);
  EXPECT_EQ(commit(this->store_, this->publish(2, p)), commit_outcome::refused);
  auto refund = write(p);
  refund.event = event(3, p, event_kind::payment_refunded);
  EXPECT_EQ(commit(this->store_, refund), commit_outcome::committed);
  EXPECT_EQ(this->reader_.events_after(0, 10).size(), 2U);
}

TYPED_TEST_P(PaymentStoreContract, OpenSagasAreThoseUnderWayOldestFirst) {
  std::uint32_t n = 0;
  for (const auto s :
       {saga_state::refund_released, saga_state::refund_started, saga_state::refunding,
        saga_state::debited, saga_state::started, saga_state::completed, saga_state::failed,
        saga_state::compensated, saga_state::parked, saga_state::refunded}) {
    ++n;
    const auto p = started(this->id(n), reservation_id{{3}, n}, at(100 - n));
    ASSERT_EQ(commit(this->store_, write(with(p, s))), commit_outcome::committed);
  }
  auto waiting =
      write(with(started(this->id(4), reservation_id{{3}, 4}, at(96)), saga_state::debited));
  waiting.key = key(4);
  waiting.key_payment = this->id(4);
  auto answered =
      write(with(started(this->id(5), reservation_id{{3}, 5}, at(95)), saga_state::started));
  answered.key = key(5);
  answered.key_payment = this->id(5);
  answered.answer = payment_outcome{};
  ASSERT_EQ(commit(this->store_, waiting, answered), commit_outcome::committed);
  const auto open = this->reader_.open_sagas();
  ASSERT_EQ(open.size(), 5U);
  for (std::uint32_t i = 0; i < 5; ++i)
    EXPECT_EQ(open[i].row.id, this->id(5 - i));
  EXPECT_FALSE(open[0].key.present());
  EXPECT_EQ(open[1].key, key(4));
  EXPECT_FALSE(open[2].key.present());
}

TYPED_TEST_P(PaymentStoreContract, FindsThePaymentOfAReservation) {
  EXPECT_FALSE(this->reader_.find_by_reservation(this->wanted));
  const auto make = [&](std::uint32_t n, saga_state s) {
    return write(with(started(this->id(n), this->wanted, at(n)), s));
  };
  ASSERT_EQ(commit(this->store_, make(1, saga_state::failed), make(2, saga_state::compensated)),
            commit_outcome::committed);
  EXPECT_FALSE(this->reader_.find_by_reservation(this->wanted));
  ASSERT_EQ(commit(this->store_, make(3, saga_state::parked), make(4, saga_state::completed),
                   make(5, saga_state::failed)),
            commit_outcome::committed);
  EXPECT_EQ(this->reader_.find_by_reservation(this->wanted)->id, this->id(4));
}

TYPED_TEST_P(PaymentStoreContract, TheTimelineIsInTheOrderOfWriting) {
  const auto p = started(this->id(1), this->wanted);
  auto first = write(p);
  first.notes = {{p.id, at(5), saga_state::started, saga_step::debit, "sent"},
                 {p.id, at(5), saga_state::started, saga_step::debit, "asked again (1)"}};
  auto second = write(with(p, saga_state::debited));
  second.notes = {
      {p.id, at(3), saga_state::debited, saga_step::none, "granted"}};  // clock set back
  const auto other = started(this->id(2), reservation_id{{3}, 2});
  auto third = write(other);
  third.notes = {{other.id, at(1), saga_state::started, saga_step::debit, "other"}};
  ASSERT_EQ(commit(this->store_, first, third), commit_outcome::committed);
  ASSERT_EQ(commit(this->store_, second), commit_outcome::committed);
  const auto notes = this->reader_.timeline(p.id);
  ASSERT_EQ(notes.size(), 3U);
  EXPECT_EQ(notes[0].what, "sent");
  EXPECT_EQ(notes[1].what, "asked again (1)");
  EXPECT_EQ(notes[2].what, "granted");
  EXPECT_EQ(notes[2].state, saga_state::debited);
  EXPECT_EQ(notes[0].step, saga_step::debit);
  EXPECT_EQ(notes[2].at, at(3));
}

TYPED_TEST_P(PaymentStoreContract, EventsComeBackWholeAndInSequence) {
  this->publish_some(5);
  const auto all = this->reader_.events_after(0, 100);
  ASSERT_EQ(all.size(), 5U);
  auto expected = event(3, started(this->id(3), reservation_id{{3}, 3}));
  expected.sequence = all[2].sequence;
  EXPECT_EQ(fields_of(all[2]), fields_of(expected));
  for (std::size_t i = 1; i < all.size(); ++i)
    EXPECT_GT(all[i].sequence, all[i - 1].sequence);
  const auto some = this->reader_.events_after(all[1].sequence, 2);
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0].id, event_id{3});
  // An event is in the outbox once.
  EXPECT_EQ(commit(this->store_, this->publish(3, started(this->id(9), this->wanted))),
            commit_outcome::refused);
}

// A consumer that lost what it held is told everything again.
TYPED_TEST_P(PaymentStoreContract, EventsThatEverybodyHasPassedCanBeReadAgainFromTheFirst) {
  this->publish_some(5);
  const auto all = this->reader_.events_after(0, 100);
  ASSERT_EQ(commit(this->store_, this->consume("a", all[4].sequence),
                   this->consume("b", all[4].sequence)),
            commit_outcome::committed);
  EXPECT_EQ(this->store_.prune_outbox({at(1)}, 100, this->both), 0U);  // none is older
  auto again = this->reader_.events_after(0, 3);
  ASSERT_EQ(again.size(), 3U);
  const auto rest = this->reader_.events_after(again.back().sequence, 3);
  again.insert(again.end(), rest.begin(), rest.end());
  ASSERT_EQ(again.size(), 5U);
  for (std::size_t i = 0; i < again.size(); ++i)
    EXPECT_EQ(fields_of(again[i]), fields_of(all[i]));
}

TYPED_TEST_P(PaymentStoreContract, PrunesWhatEveryConsumerHasPassedAndReusesNoSequence) {
  this->publish_some(6);
  const auto all = this->reader_.events_after(0, 100);
  EXPECT_EQ(this->store_.prune_outbox({at(1000)}, 100, this->both),
            0U);  // nobody has consumed anything
  ASSERT_EQ(commit(this->store_, this->consume("a", all[5].sequence),
                   this->consume("b", all[3].sequence)),
            commit_outcome::committed);
  EXPECT_EQ(this->store_.prune_outbox({at(4)}, 2, this->both), 2U);
  EXPECT_EQ(this->store_.prune_outbox({at(4)}, 2, this->both), 1U);  // the fourth is not older
  EXPECT_EQ(this->store_.prune_outbox({at(1000)}, 100, this->both), 1U);
  EXPECT_EQ(this->reader_.events_after(0, 100).size(), 2U);
  ASSERT_EQ(commit(this->store_, this->consume("b", all[5].sequence)), commit_outcome::committed);
  EXPECT_EQ(this->store_.prune_outbox({at(1000)}, 100, this->both), 2U);
  this->publish_some(1, 7);
  EXPECT_GT(this->reader_.events_after(0, 100).at(0).sequence, all[5].sequence);
}

TYPED_TEST_P(PaymentStoreContract, AConsumerThatIsNotNamedHoldsUpNothing) {
  this->publish_some(2);
  const auto last = this->reader_.events_after(0, 100).back().sequence;
  ASSERT_EQ(commit(this->store_, this->consume("a", last), this->consume("gone", 0)),
            commit_outcome::committed);
  EXPECT_EQ(this->store_.prune_outbox({at(1000)}, 100, {"a", "new"}), 0U);
  EXPECT_EQ(this->store_.prune_outbox({at(1000)}, 100, {}), 0U);
  EXPECT_EQ(this->store_.prune_outbox({at(1000)}, 100, {"a"}), 2U);
}

TYPED_TEST_P(PaymentStoreContract, ParkedEventsComeBackInOrderAndAreNotPruned) {
  this->publish_some(5);
  const auto all = this->reader_.events_after(0, 100);
  const auto last = all.back().sequence;
  ASSERT_EQ(commit(this->store_, this->park("a", last, {all[3], all[1]}, "no"),
                   this->park("b", last, {all[1]}, "never"), this->consume("b", last)),
            commit_outcome::committed);
  const auto key = all[1].schedule();
  auto found = this->reader_.parked_of("a", key, 10);
  EXPECT_EQ(this->ids_of(found), (std::vector<event_id>{all[1].id, all[3].id}));
  EXPECT_EQ(fields_of(found[0].event), fields_of(all[1]));
  EXPECT_EQ(found[0].consumer, "a");
  EXPECT_EQ(found[0].reason, "no");
  EXPECT_EQ(found[0].at, at(50));
  EXPECT_EQ(this->ids_of(this->reader_.parked_of("a", key, 1)), std::vector<event_id>{all[1].id});
  EXPECT_TRUE(this->reader_.parked_of("a", {99}, 10).empty());
  using parked_schedule = payment_reader::parked_schedule;
  EXPECT_EQ(this->reader_.parked_for("a").schedules,
            (std::vector<parked_schedule>{{key, all[1].sequence}}));
  EXPECT_EQ(this->reader_.parked_for("a").events, 2U);
  EXPECT_EQ(this->reader_.parked_for("c").events, 0U);
  EXPECT_EQ(this->reader_.find_parked(all[1].id).size(), 2U);
  EXPECT_TRUE(this->reader_.find_parked(all[0].id).empty());
  EXPECT_EQ(fields_of(*this->reader_.find_event(all[1].id)), fields_of(all[1]));
  EXPECT_FALSE(this->reader_.find_event({4711}));
  // A page is of events, each with everybody who has it parked.
  EXPECT_EQ(this->ids_of(this->reader_.parked_after(0, 1)),
            (std::vector<event_id>{all[1].id, all[1].id}));
  EXPECT_EQ(this->ids_of(this->reader_.parked_after(all[1].sequence, 10)),
            std::vector<event_id>{all[3].id});
  // The two stay when the others go. Once passed over they are not looked at again.
  EXPECT_EQ(this->store_.prune_outbox({at(1000)}, 2, this->both), 2U);
  EXPECT_EQ(this->store_.prune_outbox({at(1000)}, 2, this->both), 2U);
  EXPECT_EQ(this->store_.prune_outbox({at(1000)}, 2, this->both), 1U);
  EXPECT_EQ(this->store_.prune_outbox({at(1000)}, 2, this->both), 0U);
  EXPECT_EQ(this->reader_.pruned_through(), last);
  EXPECT_EQ(this->reader_.parked_of("a", key, 10).size(), 2U);
}

TYPED_TEST_P(PaymentStoreContract, ParkingAgainKeepsTheNewestReasonAndReplayTakesOut) {
  this->publish_some(2);
  const auto all = this->reader_.events_after(0, 100);
  const auto last = all.back().sequence;
  ASSERT_EQ(commit(this->store_, this->park("a", last, all, "first")), commit_outcome::committed);
  auto w = this->park("a", last, {all[1]}, "second");
  w.replayed = {all[0].id};
  ASSERT_EQ(commit(this->store_, w), commit_outcome::committed);
  ASSERT_EQ(commit(this->store_, w), commit_outcome::committed) << "a repeated write is harmless";
  const auto left = this->reader_.parked_after(0, 10);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].event.id, all[1].id);
  EXPECT_EQ(left[0].reason, "second");
  EXPECT_EQ(this->store_.prune_outbox({at(1000)}, 10, {"a"}), 2U);
  EXPECT_EQ(this->reader_.events_after(0, 10).size(), 1U) << "the other one is parked";
  // What was passed over while it was parked goes when it is parked no longer.
  w.parked.clear();
  w.replayed = {all[1].id};
  ASSERT_EQ(commit(this->store_, w), commit_outcome::committed);
  EXPECT_TRUE(this->reader_.events_after(0, 10).empty());
}

TYPED_TEST_P(PaymentStoreContract, AWrongClockHoldsUpNoPruning) {
  this->publish_some(3);
  auto ahead = this->publish(4, started(this->id(4), this->wanted));
  ahead.event->occurred_at = at(900'000);
  ASSERT_EQ(commit(this->store_, ahead), commit_outcome::committed);
  this->publish_some(2, 5);
  const auto all = this->reader_.events_after(0, 100);
  ASSERT_EQ(commit(this->store_, this->consume("a", all.back().sequence),
                   this->consume("b", all.back().sequence)),
            commit_outcome::committed);
  // What stands before an old event is old, and so is what happened long after now.
  EXPECT_EQ(this->store_.prune_outbox({at(6), at(1000)}, 4, this->both), 4U);
  EXPECT_EQ(this->store_.prune_outbox({at(6), at(1000)}, 4, this->both), 1U);
  EXPECT_EQ(this->reader_.events_after(0, 100).size(), 1U);
  EXPECT_EQ(this->reader_.pruned_through(), all[4].sequence);
}

TYPED_TEST_P(PaymentStoreContract, SalesAreCountedFromThePaymentsButForWhatIsParked) {
  using minute = std::chrono::minutes;
  const auto sold = [&](std::uint32_t n, std::uint64_t schedule, std::uint32_t seats,
                        time_point paid, saga_state state, time_point released = no_time) {
    const auto first = started(this->id(n), reservation_id{{schedule}, n});
    auto row = first;
    row.seats = seats;
    row.state = state;
    row.completed_at = paid;
    row.changed_at = std::max(paid, released);
    row.released_at = released;
    auto w = this->publish(n, first);
    w.row = row;
    w.event->reservation = row.reservation;
    w.event->seats = seats;
    return w;
  };
  const auto day = at(0) + minute{60};
  ASSERT_EQ(commit(this->store_, sold(1, 7, 2, day, saga_state::completed),
                   sold(2, 7, 3, day + minute{1}, saga_state::refunded, day + minute{3}),
                   sold(3, 7, 1, day + minute{2}, saga_state::completed),
                   sold(4, 7, 3, day + minute{4}, saga_state::refund_started),
                   sold(5, 8, 4, day + minute{5}, saga_state::completed)),
            commit_outcome::committed);
  const auto events = this->reader_.events_after(0, 100);
  const auto since = to_unix_ms(day + minute{1}) / 60'000;
  auto all = this->reader_.sales("a", since);
  EXPECT_EQ(all.through, events.back().sequence);
  ASSERT_EQ(all.schedules.size(), 2U);
  const auto& first = all.schedules[0];
  EXPECT_EQ(
      std::tie(first.schedule, first.seats, first.last_paid_at, first.most_seats, first.most_at),
      std::make_tuple(schedule_id{7}, std::int64_t{6}, day + minute{4}, std::int64_t{6},
                      day + minute{2}));
  ASSERT_EQ(all.minutes.size(), 3U) << "one is too old, and one was refunded";
  EXPECT_EQ(all.minutes[1].minute, to_unix_ms(day + minute{4}) / 60'000);
  EXPECT_EQ(all.minutes[1].seats, 3);
  // Of a schedule with something parked the rest is counted, for this consumer.
  ASSERT_EQ(commit(this->store_, this->park("a", events.back().sequence, {events[2]}, "no")),
            commit_outcome::committed);
  all = this->reader_.sales("a", since);
  EXPECT_EQ(all.schedules[0].seats, 5);
  EXPECT_EQ(all.schedules[0].most_at, day + minute{1});
  EXPECT_EQ(all.minutes.size(), 2U);
  EXPECT_EQ(this->reader_.sales("b", since).schedules[0].seats, 6);
}

TYPED_TEST_P(PaymentStoreContract, SagasAreListedYoungestFirstPageByPage) {
  std::uint32_t n = 0;
  for (const auto s : {saga_state::completed, saga_state::parked, saga_state::failed,
                       saga_state::completed, saga_state::refunding, saga_state::parked}) {
    ++n;
    // Two of the same age.
    auto p = started(this->id(n), reservation_id{{3}, n}, at(n == 4 ? 3 : n));
    p.changed_at = at(100 + n);
    ASSERT_EQ(commit(this->store_, write(with(p, s))), commit_outcome::committed);
  }
  const auto list = [&](std::optional<saga_state> state, payment_id after, std::size_t limit,
                        time_point unchanged_since = time_point::max()) {
    std::vector<payment_id> ids;
    for (const auto& p : this->reader_.sagas({state, unchanged_since, after, limit}))
      ids.push_back(p.id);
    return ids;
  };
  using ids = std::vector<payment_id>;
  const auto id = [](std::uint32_t number) { return PaymentStoreContract<TypeParam>::id(number); };
  EXPECT_EQ(list({}, {}, 3), (ids{id(6), id(5), id(4)}));
  EXPECT_EQ(list({}, id(4), 9), (ids{id(3), id(2), id(1)}));
  EXPECT_EQ(list(saga_state::parked, {}, 9), (ids{id(6), id(2)}));
  EXPECT_EQ(list(saga_state::parked, id(6), 9), ids{id(2)});
  EXPECT_EQ(list(saga_state::completed, {}, 9), (ids{id(4), id(1)}));
  EXPECT_EQ(list(saga_state::refunding, {}, 9), ids{id(5)});
  EXPECT_EQ(list(saga_state::compensated, {}, 9), ids{});
  EXPECT_EQ(list({}, {}, 9, at(102)), (ids{id(2), id(1)}));
  EXPECT_EQ(list(saga_state::parked, {}, 9, at(105)), ids{id(2)});
  const auto first = this->reader_.sagas({saga_state::failed, time_point::max(), {}, 1});
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(fields_of(first[0]), fields_of(*this->reader_.find(id(3))));
}

TYPED_TEST_P(PaymentStoreContract, CountsParkedSagasByShard) {
  const auto park = [&](std::uint32_t shard) {
    const auto p = started(make_payment_id(shard, at(1), shard), reservation_id{{3}, shard + 1});
    ASSERT_EQ(commit(this->store_, write(with(p, saga_state::parked))), commit_outcome::committed);
  };
  for (const std::uint32_t shard : {0, 5, 63})
    park(shard);
  const auto old = started(older_payment_id(40, at(1), 0), reservation_id{{3}, 100});
  ASSERT_EQ(commit(this->store_, write(with(old, saga_state::parked))), commit_outcome::committed);
  EXPECT_EQ(this->reader_.parked_sagas(0, shard_count), 4U);
  EXPECT_EQ(this->reader_.parked_sagas(40, 1), 1U);
  EXPECT_EQ(this->reader_.parked_sagas(1, 62), 2U);
  EXPECT_EQ(this->reader_.parked_sagas(63, 1), 1U);
}

TYPED_TEST_P(PaymentStoreContract, AConsumerNeverGoesBack) {
  EXPECT_EQ(this->reader_.consumed_by("a"), 0U);
  ASSERT_EQ(
      commit(this->store_, this->consume("a", 7), this->consume("b", 2), this->consume("a", 5)),
      commit_outcome::committed);
  EXPECT_EQ(this->reader_.consumed_by("a"), 7U);
  EXPECT_EQ(this->reader_.consumed_by("b"), 2U);
}

TYPED_TEST_P(PaymentStoreContract, AKeyGetsItsAnswerLaterAndKeepsTheFirst) {
  const auto p = started(this->id(1), this->wanted);
  auto w = write(p);
  w.key = key(1);
  w.key_payment = p.id;
  ASSERT_EQ(commit(this->store_, w), commit_outcome::committed);
  auto found = this->reader_.find_key(key(1).scope);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->body, key(1).body);
  EXPECT_EQ(found->payment, p.id);
  EXPECT_FALSE(found->answer);
  w.answer = payment_outcome{};
  w.answer->paid = p;
  ASSERT_EQ(commit(this->store_, w), commit_outcome::committed);
  auto later = w;
  later.answer->paid.amount = points{p.amount.value + 9};
  ASSERT_EQ(commit(this->store_, later), commit_outcome::committed);
  found = this->reader_.find_key(key(1).scope);
  ASSERT_TRUE(found->answer);
  EXPECT_TRUE(same(*found->answer, *w.answer));
  later.key.body = key(2).body;
  EXPECT_EQ(commit(this->store_, later), commit_outcome::refused);
  EXPECT_EQ(this->reader_.key_scopes(0, 10).scopes, std::vector<digest>{key(1).scope});
}

TYPED_TEST_P(PaymentStoreContract, PrunesOldKeysBoundedly) {
  for (int i = 0; i < 10; ++i) {
    payment_write w;
    w.key = key(static_cast<std::uint64_t>(i) + 1);
    w.answer = payment_outcome{};
    w.answer->refusal = payment_refusal::reservation_expired;
    w.at = at(i);
    ASSERT_EQ(commit(this->store_, w), commit_outcome::committed);
  }
  EXPECT_EQ(this->store_.prune_keys(at(5), 3), 3U);
  EXPECT_EQ(this->store_.prune_keys(at(5), 3), 2U);
  EXPECT_EQ(this->reader_.key_scopes(0, 100).scopes.size(), 5U);
  EXPECT_TRUE(this->reader_.find_key(key(6).scope));
}

REGISTER_TYPED_TEST_SUITE_P(
    PaymentStoreContract, ReadsEveryFieldBack, AFailedBatchLeavesNothing, OnePaymentKeepsTheSeats,
    APaymentKeepsWhatItIsAbout, APaymentHasOneEventOfAKind, OpenSagasAreThoseUnderWayOldestFirst,
    FindsThePaymentOfAReservation, TheTimelineIsInTheOrderOfWriting,
    EventsComeBackWholeAndInSequence, EventsThatEverybodyHasPassedCanBeReadAgainFromTheFirst,
    PrunesWhatEveryConsumerHasPassedAndReusesNoSequence, AConsumerThatIsNotNamedHoldsUpNothing,
    AWrongClockHoldsUpNoPruning, SalesAreCountedFromThePaymentsButForWhatIsParked,
    ParkedEventsComeBackInOrderAndAreNotPruned, ParkingAgainKeepsTheNewestReasonAndReplayTakesOut,
    SagasAreListedYoungestFirstPageByPage, CountsParkedSagasByShard, AConsumerNeverGoesBack,
    AKeyGetsItsAnswerLaterAndKeepsTheFirst, PrunesOldKeysBoundedly);

}  // namespace boxoffice::test
