#include "tests/simulation/visitor.hpp"

#include <utility>

namespace boxoffice::simulation {

// Whoever has paid, and some who have not: those must not get in.
bool visitor::is_at_the_door(const held& h) const {
  return h.what == held::state::paid || (h.what != held::state::over && number_ % 3 == 0);
}

std::shared_ptr<visitor::wish> visitor::want_in(reservation_id id) {
  auto w = std::make_shared<wish>();
  w->name = "to get in with " + to_text(id);
  w->send = [id](visitor& v, std::uint64_t attempt) {
    const admit_ticket m{.reservation = id, .what = admit_ticket::mode::admit};
    v.ask<admit_ticket, admission_reply>(
        desk::reservation, m, attempt, [&v](const admission_reply& r) {
          const auto heard = v.verdict_of(r.fault, key_verdict::fresh);
          if (heard == verdict::known) v.around_.kept.told_admission(r);
          return heard;
        });
  };
  return w;
}

}  // namespace boxoffice::simulation
