#include "tests/actors/reservation/reservation_world.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::reservation_world;

constexpr int rounds = 1000;
constexpr int rivals = 50;
constexpr std::size_t window = 4;  // seats the rivals of a round fight for

std::vector<std::string> basket_of(std::size_t rival, std::size_t first, bool whole,
                                   std::mt19937_64& random) {
  std::vector<std::string> names;
  const auto from = whole ? 0 : random() % 3;
  const auto to = whole ? window : from + 2 + random() % (window - from - 1);
  for (auto i = from; i < std::min(to, window); ++i)
    names.push_back("A-" + std::to_string(first + i + 1));
  if (rival % 2 == 1) std::ranges::reverse(names);
  return names;
}

TEST(Rivals, OverlappingBasketsInOppositeOrdersNeitherLockNorSplit) {
  const std::uint64_t seed = 20260601;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random{seed};
  reservation_world w{{{"A", 40, 100, points{1}}}};
  for (std::size_t r = 0; r < rounds; ++r) {
    const auto first = r * window;
    const bool whole = r % 2 == 0;
    w.box.all<hold_reply>().clear();
    for (std::size_t i = 0; i < rivals; ++i)
      w.box.post(w.desk, w.wants("u" + std::to_string(r) + "-" + std::to_string(i),
                                 basket_of(i, first, whole, random)));
    w.run_shuffled(random);

    ASSERT_EQ(w.box.all<hold_reply>().size(), static_cast<std::size_t>(rivals)) << "round " << r;
    std::set<seat_index> sold;
    int winners = 0;
    for (const auto& reply : w.box.all<hold_reply>()) {
      ASSERT_EQ(reply.fault, fault::none);
      if (reply.outcome.refusal != hold_refusal::none) {
        ASSERT_EQ(reply.outcome.refusal, hold_refusal::seat_taken);
        ASSERT_FALSE(reply.outcome.seats.empty());
        continue;
      }
      ++winners;
      for (const auto& s : reply.outcome.held.seats)
        ASSERT_TRUE(sold.insert(s.seat).second) << "seat " << s.seat << " has two winners";
    }
    ASSERT_GE(winners, 1) << "round " << r;
    if (whole) {
      ASSERT_EQ(winners, 1);
      ASSERT_EQ(sold.size(), window);
    }
    // No loser kept a part: the store has the winners' seats, and all others can still be had.
    std::size_t claimed = 0;
    for (std::size_t i = 0; i < window; ++i) {
      const auto at = static_cast<seat_index>(first + i);
      claimed += w.store.claims.count({schedule_id{1}, at});
      ASSERT_EQ(w.store.claims.count({schedule_id{1}, at}), sold.count(at));
      if (sold.contains(at)) continue;
      const auto late = w.hold("late" + std::to_string(r), {"A-" + std::to_string(at + 1)});
      ASSERT_EQ(late.outcome.refusal, hold_refusal::none);
    }
    ASSERT_EQ(claimed, sold.size());
  }
  EXPECT_EQ(w.store.violations, 0);
  EXPECT_EQ(w.gauge("boxoffice_seat_polls_in_flight"), 0);
  EXPECT_EQ(w.seats().available, 0U);
}

TEST(Rivals, BestAvailableNeverOffersASeatThatIsBeingClaimed) {
  std::mt19937_64 random{7};
  reservation_world w{{{"A", 10, 10, points{1}}}};
  for (int i = 0; i < 30; ++i) {
    auto m = w.wants("u" + std::to_string(i), {});
    m.best_count = 3;
    w.box.post(w.desk, m);
  }
  w.run_shuffled(random);
  std::set<seat_index> seats;
  for (const auto& reply : w.box.all<hold_reply>()) {
    ASSERT_EQ(reply.outcome.refusal, hold_refusal::none);
    for (const auto& s : reply.outcome.held.seats)
      EXPECT_TRUE(seats.insert(s.seat).second);
  }
  EXPECT_EQ(seats.size(), 90U);
}

// Holds, releases, payments, reverts and deadlines at random: the store never sees two claims on a
// seat, and at the end books, store and seats agree.
TEST(Rivals, ARandomMixtureKeepsBooksAndStoreInStep) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random{seed};
    reservation_world w{{{"A", 2, 6, points{1}}}};
    for (int step = 0; step < 200; ++step) {
      for (int i = 0; i < 4; ++i) {
        const auto user = "u" + std::to_string(random() % 6);
        const reservation_id any = reservation_id{{1}, 1 + random() % 60};
        const auto payment = testing::payment(static_cast<std::uint32_t>(random() % 5));
        switch (random() % 6) {
          case 0:
          case 1: {
            auto m = w.wants(user, {});
            if (random() % 2 == 0)
              m.best_count = 1 + static_cast<std::uint32_t>(random() % 3);
            else
              m.seats = {"A-" + std::to_string(1 + random() % 6),
                         "A-" + std::to_string(7 + random() % 6)};
            w.box.post(w.desk, m);
            break;
          }
          case 2:
            w.box.post(w.desk, release_reservation{++w.correlation, {user}, any});
            break;
          case 3:
            w.box.post(w.desk, confirm_reservation{++w.correlation, payment, any});
            break;
          case 4:
            w.box.post(w.desk, revert_reservation{++w.correlation, payment, any,
                                                  revert_reservation::reason::refund});
            break;
          case 5:
            w.time.jump(seconds{random() % 40});
            break;
        }
      }
      if (random() % 40 == 0)
        w.store.accidents.push_back(
            static_cast<testing::memory_reservation_store::accident>(random() % 3));
      w.run_shuffled(random);
      if (random() % 10 == 0) w.time.advance(seconds{60});
    }
    w.time.advance(seconds{5});
    EXPECT_EQ(w.store.violations, 0);
    const auto map = w.seats().seats;
    for (seat_index at = 0; at < map->seats.size(); ++at)
      EXPECT_EQ(map->seats[at] != seat_status::available,
                w.store.claims.contains({schedule_id{1}, at}))
          << "seat " << at;
    const auto answers = w.box.all<hold_reply>().size() + w.box.all<release_reply>().size() +
                         w.box.all<confirm_reply>().size() + w.box.all<revert_reply>().size() +
                         w.box.all<seats_reply>().size();
    EXPECT_EQ(answers, w.correlation) << "every command was answered once";
  }
}

}  // namespace
}  // namespace boxoffice
