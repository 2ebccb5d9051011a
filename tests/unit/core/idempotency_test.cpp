#include "actors/core/idempotency.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using state = known_keys::state;

constexpr time_point noon{milliseconds{1'780'272'000'000}};
constexpr milliseconds running_max{60'000};

request_key key(std::uint64_t scope, std::uint64_t body = 1) { return {{9, scope}, {7, body}}; }

TEST(KnownKeys, FirstIsFreshThenInFlightThenLookedUp) {
  known_keys book{100, running_max};
  EXPECT_EQ(book.begin(key(1), noon), state::fresh);
  EXPECT_EQ(book.begin(key(1), noon), state::in_flight);
  EXPECT_EQ(book.begin(key(1, 2), noon), state::reused);
  book.finish(key(1), known_keys::outcome::stored);
  EXPECT_EQ(book.begin(key(1), noon), state::look_up);
}

TEST(KnownKeys, WhatWasNotStoredIsFreshAgain) {
  known_keys book{100, running_max};
  EXPECT_EQ(book.begin(key(1), noon), state::fresh);
  book.finish(key(1), known_keys::outcome::forgotten);
  EXPECT_EQ(book.begin(key(1), noon), state::fresh);
}

TEST(KnownKeys, WithoutKeyEverythingIsFresh) {
  known_keys book{100, running_max};
  EXPECT_EQ(book.begin({}, noon), state::fresh);
  EXPECT_EQ(book.begin({}, noon), state::fresh);
}

TEST(KnownKeys, IsInFlightForEveryBodyWhileItIsLookedUp) {
  known_keys book{100, running_max};
  const request_key other{key(1).scope, {7, 7}};
  book.remember({9, 1});
  EXPECT_EQ(book.begin(other, noon), state::look_up);
  EXPECT_EQ(book.begin(key(1), noon), state::in_flight);
  book.finish(other, known_keys::outcome::forgotten);
  EXPECT_EQ(book.begin(key(1), noon), state::look_up);
}

TEST(KnownKeys, LookedUpInVainRunsUnderItsBody) {
  known_keys book{100, running_max};
  book.remember({9, 1});
  EXPECT_EQ(book.begin(key(1), noon), state::look_up);
  book.run(key(1), noon);
  EXPECT_EQ(book.begin(key(1), noon), state::in_flight);
  EXPECT_EQ(book.begin({key(1).scope, {7, 7}}, noon), state::reused);
}

TEST(KnownKeys, BeyondItsCapacityItAsksTheStore) {
  known_keys book{2, running_max};
  book.remember({9, 1});
  book.remember({9, 2});
  book.remember({9, 3});
  EXPECT_EQ(book.begin(key(3), noon), state::look_up);
  EXPECT_EQ(book.begin(key(4), noon), state::look_up);
}

TEST(KnownKeys, LooksUpWhatRanForTooLong) {
  known_keys book{100, running_max};
  EXPECT_EQ(book.begin(key(1), noon), state::fresh);
  EXPECT_EQ(book.begin(key(1), noon + running_max), state::in_flight);
  EXPECT_EQ(book.begin(key(1), noon + running_max + milliseconds{1}), state::look_up);
  EXPECT_EQ(book.begin(key(1), noon + running_max + milliseconds{2}), state::in_flight);
}

TEST(KnownKeys, LostMemoryLeavesNothingInFlight) {
  known_keys book{100, running_max};
  EXPECT_EQ(book.begin(key(1), noon), state::fresh);
  book.drop_in_flight();
  EXPECT_EQ(book.begin(key(1), noon), state::fresh);
}

}  // namespace
}  // namespace boxoffice
