#pragma once

#include "tests/storage/samples.hpp"

#include <gtest/gtest.h>

/// What every payment_store with its reader keeps. `Backend` as in reservation_store_contract.hpp.
namespace boxoffice::test {

template <class Backend>
class PaymentStoreContract : public testing::Test {
 protected:
  static constexpr reservation_id wanted = make_reservation_id({3}, 1);
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
  void publish_some(std::uint32_t count, std::uint32_t from = 1) {
    for (auto i = from; i < from + count; ++i)
      ASSERT_EQ(commit(store_, publish(i, started(id(i), make_reservation_id({3}, i)))),
                commit_outcome::committed);
  }
};

TYPED_TEST_SUITE_P(PaymentStoreContract);

TYPED_TEST_P(PaymentStoreContract, ReadsEveryFieldBack) {
  auto p = started(this->id(1), this->wanted);
  ASSERT_EQ(commit(this->store_, write(p)), commit_outcome::committed);
  EXPECT_EQ(fields_of(*this->reader_.find(p.id)), fields_of(p));
  p = with(p, saga_state::completed);
  p.failure = payment_failure::aborted;
  p.reason = "by Ada: \"no\"";
  p.token = make_queue_token({0xFF'FFFF}, ~std::uint64_t{0});
  p.holds_else = true;
  p.seats = 4;
  p.balance = {77};
  p.changed_at = at(9);
  ASSERT_EQ(commit(this->store_, write(p)), commit_outcome::committed);
  EXPECT_EQ(fields_of(*this->reader_.find(p.id)), fields_of(p));
  EXPECT_FALSE(this->reader_.find({1}));
}

TYPED_TEST_P(PaymentStoreContract, AFailedBatchLeavesNothing) {
  const auto paid = with(started(this->id(1), this->wanted), saga_state::completed);
  ASSERT_EQ(commit(this->store_, write(paid)), commit_outcome::committed);
  const auto other = started(this->id(2), make_reservation_id({3}, 2));
  auto first = this->publish(1, other);
  first.key = key(1);
  first.key_payment = other.id;
  first.notes.push_back({other.id, at(0), saga_state::started, saga_step::debit, "sent"});
  const auto rival = with(started(this->id(3), this->wanted), saga_state::completed);
  EXPECT_EQ(commit(this->store_, first, write(rival)), commit_outcome::failed);
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
    EXPECT_EQ(commit(this->store_, write(keeps)), commit_outcome::failed);
  }
  auto refunded = with(first, saga_state::completed);
  refunded.state = saga_state::refunded;
  EXPECT_EQ(commit(this->store_, write(refunded), write(with(second, saga_state::completed))),
            commit_outcome::committed);
}

TYPED_TEST_P(PaymentStoreContract, OpenSagasAreThoseUnderWayOldestFirst) {
  std::uint32_t n = 0;
  for (const auto s :
       {saga_state::refund_released, saga_state::refund_started, saga_state::refunding,
        saga_state::debited, saga_state::started, saga_state::completed, saga_state::failed,
        saga_state::compensated, saga_state::parked, saga_state::refunded}) {
    ++n;
    const auto p = started(this->id(n), make_reservation_id({3}, n), at(100 - n));
    ASSERT_EQ(commit(this->store_, write(with(p, s))), commit_outcome::committed);
  }
  auto waiting =
      write(with(started(this->id(4), make_reservation_id({3}, 4), at(96)), saga_state::debited));
  waiting.key = key(4);
  waiting.key_payment = this->id(4);
  auto answered =
      write(with(started(this->id(5), make_reservation_id({3}, 5), at(95)), saga_state::started));
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

TYPED_TEST_P(PaymentStoreContract, KnowsTheYoungestIdOfEveryShard) {
  const std::vector<payment_id> ids{make_payment_id(0, at(1), 1), make_payment_id(0, at(2), 0),
                                    make_payment_id(5, at(1), 3), make_payment_id(5, at(1), 2),
                                    make_payment_id(63, at(9), 9)};
  for (std::size_t i = 0; i < ids.size(); ++i)
    ASSERT_EQ(commit(this->store_, write(started(ids[i], make_reservation_id({3}, i + 1)))),
              commit_outcome::committed);
  EXPECT_EQ(this->reader_.last_ids(), (std::vector<payment_id>{ids[1], ids[2], ids[4]}));
}

TYPED_TEST_P(PaymentStoreContract, TheTimelineIsInTheOrderOfWriting) {
  const auto p = started(this->id(1), this->wanted);
  auto first = write(p);
  first.notes = {{p.id, at(5), saga_state::started, saga_step::debit, "sent"},
                 {p.id, at(5), saga_state::started, saga_step::debit, "asked again (1)"}};
  auto second = write(with(p, saga_state::debited));
  second.notes = {
      {p.id, at(3), saga_state::debited, saga_step::none, "granted"}};  // clock set back
  const auto other = started(this->id(2), make_reservation_id({3}, 2));
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
  auto expected = event(3, started(this->id(3), make_reservation_id({3}, 3)));
  expected.sequence = all[2].sequence;
  EXPECT_EQ(fields_of(all[2]), fields_of(expected));
  for (std::size_t i = 1; i < all.size(); ++i)
    EXPECT_GT(all[i].sequence, all[i - 1].sequence);
  const auto some = this->reader_.events_after(all[1].sequence, 2);
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0].id, event_id{3});
  // An event is in the outbox once.
  EXPECT_EQ(commit(this->store_, this->publish(3, started(this->id(9), this->wanted))),
            commit_outcome::failed);
}

TYPED_TEST_P(PaymentStoreContract, PrunesWhatEveryConsumerHasPassedAndReusesNoSequence) {
  this->publish_some(6);
  const auto all = this->reader_.events_after(0, 100);
  EXPECT_EQ(this->store_.prune_outbox(at(1000), 100), 0U);  // nobody has consumed anything
  ASSERT_EQ(commit(this->store_, this->consume("a", all[5].sequence),
                   this->consume("b", all[3].sequence)),
            commit_outcome::committed);
  EXPECT_EQ(this->store_.prune_outbox(at(4), 2), 2U);
  EXPECT_EQ(this->store_.prune_outbox(at(4), 2), 1U);  // the fourth is not older
  EXPECT_EQ(this->store_.prune_outbox(at(1000), 100), 1U);
  EXPECT_EQ(this->reader_.events_after(0, 100).size(), 2U);
  ASSERT_EQ(commit(this->store_, this->consume("b", all[5].sequence)), commit_outcome::committed);
  EXPECT_EQ(this->store_.prune_outbox(at(1000), 100), 2U);
  this->publish_some(1, 7);
  EXPECT_GT(this->reader_.events_after(0, 100).at(0).sequence, all[5].sequence);
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
  later.answer->position = 9;
  ASSERT_EQ(commit(this->store_, later), commit_outcome::committed);
  found = this->reader_.find_key(key(1).scope);
  ASSERT_TRUE(found->answer);
  EXPECT_TRUE(same(*found->answer, *w.answer));
  later.key.body = key(2).body;
  EXPECT_EQ(commit(this->store_, later), commit_outcome::failed);
  EXPECT_EQ(this->reader_.key_scopes(10), std::vector<digest>{key(1).scope});
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
  EXPECT_EQ(this->reader_.key_scopes(100).size(), 5U);
  EXPECT_TRUE(this->reader_.find_key(key(6).scope));
}

REGISTER_TYPED_TEST_SUITE_P(PaymentStoreContract, ReadsEveryFieldBack, AFailedBatchLeavesNothing,
                            OnePaymentKeepsTheSeats, OpenSagasAreThoseUnderWayOldestFirst,
                            FindsThePaymentOfAReservation, KnowsTheYoungestIdOfEveryShard,
                            TheTimelineIsInTheOrderOfWriting, EventsComeBackWholeAndInSequence,
                            PrunesWhatEveryConsumerHasPassedAndReusesNoSequence,
                            AConsumerNeverGoesBack, AKeyGetsItsAnswerLaterAndKeepsTheFirst,
                            PrunesOldKeysBoundedly);

}  // namespace boxoffice::test
