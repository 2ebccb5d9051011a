#include "tests/actors/payment/payment_world.hpp"

#include <map>

namespace boxoffice {
namespace {

using testing::payment_world;

// "It must show", 4: payment against expiry within a millisecond or two of the deadline.
TEST(ExpiryRace, EveryCaseIsPaidOrExpiredAndMoneyAndSeatAgree) {
  constexpr auto cases = 10'000;
  constexpr std::uint64_t seed = 20261122;
  payment_world world{seed};
  world.open_sagas_max = cases;
  world.queue_max = cases;
  world.restart();
  testing::seeded_random random{seed};
  auto& o = world.others;
  // The confirm arrives as late as the debit is answered: from 2 ms before the deadline to 2 after.
  std::map<payment_id, milliseconds> delays;
  o.delay_of = [&](payment_id id) {
    const auto [at, fresh] = delays.try_emplace(id, milliseconds{0});
    if (fresh) at->second = milliseconds{static_cast<std::int64_t>(random.next() % 5)};
    return at->second;
  };
  std::map<std::uint64_t, reservation_id> asked;
  int paid = 0, expired_before = 0, expired_after_debit = 0;
  for (auto i = 0; i < cases; ++i) {
    const auto user = "u" + std::to_string(i);
    o.balances[{user}] = points{500};
    const auto lasts = milliseconds{static_cast<std::int64_t>(random.next() % 4)};
    const auto held = world.hold(user, 500, lasts);
    const auto m = world.pay(user, held, static_cast<std::uint64_t>(i) + 1);
    asked[m.ticket] = held;
    world.box.post(world.desk, m);
    if (random.next() % 8 == 0) world.time.advance(milliseconds{1});
  }
  world.time.advance(std::chrono::seconds{5});

  ASSERT_EQ(world.replies().size(), static_cast<std::size_t>(cases)) << "seed " << seed;
  for (const auto& r : world.replies()) {
    ASSERT_EQ(r.fault, fault::none);
    const auto held = asked.at(r.ticket);
    const auto& seat = o.reservations.at(held);
    const auto& p = r.outcome.paid;
    if (r.outcome.refusal == payment_refusal::reservation_expired) {
      ++expired_before;
      EXPECT_EQ(seat.status, reservation_status::held);  // nobody touched it; its time is over
      EXPECT_EQ(r.outcome.expired_at, seat.expires_at);
      continue;
    }
    ASSERT_EQ(r.outcome.refusal, payment_refusal::none);
    if (p.state == saga_state::completed) {
      ++paid;
      EXPECT_LT(p.completed_at, seat.expires_at);
    } else {
      ++expired_after_debit;
      ASSERT_EQ(p.state, saga_state::compensated);
      EXPECT_EQ(p.failure, payment_failure::reservation_expired);
      EXPECT_EQ(r.outcome.expired_at, seat.expires_at);
    }
    world.expect_agreement(p.id);
  }
  EXPECT_GT(paid, cases / 10);
  EXPECT_GT(expired_before, cases / 10);
  EXPECT_GT(expired_after_debit, cases / 10);
}

}  // namespace
}  // namespace boxoffice
