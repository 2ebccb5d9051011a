#include "actors/payment/payment_service.hpp"
#include "tests/actors/payment/fake_participants.hpp"
#include "tests/actors/payment/memory_payment_store.hpp"
#include "tests/actors/reservation/reservation_world.hpp"

#include <map>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr std::size_t cases = 10'000;
constexpr std::uint64_t seed = 20261122;
constexpr std::size_t holds_per_ms = 100;

/// The real payment and reservation services; points are a fake that answers debits 0 to 3 ms late.
struct ExpiryRace : ::testing::Test {
  using reservation_world = testing::reservation_world;

  ExpiryRace() {
    points.delay_of = [this](payment_id) {
      return milliseconds{static_cast<std::int64_t>(random.next() % 4)};
    };
    auto account = time.owns(spawn_actor<testing::fake_points>(time.system(), &points));
    desk = time.owns(
        spawn_payment_service(time.system(), {time.clock(),
                                              random,
                                              commits,
                                              store,
                                              time.commits(),
                                              store,
                                              time.reads(),
                                              time.metrics(),
                                              sales.desk,
                                              [account](const user_id&) { return account; },
                                              {},
                                              {}}));
    time.run();
  }

  reservation_world sales{{{"A", 100, 100, boxoffice::points{500}}}, {20'000, 512}};
  testing::virtual_time& time{sales.time};
  testing::seeded_random random{seed};
  testing::participants points{time.clock()};
  testing::memory_payment_store store;
  committer<payment_write> commits{
      "payment",
      {20'000, 512},
      time.commits(),
      [this](std::span<const payment_write> b) { return store.commit(b); },
      time.metrics()};
  testing::inbox<payment_reply> box{time};
  payment_service_actor desk;
};

// "It must show", 4: payment against expiry, from 2 ms before the deadline to 2 ms after.
TEST_F(ExpiryRace, EveryCaseIsPaidOrExpiredAndMoneyAndSeatAgree) {
  std::map<time_point, std::vector<std::size_t>> starts;
  for (std::size_t i = 0; i < cases; ++i) {
    if (i % holds_per_ms == 0) time.advance(milliseconds{1});
    sales.box.post(sales.desk,
                   sales.wants("u" + std::to_string(i), {"A-" + std::to_string(i + 1)}));
  }
  time.run();
  const auto& holds = sales.box.all<hold_reply>();
  ASSERT_EQ(holds.size(), cases);
  std::vector<reservation> held(cases);
  for (const auto& h : holds) {
    ASSERT_EQ(h.outcome.refusal, hold_refusal::none);
    held[std::stoul(h.outcome.held.user.value.substr(1))] = h.outcome.held;
  }
  for (std::size_t i = 0; i < cases; ++i) {
    points.balances[held[i].user] = boxoffice::points{500};
    const milliseconds around{static_cast<std::int64_t>(random.next() % 5) - 3};
    starts[held[i].expires_at + around].push_back(i);
  }
  for (const auto& [at, group] : starts) {
    time.advance(at - time.now());
    for (const auto i : group) {
      start_payment m;
      m.correlation = i + 1;
      m.key = {{i + 1, i + 1}, {1, 1}};
      m.user = held[i].user;
      m.reservation = held[i].id;
      box.post(desk, m);
    }
    time.run();
  }
  time.advance(seconds{5});

  ASSERT_EQ(box.all<payment_reply>().size(), cases) << "seed " << seed;
  std::map<payment_id, std::size_t> events;
  for (const auto& e : store.events)
    ++events[e.payment];
  std::size_t paid = 0, expired_before = 0, expired_after_debit = 0;
  const auto seats = sales.seats().seats;
  for (const auto& r : box.all<payment_reply>()) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed << ", case " << r.correlation - 1);
    const auto& mine = held[r.correlation - 1];
    const auto sold = seats->seats.at(mine.seats[0].seat) == seat_status::sold;
    const auto& p = r.outcome.paid;
    ASSERT_EQ(r.fault, fault::none);
    EXPECT_EQ(points.balances[mine.user], boxoffice::points{sold ? 0 : 500});
    EXPECT_EQ(points.sum(p.id), boxoffice::points{sold ? -500 : 0});
    EXPECT_EQ(events[p.id], sold ? 1U : 0U);
    if (r.outcome.refusal == payment_refusal::reservation_expired) {
      ++expired_before;
      EXPECT_FALSE(sold);
      EXPECT_EQ(r.outcome.expired_at, mine.expires_at);
      continue;
    }
    ASSERT_EQ(r.outcome.refusal, payment_refusal::none);
    EXPECT_EQ(p.state, sold ? saga_state::completed : saga_state::compensated);
    if (sold) {
      ++paid;
      EXPECT_LT(p.completed_at, mine.expires_at);
    } else {
      ++expired_after_debit;
      EXPECT_EQ(p.failure, payment_failure::reservation_expired);
      EXPECT_EQ(r.outcome.expired_at, mine.expires_at);
    }
  }
  EXPECT_EQ(store.broken, std::vector<std::string>{});
  EXPECT_GT(paid, cases / 20);
  EXPECT_GT(expired_before, cases / 20);
  EXPECT_GT(expired_after_debit, cases / 20);
}

}  // namespace
}  // namespace boxoffice
