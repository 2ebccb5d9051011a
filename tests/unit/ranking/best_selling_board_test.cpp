#include "actors/ranking/best_selling_board.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point start{milliseconds{1'780'272'000'000}};

struct BestSelling : testing::Test {
  best_selling_board board;
  time_point now{start};
  std::uint64_t sequence{0};

  void SetUp() override { board.restore({}, now); }

  void event(event_kind kind, std::uint64_t schedule, std::uint32_t seats, time_point paid_at) {
    payment_event e;
    e.id = {++sequence};
    e.sequence = sequence;
    e.kind = kind;
    e.reservation = reservation_id{{schedule}, sequence};
    e.seats = seats;
    e.paid_at = paid_at;
    e.occurred_at = now;
    board.apply(board.decide(e));
  }
  void sell(std::uint64_t schedule, std::uint32_t seats) {
    event(event_kind::payment_completed, schedule, seats, now);
  }
  std::vector<std::pair<std::uint64_t, std::uint64_t>> best(ranking_window w,
                                                            std::size_t limit = 50) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> shown;
    for (const auto& l : board.best(w, limit, now)) {
      EXPECT_EQ(l.rank, shown.size() + 1);
      shown.emplace_back(l.schedule.value, l.seats_sold);
    }
    return shown;
  }
};
using ranking = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

TEST_F(BestSelling, MoreSeatsFirstThenTheLowerId) {
  sell(7, 2);
  sell(3, 2);
  sell(9, 5);
  sell(1, 1);
  EXPECT_EQ(best(ranking_window::hour), (ranking{{9, 5}, {3, 2}, {7, 2}, {1, 1}}));
  EXPECT_EQ(best(ranking_window::all, 2), (ranking{{9, 5}, {3, 2}}));
}

TEST_F(BestSelling, SalesLeaveTheWindowsAsTimePasses) {
  sell(1, 4);
  now += std::chrono::minutes{60};
  sell(2, 1);
  EXPECT_EQ(best(ranking_window::hour), (ranking{{1, 4}, {2, 1}})) << "never early";
  now += std::chrono::minutes{1};
  EXPECT_EQ(best(ranking_window::hour), (ranking{{2, 1}}));
  EXPECT_EQ(best(ranking_window::day), (ranking{{1, 4}, {2, 1}}));
  now = start + std::chrono::hours{24} + std::chrono::minutes{1};
  EXPECT_EQ(best(ranking_window::hour), ranking{});
  EXPECT_EQ(best(ranking_window::day), (ranking{{2, 1}}));
  EXPECT_EQ(best(ranking_window::all), (ranking{{1, 4}, {2, 1}}));
}

TEST_F(BestSelling, ARefundCountsInTheMinuteOfItsPayment) {
  sell(1, 4);
  const auto paid = now;
  now += std::chrono::minutes{50};
  sell(1, 3);
  event(event_kind::payment_refunded, 1, 4, paid);
  EXPECT_EQ(best(ranking_window::hour), (ranking{{1, 3}}));
  now += std::chrono::minutes{11};
  EXPECT_EQ(best(ranking_window::hour), (ranking{{1, 3}})) << "the refund left with its payment";
  EXPECT_EQ(best(ranking_window::all), (ranking{{1, 3}}));
}

TEST_F(BestSelling, ARefundOfLongAgoTouchesNoWindow) {
  sell(1, 4);
  const auto paid = now;
  now += std::chrono::hours{30};
  sell(1, 3);
  EXPECT_EQ(best(ranking_window::day), (ranking{{1, 3}}));
  event(event_kind::payment_refunded, 1, 4, paid);
  EXPECT_EQ(best(ranking_window::day), (ranking{{1, 3}}));
  EXPECT_EQ(best(ranking_window::all), (ranking{{1, 3}}));
}

TEST_F(BestSelling, NothingSoldIsNotShown) {
  sell(1, 2);
  event(event_kind::payment_refunded, 1, 2, now);
  EXPECT_EQ(best(ranking_window::all), ranking{});
  EXPECT_EQ(best(ranking_window::hour), ranking{});
}

TEST_F(BestSelling, RestoredFromItsRowsItShowsTheSame) {
  std::map<std::pair<std::uint64_t, std::int64_t>, sales_bucket> buckets;
  std::map<std::uint64_t, sales_total> totals;
  best_selling_board source;
  source.restore({}, now);
  for (std::uint64_t i = 1; i <= 500; ++i) {
    now += seconds{37};
    (void)source.best(ranking_window::hour, 1, now);
    payment_event e;
    e.id = {i};
    e.kind = i % 5 == 0 ? event_kind::payment_refunded : event_kind::payment_completed;
    e.reservation = reservation_id{{1 + i % 7}, i};
    e.seats = 1 + static_cast<std::uint32_t>(i % 3);
    e.paid_at = now - seconds{i % 5 == 0 ? 100 : 0};
    const auto w = source.decide(e);
    source.apply(w);
    buckets[{w.bucket->schedule.value, w.bucket->minute}] = *w.bucket;
    totals[w.total->schedule.value] = *w.total;
  }
  ranking_reader::board_state state;
  for (const auto& [key, b] : buckets)
    state.buckets.push_back(b);
  for (const auto& [key, t] : totals)
    state.totals.push_back(t);
  board.restore(state, now);
  for (int step = 0; step < 100; ++step, now += seconds{95})
    for (const auto w : {ranking_window::hour, ranking_window::day, ranking_window::all}) {
      const auto a = source.best(w, 50, now), b = board.best(w, 50, now);
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(a[i].schedule, b[i].schedule);
        ASSERT_EQ(a[i].seats_sold, b[i].seats_sold);
      }
    }
}

}  // namespace
}  // namespace boxoffice
