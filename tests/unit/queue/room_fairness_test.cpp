#include "actors/queue/room.hpp"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point start{milliseconds{1'780'272'000'000}};
constexpr queue_times times{seconds{10}, seconds{20}};

/// Watches the durable changes of a room, knowing nothing of how it works: a plain list of who
/// waits, in order of arrival, and a log of who entered.
struct watcher {
  std::map<std::uint64_t, queue_token> waiting;  // by sequence
  std::map<queue_token, queue_entry> rows;
  std::deque<time_point> entered;
  std::size_t active{0};
  std::uint64_t ever_joined{0}, ever_entered{0}, ever_expired{0};
  waiting_room_rule rule;

  void see(const room_change& c, time_point now) {
    if (c.before) {
      ASSERT_EQ(rows.at(c.after.token).state, c.before->state);
      if (c.before->state == token_state::active) --active;
    } else {
      ++ever_joined;
    }
    rows[c.after.token] = c.after;
    const bool waited = c.before && c.before->state == token_state::waiting;
    if (c.after.state == token_state::active) {
      // First come, first served: nobody who came earlier is still waiting.
      if (!waiting.empty()) {
        ASSERT_LE(waited ? c.after.sequence : 0, waiting.begin()->first);
        if (!waited) ADD_FAILURE() << "a newcomer overtook the line";
      }
      ++active;
      ++ever_entered;
      ASSERT_LE(active, rule.active_max);
      entered.push_back(now);
      while (entered.front() + milliseconds{1000} <= now)
        entered.pop_front();
      ASSERT_LE(entered.size(), rule.admit_per_second);
    }
    if (c.after.state == token_state::expired) ++ever_expired;
    if (c.after.state == token_state::waiting)
      waiting.emplace(c.after.sequence, c.after.token);
    else
      waiting.erase(c.after.sequence);
  }
};

TEST(WaitingRoomFairness, AgreesWithAPlainListOver100000People) {
  const char* given = std::getenv("BOXOFFICE_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 42;
  SCOPED_TRACE("BOXOFFICE_SEED=" + std::to_string(seed));
  std::mt19937_64 random{seed};
  watcher seen;
  seen.rule = {true, 300, 40};
  auto room = std::make_unique<waiting_room>(concert_id{1}, times);
  time_point now = start;
  room->set_rule(seen.rule, now);
  std::uint64_t next = 1;
  const auto look = [&] {
    for (const auto& c : room->take_changes())
      seen.see(c, now);
    ASSERT_EQ(room->waiting(), seen.waiting.size());
    ASSERT_EQ(room->active(), seen.active);
  };
  std::size_t longest = 0;
  while (next <= 100'000) {
    now += milliseconds{random() % 4};
    const auto dice = random() % 1000;
    const queue_token someone{{1}, 1 + random() % next};
    const auto known = seen.rows.find(someone);
    if (dice < 400) {
      room->join({"u" + std::to_string(next)}, {{1}, next}, now);
      ++next;
    } else if (dice < 520) {
      room->leave(someone, now);
    } else if (dice < 700) {
      if (known != seen.rows.end()) room->use(someone, known->second.user, now);
    } else if (dice < 980) {
      if (room->find(someone, now) != nullptr) room->touch(someone, now);
    } else if (dice < 999) {
      room->tick(now);
    } else {
      // Everybody polls, or a line this long would be given up.
      for (const auto& [sequence, token] : seen.waiting)
        if (random() % 10 != 0) room->touch(token, now);
    }
    look();
    if (testing::Test::HasFatalFailure()) return;
    longest = std::max(longest, seen.waiting.size());
    if (random() % 4000 == 0) {
      std::uint32_t position = 0;
      for (const auto& [sequence, token] : seen.waiting) {
        ++position;
        ASSERT_EQ(room->place(token).position, position);
      }
    }
    if (random() % 40'000 == 0) {
      // A restart from the rows: the same order, the same slots.
      std::vector<queue_entry> rows;
      for (const auto& [token, row] : seen.rows)
        rows.push_back(row);
      std::ranges::shuffle(rows, random);
      room = std::make_unique<waiting_room>(concert_id{1}, times);
      room->set_rule(seen.rule, now);
      room->restore(rows, next - 1, now);
      look();
    }
  }
  EXPECT_EQ(seen.ever_joined, 100'000U);
  EXPECT_GT(longest, 1000U) << "a test of an empty line proves nothing";
  EXPECT_GT(seen.ever_entered, 5000U);
  EXPECT_GT(seen.ever_expired, 100U);
}

}  // namespace
}  // namespace boxoffice
