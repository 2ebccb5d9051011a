#include "actors/ranking/board_actors.hpp"
#include "config/limits.hpp"
#include "tests/actors/queue/memory_queue_ranking_store.hpp"
#include "tests/actors/virtual_time.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using fails = testing::memory_queue_ranking_store::next_commit;

struct Boards : ::testing::Test {
  testing::virtual_time time;
  testing::memory_queue_ranking_store store;
  catalogue_view view;
  committer<queue_ranking_write> commits{
      "queue_ranking",
      {64, 4},
      time.commits(),
      [this](std::span<const queue_ranking_write> batch) { return store.commit(batch); },
      time.metrics()};
  ranking_context context{time.clock(), commits, store, time.reads(), view, time.metrics()};
  testing::inbox<best_selling_reply, sold_out_reply, events_applied, event_refused, applied_so_far,
                 board_filled>
      box{time};
  best_selling_actor selling;
  sold_out_actor sold_out;

  void SetUp() override {
    catalogue all;
    schedule s;
    s.id = {1};
    s.concert = {1};
    s.sales_open_at = testing::beginning;
    s.seats = seat_map{{{"A", 1, 6, {1000}}}};
    all.schedules[s.id] = std::make_shared<const schedule>(s);
    view.publish(std::make_shared<const catalogue>(all));
    start();
    time.run();
  }
  void start() {
    selling = time.owns(spawn_best_selling(time.system(), context));
    sold_out = time.owns(spawn_sold_out(time.system(), context));
  }
  void restart() {
    caf::anon_send_exit(selling, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(sold_out, caf::exit_reason::user_shutdown);
    time.run();
    start();
    time.run();
  }
  payment_event event(std::uint64_t n, std::uint32_t seats,
                      event_kind kind = event_kind::payment_completed) {
    payment_event e;
    e.id = {1000 + n};
    e.sequence = n;
    e.kind = kind;
    e.reservation = reservation_id{{1}, n};
    e.seats = seats;
    e.paid_at = testing::beginning + milliseconds{n};
    e.occurred_at = e.paid_at;
    return e;
  }
  std::uint64_t seats_sold(ranking_window w = ranking_window::all) {
    box.send(selling, read_best_selling{1, w, 50});
    EXPECT_EQ(box.last<best_selling_reply>().fault, fault::none);
    const auto& lines = box.last<best_selling_reply>().lines;
    return lines.empty() ? 0 : lines[0].seats_sold;
  }
};

TEST_F(Boards, ApplyEachEventOnceAndAnswerWhenDurable) {
  time.commits().hold();
  box.send(selling, deliver_events{1, {event(1, 2), event(2, 3)}});
  EXPECT_TRUE(box.all<events_applied>().empty());
  time.commits().resume();
  time.run();
  EXPECT_EQ(box.last<events_applied>().sequence, 2U);
  box.send(selling, deliver_events{2, {event(2, 3), event(3, 1)}});
  EXPECT_EQ(box.last<events_applied>().sequence, 3U);
  EXPECT_EQ(seats_sold(), 6U);
  EXPECT_EQ(seats_sold(ranking_window::hour), 6U);
  time.advance(std::chrono::minutes{62});
  EXPECT_EQ(seats_sold(ranking_window::hour), 0U);
  EXPECT_EQ(seats_sold(ranking_window::day), 6U);
}

TEST_F(Boards, SoldOutSpeedIsExactAndSurvivesARestart) {
  box.send(sold_out, deliver_events{1, {event(100, 5)}});
  box.send(sold_out, read_sold_out{1, 50});
  EXPECT_TRUE(box.last<sold_out_reply>().lines.empty());
  box.send(sold_out, deliver_events{2, {event(4321, 1)}});
  restart();
  auto refund = event(4322, 1, event_kind::payment_refunded);
  box.send(sold_out, deliver_events{3, {refund}});
  box.send(sold_out, read_sold_out{2, 50});
  const auto& lines = box.last<sold_out_reply>().lines;
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].to_sell_out, milliseconds{4321});
  EXPECT_EQ(lines[0].currently, sold_out_line::now::seats_back);
}

TEST_F(Boards, AnEventThatWasParkedComesLateAndCountsOnce) {
  box.send(selling, deliver_events{1, {event(5, 1)}});
  box.send(selling, deliver_events{2, {event(3, 4)}});
  EXPECT_EQ(box.last<events_applied>().correlation, 2U);
  EXPECT_EQ(seats_sold(), 5U);
  restart();
  box.send(selling, deliver_events{3, {event(3, 4), event(4, 2)}});
  EXPECT_EQ(box.last<events_applied>().correlation, 3U);
  EXPECT_EQ(seats_sold(), 7U);
}

