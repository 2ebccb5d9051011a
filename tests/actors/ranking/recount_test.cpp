// Rankings are counted again from the payments when their store was emptied or set back: the boards
// with their relays, over both stores.
#include "actors/outbox/outbox_relay.hpp"
#include "actors/ranking/board_actors.hpp"
#include "tests/actors/payment/memory_payment_store.hpp"
#include "tests/actors/queue/memory_queue_ranking_store.hpp"
#include "tests/actors/virtual_time.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

struct Recount : ::testing::Test {
  testing::virtual_time time;
  testing::memory_queue_ranking_store boards_store;
  testing::memory_payment_store payments;
  catalogue_view view;
  committer<queue_ranking_write> board_commits{
      "queue_ranking",
      {256, 8},
      time.commits(),
      [this](std::span<const queue_ranking_write> batch) { return boards_store.commit(batch); },
      time.metrics()};
  committer<payment_write> payment_commits{
      "payment",
      {100, 10},
      time.commits(),
      [this](std::span<const payment_write> batch) { return payments.commit(batch); },
      time.metrics()};
  testing::inbox<best_selling_reply, sold_out_reply> box{time};
  best_selling_actor selling;
  sold_out_actor sold_out;
  std::vector<outbox_relay_actor> relays;
  std::uint64_t last{0};

  void SetUp() override {
    catalogue all;
    for (std::uint64_t id = 1; id <= 3; ++id) {
      schedule s;
      s.id = {id};
      s.concert = {1};
      s.sales_open_at = testing::beginning;
      s.seats = seat_map{{{"A", 1, 6, {1000}}}};
      all.schedules[s.id] = std::make_shared<const schedule>(s);
    }
    view.publish(std::make_shared<const catalogue>(all));
    start();
  }
  void start() {
    const ranking_context context{time.clock(), board_commits, boards_store,
                                  time.reads(), view,          time.metrics()};
    selling = time.owns(spawn_best_selling(time.system(), context));
    sold_out = time.owns(spawn_sold_out(time.system(), context));
    start_relay("best_selling", selling);
    start_relay("sold_out", sold_out);
    time.advance(seconds{2});
  }
  template <class Board>
  void start_relay(std::string name, const Board& to) {
    relays.push_back(time.owns(
        spawn_outbox_relay(time.system(), {time.clock(), std::move(name), to, payment_commits,
                                           payments, time.reads(), time.metrics(), to})));
  }
  void stop() {
    for (const auto& relay : relays)
      caf::anon_send_exit(relay, caf::exit_reason::kill);
    relays.clear();
    caf::anon_send_exit(selling, caf::exit_reason::kill);
    caf::anon_send_exit(sold_out, caf::exit_reason::kill);
    time.run();
  }
  /// A payment; its number.
  std::uint64_t pay(std::uint64_t schedule, std::uint32_t seats) {
    payment p;
    p.id = {++last};
    p.reservation = reservation_id{{schedule}, last};
    p.seats = seats;
    p.state = saga_state::completed;
    p.completed_at = p.changed_at = time.now();
    happen(p, event_kind::payment_completed);
    return last;
  }
  void refund(std::uint64_t number) {
    auto p = payments.rows.at({number});
    p.state = saga_state::refund_started;
    payments.rows[p.id] = p;
    p.state = saga_state::refunded;
    p.released_at = p.changed_at = time.now();
    happen(p, event_kind::payment_refunded);
  }
  void happen(const payment& p, event_kind kind) {
    payment_write w;
    w.row = p;
    w.event = payment_event{};
    w.event->id = {2000 * (kind == event_kind::payment_refunded ? 2 : 1) + p.id.value};
    w.event->payment = p.id;
    w.event->kind = kind;
    w.event->reservation = p.reservation;
    w.event->seats = p.seats;
    w.event->paid_at = p.completed_at;
    w.event->occurred_at = time.now();
    payments.commit(std::span{&w, 1});
    time.advance(milliseconds{700});
  }
  /// Everything that was published is deleted.
  void prune() {
    EXPECT_GT(payments.prune_outbox({time.now() + std::chrono::hours{1}}, 1'000,
                                    {"best_selling", "sold_out"}),
              0U);
  }
  /// Both rankings as one text.
  std::string shown() {
    std::string text;
    box.send(selling, read_best_selling{1, ranking_window::all, 50});
    for (const auto& l : box.last<best_selling_reply>().lines)
      text += std::to_string(l.schedule.value) + ":" + std::to_string(l.seats_sold) + " ";
    box.send(selling, read_best_selling{2, ranking_window::hour, 50});
    for (const auto& l : box.last<best_selling_reply>().lines)
      text += std::to_string(l.schedule.value) + ":" + std::to_string(l.seats_sold) + "h ";
    box.send(sold_out, read_sold_out{3, 50});
    for (const auto& l : box.last<sold_out_reply>().lines)
      text += std::to_string(l.schedule.value) + " in " + std::to_string(l.to_sell_out.count()) +
              (l.currently == sold_out_line::now::sold_out ? " " : "- ");
    return text;
  }
};

