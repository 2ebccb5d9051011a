#pragma once

#include "actors/queue_ranking/queue_ranking_store.hpp"
#include "tests/storage/samples.hpp"

#include <algorithm>

#include <gtest/gtest.h>

/// What every queue_ranking_store with its readers keeps. `Backend` has `store()`, `queue()` and
/// `ranking()`.
namespace boxoffice::test {

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
    e.token = make_queue_token(concert, 1000 + sequence);
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
            std::make_tuple(make_queue_token({6}, 1009), concert_id{6}, user_id{"ada"},
                            std::uint64_t{9}, token_state::active, at(60'000), at(0)));
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
            commit_outcome::failed);
  EXPECT_EQ(this->sequences(), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(
      commit(this->store_, this->place(1, "ada", token_state::left, at(1)), this->place(2, "ada")),
      commit_outcome::committed);
}

TYPED_TEST_P(QueueRankingStoreContract, ATokenKeepsItsPlace) {
  ASSERT_EQ(commit(this->store_, this->place(1, "ada")), commit_outcome::committed);
  auto other = this->place(1, "ben");
  EXPECT_EQ(commit(this->store_, other), commit_outcome::failed);
  std::get<queue_write>(other).entry.token = make_queue_token(this->here, 77);
  EXPECT_EQ(commit(this->store_, other), commit_outcome::failed) << "two on one place";
  EXPECT_EQ(this->sequences(), (std::vector<std::uint64_t>{1}));
}

TYPED_TEST_P(QueueRankingStoreContract, AnEventIsAppliedOnceByEachConsumer) {
  ASSERT_EQ(
      commit(this->store_, this->applied("a", 1), this->applied("b", 1), this->applied("a", 3)),
      commit_outcome::committed);
  EXPECT_EQ(commit(this->store_, this->applied("b", 2), this->applied("a", 3)),
            commit_outcome::failed);
  EXPECT_EQ(this->ranking_.load_board("a", 0).applied_through, 3U);
  EXPECT_EQ(this->ranking_.load_board("b", 0).applied_through, 1U);
  EXPECT_EQ(this->ranking_.load_board("c", 0).applied_through, 0U);
  EXPECT_EQ(this->ranking_.applied_among("a", {{~1ULL}, {~2ULL}, {~3ULL}}),
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
                            OneLivePlaceForAUserInAConcert, ATokenKeepsItsPlace,
                            AnEventIsAppliedOnceByEachConsumer, BoardsComeBackAsLastWritten);

}  // namespace boxoffice::test