TEST_F(Boards, AnEventOfAnUnknownScheduleIsRefusedByTheBoardThatNeedsIt) {
  auto unknown = event(2, 1);
  unknown.reservation = reservation_id{{9}, 2};
  const std::vector<payment_event> three{event(1, 1), unknown, event(3, 1)};
  box.send(selling, deliver_events{1, three});
  EXPECT_EQ(box.last<events_applied>().sequence, 3U);
  const auto answers = box.all<events_applied>().size();
  time.commits().hold();
  box.send(sold_out, deliver_events{2, three});
  EXPECT_TRUE(box.all<event_refused>().empty()) << "what stands before it is not yet durable";
  time.commits().resume();
  time.run();
  ASSERT_EQ(box.all<event_refused>().size(), 1U);
  EXPECT_EQ(box.last<event_refused>().correlation, 2U);
  EXPECT_EQ(box.last<event_refused>().sequence, 2U);
  EXPECT_EQ(box.last<event_refused>().how, event_refused::lasting::for_good);
  EXPECT_EQ(box.all<events_applied>().size(), answers);
  box.send(sold_out, deliver_events{3, {event(1, 1), event(3, 1)}});
  EXPECT_EQ(box.last<events_applied>().correlation, 3U) << "the rest is taken";
}

TEST_F(Boards, SayWhatTheyHold) {
  box.send(selling, ask_applied{1});
  EXPECT_EQ(box.last<applied_so_far>().correlation, 1U);
  EXPECT_EQ(box.last<applied_so_far>().are, applied_so_far::books::kept);
  EXPECT_EQ(box.last<applied_so_far>().through, 0U);
  box.send(selling, deliver_events{2, {event(1, 2), event(7, 3)}});
  restart();
  box.send(selling, ask_applied{3});
  EXPECT_EQ(box.last<applied_so_far>().through, 7U);
  EXPECT_EQ(box.last<applied_so_far>().known_after, 0U);
  store.marks_kept = 2;
  box.send(selling, deliver_events{4, {event(9, 1)}});
  box.send(selling, ask_applied{5});
  EXPECT_EQ(box.last<applied_so_far>().known_after, 1U);
}

TEST_F(Boards, AfterALossTakeNothingNewBeforeTheOld) {
  box.send(selling, deliver_events{1, {event(1, 2), event(2, 3)}});
  store.clear();
  box.post(selling, deliver_events{2, {event(3, 1)}, 2});
  time.run();
  EXPECT_EQ(box.last<events_applied>().sequence, 3U) << "it does not know yet";
  store.clear();
  restart();
  box.send(selling, deliver_events{3, {event(4, 1)}, 3});
  ASSERT_EQ(box.all<applied_so_far>().size(), 1U);
  EXPECT_EQ(box.last<applied_so_far>().correlation, 3U);
  EXPECT_EQ(box.last<applied_so_far>().through, 0U);
  EXPECT_EQ(seats_sold(), 0U);
  box.send(selling, deliver_events{4, {event(1, 2), event(2, 3), event(3, 1), event(4, 1)}, 0});
  EXPECT_EQ(seats_sold(), 7U);
}

TEST_F(Boards, AnOldEventWithoutAMarkIsJudgedByWhereItComesFrom) {
  using unmarked = deliver_events::unmarked;
  const auto deliver = [&](std::uint64_t correlation, std::uint64_t n, unmarked old_one) {
    box.send(selling, deliver_events{correlation, {event(n, 2)}, 0, old_one, 0});
  };
  box.send(selling, fill_board{1, 7, 0, fill_board::more::no, 10, {{{1}, 5, {}, 5, {}}}, {}});
  EXPECT_EQ(seats_sold(), 5U);
  deliver(2, 9, unmarked::may_be_either);
  EXPECT_EQ(box.last<events_applied>().sequence, 9U);
  EXPECT_EQ(seats_sold(), 5U) << "a broker brings what the filling has counted";
  deliver(3, 8, unmarked::is_new);
  EXPECT_EQ(seats_sold(), 7U) << "it was parked until now";
  deliver(4, 8, unmarked::is_new);
  EXPECT_EQ(seats_sold(), 7U) << "once";
  deliver(5, 7, unmarked::is_repeated);
  EXPECT_EQ(seats_sold(), 7U);
  store.marks_kept = 1;
  for (const std::uint64_t n : {12, 13, 14, 15})
    deliver(n, n, unmarked::may_be_either);
  EXPECT_EQ(seats_sold(), 15U);
  EXPECT_GT(store.forgotten["best_selling"], 11U);
  deliver(16, 11, unmarked::may_be_either);
  ASSERT_FALSE(box.all<event_refused>().empty()) << "nobody can tell";
  EXPECT_EQ(box.last<event_refused>().sequence, 11U);
  EXPECT_EQ(seats_sold(), 15U);
}