TEST_F(Recount, AnEmptiedStoreIsCountedAgain) {
  pay(1, 4);
  const auto part = pay(2, 1);
  pay(2, 5);
  pay(1, 2);
  refund(part);
  const auto before = shown();
  EXPECT_EQ(before.substr(0, 8), "1:6 2:5 ");
  EXPECT_NE(before.find("2 in "), std::string::npos) << before;
  stop();
  boards_store.clear();
  start();
  EXPECT_EQ(shown(), before);
  pay(3, 1);
  EXPECT_NE(shown(), before);
  for (const auto& [mark, times] : boards_store.applied)
    EXPECT_EQ(times, 1U) << mark.first << " " << mark.second;
}

TEST_F(Recount, AlsoWhenTheEventsAreLongPruned) {
  pay(1, 6);
  time.advance(std::chrono::hours{26});
  pay(2, 2);
  const auto before = shown();
  prune();
  EXPECT_TRUE(payments.events.empty());
  stop();
  boards_store.clear();
  start();
  EXPECT_EQ(shown(), before);
}

TEST_F(Recount, AnOldCopyIsBroughtUpToDate) {
  pay(1, 4);
  const auto old = boards_store;
  pay(2, 6);
  pay(1, 2);
  const auto before = shown();
  stop();
  boards_store = old;
  start();
  EXPECT_EQ(shown(), before);
  for (const auto& [mark, times] : boards_store.applied)
    EXPECT_EQ(times, 1U) << mark.first << " " << mark.second;
}

TEST_F(Recount, WhatWasParkedStaysWithItsOperator) {
  pay(1, 4);
  pay(9, 1);  // of a schedule that sold_out does not know
  pay(2, 6);
  pay(9, 1);
  const auto before = shown();
  ASSERT_EQ(payments.parked.size(), 2U);
  prune();
  stop();
  boards_store.clear();
  start();
  EXPECT_EQ(shown(), before);
  EXPECT_EQ(payments.parked.size(), 2U);
  caf::anon_send(relays[1], replay_parked{{9}});
  time.advance(seconds{2});
  EXPECT_EQ(payments.parked.size(), 2U) << "the schedule is still unknown";
}

// Sales go on, and a crash comes after each of the commits that a filling takes.
TEST_F(Recount, ACrashInTheMiddleOfAFillingCountsNothingTwice) {
  for (int n = 0; n < 6; ++n)
    pay(1 + last % 3, 1);
  refund(2);
  const auto before = shown();
  prune();
  for (int writes = 0; writes < 6; ++writes) {
    stop();
    boards_store.clear();
    int left = writes;
    boards_store.before_commit = [&] {
      if (left-- > 0) return true;
      return false;
    };
    start();
    stop();
    boards_store.before_commit = nullptr;
    start();
    EXPECT_EQ(shown(), before) << writes;
  }
  pay(3, 1);
  EXPECT_NE(shown(), before);
}

}  // namespace
}  // namespace boxoffice
