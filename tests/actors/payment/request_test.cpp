#include "tests/actors/payment/payment_world.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::conduct;
using testing::payment_world;

const request_origin purchase{"shop-1", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"};
const request_origin refund{"shop-2", ""};

/// What a payment keeps of the request that it came of, and when that request is over.
struct PaymentRequest : ::testing::Test {
  PaymentRequest() { world.others.balances[{"u"}] = points{1000}; }
  payment_reply pay(reservation_id held, const call_context& call) {
    auto m = world.pay("u", held, 5);
    m.call = call;
    world.box.send(world.desk, m);
    return world.reply_to(m.correlation);
  }
  std::uint64_t given_up() {
    return world.time.metrics()
        .counter("boxoffice_commands_given_up_total", "", {{"service", "payment"}})
        .value();
  }
  payment_world world;
};

TEST_F(PaymentRequest, IsKnownToItsEvent) {
  const auto id = pay(world.hold("u", 300), {purchase, {}}).outcome.paid.id;
  auto m = world.refund("u", id, 6);
  m.call.from = refund;
  world.box.send(world.desk, m);
  ASSERT_EQ(world.store.events.size(), 2U);
  EXPECT_EQ(world.store.events[0].from, purchase);
  EXPECT_EQ(world.store.events[1].from, refund);
}

TEST_F(PaymentRequest, IsKnownToItsEventAlsoAfterARestart) {
  world.others.script[saga_step::debit] = {conduct::loses_answer};
  auto m = world.pay("u", world.hold("u", 300), 5);
  m.call.from = purchase;
  world.box.send(world.desk, m);
  ASSERT_TRUE(world.store.events.empty());
  world.restart();
  ASSERT_EQ(world.store.events.size(), 1U);
  EXPECT_EQ(world.store.events[0].from, purchase);
}

TEST_F(PaymentRequest, IsNobodysWhenNobodyAsked) {
  pay(world.hold("u", 300), {});
  ASSERT_EQ(world.store.events.size(), 1U);
  EXPECT_FALSE(world.store.events[0].from);
}

TEST_F(PaymentRequest, IsNotCarriedOutOnceItsClientHasGivenUp) {
  const auto held = world.hold("u", 300);
  world.time.reads().hold();
  world.restart();
  auto m = world.pay("u", held, 5);
  m.call.deadline = world.time.now() + seconds{1};
  world.box.send(world.desk, m);
  world.time.advance(seconds{1});
  EXPECT_TRUE(world.replies().empty());
  world.time.reads().resume();
  world.time.run();
  EXPECT_EQ(world.reply_to(m.correlation).fault, fault::unavailable);
  EXPECT_TRUE(world.store.rows.empty());
  EXPECT_EQ(given_up(), 1U);
  EXPECT_EQ(pay(held, {}).outcome.paid.state, saga_state::completed);
}

TEST_F(PaymentRequest, IsCarriedOutToItsEndOnceItHasBegun) {
  world.others.script[saga_step::confirm] = {conduct::loses_command};
  auto m = world.pay("u", world.hold("u", 300), 5);
  m.call = {purchase, world.time.now() + milliseconds{1}};
  world.box.send(world.desk, m);
  world.time.advance(seconds{20});
  ASSERT_EQ(world.store.events.size(), 1U);
  EXPECT_EQ(world.store.events[0].from, purchase);
  EXPECT_EQ(given_up(), 0U);
}

}  // namespace
}  // namespace boxoffice