TEST_F(Boards, SayNothingIsHeldWhileTheyAreFilled) {
  box.send(selling, deliver_events{1, {event(1, 2)}});
  const auto part = [](std::uint32_t n, fill_board::more follows) {
    return fill_board{n + 1, 7, n, follows, 10, {{{n + 1}, 5, {}, 5, {}}}, {}};
  };
  box.send(selling, part(0, fill_board::more::yes));
  box.send(selling, ask_applied{2});
  EXPECT_EQ(box.last<applied_so_far>().through, 0U);
  box.send(selling, deliver_events{3, {event(2, 2)}});
  EXPECT_EQ(box.last<events_applied>().correlation, 1U) << "events wait";
  box.send(selling, part(2, fill_board::more::no));
  EXPECT_EQ(store.through["best_selling"], 0U) << "a part is missing";
  restart();
  box.send(selling, ask_applied{4});
  EXPECT_EQ(box.last<applied_so_far>().through, 0U) << "half a filling is none";
  box.send(selling, part(0, fill_board::more::yes));
  box.send(selling, part(1, fill_board::more::no));
  box.send(selling, ask_applied{5});
  EXPECT_EQ(box.last<applied_so_far>().through, 10U);
  EXPECT_EQ(box.last<applied_so_far>().known_after, 10U);
  EXPECT_EQ(store.totals.size(), 2U);
}

TEST_F(Boards, AStoreThatCannotBeReadIsTriedAgain) {
  box.send(selling, deliver_events{1, {event(5, 1)}});
  store.failing_reads = 2;
  box.send(selling, deliver_events{2, {event(4, 1)}});
  box.send(selling, read_best_selling{1, ranking_window::all, 50});
  EXPECT_EQ(box.last<best_selling_reply>().fault, fault::unavailable);
  time.advance(seconds{5});
  EXPECT_EQ(box.last<events_applied>().correlation, 2U);
  EXPECT_EQ(seats_sold(), 2U);
}

TEST_F(Boards, EveryEventOnceWhateverFailsRepeatsOrRestarts) {
  const char* given = std::getenv("BOXOFFICE_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 5;
  SCOPED_TRACE("BOXOFFICE_SEED=" + std::to_string(seed));
  std::mt19937_64 random{seed};
  std::vector<payment_event> all;
  for (std::uint64_t n = 1; n <= 2000; ++n) {
    all.push_back(event(n, 1 + static_cast<std::uint32_t>(n % 3)));
    if (n % 7 == 0) all.back().kind = event_kind::payment_refunded;
  }
  std::size_t from = 0;
  std::uint64_t correlation = 0;
  while (from < all.size()) {
    const auto until = std::min(all.size(), from + 1 + random() % 20);
    const std::vector<payment_event> some(all.begin() + static_cast<std::ptrdiff_t>(from),
                                          all.begin() + static_cast<std::ptrdiff_t>(until));
    const auto dice = random() % 10;
    if (dice == 0) store.next = fails::fails;
    if (dice == 1) store.next = fails::in_doubt_done;
    if (dice == 2) store.next = fails::in_doubt_lost;
    if (dice == 3) store.failing_reads = 1;
    box.post(selling, deliver_events{++correlation, some});
    box.post(sold_out, deliver_events{correlation + 1'000'000, some});
    if (random() % 4 == 0) box.post(selling, deliver_events{++correlation, some});
    if (random() % 5 == 0) {
      time.run_actors();
      time.commits().run_one();
      restart();
    }
    time.run();
    time.advance(seconds{3});
    // Go on from where the consumer says it is, or sometimes from before.
    const auto through = store.through["best_selling"];
    if (random() % 3 != 0 && store.through["sold_out"] >= through) from = through;
  }
  for (const auto& e : all)
    for (const auto* consumer : {"best_selling", "sold_out"})
      ASSERT_EQ((store.applied[{consumer, e.id.value}]), 1U) << consumer << e.sequence;
  EXPECT_EQ(store.violations, std::vector<std::string>{});
  std::int64_t net = 0;
  for (const auto& e : all)
    net += e.kind == event_kind::payment_completed ? std::int64_t{e.seats} : -std::int64_t{e.seats};
  EXPECT_EQ(seats_sold(), static_cast<std::uint64_t>(net));
  EXPECT_EQ((store.totals[{"sold_out", 1}].seats), net);
}

}  // namespace
}  // namespace boxoffice
