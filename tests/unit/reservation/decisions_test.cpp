#include "actors/reservation/decisions.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using effect = reservation_change::effect;
using status = reservation_status;
constexpr time_point deadline{milliseconds{1'000'000}};
constexpr milliseconds tick{1};

payment_id pay(std::uint32_t at, std::uint32_t shard = 3) {
  return make_payment_id(shard, time_point{milliseconds{at}}, 0);
}

reservation row(status s, payment_id by = {}, payment_id reverted = {}) {
  reservation r;
  r.id = reservation_id{{1}, 1};
  r.user = {"ann"};
  r.seats = {{4, points{10}}};
  r.status = s;
  r.expires_at = deadline;
  r.payment = by;
  r.reverted = reverted;
  return r;
}

TEST(Decisions, ConfirmTable) {
  struct line {
    const char* why;
    reservation of;
    time_point now;
    confirm_refusal refusal;
    effect what;
  };
  const auto before = deadline - tick;
  const std::vector<line> table{
      {"in time", row(status::held), before, confirm_refusal::none, effect::sell_seats},
      {"at the deadline, written down", row(status::held), deadline,
       confirm_refusal::reservation_expired, effect::row_only},
      {"expired in the store already", row(status::expired), deadline + tick,
       confirm_refusal::reservation_expired, effect::none},
      {"released", row(status::released), before, confirm_refusal::reservation_released,
       effect::none},
      {"refunded", row(status::refunded, pay(5)), before, confirm_refusal::reservation_released,
       effect::none},
      {"a repeat, however late", row(status::confirmed, pay(5)), deadline + tick,
       confirm_refusal::none, effect::none},
      {"another payment's", row(status::confirmed, pay(4)), before,
       confirm_refusal::already_confirmed, effect::none},
      {"undone before", row(status::held, {}, pay(5)), before, confirm_refusal::reverted_before,
       effect::none},
      {"older than one undone before", row(status::held, {}, pay(6)), before,
       confirm_refusal::reverted_before, effect::none},
      {"younger than one undone before", row(status::held, {}, pay(4)), before,
       confirm_refusal::none, effect::sell_seats},
      {"another shard's was undone", row(status::held, {}, pay(6, 2)), before,
       confirm_refusal::none, effect::sell_seats},
      {"expired goes before undone", row(status::held, {}, pay(5)), deadline,
       confirm_refusal::reservation_expired, effect::row_only},
  };
  for (const auto& l : table) {
    const auto d = decide_confirm(l.of, pay(5), l.now);
    EXPECT_EQ(d.refusal, l.refusal) << l.why;
    EXPECT_EQ(d.change.what, l.what) << l.why;
    if (d.change.what == effect::sell_seats) {
      EXPECT_EQ(d.change.next.status, status::confirmed) << l.why;
      EXPECT_EQ(d.change.next.payment, pay(5)) << l.why;
    }
    if (d.change.what == effect::row_only) {
      EXPECT_EQ(d.change.next.status, status::expired) << l.why;
    }
  }
}

TEST(Decisions, ReleaseTable) {
  const auto released = [](const reservation& r, time_point now) {
    return decide_release(r, {"ann"}, now);
  };
  const auto before = deadline - tick;
  EXPECT_EQ(released(row(status::held), before).change.what, effect::free_seats);
  EXPECT_EQ(released(row(status::held), before).change.next.status, status::released);
  for (const auto& over : {row(status::held), row(status::expired), row(status::released),
                           row(status::refunded, pay(1))}) {
    EXPECT_EQ(released(over, deadline).refusal, release_refusal::none);
    EXPECT_EQ(released(over, deadline).change.what, effect::none);
  }
  EXPECT_EQ(released(row(status::confirmed, pay(1)), deadline).refusal,
            release_refusal::already_paid);
  EXPECT_EQ(decide_release(row(status::held), {"ben"}, before).refusal, release_refusal::not_found);
}

TEST(Decisions, RevertTable) {
  const auto before = deadline - tick;
  const auto undo = [&](const reservation& r, time_point now) {
    return decide_revert(r, pay(5), status::refunded, now);
  };
  const auto confirmed = undo(row(status::confirmed, pay(5)), before);
  EXPECT_EQ(confirmed.what, effect::free_seats);
  EXPECT_EQ(confirmed.next.status, status::refunded);
  EXPECT_EQ(confirmed.next.reverted, pay(5));
  EXPECT_EQ(undo(confirmed.next, before).what, effect::none) << "a repeat";

  const auto held = undo(row(status::held), before);
  EXPECT_EQ(held.what, effect::row_only);
  EXPECT_EQ(held.next.status, status::held);
  EXPECT_EQ(held.next.reverted, pay(5));
  EXPECT_EQ(undo(row(status::held), deadline).next.status, status::expired);

  const auto others = undo(row(status::confirmed, pay(4)), before);
  EXPECT_EQ(others.what, effect::row_only);
  EXPECT_EQ(others.next.status, status::confirmed);
  EXPECT_EQ(others.next.payment, pay(4));
  EXPECT_EQ(undo(row(status::held, {}, pay(6)), before).what, effect::none)
      << "a younger tombstone covers it";
  const auto both = undo(row(status::confirmed, pay(5), pay(6)), before);
  EXPECT_EQ(both.what, effect::free_seats);
  EXPECT_EQ(both.next.reverted, pay(6));
}

