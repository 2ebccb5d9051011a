#pragma once

#include "actors/queue_ranking/queue_ranking_store.hpp"
#include "config/limits.hpp"
#include "tests/storage/samples.hpp"

#include <algorithm>

#include <gtest/gtest.h>

/// What every queue_ranking_store with its readers keeps. `Backend` has `store()`, `queue()` and
/// `ranking()`.
namespace boxoffice::test {

/// What the stores under test are told to keep of each consumer.
inline constexpr std::size_t marks_kept = 8;

template <class Backend>
class QueueRankingStoreContract : public ::testing::Test {
 protected:
  Backend backend_;
  queue_ranking_store& store_ = backend_.store();
  queue_reader& queue_ = backend_.queue();
  ranking_reader& ranking_ = backend_.ranking();
  static constexpr concert_id here{5};

  static queue_ranking_write place(std::uint64_t sequence, const std::string& user,
                                   token_state state = token_state::waiting,
                                   time_point changed = at(0), concert_id concert = here) {
    queue_entry e;
    e.token = queue_token{concert, 1000 + sequence};
    e.concert = concert;
    e.user = {user};
    e.sequence = sequence;
    e.state = state;
    e.expires_at = at(60'000);
    e.changed_at = changed;
    return queue_write{e};
  }
  static queue_ranking_write applied(const std::string& consumer, std::uint64_t n,
                                     std::optional<sales_bucket> bucket = {},
                                     std::optional<sales_total> total = {}) {
    return ranking_write{consumer, {~n}, n, bucket, total};
  }
  std::vector<std::uint64_t> sequences(time_point ended_after = at(0), concert_id in = here) {
    std::vector<std::uint64_t> found;
    for (const auto& e : queue_.load_room(in, ended_after).entries)
      found.push_back(e.sequence);
    return found;
  }
};

TYPED_TEST_SUITE_P(QueueRankingStoreContract);

TYPED_TEST_P(QueueRankingStoreContract, LoadsARoomInTheOrderOfArrival) {
  ASSERT_EQ(commit(this->store_, this->place(2, "ben"), this->place(1, "ada"),
                   this->place(3, "cyd"), this->place(9, "ada", token_state::active, at(0), {6})),
            commit_outcome::committed);
  EXPECT_EQ(this->sequences(), (std::vector<std::uint64_t>{1, 2, 3}));
  const auto room = this->queue_.load_room({6}, at(0));
  ASSERT_EQ(room.entries.size(), 1U);
  const auto& e = room.entries[0];
  EXPECT_EQ(std::tie(e.token, e.concert, e.user, e.sequence, e.state, e.expires_at, e.changed_at),
            std::make_tuple(queue_token{{6}, 1009}, concert_id{6}, user_id{"ada"}, std::uint64_t{9},
                            token_state::active, at(60'000), at(0)));
  EXPECT_EQ(room.last_sequence, 9U);
  EXPECT_EQ(this->queue_.load_room({7}, at(0)).last_sequence, 0U);
}

TYPED_TEST_P(QueueRankingStoreContract, EndedPlacesShowForAWhileAndArePrunedBoundedly) {
  ASSERT_EQ(commit(this->store_, this->place(1, "ada"), this->place(2, "ben"),
                   this->place(3, "cyd"), this->place(4, "dan")),
            commit_outcome::committed);
  ASSERT_EQ(commit(this->store_, this->place(2, "ben", token_state::left, at(10)),
                   this->place(3, "cyd", token_state::expired, at(20)),
                   this->place(4, "dan", token_state::used, at(30))),
            commit_outcome::committed);
  EXPECT_EQ(this->sequences(at(15)), (std::vector<std::uint64_t>{1, 3, 4}));
  EXPECT_EQ(this->store_.prune_queue(at(100), 2), 2U);
  EXPECT_EQ(this->sequences(at(0)), (std::vector<std::uint64_t>{1, 4}));
  EXPECT_EQ(this->store_.prune_queue(at(30), 2), 0U);
  EXPECT_EQ(this->store_.prune_queue(at(100), 2), 1U);
  EXPECT_EQ(this->sequences(at(0)), (std::vector<std::uint64_t>{1}));
  // The order of arrival goes on where it was.
  EXPECT_EQ(this->queue_.load_room(this->here, at(0)).last_sequence, 4U);
}

TYPED_TEST_P(QueueRankingStoreContract, OneLivePlaceForAUserInAConcert) {
  ASSERT_EQ(commit(this->store_, this->place(1, "ada")), commit_outcome::committed);
  EXPECT_EQ(commit(this->store_, this->place(2, "ben"), this->place(3, "ada")),
            commit_outcome::refused);
  EXPECT_EQ(this->sequences(), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(
      commit(this->store_, this->place(1, "ada", token_state::left, at(1)), this->place(2, "ada")),
      commit_outcome::committed);
}

TYPED_TEST_P(QueueRankingStoreContract, ATokenKeepsItsUserAndItsPlace) {
  ASSERT_EQ(commit(this->store_, this->place(1, "ada"), this->place(2, "ben")),
            commit_outcome::committed);
  auto other_user = std::get<queue_write>(this->place(1, "eve"));
  EXPECT_EQ(commit(this->store_, this->place(3, "cyd"), queue_ranking_write{other_user}),
            commit_outcome::refused);
  auto other_place = std::get<queue_write>(this->place(1, "ada"));
  other_place.entry.sequence = 7;
  EXPECT_EQ(commit(this->store_, queue_ranking_write{other_place}), commit_outcome::refused);
  auto place_of_ben = std::get<queue_write>(this->place(8, "dan"));
  place_of_ben.entry.sequence = 2;
  EXPECT_EQ(commit(this->store_, queue_ranking_write{place_of_ben}), commit_outcome::refused);
  auto twice = std::get<queue_write>(this->place(9, "eve"));
  twice.entry.sequence = 4;
  EXPECT_EQ(commit(this->store_, this->place(4, "dan"), queue_ranking_write{twice}),
            commit_outcome::refused);
  EXPECT_EQ(this->sequences(), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(this->queue_.load_room(this->here, at(0)).last_sequence, 2U);
}

TYPED_TEST_P(QueueRankingStoreContract, WhatOneBatchDoesToAPlaceIsDoneInOrder) {
  ASSERT_EQ(commit(this->store_, this->place(1, "ada"), this->place(1, "ada", token_state::active),
                   this->place(1, "ada", token_state::left, at(1)), this->place(2, "ada"),
                   this->place(2, "ada", token_state::active, at(2))),
            commit_outcome::committed);
  const auto room = this->queue_.load_room(this->here, at(0));
  ASSERT_EQ(room.entries.size(), 2U);
  EXPECT_EQ(room.entries[0].state, token_state::left);
  EXPECT_EQ(room.entries[1].state, token_state::active);
  EXPECT_EQ(commit(this->store_, this->place(3, "ada")), commit_outcome::refused);
}

TYPED_TEST_P(QueueRankingStoreContract, AFailedBatchLeavesNothingOfEitherKind) {
  const sales_total total{{2}, 8, at(5), at(6)};
  ASSERT_EQ(commit(this->store_, this->applied("a", 1)), commit_outcome::committed);
  EXPECT_EQ(commit(this->store_, this->place(1, "ada"),
                   this->applied("a", 2, sales_bucket{{2}, 100, 4}, total), this->applied("a", 1)),
            commit_outcome::refused);
  EXPECT_TRUE(this->sequences().empty());
  auto board = this->ranking_.load_board("a", 0);
  EXPECT_EQ(board.applied_through, 1U);
  EXPECT_TRUE(board.totals.empty());
  EXPECT_TRUE(board.buckets.empty());
  EXPECT_EQ(commit(this->store_, this->place(1, "ada"),
                   this->applied("a", 2, sales_bucket{{2}, 100, 4}, total)),
            commit_outcome::committed);
}

TYPED_TEST_P(QueueRankingStoreContract, IdsAndTimesUseAllTheirBits) {
  queue_entry e;
  e.concert = {(std::uint64_t{1} << 53) - 1};
  e.token = queue_token{e.concert, ~std::uint64_t{0} >> 1};
  e.user = {"a b-_\"'{}"};
  e.sequence = (std::uint64_t{1} << 52) + 1;
  e.expires_at = at(123'456'789);
  e.changed_at = at(-1);
  constexpr std::uint64_t far = std::uint64_t{1} << 52;
  const queue_ranking_write first = ranking_write{"a",
                                                  {0x7FFF'FFFF'FFFF'FFFE},
                                                  far + 3,
                                                  sales_bucket{{0xFF'FFFF}, 29'000'000, -7},
                                                  sales_total{{0xFF'FFFF}, -9, no_time, at(1)}};
  const queue_ranking_write second = ranking_write{"a", {0x7FFF'FFFF'FFFF'FFFF}, far + 4, {}, {}};
  ASSERT_EQ(commit(this->store_, queue_ranking_write{queue_write{e}}, first, second),
            commit_outcome::committed);
  const auto room = this->queue_.load_room(e.concert, at(0));
  ASSERT_EQ(room.entries.size(), 1U);
  EXPECT_EQ(room.entries[0].token, e.token);
  EXPECT_EQ(room.entries[0].user, e.user);
  EXPECT_EQ(room.entries[0].sequence, e.sequence);
  EXPECT_EQ(room.entries[0].expires_at, e.expires_at);
  EXPECT_EQ(room.entries[0].changed_at, e.changed_at);
  const auto board = this->ranking_.load_board("a", 28'999'999);
  EXPECT_EQ(board.applied_through, far + 4);
  ASSERT_EQ(board.buckets.size(), 1U);
  EXPECT_EQ(board.buckets[0].seats, -7);
  ASSERT_EQ(board.totals.size(), 1U);
  EXPECT_EQ(board.totals[0].seats, -9);
  EXPECT_EQ(board.totals[0].last_paid_at, no_time);
  EXPECT_EQ(board.totals[0].sold_out_at, at(1));
  EXPECT_EQ(this->ranking_.applied_among("a", {{{0x7FFF'FFFF'FFFF'FFFF}, far + 4}, {{1}, 1}}),
            (std::vector<event_id>{{0x7FFF'FFFF'FFFF'FFFF}}));
}

TYPED_TEST_P(QueueRankingStoreContract, MarksAreKeptWithinTheirBound) {
  // Sequences leap with each epoch: what counts is how many marks there are.
  constexpr std::uint64_t leap = std::uint64_t{1} << 50;
  std::vector<numbered_event> asked;
  for (std::uint64_t n = 0; n < marks_kept; ++n) {
    const auto sequence = 3 + n * leap;
    ASSERT_EQ(commit(this->store_, this->applied("a", sequence)), commit_outcome::committed);
    asked.push_back({{~sequence}, sequence});
  }
  ASSERT_EQ(commit(this->store_, this->applied("b", 3)), commit_outcome::committed);
  EXPECT_EQ(this->ranking_.applied_among("a", asked).size(), marks_kept);
  EXPECT_EQ(this->ranking_.forgotten_through("a"), 0U);
  ASSERT_EQ(commit(this->store_, this->applied("a", marks_kept * leap)), commit_outcome::committed);
  EXPECT_EQ(this->ranking_.applied_among("a", asked).size(), marks_kept - 1);
  EXPECT_EQ(this->ranking_.forgotten_through("a"), 3U);
  EXPECT_EQ(this->ranking_.forgotten_through("b"), 0U);
  EXPECT_EQ(this->ranking_.applied_among("b", asked).size(), 1U);
  // A late one, below what is forgotten, is a mark all the same.
  ASSERT_EQ(commit(this->store_, this->applied("a", 1)), commit_outcome::committed);
  EXPECT_EQ(this->ranking_.applied_among("a", {{{~1ULL}, 1}}).size(), 1U);
}

TYPED_TEST_P(QueueRankingStoreContract, AWholeStoreHasNothingToPutBack) {
  ASSERT_EQ(commit(this->store_, this->place(1, "ada")), commit_outcome::committed);
  EXPECT_EQ(this->store_.keep({}), commit_outcome::committed);
  EXPECT_EQ(this->store_.restorings(), 0U);
}

TYPED_TEST_P(QueueRankingStoreContract, AnEventIsAppliedOnceByEachConsumer) {
  ASSERT_EQ(
      commit(this->store_, this->applied("a", 1), this->applied("b", 1), this->applied("a", 3)),
      commit_outcome::committed);
  EXPECT_EQ(commit(this->store_, this->applied("b", 2), this->applied("a", 3)),
            commit_outcome::refused);
  EXPECT_EQ(this->ranking_.load_board("a", 0).applied_through, 3U);
  EXPECT_EQ(this->ranking_.load_board("b", 0).applied_through, 1U);
  EXPECT_EQ(this->ranking_.load_board("c", 0).applied_through, 0U);
  EXPECT_EQ(this->ranking_.applied_among("a", {{{~1ULL}, 1}, {{~2ULL}, 2}, {{~3ULL}, 3}}),
            (std::vector<event_id>{{~1ULL}, {~3ULL}}));
}

TYPED_TEST_P(QueueRankingStoreContract, BoardsComeBackAsLastWritten) {
  const sales_total total{{2}, 8, at(5), at(6)};
  ASSERT_EQ(commit(this->store_, this->applied("a", 1, sales_bucket{{2}, 100, 4}),
                   this->applied("a", 2, sales_bucket{{2}, 101, 3}, sales_total{{2}, 4, at(1), {}}),
                   this->applied("a", 3, sales_bucket{{2}, 101, -1}, total),
                   this->applied("b", 3, {}, sales_total{{9}, 1, at(1), {}})),
            commit_outcome::committed);
  auto board = this->ranking_.load_board("a", 101);
  ASSERT_EQ(board.buckets.size(), 1U);
  EXPECT_EQ(board.buckets[0].schedule, schedule_id{2});
  EXPECT_EQ(board.buckets[0].minute, 101);
  EXPECT_EQ(board.buckets[0].seats, -1);
  ASSERT_EQ(board.totals.size(), 1U);
  EXPECT_EQ(board.totals[0].seats, 8);
  EXPECT_EQ(board.totals[0].last_paid_at, at(5));
  EXPECT_EQ(board.totals[0].sold_out_at, at(6));
  EXPECT_EQ(this->ranking_.load_board("a", 0).buckets.size(), 2U);
  board = this->ranking_.load_board("b", 0);
  EXPECT_EQ(board.totals.at(0).schedule, schedule_id{9});
}

REGISTER_TYPED_TEST_SUITE_P(QueueRankingStoreContract, LoadsARoomInTheOrderOfArrival,
                            EndedPlacesShowForAWhileAndArePrunedBoundedly,
                            OneLivePlaceForAUserInAConcert, ATokenKeepsItsUserAndItsPlace,
                            WhatOneBatchDoesToAPlaceIsDoneInOrder,
                            AFailedBatchLeavesNothingOfEitherKind, IdsAndTimesUseAllTheirBits,
                            MarksAreKeptWithinTheirBound, AWholeStoreHasNothingToPutBack,
                            AnEventIsAppliedOnceByEachConsumer, BoardsComeBackAsLastWritten);

}  // namespace boxoffice::test
