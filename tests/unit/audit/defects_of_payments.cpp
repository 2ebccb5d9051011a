#include "tests/unit/audit/planted_defects.hpp"

namespace boxoffice::audit {
namespace {

void forget_moves(sample_books& b, std::uint64_t payment) {
  for (auto& row : b.all.ledger)
    if (row.reference == payment)
      row = {row.id, row.user, ledger_kind::charge, row.amount, row.balance_after, 0};
  std::erase_if(b.all.ledger, [](const ledger_row& row) {
    return row.kind == ledger_kind::charge && row.amount < 0;
  });
  std::erase_if(b.all.steps, [&](const step_row& s) { return s.payment == payment; });
}

// Takes the debit of ann's payment out of the books, so that her account still adds up.
void undo_debit(sample_books& b) {
  forget_moves(b, 1);
  b.account("ann").balance += 100;
}

std::vector<planted_defect> against_the_ledger() {
  return {
      {rule::use_without_payment,
       "points were used for nothing",
       [](sample_books& b) { b.use(77, "ben"); },
       {"pay_2d", "txn_4"}},
      {rule::payment_without_use, "a completed payment took nothing", undo_debit, {"pay_1"}},
      {rule::payment_without_use,
       "a debited saga took nothing",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::debited);
         forget_moves(b, 2);
         b.account("ben").balance = 100;
       },
       {"pay_2"}},
      {rule::refund_without_payment,
       "points were given back for nothing",
       [](sample_books& b) { b.give_back(77, "ben"); },
       {"pay_2d", "txn_4"}},
      {rule::refund_without_use,
       "a failed payment gave back what it never took",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::failed);
         b.give_back(2, "ben");
       },
       {"pay_2"}},
      {rule::refund_without_row,
       "a compensated payment kept the points",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::refunding);
         b.use(2, "ben");
         b.payment(2).state = payment_state::compensated;
       },
       {"pay_2"}},
      {rule::refund_without_row,
       "a refunded payment kept the points",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::refund_released);
         b.payment(2).state = payment_state::refunded;
         b.tell(b.payment(2), event_kind::payment_refunded);
       },
       {"pay_2"}},
      {rule::unexpected_refund,
       "a completed payment was given back",
       [](sample_books& b) { b.give_back(1, "ann"); },
       {"pay_1"}},
      {rule::failed_debited,
       "a failed payment kept the points",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::failed);
         b.use(2, "ben");
       },
       {"pay_2"}},
      {rule::balance_differs,
       "a buyer was told another balance",
       [](sample_books& b) { ++b.payment(1).balance; },
       {"pay_1", "txn_3"}},
      {rule::amount_differs,
       "another amount was used",
       [](sample_books& b) {
         b.moved(1, ledger_kind::use).amount += 1;
         b.moved(1, ledger_kind::use).balance_after += 1;
         b.payment(1).balance += 1;
         b.account("ann").balance += 1;
       },
       {"pay_1", "txn_3"}},
      {rule::amount_differs,
       "another amount was given back",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::refunded);
         b.moved(2, ledger_kind::refund).amount += 1;
         b.moved(2, ledger_kind::refund).balance_after += 1;
         b.payment(2).balance += 1;
         b.account("ben").balance += 1;
       },
       {"pay_2", "txn_5"}},
      {rule::user_differs,
       "another account paid",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::debited);
         b.payment(2).user = b.reservation(2).user = b.user("ann");
       },
       {"pay_2", "txn_4"}},
  };
}

