#include "actors/node/waiting_stores.hpp"

#include "tests/actors/payment/memory_payment_store.hpp"
#include "tests/actors/point/memory_point_store.hpp"
#include "tests/actors/virtual_time.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

class WaitingStores : public ::testing::Test {
 protected:
  WaitingStores() {
    auto point = std::make_unique<testing::memory_point_store>();
    auto payment = std::make_unique<testing::memory_payment_store>();
    point_ = point.get();
    payment_ = payment.get();
    stores_.point = std::move(point);
    stores_.payment = std::move(payment);
  }

  metrics measured_;
  testing::manual_clock time_;
  store_board board_{measured_, time_, milliseconds{1000}};
  node_stores stores_;
  testing::memory_point_store* point_;
  testing::memory_payment_store* payment_;
};

TEST_F(WaitingStores, MoveTheRowsOfWhatTheNodeHas) {
  waiting_stores waiting{stores_};
  EXPECT_FALSE(waiting.renew(board_));
  EXPECT_FALSE(waiting.renew(board_));
  EXPECT_EQ(point_->times_kept, 2);
  EXPECT_EQ(payment_->times_kept, 2);
  EXPECT_TRUE(board_.all().empty()) << "a service adds its own";
}

TEST_F(WaitingStores, AreWaitedWithWhileTheyTakeNoWrites) {
  point_->keeps = {commit_outcome::failed, "away", store_trouble::takes_no_writes};
  EXPECT_FALSE(waiting_stores{stores_}.renew(board_));
  EXPECT_EQ(payment_->times_kept, 1);
  EXPECT_TRUE(board_.serves());
}

TEST_F(WaitingStores, EndTheProcessWhenTheyWereReplaced) {
  payment_->keeps = {commit_outcome::failed, "replaced", store_trouble::replaced};
  EXPECT_TRUE(waiting_stores{stores_}.renew(board_));
  EXPECT_FALSE(board_.serves());
  EXPECT_EQ(board_.ended().store, "payment");
  EXPECT_EQ(board_.ended().trouble, store_trouble::replaced);
}

}  // namespace
}  // namespace boxoffice
