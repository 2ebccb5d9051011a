#include "tests/simulation/visitor.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::simulation {

// Some ask for more time before they pay, where it is offered and where it is not, and some of them
// again. Who does is not drawn, as with those at a door.
bool visitor::is_short_of_time(const held& h) const {
  return number_ % (h.asked_for_time ? 13 : 7) == 0;
}

// Nobody knows yet what became of a wish for time whose answer has not come.
time_point visitor::latest_end(const held& h) const {
  if (h.knows_end) return h.expires_at;
  const auto show = around_.catalogue.snapshot()->find(h.id.schedule);
  return h.expires_at + show->hold_extension;
}

// The service said that a hold is over: not before it was told to be.
void visitor::heard_of_end(reservation_id id) {
  const auto* h = find(id);
  if (h != nullptr && around_.clocks_agree && around_.now < h->expires_at)
    around_.kept.fail("a hold ended before the deadline that was told: " + to_text(id));
}

std::shared_ptr<visitor::wish> visitor::want_time(held& h) {
  extend_hold m;
  m.key = {new_key(), {7, number_}};
  m.user = who_;
  m.reservation = h.id;
  h.asked_for_time = true;
  h.knows_end = false;
  auto w = std::make_shared<wish>();
  w->name = "more time for " + to_text(h.id);
  w->key = m.key.scope;
  w->send = [m](visitor& v, std::uint64_t attempt) { v.send_extension(m, attempt); };
  return w;
}

void visitor::send_extension(const extend_hold& m, std::uint64_t attempt) {
  ask<extend_hold, extension_reply>(
      desk::reservation, m, attempt, [this, m](const extension_reply& r) {
        const auto v = verdict_of(r.fault, r.key);
        if (v != verdict::known) return v;
        if (r.key == key_verdict::reused) {
          around_.kept.fail("a key is said to be reused that was not");
          return v;
        }
        around_.kept.told_extension(m.key.scope, m.reservation, r);
        if (r.outcome.refusal == extension_refusal::reservation_expired)
          heard_of_end(m.reservation);
        auto* h = find(m.reservation);
        const bool extended = r.outcome.refusal == extension_refusal::none ||
                              r.outcome.refusal == extension_refusal::already_extended;
        if (h == nullptr || !extended) return v;
        h->expires_at = std::max(h->expires_at, r.outcome.held.expires_at);
        h->knows_end = true;
        return v;
      });
}

}  // namespace boxoffice::simulation
