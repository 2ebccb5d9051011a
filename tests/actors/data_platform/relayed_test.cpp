#include "actors/data_platform/forwarder.hpp"
#include "actors/outbox/outbox_relay.hpp"
#include "tests/actors/payment/memory_payment_store.hpp"
#include "tests/actors/virtual_time.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <span>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

/// A data platform that applies an event if its sequence is greater than the last of its schedule,
/// and answers when and what the seed says.
class drawn_platform final : public event_sink {
 public:
  explicit drawn_platform(std::mt19937_64& draw) : draw_{draw} {}

  std::set<std::uint64_t> never;
  std::map<std::uint64_t, std::vector<std::uint64_t>> applied;  ///< by schedule
  std::size_t repetitions{0};

  void post(std::vector<payment_event> events, std::function<void(answer)> done) override {
    const auto schedule = events.front().schedule();
    const bool alone = std::ranges::none_of(
        open_, [&](const auto& each) { return each.events.front().schedule() == schedule; });
    EXPECT_TRUE(alone || anew_) << "two posts of one schedule";
    open_.push_back({std::move(events), std::move(done)});
  }
  /// A new forwarder does not know what the one before had under way.
  void forwarder_ended() { anew_ = !open_.empty(); }

  void answer_one() {
    if (open_.empty()) return;
    const auto which = open_.begin() + static_cast<std::ptrdiff_t>(draw_() % open_.size());
    const auto [events, done] = std::move(*which);
    open_.erase(which);
    if (open_.empty()) anew_ = false;
    done(judge(events));
  }

 private:
  struct open_post {
    std::vector<payment_event> events;
    std::function<void(answer)> done;
  };

  answer judge(const std::vector<payment_event>& post) {
    const auto luck = draw_() % 100;
    if (luck < 3) return {outcome::try_later, "busy"};
    if (luck < 5) return {outcome::doubtful, "who?"};
    if (std::ranges::any_of(post, [&](const auto& e) { return never.contains(e.sequence); }))
      return {outcome::rejected, "never"};
    auto& of_schedule = applied[post.front().schedule().value];
    for (const auto& e : post)
      if (of_schedule.empty() || e.sequence > of_schedule.back())
        of_schedule.push_back(e.sequence);
      else
        ++repetitions;
    if (luck < 8) return {outcome::try_later, "the answer is lost"};
    return {};
  }

  std::mt19937_64& draw_;
  std::vector<open_post> open_;
  bool anew_{false};
};

/// The relay of the outbox, the forwarder, and a platform as above.
class relayed {
 public:
  explicit relayed(std::uint64_t seed)
      : draw_{seed}, post_events_max_{1 + seed % 2 * 4}, time_{seed} {
    start_forwarder();
    start_relay();
  }

  /// How many posts told nothing new.
  std::size_t run() {
    constexpr std::uint64_t events = 600;
    for (std::uint64_t n = 0; n < 4; ++n)
      platform_.never.insert(1 + draw_() % events);
    for (std::uint64_t n = 1; n <= events; ++n) {
      append(n, 1 + draw_() % 20);
      for (auto turns = draw_() % 8; turns > 0; --turns)
        step();
    }
    for (int n = 0; n < 50'000 && !is_done(events); ++n) {
      step();
      time_.advance(milliseconds{1 + draw_() % 20});
    }
    EXPECT_TRUE(is_done(events)) << "it comes to its end";
    expect_all_but_the_parked(events);
    platform_.never.clear();
    replay_everything();
    EXPECT_TRUE(store_.parked.empty());
    expect_all_but_the_parked(events);
    return platform_.repetitions;
  }

 private:
  void start_forwarder() {
    forwarder_ = time_.owns(spawn_forwarder(
        time_.system(), {platform_, time_.random(), time_.metrics(), post_events_max_}));
  }
  void start_relay() {
    relay_context context{time_.clock(), "data_platform", forwarder_,     commits_,
                          store_,        time_.reads(),   time_.metrics()};
    relay_ = time_.owns(spawn_outbox_relay(time_.system(), context));
    time_.run();
  }
  void restart() {
    for (const auto& each :
         {caf::actor_cast<caf::actor>(relay_), caf::actor_cast<caf::actor>(forwarder_)})
      caf::anon_send_exit(each, caf::exit_reason::kill);
    time_.run();
    platform_.forwarder_ended();
    start_forwarder();
    start_relay();
  }

  void append(std::uint64_t n, std::uint64_t schedule) {
    payment_write w;
    w.event = payment_event{};
    w.event->id = {n};
    w.event->payment = {n};
    w.event->reservation = reservation_id{{schedule}, n};
    w.event->occurred_at = time_.now();
    store_.commit(std::span{&w, 1});
    of_schedule_[schedule].push_back(n);
    caf::anon_send(relay_, outbox_appended{});
    time_.run();
  }
  void step() {
    if (draw_() % 500 == 0) restart();
    platform_.answer_one();
    time_.advance(milliseconds{draw_() % 5});
  }
  [[nodiscard]] bool is_done(std::uint64_t events) {
    return store_.consumers["data_platform"] == events;
  }

  void replay_everything() {
    for (int n = 0; n < 50'000 && !store_.parked.empty(); ++n) {
      if (n % 500 == 0)
        for (const auto& [key, parked] : store_.parked)
          caf::anon_send(relay_, replay_parked{parked.event.schedule()});
      step();
      time_.advance(milliseconds{1 + draw_() % 20});
    }
  }

  // Of each schedule everything up to the first that is parked, in its order.
  void expect_all_but_the_parked(std::uint64_t events) {
    std::set<std::uint64_t> parked;
    for (const auto& [key, each] : store_.parked)
      parked.insert(each.event.sequence);
    std::size_t all = parked.size();
    for (const auto& [schedule, sequences] : of_schedule_) {
      auto expected = sequences;
      std::erase_if(expected, [&](std::uint64_t n) { return parked.contains(n); });
      all += expected.size();
      auto taken = platform_.applied[schedule];
      // What was taken with an answer that was lost may be parked all the same.
      std::erase_if(taken, [&](std::uint64_t n) { return parked.contains(n); });
      EXPECT_EQ(taken, expected) << "schedule " << schedule;
    }
    EXPECT_EQ(all, events);
  }

  std::mt19937_64 draw_;
  const std::size_t post_events_max_;
  testing::virtual_time time_;
  drawn_platform platform_{draw_};
  testing::memory_payment_store store_;
  committer<payment_write> commits_{
      "payment",
      {100, 10},
      time_.commits(),
      [this](std::span<const payment_write> b) { return store_.commit(b); },
      time_.metrics()};
  event_consumer_actor forwarder_;
  outbox_relay_actor relay_;
  std::map<std::uint64_t, std::vector<std::uint64_t>> of_schedule_;
};

TEST(ForwarderBehindARelay, LosesNothingAndKeepsEverySchedulesOrder) {
  std::size_t repetitions = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    repetitions += relayed{seed}.run();
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_GT(repetitions, 0U) << "restarts and lost answers repeat some";
}

}  // namespace
}  // namespace boxoffice
