#include "storage/encoding/outcomes.hpp"

#include "storage/encoding/fields.hpp"
#include "tests/storage/samples.hpp"

#include <gtest/gtest.h>

namespace boxoffice::encoding {
namespace {

using test::at;
using test::fields_of;
using test::same;

hold_outcome some_hold() {
  hold_outcome o;
  o.refusal = hold_refusal::seat_taken;
  o.held = test::held({0xFF'FFFF}, 7, "ada", {0, 99'999});
  o.held.status = reservation_status::refunded;
  o.held.payment = {0x7FFF'FFFF'FFFF'FFFF};
  o.held.reverted = {~std::uint64_t{0}};
  o.seats = {"A-1", "", "B-10000"};
  o.seats_max = 0xFFFF'FFFF;
  o.position = 5;
  o.opens_at = from_unix_ms(-1);
  return o;
}

payment_outcome some_payment() {
  payment_outcome o;
  o.refusal = payment_refusal::payment_not_refundable;
  o.other = {9};
  o.expired_at = at(4);
  o.paid = test::started(make_payment_id(63, at(1), 2), reservation_id{{3}, 1});
  o.paid.state = saga_state::refunded;
  o.paid.failure = payment_failure::aborted;
  o.paid.reason = std::string{"with \0 and \xff", 12};
  o.paid.holds_else = true;
  o.paid.balance = {-1};
  o.paid.completed_at = at(5);
  return o;
}

TEST(Outcomes, AHoldComesBackFieldByField) {
  EXPECT_TRUE(same(decode_hold_outcome(encode(some_hold())), some_hold()));
  EXPECT_TRUE(same(decode_hold_outcome(encode(hold_outcome{})), hold_outcome{}));
}

TEST(Outcomes, AnExtensionComesBackFieldByField) {
  extension_outcome o;
  o.refusal = extension_refusal::extension_not_offered;
  o.held = some_hold().held;
  o.held.extended_at = at(9);
  o.other = {~std::uint64_t{0}};
  EXPECT_TRUE(same(decode_reservation_answer(encode(o)), o));
  EXPECT_TRUE(same(decode_reservation_answer(encode(reservation_answer{o})), o));
  EXPECT_TRUE(same(decode_reservation_answer(encode(some_hold())), some_hold()));
  EXPECT_THROW(decode_hold_outcome(encode(o)), decode_error) << "it is none";
  const auto whole = encode(o);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(decode_reservation_answer(whole.substr(0, size)), decode_error) << size;
  EXPECT_THROW(decode_reservation_answer(whole + 'x'), decode_error);
}

TEST(Outcomes, AnAnswerAboutPointsComesBackFieldByField) {
  const point_outcome o{point_refusal::undone_before,
                        {~std::uint64_t{0}},
                        {INT64_MIN},
                        {INT64_MAX},
                        {-1},
                        {1},
                        {10'000'000}};
  EXPECT_EQ(fields_of(decode_point_outcome(encode(o))), fields_of(o));
}

TEST(Outcomes, APaymentComesBackFieldByField) {
  EXPECT_TRUE(same(decode_payment_outcome(encode(some_payment())), some_payment()));
  EXPECT_TRUE(same(decode_payment_outcome(encode(payment_outcome{})), payment_outcome{}));
}

TEST(Outcomes, SeatsComeBack) {
  const std::vector<reserved_seat> seats{{0, {0}}, {1, {1'000'000'000}}, {99'999, {7}}};
  EXPECT_EQ(decode_seats(encode(seats)), seats);
  EXPECT_TRUE(decode_seats(encode(std::vector<reserved_seat>{})).empty());
}

// Every cut-off or altered text is refused or read as something; nothing else happens.
TEST(Outcomes, WhatWasNotWrittenByUsIsRefused) {
  const auto whole = encode(some_payment());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(decode_payment_outcome(whole.substr(0, size)), decode_error) << size;
  EXPECT_THROW(decode_payment_outcome(whole + 'x'), decode_error);
  const auto hold = encode(some_hold());
  for (std::size_t i = 0; i < hold.size(); ++i) {
    for (const char other : {'\0', '\x7f', '\xff'}) {
      auto altered = hold;
      altered[i] = other;
      try {
        decode_hold_outcome(altered);
      } catch (const decode_error&) {
      }
    }
  }
  EXPECT_THROW(decode_hold_outcome("\x03" + hold.substr(1)), decode_error);
  EXPECT_THROW(decode_seats("\xff\xff\xff\xff\x0f"), decode_error);
}

}  // namespace
}  // namespace boxoffice::encoding
