#include "actors/ranking/sold_out_board.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point opening{milliseconds{1'780'272'000'000}};

struct SoldOut : testing::Test {
  catalogue_view view;
  sold_out_board board{view};
  catalogue all;
  std::uint64_t sequence{0};

  void add(std::uint64_t id, std::uint32_t seats, time_point opens = opening) {
    schedule s;
    s.id = {id};
    s.concert = {1};
    s.sales_open_at = opens;
    s.seats = seat_map{{{"A", 1, seats, {1000}}}};
    all.schedules[s.id] = std::make_shared<const schedule>(s);
    view.publish(std::make_shared<const catalogue>(all));
  }
  payment_event event(event_kind kind, std::uint64_t id, std::uint32_t seats, time_point paid_at,
                      time_point occurred_at) {
    payment_event e;
    e.id = {++sequence};
    e.sequence = sequence;
    e.kind = kind;
    e.reservation = reservation_id{{id}, sequence};
    e.seats = seats;
    e.paid_at = paid_at;
    e.occurred_at = occurred_at;
    return e;
  }
  void pay(std::uint64_t id, std::uint32_t seats, milliseconds after) {
    board.apply(board.decide(
        event(event_kind::payment_completed, id, seats, opening + after, opening + after)));
  }
  void refund(std::uint64_t id, std::uint32_t seats, milliseconds paid, milliseconds at) {
    board.apply(
        board.decide(event(event_kind::payment_refunded, id, seats, opening + paid, opening + at)));
  }
};

TEST_F(SoldOut, OnlyWhenEverySeatIsPaidAndExactToTheMillisecond) {
  add(1, 3);
  pay(1, 2, milliseconds{100});
  EXPECT_TRUE(board.fastest(10).empty());
  pay(1, 1, milliseconds{12'345});
  const auto lines = board.fastest(10);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].to_sell_out, milliseconds{12'345});
  EXPECT_EQ(lines[0].sold_out_at, opening + milliseconds{12'345});
  EXPECT_EQ(lines[0].seat_count, 3U);
  EXPECT_EQ(lines[0].currently, sold_out_line::now::sold_out);
}

TEST_F(SoldOut, TheLastPaymentByTimeCountsWhateverCameLast) {
  add(1, 2);
  pay(1, 1, milliseconds{500});
  pay(1, 1, milliseconds{400});
  EXPECT_EQ(board.fastest(10).at(0).to_sell_out, milliseconds{500});
}

TEST_F(SoldOut, ALaterRefundKeepsTheFact) {
  add(1, 2);
  pay(1, 2, milliseconds{500});
  refund(1, 1, milliseconds{500}, milliseconds{900});
  auto line = board.fastest(10).at(0);
  EXPECT_EQ(line.to_sell_out, milliseconds{500});
  EXPECT_EQ(line.currently, sold_out_line::now::seats_back);
  pay(1, 1, milliseconds{1000});
  line = board.fastest(10).at(0);
  EXPECT_EQ(line.to_sell_out, milliseconds{500}) << "a fact does not change";
  EXPECT_EQ(line.currently, sold_out_line::now::sold_out);
}

TEST_F(SoldOut, ARefundBeforeTheLastPaymentProvesThatItWasNot) {
  add(1, 3);
  pay(1, 2, milliseconds{100});
  pay(1, 1, milliseconds{300});  // the seat that the refund below had set free
  refund(1, 1, milliseconds{100}, milliseconds{200});
  EXPECT_TRUE(board.fastest(10).empty());
  pay(1, 1, milliseconds{700});
  EXPECT_EQ(board.fastest(10).at(0).to_sell_out, milliseconds{700});
}

TEST_F(SoldOut, FasterFirstThenMoreSeatsThenTheEarlierOpening) {
  add(1, 1);
  add(2, 5);
  add(3, 5, opening - seconds{10});
  add(4, 1);
  pay(1, 1, milliseconds{800});
  pay(2, 5, milliseconds{800});
  pay(3, 5, milliseconds{800} - seconds{10});
  pay(4, 1, milliseconds{799});
  std::vector<std::uint64_t> order;
  for (const auto& l : board.fastest(10)) {
    order.push_back(l.schedule.value);
    EXPECT_EQ(l.rank, order.size());
  }
  EXPECT_EQ(order, (std::vector<std::uint64_t>{4, 3, 2, 1}));
  EXPECT_EQ(board.fastest(2).size(), 2U);
}

}  // namespace
}  // namespace boxoffice
