#include "tests/unit/audit/planted_defects.hpp"

namespace boxoffice::audit {
namespace {

std::vector<planted_defect> of_accounts() {
  return {
      {rule::ledger_sum,
       "a balance was changed",
       [](sample_books& b) { b.account("ann").balance += 5; },
       {"ann"}},
      {rule::ledger_sum,
       "an account is gone",
       [](sample_books& b) { b.all.balances.erase(b.all.balances.begin()); },
       {"ann"}},
      {rule::balance_chain,
       "a balance_after was changed in the middle",
       [](sample_books& b) {
         b.charge("ann", 10);
         b.all.ledger[b.all.ledger.size() - 2].balance_after += 1;
         b.payment(1).balance += 1;
         // Two links hang on that row: the one before it and the one behind it.
         b.all.ledger.back().amount -= 1;
         b.account("ann").balance = b.all.ledger.back().balance_after - 1;
       },
       {"ann", "txn_3"}},
      {rule::negative_balance,
       "more was used than there was",
       [](sample_books& b) {
         b.pay(2, "cid", payment_state::completed);
         b.charge("cid", 100);
       },
       {"cid", "txn_4"}},
      {rule::wrong_sign,
       "a charge takes points",
       [](sample_books& b) { b.charge("ann", -10); },
       {"ann", "txn_4"}},
      {rule::wrong_sign,
       "a charge names a payment",
       [](sample_books& b) { b.all.ledger.front().reference = 1; },
       {"ann", "txn_1"}},
      {rule::moved_twice,
       "points were used twice for one payment",
       [](sample_books& b) { b.move("ann", ledger_kind::use, -100, 1); },
       {"pay_1", "txn_3", "txn_4"}},
      {rule::step_differs,
       "the answer to a debit names another row",
       [](sample_books& b) { b.all.steps.front().transaction = 1; },
       {"pay_1"}},
      {rule::step_differs,
       "a debit in the ledger was never answered",
       [](sample_books& b) { b.all.steps.clear(); },
       {"pay_1"}},
      {rule::step_differs,
       "a refused debit took points",
       [](sample_books& b) {
         b.all.steps.front() = {1, point_step::debit, step_answer::refused, 0};
       },
       {"pay_1"}},
  };
}

std::vector<planted_defect> of_seats() {
  return {
      {rule::two_live_holders,
       "a held seat is held again",
       [](sample_books& b) {
         b.hold(10, "cid");
         b.reservation(10).seats.front().seat = 9;
         b.free_claim(10);
       },
       {"sch_1:9", "res_20000009", "res_2000000a"}},
      {rule::two_live_holders,
       "a sold seat is held",
       [](sample_books& b) {
         b.reservation(9).seats.front().seat = 1;
         b.free_claim(9);
       },
       {"sch_1:1", "res_20000001", "res_20000009"}},
      {rule::sold_twice,
       "two buyers have the same seat",
       [](sample_books& b) {
         b.charge("cid", 100);
         b.pay(2, "cid", payment_state::completed);
         b.reservation(2).seats.front().seat = 1;
         b.free_claim(2);
       },
       {"sch_1:1", "res_20000001", "res_20000002"}},
      {rule::claim_missing,
       "a sold seat is not claimed",
       [](sample_books& b) { b.free_claim(1); },
       {"res_20000001", "sch_1:1"}},
      {rule::claim_without_holder,
       "a released reservation keeps its claim",
       [](sample_books& b) { b.reservation(9).status = reservation_status::released; },
       {"sch_1:9", "res_20000009"}},
      {rule::claim_without_holder,
       "a claim names no reservation",
       [](sample_books& b) {
         b.all.claims.push_back({1, 30, reservation_of(30)});
       },
       {"sch_1:30", "res_2000000y"}},
      {rule::claim_without_holder,
       "a claim is for a seat that its reservation has not",
       [](sample_books& b) {
         b.all.claims.push_back({1, 31, reservation_of(9)});
       },
       {"sch_1:31", "res_20000009"}},
      {rule::claimed_twice,
       "a hold past its deadline and the next one claim a seat",
       [](sample_books& b) {
         b.hold(10, "cid");
         b.reservation(10).seats.front().seat = 9;
         b.all.claims.back().seat = 9;
         b.ends(9, now);
       },
       {"sch_1:9", "res_20000009", "res_2000000a"}},
  };
}

std::vector<planted_defect> of_deadlines() {
  const auto three_more = [](sample_books& b) {
    for (const std::uint64_t each : {10U, 11U, 12U})
      b.hold(each, "cid");
  };
  return {
      {rule::deadline_differs,
       "a hold lasts longer, and nobody extended it",
       [=](sample_books& b) {
         three_more(b);
         b.reservation(9).expires_at += 120'000;
       },
       {"res_20000009"}},
      {rule::deadline_differs,
       "a hold was extended twice",
       [=](sample_books& b) {
         three_more(b);
         for (const std::uint64_t each : {9U, 10U, 11U, 11U})
           b.extend(each, 120'000);
       },
       {"res_2000000b"}},
      {rule::deadline_differs,
       "a hold was extended by nothing",
       [=](sample_books& b) {
         three_more(b);
         b.extend(9, 0);
       },
       {"res_20000009"}},
      {rule::deadline_differs,
       "a hold was extended after its end",
       [=](sample_books& b) {
         three_more(b);
         b.extend(9, 120'000);
         b.reservation(9).extended_at = b.reservation(9).held_at + 300'000;
       },
       {"res_20000009"}},
  };
}

std::vector<planted_defect> of_baskets() {
  return {
      {rule::basket_differs,
       "the amount is not the sum",
       [](sample_books& b) { b.reservation(9).amount = 99; },
       {"res_20000009"}},
      {rule::basket_differs,
       "a basket has a seat twice",
       [](sample_books& b) {
         b.reservation(9).seats.push_back({9, 0});
       },
       {"res_20000009"}},
      {rule::confirmed_after_revert,
       "the payment had been undone",
       [](sample_books& b) { b.reservation(1).reverted = 1; },
       {"res_20000001", "pay_1", "pay_1"}},
      {rule::confirmed_after_revert,
       "a younger payment had been undone",
       [](sample_books& b) { b.reservation(1).reverted = 3; },
       {"res_20000001", "pay_1", "pay_3"}},
      {rule::admitted_unpaid,
       "a hold was let in",
       [](sample_books& b) { b.reservation(9).admitted_at = now; },
       {"res_20000009"}},
      {rule::admitted_unpaid,
       "a ticket was let in, and its payment is gone",
       [](sample_books& b) {
         b.hold(11, "ben");
         b.reservation(11).status = reservation_status::released;
         b.reservation(11).admitted_at = now;
         b.free_claim(11);
       },
       {"res_2000000b"}},
  };
}

}  // namespace

// The books: ann has charged 1000 and paid 1 (completed); ben has charged 100 and holds 9.
std::vector<planted_defect> defects_of_participants() {
  return joined({of_accounts(), of_seats(), of_deadlines(), of_baskets()});
}

}  // namespace boxoffice::audit