std::vector<planted_defect> without_their_reservation() {
  return {
      {rule::payment_without_confirmation,
       "the reservation of a completed payment is released",
       [](sample_books& b) {
         b.reservation(1).status = reservation_status::released;
         b.free_claim(1);
       },
       {"pay_1", "res_20000001"}},
      {rule::payment_without_confirmation,
       "the reservation of a completed payment is gone",
       [](sample_books& b) {
         std::erase_if(b.all.reservations, [](const auto& r) { return r.id == reservation_of(1); });
         b.free_claim(1);
       },
       {"pay_1", "res_20000001"}},
      {rule::payment_without_confirmation,
       "a user's refund has begun without seats",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::refund_started);
         b.reservation(2).status = reservation_status::expired;
         b.free_claim(2);
       },
       {"pay_2", "res_20000002"}},
      {rule::confirmed_without_payment,
       "nobody paid",
       [](sample_books& b) {
         b.reservation(9).status = reservation_status::confirmed;
         b.reservation(9).payment = 44;
       },
       {"res_20000009", "pay_1c"}},
      {rule::confirmed_without_payment,
       "it was compensated",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::compensated);
         b.reservation(2).status = reservation_status::confirmed;
         b.reservation(2).payment = 2;
         b.all.claims.push_back({1, 2, reservation_of(2)});
       },
       {"res_20000002", "pay_2"}},
      {rule::confirmed_without_payment,
       "its payment is of another reservation",
       [](sample_books& b) {
         b.reservation(9).status = reservation_status::confirmed;
         b.reservation(9).payment = 1;
       },
       {"res_20000009", "pay_1"}},
  };
}

std::vector<planted_defect> against_their_reservation() {
  return {
      {rule::paid_twice,
       "two payments are completed",
       [](sample_books& b) {
         b.charge("ann", 100);
         b.pay(2, "ann", payment_state::completed);
         b.payment(2).reservation = reservation_of(1);
         b.all.events.back().reservation = reservation_of(1);
         b.free_claim(2);
         b.reservation(2).status = reservation_status::expired;
       },
       {"res_20000001", "pay_1", "pay_2"}},
      {rule::refund_without_freed_seats,
       "the seats of a refunded payment are still sold",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::refunded);
         b.reservation(2).status = reservation_status::confirmed;
         b.all.claims.push_back({1, 2, reservation_of(2)});
       },
       {"pay_2", "res_20000002"}},
      {rule::refunded_without_payment,
       "the seats of a completed payment are free",
       [](sample_books& b) {
         b.reservation(9).status = reservation_status::refunded;
         b.reservation(9).payment = 44;
         b.free_claim(9);
       },
       {"res_20000009", "pay_1c"}},
      {rule::amount_differs,
       "reservation and payment name two prices",
       [](sample_books& b) {
         b.reservation(1).amount = 99;
         b.reservation(1).seats.front().price = 99;
       },
       {"res_20000001", "pay_1"}},
      {rule::user_differs,
       "somebody else's reservation was paid",
       [](sample_books& b) { b.reservation(1).user = b.user("ben"); },
       {"res_20000001", "pay_1"}},
  };
}

std::vector<planted_defect> of_the_saga() {
  return {
      {rule::saga_overdue,
       "a purchase outlived its deadline",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::started);
         b.payment(2).deadline = now - 31'000;
       },
       {"pay_2"},
       reading::online},
      {rule::saga_overdue,
       "a killed server left it late already",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::started);
         b.payment(2).deadline = now - 32'000;
       },
       {"pay_2"}},
      {rule::saga_overdue,
       "an undoing goes on for ever",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::refunding);
         b.payment(2).changed_at = now - 4 * 3'600'000;
       },
       {"pay_2"},
       reading::online},
      {rule::saga_overdue,
       "it is open with time to end",
       [](sample_books& b) { b.pay(2, "ben", payment_state::refunding); },
       {"pay_2"},
       reading::drained},
      {rule::parked_without_reason,
       "nobody knows why",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::parked);
         b.payment(2).reason = parking_reason::none;
       },
       {"pay_2"}},
      {rule::key_without_payment,
       "its first row was lost",
       [](sample_books& b) { b.all.payment_keys.push_back({44}); },
       {"pay_1c"}},
  };
}

}  // namespace

// The books: ann has charged 1000 and paid 1 (completed); ben has charged 100 and holds 9.
std::vector<planted_defect> defects_of_payments() {
  return joined({against_the_ledger(), without_their_reservation(), against_their_reservation(),
                 of_the_saga()});
}

}  // namespace boxoffice::audit
