#include "actors/queue/room.hpp"
#include "config/limits.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point opening{milliseconds{1'780'272'000'000}};
constexpr queue_times times{seconds{600}, seconds{120}};

/// How a sale goes. Each number is of people.
struct sale {
  const char* name;
  waiting_room_rule rule;
  std::size_t people;
  double arrival_seconds;   ///< they come evenly spread over this long
  double shopping_seconds;  ///< the middle one's; a log-normal distribution
  double give_up{0.05};     ///< of those who wait, sooner or later
  friend void PrintTo(const sale& s, std::ostream* to) { *to << s.name; }
};

/// What somebody was told, and when.
struct told {
  time_point at;
  double middle, late;  ///< seconds
};

/// A sale in virtual time: people come, ask where they stand, shop, and go.
class running_sale {
 public:
  explicit running_sale(const sale& how) : how_{how} { room_.set_rule(how.rule, opening); }

  /// Of the answers to those who got in, the share that held.
  struct kept {
    double at_first{0}, at_any_time{0};
  };
  kept run() {
    std::uniform_real_distribution<double> any{0, how_.arrival_seconds};
    std::vector<double> arrivals(how_.people);
    for (auto& each : arrivals)
      each = any(dice_);
    std::ranges::sort(arrivals);
    std::size_t next = 0;
    constexpr seconds ask_every{5};
    for (auto now = opening; in_ + gone_ < how_.people; now += limits::waiting_room_tick_every) {
      for (; next < arrivals.size() && after(arrivals[next]) <= now; ++next)
        join(next, now);
      for (; !shopping_.empty() && shopping_.top().first <= now; shopping_.pop())
        leave(shopping_.top().second, now);
      room_.tick(now);
      take(now);
      if ((now - opening) % ask_every == milliseconds{0}) ask_all(now);
    }
    return {share(first_), share(any_)};
  }

 private:
  struct person {
    std::vector<told> answers;
    bool waits{true};
  };

  static time_point after(double s) {
    return opening + milliseconds{static_cast<std::int64_t>(s * 1000)};
  }
  static queue_token token_of(std::size_t who) { return {concert_id{1}, who + 1}; }

  void join(std::size_t who, time_point now) {
    people_.emplace_back();
    room_.join(user_id{"u" + std::to_string(who)}, token_of(who), now);
    take(now);
    if (people_[who].waits) hear(who, now);
  }

  void hear(std::size_t who, time_point now) {
    const auto place = room_.place(token_of(who));
    people_[who].answers.push_back({now, static_cast<double>(place.eta_seconds),
                                    static_cast<double>(room_.eta_seconds_late(place.position))});
  }

  void ask_all(time_point now) {
    std::bernoulli_distribution gives_up{how_.give_up / 20};
    for (std::size_t i = 0; i < people_.size(); ++i) {
      if (!people_[i].waits) continue;
      if (gives_up(dice_)) {
        people_[i].waits = false;
        ++gone_;
        leave(token_of(i), now);
        continue;
      }
      room_.touch(token_of(i), now);
      hear(i, now);
    }
    take(now);
  }

  void leave(queue_token token, time_point now) {
    room_.leave(token, now);
    take(now);
  }

  void take(time_point now) {
    constexpr double spread = 0.6;
    std::lognormal_distribution<double> shops{std::log(how_.shopping_seconds), spread};
    for (const auto& change : room_.take_changes()) {
      if (change.after.state != token_state::active) continue;
      if (change.before && change.before->state == token_state::active) continue;
      auto& one = people_[change.after.token.number - 1];
      if (!one.waits) continue;
      one.waits = false;
      ++in_;
      shopping_.emplace(now + milliseconds{static_cast<std::int64_t>(shops(dice_) * 1000)},
                        change.after.token);
      for (const auto& each : one.answers)
        any_.push_back(held(each, now));
      if (!one.answers.empty()) first_.push_back(held(one.answers.front(), now));
    }
  }

  static bool held(const told& what, time_point in) {
    const auto waited = std::chrono::duration<double>(in - what.at).count();
    return waited >= what.middle / 2 - 1 && waited <= 2 * what.late;
  }

  static double share(const std::vector<bool>& of) {
    const auto good = static_cast<double>(std::ranges::count(of, true));
    return of.empty() ? 1 : good / static_cast<double>(of.size());
  }

  const sale how_;
  waiting_room room_{concert_id{1}, times};
  std::mt19937_64 dice_{7};
  std::vector<person> people_;
  std::size_t in_{0}, gone_{0};
  using leaving = std::pair<time_point, queue_token>;
  std::priority_queue<leaving, std::vector<leaving>, std::greater<>> shopping_;
  std::vector<bool> first_, any_;
};

class WaitingRoomEta : public testing::TestWithParam<sale> {};

// Between half of the middle and twice what nine of ten wait.
TEST_P(WaitingRoomEta, HoldsForNineOfTen) {
  const auto kept = running_sale{GetParam()}.run();
  EXPECT_GE(kept.at_first, 0.9) << "of what is said at joining";
  EXPECT_GE(kept.at_any_time, 0.9) << "of what is said every five seconds";
  RecordProperty("at_first", std::to_string(kept.at_first));
}

INSTANTIATE_TEST_SUITE_P(Sales, WaitingRoomEta,
                         testing::Values(sale{"RushOfQuickBuyers", {true, 100, 20}, 1000, 10, 25},
                                         sale{"RushOfUsualBuyers", {true, 100, 20}, 1000, 10, 60},
                                         sale{"RushOfSlowBuyers", {true, 100, 20}, 500, 10, 240},
                                         sale{"SmallRoom", {true, 10, 5}, 150, 10, 40},
                                         sale{"LargeRoom", {true, 1000, 50}, 5000, 20, 60},
                                         sale{"TheRuleIsTheBound", {true, 2000, 10}, 1500, 10, 60},
                                         sale{"SteadyArrivals", {true, 100, 20}, 1500, 600, 45},
                                         sale{"ManyGiveUp", {true, 100, 20}, 1000, 10, 45, 0.4}),
                         [](const auto& at) { return std::string{at.param.name}; });

}  // namespace
}  // namespace boxoffice
