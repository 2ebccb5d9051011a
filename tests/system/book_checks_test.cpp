// The checks of the rush must find what they are there for: each test plants one fault in books
// that are otherwise right.
#include "tests/rush/book_checks.hpp"

#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"
#include "tests/system/running_server.hpp"

#include <string>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using rush::books;
using rush::books_are;

const auto held_at = from_unix_ms(1'800'000'000'000);
const auto expires_at = held_at + seconds{60};
constexpr schedule_id schedule{7};
constexpr auto paid = reservation_id{schedule, 1};
constexpr auto given_back = reservation_id{schedule, 2};
constexpr auto payment = make_payment_id(3, time_point{milliseconds{5}}, 1);
constexpr auto refunded = make_payment_id(3, time_point{milliseconds{6}}, 1);
constexpr auto place = queue_token{{9}, 5};

std::int64_t raw(auto id) {
  if constexpr (requires { id.number; })
    return static_cast<std::int64_t>(id.number);
  else
    return static_cast<std::int64_t>(id.value);
}

/// Two bought two seats each; one of them had it refunded.
books good_books() {
  using namespace rush;  // NOLINT(google-build-using-namespace): rows and their states
  const auto from = to_unix_ms(held_at);
  const auto until = to_unix_ms(expires_at);
  books all;
  all.reservations[raw(paid)] = {
      raw(schedule), "ann", {0, 1},      20, reservation_row_status::confirmed,
      from,          until, raw(payment)};
  all.reservations[raw(given_back)] = {
      raw(schedule), "bob", {2, 3},       20, reservation_row_status::refunded,
      from,          until, raw(refunded)};
  all.claims = {{raw(schedule), 0, raw(paid)}, {raw(schedule), 1, raw(paid)}};
  all.payments[raw(payment)] = {"ann", raw(paid), 20, payment_row_state::completed, from, from};
  all.payments[raw(refunded)] = {"bob", raw(given_back), 20, payment_row_state::refunded, from,
                                 from};
  all.events = {{0, raw(payment)}, {0, raw(refunded)}, {1, raw(refunded)}};
  all.balances = {{"ann", 5}, {"bob", 20}};
  all.ledger = {{1, "ann", ledger_row_kind::charge, 25, 25, 0},
                {2, "bob", ledger_row_kind::charge, 20, 20, 0},
                {3, "ann", ledger_row_kind::use, -20, 5, raw(payment)},
                {4, "bob", ledger_row_kind::use, -20, 0, raw(refunded)},
                {5, "bob", ledger_row_kind::refund, 20, 20, raw(refunded)}};
  all.places[raw(place)] = {9, "ann", 1, place_row_state::used};
  return all;
}

rush::on_sale sale() {
  return {.concert_id = to_text(concert_id{9}),
          .schedule_id = to_text(schedule),
          .seats = {"A-1", "A-2", "A-3", "A-4"},
          .waiting_room = rush::waiting_room_size{.active_max = 1, .admit_per_second = 1}};
}

rush::acknowledgement_log good_log() {
  using rush::acknowledged;
  using rush::json;
  rush::acknowledgement_log log;
  log.record({acknowledged::place, "ann", to_text(place), {{"status", "ACTIVE"}}});
  log.record(
      {acknowledged::charge, "ann", to_text(transaction_id{1}), {{"amount", 25}, {"balance", 25}}});
  log.record({acknowledged::hold,
              "ann",
              to_text(paid),
              {{"seats", json::array({{{"seat", "A-1"}}, {{"seat", "A-2"}}})},
               {"amount", 20},
               {"heldAt", to_rfc3339(held_at)},
               {"expiresAt", to_rfc3339(expires_at)}}});
  log.record({acknowledged::payment,
              "ann",
              to_text(payment),
              {{"amount", 20},
               {"reservationId", to_text(paid)},
               {"createdAt", to_rfc3339(held_at)},
               {"completedAt", to_rfc3339(held_at)}}});
  log.record({acknowledged::refund, "bob", to_text(refunded), {{"status", "REFUNDED"}}});
  return log;
}

