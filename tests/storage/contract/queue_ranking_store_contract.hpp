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

TYPED_TEST_P(QueueRankingStoreContract, MarksOfWhatDoesNotComeAgainGoAFewAtATime) {
  const auto until = [&](std::uint64_t n, std::uint64_t no_more) {
    auto w = std::get<ranking_write>(this->applied("a", n));
    w.no_more_through = no_more;
    return queue_ranking_write{w};
  };
  ASSERT_EQ(commit(this->store_, until(1, 0), until(2, 0), until(3, 0), until(4, 0)),
            commit_outcome::committed);
  EXPECT_EQ(this->ranking_.forgotten_through("a"), 0U);
  ASSERT_EQ(commit(this->store_, until(5, 3)), commit_outcome::committed);
  EXPECT_EQ(this->ranking_.forgotten_through("a"), 2U);
  ASSERT_EQ(commit(this->store_, until(6, 3)), commit_outcome::committed);
  EXPECT_EQ(this->ranking_.forgotten_through("a"), 3U);
  const std::vector<numbered_event> asked{{{~1ULL}, 1}, {{~2ULL}, 2}, {{~3ULL}, 3}, {{~4ULL}, 4}};
  EXPECT_EQ(this->ranking_.applied_among("a", asked), std::vector<event_id>{{~4ULL}});
  EXPECT_EQ(this->ranking_.load_board("a", 0).applied_through, 6U);
}

TYPED_TEST_P(QueueRankingStoreContract, ABoardIsFilledAnewPartByPart) {
  using place = board_fill::place;
  const auto part = [](place is, std::vector<sales_total> totals,
                       std::vector<sales_bucket> buckets) {
    board_fill f;
    f.consumer = "a";
    f.is = is;
    f.buckets_are = board_fill::minutes::emptied;
    f.totals = std::move(totals);
    f.buckets = std::move(buckets);
    f.through = is == place::last ? 90 : 0;
    return queue_ranking_write{f};
  };
  ASSERT_EQ(commit(this->store_,
                   this->applied("a", 7, sales_bucket{{2}, 50, 4}, sales_total{{2}, 4, at(1), {}}),
                   this->applied("b", 7, {}, sales_total{{9}, 1, at(1), {}})),
            commit_outcome::committed);
  ASSERT_EQ(
      commit(this->store_, this->applied("a", 8), part(place::first, {{{2}, 5, at(2), {}}}, {})),
      commit_outcome::committed);
  auto board = this->ranking_.load_board("a", 0);
  EXPECT_EQ(board.applied_through, 0U) << "with some of the parts it holds nothing";
  EXPECT_EQ(board.buckets.size(), 0U);
  EXPECT_TRUE(this->ranking_.applied_among("a", {{{~7ULL}, 7}, {{~8ULL}, 8}}).empty());
  ASSERT_EQ(commit(this->store_, part(place::last, {{{3}, 1, at(3), at(4)}}, {{{3}, 60, 1}})),
            commit_outcome::committed);
  board = this->ranking_.load_board("a", 0);
  EXPECT_EQ(board.applied_through, 90U);
  EXPECT_EQ(board.filled_through, 90U);
  ASSERT_EQ(board.totals.size(), 2U);
  const auto& third = board.totals[board.totals[0].schedule == schedule_id{3} ? 0 : 1];
  EXPECT_EQ(third.sold_out_at, at(4));
  ASSERT_EQ(board.buckets.size(), 1U);
  EXPECT_EQ(board.buckets[0].minute, 60);
  EXPECT_EQ(this->ranking_.forgotten_through("a"), 90U);
  EXPECT_EQ(this->ranking_.load_board("b", 0).totals.size(), 1U) << "others stay";
  // What was parked comes with its old sequence, what is new on top.
  ASSERT_EQ(commit(this->store_, this->applied("a", 8), this->applied("a", 91)),
            commit_outcome::committed);
  EXPECT_EQ(this->ranking_.load_board("a", 0).applied_through, 91U);
  EXPECT_EQ(this->ranking_.applied_among("a", {{{~8ULL}, 8}}).size(), 1U);
}

TYPED_TEST_P(QueueRankingStoreContract, MinutesAreKeptWithinTheirBoundWhateverTheClockSays) {
  constexpr auto kept = static_cast<std::int64_t>(limits::sales_minutes_kept);
  constexpr std::int64_t next_year = 600'000;
  std::vector<queue_ranking_write> batch;
  for (std::int64_t n = 1; n < kept; ++n)
    batch.push_back(this->applied("a", static_cast<std::uint64_t>(n), sales_bucket{{2}, n, 1}));
  ASSERT_EQ(this->store_.commit(batch), commit_outcome::committed);
  ASSERT_EQ(commit(this->store_, this->applied("a", 90'001, sales_bucket{{2}, next_year, 1}),
                   this->applied("a", 90'002, sales_bucket{{3}, next_year, 1})),
            commit_outcome::committed);
  EXPECT_EQ(this->ranking_.load_board("a", 0).buckets.size(), limits::sales_minutes_kept + 1);
  ASSERT_EQ(commit(this->store_, this->applied("a", 90'003, sales_bucket{{2}, kept, 1}),
                   this->applied("a", 90'004, sales_bucket{{2}, kept + 1, 1})),
            commit_outcome::committed);
  const auto buckets = this->ranking_.load_board("a", 0).buckets;
  EXPECT_EQ(buckets.size(), limits::sales_minutes_kept + 1);
  EXPECT_EQ(buckets.front().minute, 3);
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
                            MarksAreKeptWithinTheirBound, MarksOfWhatDoesNotComeAgainGoAFewAtATime,
                            ABoardIsFilledAnewPartByPart,
                            MinutesAreKeptWithinTheirBoundWhateverTheClockSays,
                            AWholeStoreHasNothingToPutBack, AnEventIsAppliedOnceByEachConsumer,
                            BoardsComeBackAsLastWritten);

}  // namespace boxoffice::test
