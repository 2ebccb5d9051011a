// A hold whose end the store refuses stays as it is, until an operator has it tried again.
#include "config/limits.hpp"
#include "tests/actors/reservation/reservation_world.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

class ParkedHold : public ::testing::Test {
 protected:
  /// Two holds have come to their end, and the store refuses the one of ann.
  ParkedHold() {
    w_.held("ben", {"A-2"});
    w_.store.refuses = [this](const reservation_write& write) {
      return std::ranges::count(write.lapsed, refused_) > 0;
    };
    w_.time.advance(seconds{400});
  }
  std::vector<parked_entity> parked() {
    w_.box.send(w_.desk, list_parked{5, 0, 10});
    return w_.box.last<parked_list>().items;
  }
  parked_reply move() {
    w_.box.send(w_.desk, move_parked_reservation{6, refused_});
    return w_.box.last<parked_reply>();
  }

  testing::reservation_world w_;
  const reservation_id refused_{w_.held("ann", {"A-1"})};
};

TEST_F(ParkedHold, IsListedAndTheOthersHaveEnded) {
  ASSERT_EQ(parked().size(), 1U);
  EXPECT_EQ(parked()[0].id, to_text(refused_));
  EXPECT_EQ(parked()[0].user.value, "ann");
  EXPECT_EQ(parked()[0].state, "HELD");
  EXPECT_EQ(parked()[0].wants, "EXPIRED");
  EXPECT_FALSE(parked()[0].reason.empty());
  EXPECT_EQ(w_.status(0), seat_status::held);
  EXPECT_EQ(w_.status(1), seat_status::available);
  EXPECT_EQ(w_.gauge("boxoffice_parked_entities", "reservation"), 1);
}

TEST_F(ParkedHold, EndsWhenItIsTriedAgainAndTheStoreTakesIt) {
  EXPECT_EQ(w_.hold("cem", {"A-1"}).outcome.refusal, hold_refusal::seat_taken)
      << "its seat is asked, and knows that it is held";
  EXPECT_EQ(move().refusal, parked_refusal::still_refused);
  EXPECT_FALSE(w_.box.last<parked_reply>().reason.empty());
  EXPECT_EQ(parked().size(), 1U);
  EXPECT_EQ(w_.status(0), seat_status::held);

  w_.store.refuses = {};
  const auto done = move();
  EXPECT_EQ(done.refusal, parked_refusal::none);
  EXPECT_EQ(done.state, "EXPIRED");
  EXPECT_TRUE(parked().empty());
  EXPECT_EQ(w_.gauge("boxoffice_parked_entities", "reservation"), 0);
  EXPECT_EQ(w_.find("ann", refused_).found.status, reservation_status::expired);
  EXPECT_EQ(w_.hold("cem", {"A-1"}).outcome.refusal, hold_refusal::none);
  EXPECT_EQ(move().refusal, parked_refusal::not_parked);
}

TEST_F(ParkedHold, IsTriedAgainByARestart) {
  w_.store.refuses = {};
  w_.restart();
  w_.time.advance(seconds{10});
  EXPECT_TRUE(parked().empty());
  EXPECT_EQ(w_.status(0), seat_status::available);
}

TEST_F(ParkedHold, WhoseEndIsLostIsAnsweredWhenItIsWritten) {
  w_.store.refuses = {};
  w_.store.accidents = {testing::memory_reservation_store::accident::fails};
  w_.box.send(w_.desk, move_parked_reservation{6, refused_});
  w_.time.advance(limits::store_retry_max);
  ASSERT_EQ(w_.box.all<parked_reply>().size(), 1U);
  EXPECT_EQ(w_.box.last<parked_reply>().state, "EXPIRED");
  EXPECT_EQ(w_.hold("cem", {"A-1"}).outcome.refusal, hold_refusal::none);
}

}  // namespace
}  // namespace boxoffice
