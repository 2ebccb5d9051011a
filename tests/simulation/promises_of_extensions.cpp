#include "tests/simulation/promises.hpp"

#include <sstream>

namespace boxoffice::simulation {

std::string text_of(const extension_reply& r) {
  const auto& o = r.outcome;
  std::ostringstream out;
  out << "extension " << static_cast<int>(o.refusal) << ' ' << to_text(o.held.id) << ' '
      << to_unix_ms(o.held.expires_at) << ' ' << to_unix_ms(r.extended_at);
  return out.str();
}

// A later deadline that is told is durable.
void promises::leaves_extension(const extension_reply& r) {
  const bool stands =
      r.fault == fault::none && r.key != key_verdict::reused && r.key != key_verdict::in_flight;
  if (!stands || r.outcome.refusal != extension_refusal::none) return;
  if (!has_extension(r.outcome.held.id, {r.extended_at, r.outcome.held.expires_at}))
    fail("an extension is acknowledged that is not durable: " + to_text(r.outcome.held.id));
}

bool promises::has_extension(reservation_id id, const extension& told) const {
  const auto at = stores_.reservation.rows.find(id);
  return at != stores_.reservation.rows.end() && at->second.extended_at == told.at &&
         at->second.expires_at == told.expires_at;
}

void promises::told_extension(const digest& key, reservation_id id, const extension_reply& answer) {
  switch (answer.outcome.refusal) {
    case extension_refusal::payment_in_progress:
      return;  // not remembered
    case extension_refusal::reservation_not_found:
      return fail("a reservation is not found by its owner: " + to_text(id));
    case extension_refusal::none: {
      const auto [at, first] = extensions_.try_emplace(
          id, extension{answer.extended_at, answer.outcome.held.expires_at, key});
      if (!first && at->second.by != key) fail("a hold was extended twice: " + to_text(id));
      break;
    }
    case extension_refusal::reservation_already_paid:
    case extension_refusal::reservation_released:
    case extension_refusal::reservation_expired:
    case extension_refusal::already_extended:
    case extension_refusal::extension_not_offered:
      break;
  }
  same_answer(key, text_of(answer));
}

void promises::settle_extensions() {
  for (const auto& [id, told] : extensions_)
    if (!has_extension(id, told)) fail("an acknowledged extension is lost: " + to_text(id));
}

}  // namespace boxoffice::simulation
