#include "tests/simulation/promises.hpp"

namespace boxoffice::simulation {

// An admission that is told of is durable, and of something paid (docs/PROMISES.md, G21).
void promises::leaves_admission(const admission_reply& r) {
  if (r.fault != fault::none || r.admitted_at == no_time) return;
  const auto at = stores_.reservation.rows.find(r.reservation);
  if (at == stores_.reservation.rows.end() || at->second.admitted_at != r.admitted_at)
    return fail("an admission is acknowledged that is not durable: " + to_text(r.reservation));
  if (!at->second.payment) fail("somebody got in who has not paid: " + to_text(r.reservation));
}

void promises::told_admission(const admission_reply& answer) {
  if (answer.admitted_at == no_time) return;
  const auto [at, first] = admitted_.try_emplace(answer.reservation, answer.admitted_at);
  if (!first && at->second != answer.admitted_at)
    fail("a ticket was first admitted at two times: " + to_text(answer.reservation));
}

void promises::settle_admissions() {
  for (const auto& [id, when] : admitted_) {
    const auto at = stores_.reservation.rows.find(id);
    if (at == stores_.reservation.rows.end() || at->second.admitted_at != when)
      fail("an acknowledged admission is lost: " + to_text(id));
  }
}

}  // namespace boxoffice::simulation
