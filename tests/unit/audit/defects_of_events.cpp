#include "tests/unit/audit/planted_defects.hpp"

namespace boxoffice::audit {
namespace {

std::vector<planted_defect> of_the_outbox() {
  return {
      {rule::event_missing,
       "a payment was not told",
       [](sample_books& b) {
         b.all.events.clear();
         b.all.applied.clear();
       },
       {"pay_1", "payment.completed"}},
      {rule::event_missing,
       "a refund was not told",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::refunded);
         b.all.events.pop_back();
         std::erase_if(b.all.applied, [](const applied_row& a) { return a.sequence == 3; });
       },
       {"pay_2", "payment.refunded"}},
      {rule::event_twice,
       "a payment was told twice",
       [](sample_books& b) {
         b.tell(b.payment(1), event_kind::payment_completed);
         b.all.events.back().id = 99;
         for (auto& mark : b.all.applied)
           if (mark.sequence == 2) mark.event = 99;
       },
       {"pay_1", "payment.completed"}},
      {rule::event_twice,
       "two events have one id",
       [](sample_books& b) {
         b.charge("ann", 100);
         b.pay(2, "ann", payment_state::completed);
         b.all.events.back().id = 2;
         // The boards took the second for the first, and leave it out.
         std::erase_if(b.all.applied, [](const applied_row& a) { return a.sequence == 2; });
         for (auto& at : b.all.positions)
           at.sequence = 1;
       },
       {"evt_2", "evt_2"}},
      {rule::event_without_payment,
       "a failed payment was told",
       [](sample_books& b) {
         b.pay(2, "ben", payment_state::failed);
         b.tell(b.payment(2), event_kind::payment_completed);
       },
       {"evt_4", "pay_2"}},
      {rule::event_without_payment,
       "a refund was told of a payment that stands",
       [](sample_books& b) { b.tell(b.payment(1), event_kind::payment_refunded); },
       {"evt_3", "pay_1"}},
      {rule::event_differs,
       "another amount was told",
       [](sample_books& b) { b.all.events.front().amount += 1; },
       {"evt_2", "pay_1"}},
  };
}

std::vector<planted_defect> of_the_consumers() {
  return {
      {rule::consumer_ahead,
       "a consumer is beyond the end",
       [](sample_books& b) { b.all.positions.back().sequence = 2; },
       {"queue"}},
      {rule::consumer_behind,
       "a consumer had time and did not use it",
       [](sample_books& b) { b.all.positions.back().sequence = 0; },
       {"queue"},
       reading::drained},
      {rule::consumer_behind,
       "a consumer never began",
       [](sample_books& b) { b.all.positions.erase(b.all.positions.begin()); },
       {"best_selling"},
       reading::drained},
      {rule::event_not_applied,
       "a consumer passed an event over",
       [](sample_books& b) { b.all.applied.pop_back(); },
       {"sold_out", "evt_2"}},
      {rule::applied_unpublished,
       "a consumer applied what nobody published",
       [](sample_books& b) {
         b.all.applied.push_back({b.all.consumers.of("sold_out"), 2, 44});
       },
       {"sold_out", "evt_1c"}},
      {rule::applied_unpublished,
       "a consumer applied another event under a sequence",
       [](sample_books& b) { b.all.applied.back().event = 44; },
       {"sold_out", "evt_1c"}},
      {rule::applied_twice,
       "a consumer marked an event twice",
       [](sample_books& b) { b.all.applied.push_back(b.all.applied.back()); },
       {"sold_out", "evt_2"}},
      {rule::total_differs,
       "a board counted a payment twice",
       [](sample_books& b) { ++b.total(b.all.consumers.of("best_selling")).seats; },
       {"best_selling", "sch_1"},
       reading::drained},
      {rule::store_set_back,
       "a store holds less than another has seen",
       [](sample_books& b) {
         b.all.set_backs.push_back({"point", "point was set back"});
       },
       {"point"}},
  };
}

}  // namespace

// The books: ann has charged 1000 and paid 1 (completed); ben has charged 100 and holds 9.
std::vector<planted_defect> defects_of_events() {
  return joined({of_the_outbox(), of_the_consumers()});
}

}  // namespace boxoffice::audit
