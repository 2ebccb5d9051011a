#include "actors/durable/recovery.hpp"

#include "config/limits.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using cause = recovery::cause;
using effect = recovery::effect;
using phase = recovery::phase;

// Loads are counted, and end when the test says so; a pause is over when the test fires its timer.
class Recovery : public ::testing::Test {
 protected:
  recovery make(recovery::resting how = recovery::resting::away) {
    return {2, [this] { ++loads_; },
            [this](milliseconds pause, std::function<void()> run) {
              pauses_.push_back(pause);
              timers_.push_back(std::move(run));
            },
            call_deadlines{clock_, metrics_, "tests"}, how};
  }
  static recovery& serving(recovery& r) {
    r.start();
    r.loaded();
    return r;
  }
  void fire() {
    for (auto& run : std::exchange(timers_, {}))
      run();
  }
  void admit(recovery& r, effect of = effect::writes, const call_context& call = {}) {
    r.admit(
        call, [this](fault f) { ended_.push_back(f); }, of);
  }
  /// The call of a client that gives up then.
  static call_context until(time_point deadline) { return {{}, deadline}; }
  std::uint64_t given_up() {
    return metrics_.counter("boxoffice_commands_given_up_total", "", {{"service", "tests"}})
        .value();
  }

  struct settable_clock final : clock {
    [[nodiscard]] time_point now() const override { return at; }
    time_point at{milliseconds{1'000}};
  };
  settable_clock clock_;
  metrics metrics_;

  int loads_{0};
  std::vector<milliseconds> pauses_;
  std::vector<std::function<void()>> timers_;
  std::vector<fault> ended_;
};

TEST_F(Recovery, ACommandLoadsWhatIsIdleAndWaitsForIt) {
  auto r = make();
  admit(r);
  admit(r);
  EXPECT_EQ(loads_, 1);
  EXPECT_TRUE(ended_.empty());
  admit(r);
  EXPECT_EQ(ended_, std::vector{fault::overloaded}) << "two may wait";
  r.loaded();
  EXPECT_EQ(ended_, (std::vector{fault::overloaded, fault::none, fault::none}));
  admit(r);
  EXPECT_EQ(ended_.back(), fault::none);
}

TEST_F(Recovery, WhatCannotBeReadIsTriedAgainAfterGrowingPauses) {
  auto r = make();
  admit(r);
  for (int i = 0; i < 10; ++i) {
    r.failed();
    EXPECT_EQ(r.at(), phase::away);
    admit(r);
    fire();
  }
  EXPECT_EQ(loads_, 11);
  EXPECT_EQ(ended_, std::vector(11, fault::unavailable));
  for (std::size_t i = 1; i < pauses_.size(); ++i)
    EXPECT_EQ(pauses_[i], std::min(pauses_[i - 1] * 2, milliseconds{limits::store_retry_max}));
  r.loaded();
  EXPECT_TRUE(r.serves());
}

TEST_F(Recovery, TheFirstFailureCostsNoPauseAndTheNextDoesUntilAWriteIsDurable) {
  auto r = make();
  serving(r).reload(cause::failed);
  EXPECT_EQ(loads_, 2);
  r.loaded();
  r.reload(cause::failed);
  EXPECT_EQ(loads_, 2);
  EXPECT_EQ(pauses_.size(), 1U);
  admit(r);
  EXPECT_EQ(ended_.back(), fault::unavailable);
  fire();
  r.loaded();
  r.proven();
  r.reload(cause::failed);
  EXPECT_EQ(loads_, 4) << "at once again";
}

TEST_F(Recovery, AfterARefusalCommandsWaitAlsoInThePause) {
  auto r = make();
  serving(r).reload(cause::refused);
  r.loaded();
  r.reload(cause::refused);
  EXPECT_EQ(loads_, 2);
  EXPECT_LE(pauses_.back(), limits::refusal_pause_max);
  admit(r);
  EXPECT_TRUE(ended_.empty());
  fire();
  r.loaded();
  EXPECT_EQ(ended_, std::vector{fault::none});
}

TEST_F(Recovery, WhoeverReadsFromMemoryGoesOnReadingWhileWritesRest) {
  auto r = make(recovery::resting::reads);
  serving(r).reload(cause::failed);
  r.loaded();
  r.reload(cause::failed);
  EXPECT_EQ(loads_, 3) << "loaded at once";
  admit(r);
  EXPECT_EQ(ended_, std::vector{fault::unavailable});
  admit(r, effect::reads);
  r.loaded();
  EXPECT_EQ(ended_.back(), fault::none);
  EXPECT_TRUE(r.serves());
  EXPECT_FALSE(r.takes_writes());
  admit(r);
  EXPECT_EQ(ended_.back(), fault::unavailable);
  fire();
  EXPECT_TRUE(r.takes_writes());
}

TEST_F(Recovery, WhatWasBegunBeforeMemoryWasVoidIsForgotten) {
  auto r = make();
  const auto before = serving(r).number();
  r.reload(cause::failed);
  EXPECT_NE(r.number(), before);
  r.loaded();
  r.reload(cause::failed);  // pauses
  r.reload(cause::failed);  // and again: the first timer is void
  const auto loads = loads_;
  timers_.front()();
  EXPECT_EQ(loads_, loads);
  timers_.back()();
  EXPECT_EQ(loads_, loads + 1);
}

TEST_F(Recovery, ACommandThatVoidsMemoryLeavesTheOthersWaiting) {
  auto r = make();
  std::vector<int> ran;
  r.admit({}, [&](fault) {
    ran.push_back(1);
    r.reload(cause::refused);
  });
  r.admit({}, [&](fault) { ran.push_back(2); });
  r.loaded();
  EXPECT_EQ(ran, std::vector{1});
  r.loaded();
  EXPECT_EQ(ran, (std::vector{1, 2}));
}

TEST_F(Recovery, ACommandIsNotCarriedOutAfterItsClientHasGivenUp) {
  auto r = make();
  admit(r, effect::writes, until(clock_.at + milliseconds{10}));
  admit(r, effect::writes, until(clock_.at + milliseconds{11}));
  clock_.at += milliseconds{10};
  EXPECT_TRUE(ended_.empty()) << "both wait";
  r.loaded();
  EXPECT_EQ(ended_, (std::vector{fault::unavailable, fault::none})) << "its deadline is over";
  EXPECT_EQ(given_up(), 1U);
  clock_.at += milliseconds{1};
  EXPECT_FALSE(r.serves(until(clock_.at)));
  EXPECT_TRUE(r.serves(until(clock_.at + milliseconds{1})));
  admit(r, effect::reads, until(clock_.at));
  EXPECT_EQ(ended_.back(), fault::unavailable) << "nor as it comes";
  EXPECT_EQ(given_up(), 2U);
}

TEST_F(Recovery, ACommandWithoutADeadlineWaitsForEver) {
  auto r = make();
  admit(r);
  clock_.at += std::chrono::hours{24 * 365};
  r.loaded();
  EXPECT_EQ(ended_, std::vector{fault::none});
  EXPECT_EQ(given_up(), 0U);
}

TEST_F(Recovery, WhatNobodyWantsIsIdleUntilSomebodyDoes) {
  auto r = make();
  serving(r).passivate();
  EXPECT_EQ(r.at(), phase::idle);
  admit(r);
  EXPECT_EQ(loads_, 2);
}

}  // namespace
}  // namespace boxoffice
