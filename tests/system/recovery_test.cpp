#include "actors/payment/payment_ids.hpp"
#include "storage/sqlite/data_directory.hpp"
#include "storage/sqlite/stores.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <chrono>
#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

constexpr std::int64_t price = 1000;

time_point now() {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

/// One buyer whose payment was under way when the process was killed.
struct buyer_of_then {
  user_id user;
  reservation_id reservation;
  payment_id payment;
  std::uint64_t number;

  /// How far it had come: nothing done, the debit done and not heard, debited, the confirm done and
  /// not heard.
  enum class progress : std::uint8_t { started, debit_unheard, debited, confirm_unheard };
  [[nodiscard]] progress how_far() const { return static_cast<progress>(number % 4); }
  [[nodiscard]] bool has_paid_points() const { return how_far() != progress::started; }
};

template <class Store, class Write>
void commit_all(Store& store, const std::vector<Write>& writes) {
  for (std::size_t at = 0; at < writes.size(); at += 500) {
    const auto count = std::min<std::size_t>(500, writes.size() - at);
    ASSERT_EQ(store.commit({writes.data() + at, count}), commit_outcome::committed);
  }
}

void write_points(const std::filesystem::path& file, const std::vector<buyer_of_then>& buyers) {
  auto storage = open_point_storage(file);
  std::vector<point_write> writes;
  std::uint64_t id = 0;
  for (const auto& b : buyers) {
    point_write charge;
    charge.user = b.user;
    charge.entry =
        ledger_entry{{++id}, b.user, transaction_kind::charge, {5000}, {5000}, {}, now()};
    writes.push_back(charge);
    if (!b.has_paid_points()) continue;
    point_write debit;
    debit.user = b.user;
    debit.entry = ledger_entry{{++id},    b.user, transaction_kind::use, {-price}, {5000 - price},
                               b.payment, now()};
    point_outcome told;
    told.transaction = debit.entry->id;
    told.amount = debit.entry->amount;
    told.balance = debit.entry->balance_after;
    debit.step = remembered_step{b.payment, point_step::debit, told};
    writes.push_back(debit);
  }
  commit_all(*storage.store, writes);
}

void write_holds(const std::filesystem::path& file, concert_id concert,
                 const std::vector<buyer_of_then>& buyers) {
  auto storage = open_reservation_storage(file);
  std::vector<reservation_write> writes;
  for (const auto& b : buyers) {
    reservation r;
    r.id = b.reservation;
    r.concert = concert;
    r.user = b.user;
    r.seats = {{static_cast<seat_index>(b.number), {price}}};
    r.amount = {price};
    r.held_at = now();
    r.expires_at = r.held_at + seconds{300};
    reservation_write w;
    w.row = r;
    w.at = r.held_at;
    writes.push_back(w);
    if (b.how_far() != buyer_of_then::progress::confirm_unheard) continue;
    w.row->status = reservation_status::confirmed;
    w.row->payment = b.payment;
    writes.push_back(w);
  }
  commit_all(*storage.store, writes);
}

void write_sagas(const std::filesystem::path& file, concert_id concert,
                 const std::vector<buyer_of_then>& buyers) {
  auto storage = open_payment_storage(file);
  std::vector<payment_write> writes;
  for (const auto& b : buyers) {
    payment p;
    p.id = b.payment;
    p.reservation = b.reservation;
    p.concert = concert;
    p.user = b.user;
    p.amount = {price};
    p.seats = 1;
    using progress = buyer_of_then::progress;
    if (b.how_far() == progress::debited || b.how_far() == progress::confirm_unheard)
      p.state = saga_state::debited, p.balance = {5000 - price};
    p.created_at = p.changed_at = now();
    p.deadline = p.created_at + seconds{30};
    payment_write w;
    w.row = p;
    w.at = p.created_at;
    writes.push_back(w);
  }
  commit_all(*storage.store, writes);
}

/// The databases as `kill -9` leaves them with `count` payments under way.
void leave_under_way(const std::filesystem::path& data_dir, concert_id concert,
                     schedule_id schedule, std::uint64_t count) {
  const data_directory held{data_dir};
  const auto files = files_in(data_dir);
  std::vector<buyer_of_then> buyers;
  const auto begun = now();
  payment_ids ids{static_cast<std::uint64_t>(to_unix_ms(begun))};
  for (std::uint64_t i = 0; i < count; ++i) {
    const user_id user{"u" + std::to_string(i)};
    buyers.push_back({user, reservation_id{schedule, i + 1}, ids.next(shard_of(user)), i});
  }
  write_points(files.point, buyers);
  write_holds(files.reservation, concert, buyers);
  write_sagas(files.payment, concert, buyers);
}

TEST(Recovery, TenThousandOpenPaymentsEndByThemselves) {
  running_server server;
  visitor admin{server.url(), "admin1", "admin"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(100, 100));
  ASSERT_EQ(server.process().stop(), 0);
  constexpr std::uint64_t count = 10'000;
  leave_under_way(server.data_dir(), *parse_id<concert_id>(concert),
                  *parse_id<schedule_id>(schedule), count);
  ASSERT_EQ(rush::audit(server_binary(), server.data_dir()).faults(), "") << "as prepared";

  using clock = std::chrono::steady_clock;
  const auto begun = clock::now();
  server.start();
  rush::blocking_client client{server.url()};
  ASSERT_EQ(client.get("/v1/points", client.dev_token("u1")).status, 200);
  const auto served = clock::now();
  EXPECT_TRUE(eventually([&] { return open_payments(server.read_books()).empty(); }));
  const auto ended = clock::now();
  const auto in_ms = [&](clock::time_point at) {
    return std::chrono::duration_cast<milliseconds>(at - begun).count();
  };
  std::cout << count << " open payments: first request served after " << in_ms(served)
            << " ms, the last saga ended after " << in_ms(ended) << " ms\n";

  const auto all = server.read_books();
  EXPECT_EQ(to_text(check_payments(all, rush::books_are::at_rest)), "");
  EXPECT_EQ(to_text(check_ledger(all)), "");
  EXPECT_EQ(server.process().stop(), 0);
  EXPECT_EQ(rush::audit(server_binary(), server.data_dir()).faults(), "");
}

TEST(Recovery, SurvivesAKillInItsMiddleAgainAndAgain) {
  running_server server;
  visitor admin{server.url(), "admin1", "admin"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(50, 50));
  ASSERT_EQ(server.process().stop(), 0);
  leave_under_way(server.data_dir(), *parse_id<concert_id>(concert),
                  *parse_id<schedule_id>(schedule), 2500);
  for (int round = 0; round < 5; ++round) {
    server.start();
    server.process().kill_hard();
    EXPECT_EQ(rush::audit(server_binary(), server.data_dir()).faults(), "") << "round " << round;
  }
  server.start();
  EXPECT_TRUE(eventually([&] { return open_payments(server.read_books()).empty(); }));
  EXPECT_EQ(to_text(check_payments(server.read_books(), rush::books_are::at_rest)), "");
  EXPECT_EQ(server.process().stop(), 0);
}

TEST(Stalled, AServerThatStoodStillGoesOn) {
  running_server server;
  rush_on rush{server,
               {.seats = 40, .waiting_room = std::nullopt, .hold = seconds{5}},
               {.buyers = 80, .how = {.give_up = 0, .retry = 0.3, .refund = 0.2}, .seed = 5}};
  for (std::size_t stop = 1; stop <= 6 && !rush.done(); ++stop) {
    rush.run_until(rush.log().all().size() + 10, [&] {
      server.process().process().send_signal(SIGSTOP);
      // It stands still in the middle of whatever it does, for as long as this takes.
      EXPECT_EQ(rush::audit(server_binary(), server.data_dir()).faults(), "");
      server.process().process().send_signal(SIGCONT);
    });
    rush.go_on();
  }
  rush.finish();
  EXPECT_EQ(server.process().stop(), 0);
  EXPECT_EQ(
      to_text(check_books(server.read_books(), rush.log(), rush.sale(), rush::books_are::at_rest)),
      "");
  EXPECT_EQ(rush::audit(server_binary(), server.data_dir()).faults(), "");
}

TEST(Stopped, UnderLoadItDrainsAndLosesNothing) {
  running_server server;
  rush_on rush{server,
               {.seats = 200, .waiting_room = std::nullopt, .hold = seconds{5}},
               {.buyers = 400, .how = {.give_up = 0, .retry = 0.3, .refund = 0.2}, .seed = 6}};
  for (int round = 0; round < 5 && !rush.done(); ++round) {
    rush.run_until(rush.log().all().size() + 60,
                   [&] { server.process().process().send_signal(SIGTERM); });
    // A second signal would end it at once.
    EXPECT_EQ(server.process().process().wait(seconds{15}), 0) << "round " << round;
    EXPECT_EQ(rush::audit(server_binary(), server.data_dir()).faults(), "") << "round " << round;
    server.start();
    EXPECT_EQ(to_text(check_books(server.read_books(), rush.log(), rush.sale(),
                                  rush::books_are::in_motion)),
              "");
    rush.go_on();
  }
}

}  // namespace
}  // namespace boxoffice::system_test
