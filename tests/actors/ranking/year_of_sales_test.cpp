// A year of sales in virtual time, over the real embedded stores: their tables stay bounded, and a
// ranking store that was deleted comes back right although its events are long gone.
#include "actors/outbox/outbox_relay.hpp"
#include "actors/outbox/outbox_service.hpp"
#include "actors/ranking/board_actors.hpp"
#include "storage/sqlite/stores.hpp"
#include "tests/actors/virtual_time.hpp"
#include "tests/storage/temp_directory.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int days = 365;
constexpr std::uint32_t payments_a_day = 150;
constexpr std::uint32_t seats_of_a_schedule = 900;
constexpr int days_kept = 7;
constexpr int day_of_the_unknown = 340;
constexpr schedule_id unknown_schedule{1'000};

/// The payments of the year, as the test made them: what rankings have to say follows from them.
struct sold {
  std::map<schedule_id, std::int64_t> seats, most;
  std::map<schedule_id, time_point> sold_out_at;

  void paid(schedule_id schedule, std::int64_t count, time_point at) {
    auto& now = seats[schedule];
    now += count;
    if (now == seats_of_a_schedule) sold_out_at.try_emplace(schedule, at);
  }
};

class YearOfSales : public ::testing::Test {
 protected:
  YearOfSales() { open_payment(), open_rankings(); }
  ~YearOfSales() override {
    stop();
    time_.run();
  }

  // --- what happens --------------------------------------------------------------------------

  void a_day(int day) {
    publish_catalogue(day);
    // Sales come in four rushes of some minutes.
    for (int rush = 0; rush < 4; ++rush) {
      std::vector<payment_write> batch;
      for (std::uint32_t n = 0; n < payments_a_day / 4; ++n) {
        time_.jump(seconds{1 + random_() % 4});
        if (!paid_.empty() && random_() % 20 == 0)
          refund(batch);
        else
          pay(schedule_of(day), batch);
      }
      if (day == day_of_the_unknown && rush == 0) pay(unknown_schedule, batch);
      ASSERT_EQ(payment_.store->commit(batch), commit_outcome::committed);
      wake();
      time_.jump(hours{5} + minutes{50});
    }
    time_.advance(limits::prune_every + seconds{5});
  }

  schedule_id schedule_of(int day) {
    const auto newest = static_cast<std::uint64_t>(day) / 2 + 1;
    return {newest - std::min<std::uint64_t>(newest - 1, random_() % 8)};
  }

  void pay(schedule_id schedule, std::vector<payment_write>& into) {
    const auto left = seats_of_a_schedule - truth_.seats[schedule];
    if (left <= 0) return;
    payment p;
    p.id = {++last_};
    p.reservation = reservation_id{schedule, last_};
    p.concert = {1};
    p.user = {"u"};
    p.seats = static_cast<std::uint32_t>(std::min<std::int64_t>(left, 1 + random_() % 4));
    p.state = saga_state::completed;
    p.created_at = p.completed_at = p.changed_at = time_.now();
    truth_.paid(schedule, p.seats, time_.now());
    if (schedule != unknown_schedule) paid_.push_back(p);
    tell(p, event_kind::payment_completed, into);
  }

  void refund(std::vector<payment_write>& into) {
    const auto which = random_() % std::min<std::size_t>(paid_.size(), 500);
    auto p = paid_[paid_.size() - 1 - which];
    paid_.erase(paid_.end() - 1 - static_cast<std::ptrdiff_t>(which));
    p.state = saga_state::refunded;
    p.released_at = p.changed_at = time_.now();
    truth_.seats[p.reservation.schedule] -= p.seats;
    tell(p, event_kind::payment_refunded, into);
  }

  void tell(const payment& p, event_kind kind, std::vector<payment_write>& into) {
    auto& w = into.emplace_back();
    w.row = p;
    w.event = payment_event{};
    w.event->id = {++last_event_};
    w.event->kind = kind;
    w.event->payment = p.id;
    w.event->user = p.user;
    w.event->reservation = p.reservation;
    w.event->concert = p.concert;
    w.event->seats = p.seats;
    w.event->paid_at = p.completed_at;
    w.event->occurred_at = time_.now();
  }

  void publish_catalogue(int day) {
    catalogue all;
    for (std::uint64_t id = 1; id <= static_cast<std::uint64_t>(day) / 2 + 1; ++id)
      add_to(all, {id});
    if (unknown_is_known_) add_to(all, unknown_schedule);
    view_.publish(std::make_shared<const catalogue>(all));
  }
  static void add_to(catalogue& all, schedule_id id) {
    schedule s;
    s.id = id;
    s.concert = {1};
    s.sales_open_at = testing::beginning;
    s.seats = seat_map{{{"A", 1, seats_of_a_schedule, {1000}}}};
    all.schedules[id] = std::make_shared<const schedule>(s);
  }

  // --- the services ----------------------------------------------------------------------------

  void open_payment() { payment_ = open_payment_storage(dir_.path() / "payment.db", {}); }
  void open_rankings() { rankings_ = open_queue_ranking_storage(dir_.path() / "ranking.db", {}); }

  void start() {
    const ranking_context boards{time_.clock(), *board_commits_, *rankings_.ranking,
                                 time_.reads(), view_,           time_.metrics()};
    selling_ = time_.owns(spawn_best_selling(time_.system(), boards));
    sold_out_ = time_.owns(spawn_sold_out(time_.system(), boards));
    start_relay("best_selling", selling_);
    start_relay("sold_out", sold_out_);
    std::vector<outbox_context::consumer> consumers{{"best_selling", relays_[0]},
                                                    {"sold_out", relays_[1]}};
    service_ = time_.owns(spawn_outbox_service(time_.system(), {.reader = *payment_.reader,
                                                                .reads = time_.reads(),
                                                                .consumers = consumers,
                                                                .time = time_.clock(),
                                                                .store = *payment_.store,
                                                                .commit_jobs = time_.commits(),
                                                                .kept = hours{24 * days_kept},
                                                                .metrics = time_.metrics()}));
    time_.advance(seconds{2});
  }
  template <class Board>
  void start_relay(std::string name, const Board& to) {
    relays_.push_back(time_.owns(spawn_outbox_relay(
        time_.system(), {time_.clock(), std::move(name), to, payment_commits_, *payment_.reader,
                         time_.reads(), time_.metrics(), to})));
  }
  void stop() {
    const auto end = [](const auto& handle) {
      if (handle) caf::anon_send_exit(handle, caf::exit_reason::kill);
    };
    for (const auto& relay : relays_)
      end(relay);
    relays_.clear();
    end(service_), end(selling_), end(sold_out_);
    time_.run();
  }
  void wake() {
    for (const auto& relay : relays_)
      caf::anon_send(relay, outbox_appended{});
    time_.advance(seconds{2});
  }
  void lose_rankings() {
    stop();
    board_commits_.reset();
    rankings_ = {};
    for (const std::string ending : {"", "-wal", "-shm"})
      std::filesystem::remove(dir_.path() / ("ranking.db" + ending));
    open_rankings();
    board_commits_ = new_board_commits();
  }
  std::unique_ptr<committer<queue_ranking_write>> new_board_commits() {
    return std::make_unique<committer<queue_ranking_write>>(
        "queue_ranking", commit_bounds{4096, 256}, time_.commits(),
        [this](std::span<const queue_ranking_write> batch) {
          return rankings_.store->commit(batch);
        },
        time_.metrics());
  }

  // --- what is looked at -----------------------------------------------------------------------

  std::int64_t rows(const std::string& file, const std::string& from) {
    SQLite::Database db{(dir_.path() / file).string()};
    return db.execAndGet("SELECT count(*) FROM " + from).getInt64();
  }
  void expect_bounded(int day) {
    const auto outbox = rows("payment.db", "outbox");
    const auto selling = rows("ranking.db", "applied_event WHERE consumer = 'best_selling'");
    const auto sold_out = rows("ranking.db", "applied_event WHERE consumer = 'sold_out'");
    const auto minutes_kept = rows("ranking.db", "sales_bucket");
    const auto totals = rows("ranking.db", "sales_total");
    std::cout << "day " << day << ": payments " << rows("payment.db", "payment") << ", outbox "
              << outbox << ", positions " << rows("payment.db", "consumer") << ", marks " << selling
              << " + " << sold_out << ", minutes " << minutes_kept << ", totals " << totals << '\n';
    const std::int64_t most = (days_kept + 2) * payments_a_day;
    const auto since_parked = std::max(0, day - day_of_the_unknown);
    EXPECT_LE(outbox, most);
    EXPECT_EQ(rows("payment.db", "consumer"), 2);
    EXPECT_LE(selling, most);
    EXPECT_LE(sold_out, most + std::int64_t{since_parked} * payments_a_day)
        << "what is parked keeps the marks of what came after it";
    EXPECT_LE(minutes_kept, std::int64_t{8} * limits::sales_minutes_kept);
    EXPECT_LE(totals, 2 * (day / 2 + 2));
  }

  std::map<schedule_id, std::int64_t> best_selling() {
    box_.send(selling_, read_best_selling{1, ranking_window::all, 1'000});
    std::map<schedule_id, std::int64_t> found;
    for (const auto& l : box_.last<best_selling_reply>().lines)
      found[l.schedule] = static_cast<std::int64_t>(l.seats_sold);
    return found;
  }
  std::string windows() {
    std::string text;
    for (const auto w : {ranking_window::hour, ranking_window::day}) {
      box_.send(selling_, read_best_selling{1, w, 1'000});
      for (const auto& l : box_.last<best_selling_reply>().lines)
        text += to_text(l.schedule) + ":" + std::to_string(l.seats_sold) + " ";
      text += "\n";
    }
    return text;
  }
  std::map<schedule_id, time_point> sold_out() {
    box_.send(sold_out_, read_sold_out{1, 1'000});
    std::map<schedule_id, time_point> found;
    for (const auto& l : box_.last<sold_out_reply>().lines)
      found[l.schedule] = l.sold_out_at;
    return found;
  }
  void expect_true() {
    std::map<schedule_id, std::int64_t> seats;
    for (const auto& [schedule, count] : truth_.seats)
      if (count > 0) seats[schedule] = count;
    EXPECT_EQ(best_selling(), seats);
    EXPECT_EQ(sold_out(), truth_.sold_out_at);
  }

  test::temp_directory dir_;
  testing::virtual_time time_;
  std::mt19937_64 random_{7};
  payment_storage payment_;
  queue_ranking_storage rankings_;
  catalogue_view view_;
  std::unique_ptr<committer<queue_ranking_write>> board_commits_{new_board_commits()};
  committer<payment_write> payment_commits_{
      "payment",
      {4096, 256},
      time_.commits(),
      [this](std::span<const payment_write> batch) { return payment_.store->commit(batch); },
      time_.metrics()};
  testing::inbox<best_selling_reply, sold_out_reply> box_{time_};
  best_selling_actor selling_;
  sold_out_actor sold_out_;
  outbox_service_actor service_;
  std::vector<outbox_relay_actor> relays_;

  sold truth_;
  std::vector<payment> paid_;
  std::uint64_t last_{0}, last_event_{0};
  bool unknown_is_known_{false};
};

TEST_F(YearOfSales, TablesStayBoundedAndALostRankingStoreComesBackRight) {
  start();
  for (int day = 0; day < days; ++day) {
    ASSERT_NO_FATAL_FAILURE(a_day(day));
    if (day % 60 == 59 || day == days - 1) expect_bounded(day);
  }
  EXPECT_EQ(rows("payment.db", "parked_event"), 1);
  EXPECT_LT(rows("payment.db", "outbox"), rows("payment.db", "payment") / 10)
      << "the events are long pruned";
  expect_true();
  const auto before = windows();

  lose_rankings();
  start();
  expect_true();
  EXPECT_EQ(windows(), before);
  EXPECT_EQ(rows("ranking.db", "applied_event"), 0);

  // What was parked weeks ago is counted when it is replayed, once.
  unknown_is_known_ = true;
  publish_catalogue(days);
  caf::anon_send(relays_[1], replay_parked{unknown_schedule});
  time_.advance(seconds{2});
  EXPECT_EQ(rows("payment.db", "parked_event"), 0);
  EXPECT_EQ(rows("ranking.db", "sales_total WHERE schedule = 1000"), 2);
  ASSERT_NO_FATAL_FAILURE(a_day(days));
  expect_true();
}

}  // namespace
}  // namespace boxoffice
