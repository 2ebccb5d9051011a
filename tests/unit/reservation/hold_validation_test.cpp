#include "actors/reservation/hold_validation.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr time_point opens{milliseconds{1000}}, closes{milliseconds{2000}};

schedule a_schedule() {
  schedule s;
  s.id = {1};
  s.sales_open_at = opens;
  s.sales_close_at = closes;
  s.seats = seat_map{{{"A", 2, 3, points{1}}}};
  return s;
}

hold_refusal refusal_of(const std::variant<validated_hold, hold_outcome>& v) {
  const auto* outcome = std::get_if<hold_outcome>(&v);
  return outcome == nullptr ? hold_refusal::none : outcome->refusal;
}

TEST(HoldAdmission, SalesWindowIsHalfOpen) {
  const auto s = a_schedule();
  const requested_hold wish{{"A-1"}, 0, {}, queue_check::admitted, 0};
  const milliseconds tick{1};
  const auto early = validate_hold(&s, wish, opens - tick);
  EXPECT_EQ(refusal_of(early), hold_refusal::sales_not_open);
  EXPECT_EQ(std::get<hold_outcome>(early).opens_at, opens);
  EXPECT_EQ(refusal_of(validate_hold(&s, wish, opens)), hold_refusal::none);
  EXPECT_EQ(refusal_of(validate_hold(&s, wish, closes - tick)), hold_refusal::none);
  EXPECT_EQ(refusal_of(validate_hold(&s, wish, closes)), hold_refusal::sales_closed);
}

TEST(HoldAdmission, QueueGoesBeforeTheSalesWindowAndAfterTheSeats) {
  const auto s = a_schedule();
  requested_hold wish{{"A-7", "A-1", "A-0"}, 0, {}, queue_check::token_invalid, 0};
  const auto unknown = validate_hold(&s, wish, closes);
  EXPECT_EQ(refusal_of(unknown), hold_refusal::seat_not_found);
  EXPECT_EQ(std::get<hold_outcome>(unknown).seats, (std::vector<std::string>{"A-7", "A-0"}));
  wish.seats = {"A-1"};
  EXPECT_EQ(refusal_of(validate_hold(&s, wish, closes)), hold_refusal::queue_token_invalid);
  EXPECT_EQ(refusal_of(validate_hold(nullptr, wish, closes)), hold_refusal::schedule_not_found);
}

TEST(HoldAdmission, SeatsBecomeAnAscendingSet) {
  const auto s = a_schedule();
  const requested_hold wish{{"A-5", "A-2", "A-5"}, 0, {}, queue_check::admitted, 0};
  const auto basket = std::get<validated_hold>(validate_hold(&s, wish, opens));
  EXPECT_EQ(basket.seats, (std::vector<seat_index>{1, 4}));
}

TEST(HoldAdmission, OnlyTheQueuesRefusalsAreForgotten) {
  for (const auto why : {hold_refusal::queue_token_required, hold_refusal::queue_token_invalid,
                         hold_refusal::queue_not_active})
    EXPECT_FALSE(is_remembered(why));
  for (const auto why : {hold_refusal::none, hold_refusal::schedule_not_found,
                         hold_refusal::seat_taken, hold_refusal::sales_not_open})
    EXPECT_TRUE(is_remembered(why));
}

}  // namespace
}  // namespace boxoffice