TEST(Decisions, AdmissionTable) {
  struct line {
    const char* why;
    reservation of;
    time_point now;
    admission_refusal refusal;
    effect what;
  };
  const auto before = deadline - tick, after = deadline + tick;
  auto admitted = row(status::confirmed, pay(5));
  admitted.admitted_at = before;
  auto given_back = admitted;
  given_back.status = status::refunded;
  using enum admission_refusal;
  const std::vector<line> table{
      {"paid", row(status::confirmed, pay(5)), before, none, effect::row_only},
      {"paid, long after the deadline of the hold", row(status::confirmed, pay(5)), after, none,
       effect::row_only},
      {"admitted before", admitted, after, none, effect::none},
      {"refunded", row(status::refunded, pay(5)), before, reservation_released, effect::none},
      {"admitted, then refunded", given_back, after, reservation_released, effect::none},
      {"undone", row(status::released, pay(5), pay(5)), before, reservation_released, effect::none},
      {"given back unpaid", row(status::released), before, reservation_released, effect::none},
      {"held", row(status::held), before, reservation_not_paid, effect::none},
      {"held, and over", row(status::held), deadline, reservation_not_paid, effect::none},
      {"expired", row(status::expired), after, reservation_not_paid, effect::none},
  };
  for (const auto& l : table) {
    const auto d = decide_admission(l.of, l.now);
    EXPECT_EQ(d.refusal, l.refusal) << l.why;
    EXPECT_EQ(d.change.what, l.what) << l.why;
    if (d.change.what == effect::none) continue;
    EXPECT_EQ(d.change.next.admitted_at, l.now) << l.why;
    EXPECT_EQ(d.change.next.status, l.of.status) << l.why;
    EXPECT_EQ(d.change.next.payment, l.of.payment) << l.why;
  }
}

TEST(Decisions, ExtensionTable) {
  struct line {
    const char* why;
    reservation of;
    time_point now;
    extension_refusal refusal;
    effect what;
    extension_request asked{{"ann"}, {}, seconds{120}};
  };
  const auto before = deadline - tick, after = deadline + tick;
  auto extended = row(status::held);
  extended.extended_at = before - tick;
  auto extended_and_paid = extended;
  extended_and_paid.status = status::confirmed;
  const extension_request ben{{"ben"}, {}, seconds{120}}, paying{{"ann"}, pay(7), seconds{120}},
      nothing{{"ann"}, {}, seconds{0}};
  using enum extension_refusal;
  const std::vector<line> table{
      {"held", row(status::held), before, none, effect::extend_seats},
      {"held, and undone once", row(status::held, {}, pay(5)), before, none, effect::extend_seats},
      {"somebody else's", row(status::held), before, reservation_not_found, effect::none, ben},
      {"somebody else's, paid", row(status::confirmed, pay(5)), before, reservation_not_found,
       effect::none, ben},
      {"paid", row(status::confirmed, pay(5)), before, reservation_already_paid, effect::none},
      {"paid, and in a refund", row(status::confirmed, pay(5)), before, reservation_already_paid,
       effect::none, paying},
      {"extended, then paid", extended_and_paid, before, reservation_already_paid, effect::none},
      {"given back", row(status::released), before, reservation_released, effect::none},
      {"refunded", row(status::refunded, pay(5)), after, reservation_released, effect::none},
      {"being paid", row(status::held), before, payment_in_progress, effect::none, paying},
      {"being paid, and over", row(status::held), after, payment_in_progress, effect::none, paying},
      {"at its end", row(status::held), deadline, reservation_expired, effect::row_only},
      {"over, and written", row(status::expired), after, reservation_expired, effect::none},
      {"over, and nothing was offered", row(status::held), after, reservation_expired,
       effect::row_only, nothing},
      {"extended before", extended, before, already_extended, effect::none},
      {"extended before, being paid", extended, before, payment_in_progress, effect::none, paying},
      {"not offered", row(status::held), before, extension_not_offered, effect::none, nothing},
  };
  for (const auto& l : table) {
    const auto d = decide_extension(l.of, l.asked, l.now);
    EXPECT_EQ(d.refusal, l.refusal) << l.why;
    EXPECT_EQ(d.change.what, l.what) << l.why;
    EXPECT_EQ(is_remembered(d.refusal), d.refusal != payment_in_progress) << l.why;
    if (d.change.what == effect::row_only) {
      EXPECT_EQ(d.change.next.status, status::expired) << l.why;
      EXPECT_EQ(d.change.next.expires_at, deadline) << l.why;
    }
    if (d.change.what != effect::extend_seats) continue;
    EXPECT_EQ(d.change.next.status, status::held) << l.why;
    EXPECT_EQ(d.change.next.extended_at, l.now) << l.why;
    EXPECT_EQ(d.change.next.expires_at, deadline + seconds{120}) << "early or late";
    EXPECT_EQ(d.change.next.reverted, l.of.reverted) << l.why;
  }
}

TEST(Decisions, ARefundKeepsTheTimeOfTheAdmission) {
  auto admitted = row(status::confirmed, pay(5));
  admitted.admitted_at = deadline;
  EXPECT_EQ(decide_revert(admitted, pay(5), status::refunded, deadline + tick).next.admitted_at,
            deadline);
}

}  // namespace
}  // namespace boxoffice