std::string violations_of(const books& all) {
  const auto log = good_log();
  return to_text(rush::check_books(all, log, sale(), books_are::at_rest));
}

/// Plants one fault and expects it to be found.
template <class Fault>
void expect_found(const char* what, Fault plant) {
  auto all = good_books();
  plant(all);
  EXPECT_NE(violations_of(all), "") << what;
}

TEST(BookChecks, FindNothingInGoodBooks) {
  EXPECT_EQ(violations_of(good_books()), "");
  EXPECT_EQ(rush::sold_seats(good_books(), sale()), 2U);
}

TEST(BookChecks, FindSeatsSoldTwiceOrToNobody) {
  expect_found("a seat claimed twice", [](books& all) {
    all.claims.push_back({raw(schedule), 1, raw(given_back)});
  });
  expect_found("a live reservation without its claim", [](books& all) { all.claims.pop_back(); });
  expect_found("a claim of a reservation that is over", [](books& all) {
    all.claims.push_back({raw(schedule), 2, raw(given_back)});
  });
  expect_found("a hold long after its deadline", [](books& all) {
    all.reservations[raw(paid)].status = rush::reservation_row_status::held;
    all.reservations[raw(paid)].expires_at = 1000;
  });
}

TEST(BookChecks, FindALedgerThatDoesNotAddUp) {
  expect_found("another balance", [](books& all) { all.balances["ann"] = 6; });
  expect_found("a row that is missing",
               [](books& all) { all.ledger.erase(all.ledger.begin() + 1); });
  expect_found("another balance after", [](books& all) { all.ledger[3].balance_after = 1; });
  expect_found("a balance without an account", [](books& all) { all.balances.erase("bob"); });
}

TEST(BookChecks, FindPaymentsThatAreNotWhole) {
  expect_found("no event", [](books& all) { all.events.erase(all.events.begin()); });
  expect_found("an event of the refund of what was not refunded", [](books& all) {
    all.events.push_back({1, raw(payment)});
  });
  expect_found("a payment that does not end", [](books& all) {
    all.payments[raw(payment)].state = rush::payment_row_state::debited;
  });
  expect_found("a payment without its seats", [](books& all) {
    all.reservations[raw(paid)].status = rush::reservation_row_status::expired;
    all.claims.clear();
  });
  expect_found("seats without their payment", [](books& all) { all.payments.erase(raw(payment)); });
  expect_found("two payments of one reservation", [](books& all) {
    all.payments[raw(refunded)].state = rush::payment_row_state::completed;
    all.payments[raw(refunded)].reservation = raw(paid);
  });
  expect_found("a debit that was refused and taken", [](books& all) {
    all.payments[raw(payment)].state = rush::payment_row_state::failed;
  });
}

TEST(BookChecks, FindMoreActiveThanThereMayBe) {
  expect_found("two active", [](books& all) {
    all.places[100] = {9, "cat", 2, rush::place_row_state::active};
    all.places[101] = {9, "dan", 3, rush::place_row_state::active};
  });
  expect_found("one in the line twice", [](books& all) {
    all.places[100] = {9, "cat", 2, rush::place_row_state::waiting};
    all.places[101] = {9, "cat", 3, rush::place_row_state::waiting};
  });
}

TEST(BookChecks, FindWhatWasAcknowledgedAndIsNotThere) {
  expect_found("a place", [](books& all) { all.places.clear(); });
  expect_found("another deadline", [](books& all) { all.reservations[raw(paid)].expires_at += 1; });
  expect_found("another time of completion",
               [](books& all) { all.payments[raw(payment)].completed_at += 1; });
  expect_found("another user", [](books& all) { all.payments[raw(payment)].user = "eve"; });
  expect_found("no refund", [](books& all) {
    all.payments[raw(refunded)].state = rush::payment_row_state::refund_started;
  });
  expect_found("no charge", [](books& all) {
    all.ledger[0].kind = rush::ledger_row_kind::refund;
    all.ledger[0].reference = raw(payment);
  });
}

}  // namespace
}  // namespace boxoffice::system_test
