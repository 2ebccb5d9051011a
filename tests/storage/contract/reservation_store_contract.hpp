#pragma once

#include "tests/storage/samples.hpp"

#include <gtest/gtest.h>

/// What every reservation_store with its reader keeps. A `Backend` is default-constructible, empty,
/// and has `store()` and `reader()`.
namespace boxoffice::test {

template <class Backend>
class ReservationStoreContract : public ::testing::Test {
 protected:
  static constexpr schedule_id here{3};
  Backend backend_;
  reservation_store& store_ = backend_.store();
  reservation_reader& reader_ = backend_.reader();

  bool stored(const reservation& r) {
    const auto found = reader_.find(r.id);
    return found && fields_of(*found) == fields_of(r);
  }
  std::vector<std::uint64_t> live() {
    std::vector<std::uint64_t> found;
    for (const auto& r : reader_.load_schedule(here).live)
      found.push_back(r.id.number);
    return found;
  }
};

TYPED_TEST_SUITE_P(ReservationStoreContract);

TYPED_TEST_P(ReservationStoreContract, ReadsEveryFieldBack) {
  auto r = held({0xFF'FFFF}, 0xF'FFFF'FFFF, "Ada_-9", {0, 7, 99'999});
  r.seats[1].price = {1'000'000'000};
  r = with(r, reservation_status::confirmed, {0x7FFF'FFFF'FFFF'FFFF});
  r.reverted = {0x7000'0000'0000'0001};
  r.admitted_at = at(7);
  r.extended_at = at(6);
  ASSERT_EQ(commit(this->store_, write(r)), commit_outcome::committed);
  EXPECT_TRUE(this->stored(r));
  EXPECT_FALSE(this->reader_.find({{1}, r.id.number})) << "of another schedule";
}

TYPED_TEST_P(ReservationStoreContract, AFailedBatchLeavesNothing) {
  const auto first = held(this->here, 1, "ada", {1, 2});
  ASSERT_EQ(commit(this->store_, write(first)), commit_outcome::committed);
  auto w = write(held(this->here, 2, "ben", {3}));
  w.key = key(1);
  w.answer = hold_outcome{};
  EXPECT_EQ(commit(this->store_, w, write(held(this->here, 3, "cyd", {2, 4})),
                   write(held(this->here, 4, "dan", {5}))),
            commit_outcome::refused);
  EXPECT_EQ(this->live(), (std::vector<std::uint64_t>{1}));
  EXPECT_FALSE(this->reader_.find_key(key(1).scope));
  // And it goes on.
  EXPECT_EQ(commit(this->store_, w), commit_outcome::committed);
  EXPECT_EQ(this->live(), (std::vector<std::uint64_t>{1, 2}));
}

TYPED_TEST_P(ReservationStoreContract, ASeatHasOneLiveHolder) {
  const auto first = held(this->here, 1, "ada", {1});
  ASSERT_EQ(commit(this->store_, write(first)), commit_outcome::committed);
  const auto second = held(this->here, 2, "ben", {1});
  EXPECT_EQ(commit(this->store_, write(second)), commit_outcome::refused);
  for (const auto over :
       {reservation_status::released, reservation_status::expired, reservation_status::refunded}) {
    const auto n = 10 + static_cast<std::uint64_t>(over);
    const auto one = held(this->here, n, "cyd", {50});
    EXPECT_EQ(
        commit(this->store_, write(one), write(with(one, over)),
               write(held(this->here, n + 10, "dan", {50})),
               write(with(held(this->here, n + 10, "dan", {50}), reservation_status::released))),
        commit_outcome::committed);
  }
  // The same seat of another schedule is another seat.
  EXPECT_EQ(commit(this->store_, write(held({4}, 3, "ben", {1}))), commit_outcome::committed);
}

TYPED_TEST_P(ReservationStoreContract, ALapsedHoldFreesItsSeatsBeforeTheRow) {
  const auto old = held(this->here, 1, "ada", {1, 2});
  auto next = write(held(this->here, 2, "ben", {2, 3}));
  next.lapsed = {old.id};
  ASSERT_EQ(commit(this->store_, write(old), next), commit_outcome::committed);
  EXPECT_TRUE(this->stored(with(old, reservation_status::expired)));
  EXPECT_EQ(this->live(), (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(commit(this->store_, write(held(this->here, 3, "cyd", {1}))),
            commit_outcome::committed);
}

TYPED_TEST_P(ReservationStoreContract, APaidReservationNeverLapses) {
  const auto paid = with(held(this->here, 1, "ada", {1}), reservation_status::confirmed, {9});
  ASSERT_EQ(commit(this->store_, write(paid)), commit_outcome::committed);
  reservation_write lapse;
  lapse.lapsed = {paid.id};
  EXPECT_EQ(commit(this->store_, lapse), commit_outcome::refused);
  EXPECT_TRUE(this->stored(paid));
}

TYPED_TEST_P(ReservationStoreContract, WhatHasLapsedBeforeStaysLapsed) {
  const auto old = held(this->here, 1, "ada", {1});
  reservation_write lapse;
  lapse.lapsed = {old.id};
  ASSERT_EQ(commit(this->store_, write(old), lapse), commit_outcome::committed);
  auto next = write(held(this->here, 2, "ben", {1}));
  next.lapsed = {old.id};
  EXPECT_EQ(commit(this->store_, next), commit_outcome::committed);
  EXPECT_EQ(this->live(), (std::vector<std::uint64_t>{2}));
  lapse.lapsed = {reservation_id{this->here, 99}};
  EXPECT_EQ(commit(this->store_, lapse), commit_outcome::refused) << "it was never there";
}

TYPED_TEST_P(ReservationStoreContract, ARowKeepsWhatItIsAbout) {
  const auto r = held(this->here, 1, "ada", {1});
  ASSERT_EQ(commit(this->store_, write(r)), commit_outcome::committed);
  auto other = r;
  other.user = {"ben"};
  EXPECT_EQ(commit(this->store_, write(other)), commit_outcome::refused);
  other = held(this->here, 1, "ada", {2});
  EXPECT_EQ(commit(this->store_, write(other)), commit_outcome::refused);
  other = r;
  other.amount = {1};
  EXPECT_EQ(commit(this->store_, write(other)), commit_outcome::refused);
  EXPECT_TRUE(this->stored(r));
}

TYPED_TEST_P(ReservationStoreContract, ARowComesBackWithItsNewStatus) {
  const auto r = held(this->here, 1, "ada", {1});
  const auto paid = with(r, reservation_status::confirmed, {9});
  ASSERT_EQ(commit(this->store_, write(r)), commit_outcome::committed);
  ASSERT_EQ(commit(this->store_, write(paid)), commit_outcome::committed);
  EXPECT_TRUE(this->stored(paid));
  EXPECT_EQ(this->live().size(), 1U);
  ASSERT_EQ(commit(this->store_, write(with(paid, reservation_status::refunded, {9}))),
            commit_outcome::committed);
  EXPECT_EQ(this->live().size(), 0U);
}

TYPED_TEST_P(ReservationStoreContract, AnAdmissionStays) {
  const auto r = held(this->here, 1, "ada", {1});
  auto paid = with(r, reservation_status::confirmed, {9});
  ASSERT_EQ(commit(this->store_, write(r), write(paid)), commit_outcome::committed);
  EXPECT_EQ(this->reader_.find(r.id)->admitted_at, no_time);
  paid.admitted_at = at(5);
  ASSERT_EQ(commit(this->store_, write(paid)), commit_outcome::committed);
  EXPECT_TRUE(this->stored(paid));
  EXPECT_EQ(this->reader_.load_schedule(this->here).live.front().admitted_at, at(5));
  const auto refunded = with(paid, reservation_status::refunded, {9});
  ASSERT_EQ(commit(this->store_, write(refunded)), commit_outcome::committed);
  EXPECT_TRUE(this->stored(refunded));
}

TYPED_TEST_P(ReservationStoreContract, AnExtensionStaysWithItsAnswer) {
  const auto r = held(this->here, 1, "ada", {1, 2});
  auto more = r;
  more.expires_at += seconds{120};
  more.extended_at = at(5);
  auto w = write(more);
  extension_outcome given;
  given.held = more;
  w.key = key(1);
  w.answer = given;
  reservation_write refusal;
  extension_outcome refused;
  refused.refusal = extension_refusal::already_extended;
  refused.held = more;
  refused.other = {9};
  refusal.key = key(2);
  refusal.answer = refused;
  ASSERT_EQ(commit(this->store_, write(r), w, refusal), commit_outcome::committed);
  EXPECT_TRUE(this->stored(more));
  EXPECT_EQ(this->reader_.load_schedule(this->here).live.front().expires_at, more.expires_at);
  EXPECT_EQ(this->reader_.list({"ada"}, reservation_status::held, r.expires_at, 0, 9).items.size(),
            1U);
  EXPECT_TRUE(same(this->reader_.find_key(key(1).scope)->answer, given));
  EXPECT_TRUE(same(this->reader_.find_key(key(2).scope)->answer, refused));
  EXPECT_EQ(commit(this->store_, write(held(this->here, 2, "ben", {2}))), commit_outcome::refused);
  const auto paid = with(more, reservation_status::confirmed, {9});
  ASSERT_EQ(commit(this->store_, write(paid)), commit_outcome::committed);
  EXPECT_TRUE(this->stored(paid));
}

TYPED_TEST_P(ReservationStoreContract, LoadsTheLiveOnesOfOneScheduleById) {
  ASSERT_EQ(commit(this->store_, write(held(this->here, 2, "ada", {9})),
                   write(held(this->here, 1, "ben", {10, 11})), write(held({2}, 7, "cyd", {1})),
                   write(held({4}, 8, "cyd", {1})),
                   write(with(held(this->here, 12, "dan", {12}), reservation_status::released))),
            commit_outcome::committed);
  EXPECT_EQ(this->live(), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_TRUE(this->reader_.load_schedule({99}).live.empty());
}

TYPED_TEST_P(ReservationStoreContract, NamesTheSchedulesWithHolds) {
  ASSERT_EQ(commit(this->store_, write(held({1}, 1, "ada", {1})), write(held({1}, 2, "ben", {2})),
                   write(with(held({2}, 3, "ada", {1}), reservation_status::confirmed, {9})),
                   write(held({7}, 4, "ada", {1}))),
            commit_outcome::committed);
  EXPECT_EQ(this->reader_.schedules_with_holds(), (std::vector<schedule_id>{{1}, {7}}));
}

TYPED_TEST_P(ReservationStoreContract, ListsNewestFirstPageByPage) {
  std::vector<reservation_write> batch;
  for (std::uint64_t i = 1; i <= 7; ++i)  // two by two at the same moment, over two schedules
    batch.push_back(write(held({1 + i % 2}, i, "ada", {static_cast<seat_index>(i)},
                               at(static_cast<std::int64_t>(i / 2) * 1000))));
  batch.push_back(write(held({1}, 20, "ben", {50})));
  ASSERT_EQ(this->store_.commit(batch), commit_outcome::committed);

  const auto all = this->reader_.list({"ada"}, {}, at(0), 0, 100);
  ASSERT_EQ(all.items.size(), 7U);
  EXPECT_EQ(all.next, 0U);
  for (std::size_t i = 1; i < all.items.size(); ++i)
    EXPECT_GT(std::tie(all.items[i - 1].held_at, all.items[i - 1].id.number),
              std::tie(all.items[i].held_at, all.items[i].id.number));
  std::vector<reservation> paged;
  std::uint64_t cursor = 0;
  int pages = 0;
  do {
    const auto page = this->reader_.list({"ada"}, {}, at(0), cursor, 3);
    EXPECT_LE(page.items.size(), 3U);
    paged.insert(paged.end(), page.items.begin(), page.items.end());
    cursor = page.next;
  } while (cursor != 0 && ++pages < 10);
  ASSERT_EQ(paged.size(), 7U);
  for (std::size_t i = 0; i < paged.size(); ++i)
    EXPECT_EQ(fields_of(paged[i]), fields_of(all.items[i]));
}

TYPED_TEST_P(ReservationStoreContract, ListsByTheStatusAtTheMoment) {
  const auto r = held(this->here, 1, "ada", {1});
  const auto paid =
      with(held(this->here, 2, "ada", {2}, at(1)), reservation_status::confirmed, {9});
  ASSERT_EQ(commit(this->store_, write(r), write(paid)), commit_outcome::committed);
  const auto count = [&](reservation_status s, time_point now) {
    return this->reader_.list({"ada"}, s, now, 0, 10).items.size();
  };
  EXPECT_EQ(count(reservation_status::held, r.expires_at - milliseconds{1}), 1U);
  EXPECT_EQ(count(reservation_status::expired, r.expires_at - milliseconds{1}), 0U);
  EXPECT_EQ(count(reservation_status::held, r.expires_at), 0U);
  EXPECT_EQ(count(reservation_status::expired, r.expires_at), 1U);
  EXPECT_EQ(count(reservation_status::confirmed, r.expires_at), 1U);
  EXPECT_EQ(this->reader_.list({"ada"}, {}, r.expires_at, 0, 10).items.size(), 2U);
}

TYPED_TEST_P(ReservationStoreContract, RemembersAnAnswerForItsKey) {
  reservation_write w = write(held(this->here, 1, "ada", {1}));
  w.key = key(1);
  hold_outcome held_one, taken;
  held_one.held = *w.row;
  w.answer = held_one;
  reservation_write refusal;
  refusal.key = key(2);
  taken.refusal = hold_refusal::seat_taken;
  taken.seats = {"A-1", "A-2"};
  refusal.answer = taken;
  ASSERT_EQ(commit(this->store_, w, refusal), commit_outcome::committed);
  const auto first = this->reader_.find_key(key(1).scope);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->body, key(1).body);
  EXPECT_TRUE(same(first->answer, held_one));
  EXPECT_TRUE(same(this->reader_.find_key(key(2).scope)->answer, taken));
  EXPECT_FALSE(this->reader_.find_key(key(3).scope));
  EXPECT_EQ(this->reader_.key_scopes(0, 10).scopes.size(), 2U);
  EXPECT_EQ(this->reader_.key_scopes(0, 1).scopes.size(), 1U);
}

TYPED_TEST_P(ReservationStoreContract, AKeyIsRememberedOnce) {
  reservation_write w;
  w.key = key(1);
  w.answer = hold_outcome{};
  ASSERT_EQ(commit(this->store_, w), commit_outcome::committed);
  EXPECT_EQ(commit(this->store_, w), commit_outcome::refused);
}

TYPED_TEST_P(ReservationStoreContract, PrunesOldKeysBoundedly) {
  for (int i = 0; i < 10; ++i) {
    reservation_write w;
    w.key = key(static_cast<std::uint64_t>(i) + 1);
    w.answer = hold_outcome{};
    w.at = at(i);
    ASSERT_EQ(commit(this->store_, w), commit_outcome::committed);
  }
  EXPECT_EQ(this->store_.prune_keys(at(5), 3), 3U);
  EXPECT_EQ(this->store_.prune_keys(at(5), 3), 2U);
  EXPECT_EQ(this->store_.prune_keys(at(5), 3), 0U);
  EXPECT_FALSE(this->reader_.find_key(key(5).scope));
  EXPECT_TRUE(this->reader_.find_key(key(6).scope));
  EXPECT_EQ(this->reader_.key_scopes(0, 100).scopes.size(), 5U);
}

REGISTER_TYPED_TEST_SUITE_P(ReservationStoreContract, ReadsEveryFieldBack,
                            AFailedBatchLeavesNothing, ASeatHasOneLiveHolder,
                            ALapsedHoldFreesItsSeatsBeforeTheRow, APaidReservationNeverLapses,
                            WhatHasLapsedBeforeStaysLapsed, ARowKeepsWhatItIsAbout,
                            ARowComesBackWithItsNewStatus, AnAdmissionStays,
                            AnExtensionStaysWithItsAnswer, LoadsTheLiveOnesOfOneScheduleById,
                            NamesTheSchedulesWithHolds, ListsNewestFirstPageByPage,
                            ListsByTheStatusAtTheMoment, RemembersAnAnswerForItsKey,
                            AKeyIsRememberedOnce, PrunesOldKeysBoundedly);

}  // namespace boxoffice::test
