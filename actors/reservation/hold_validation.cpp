#include "actors/reservation/hold_validation.hpp"

#include <algorithm>

namespace boxoffice {
namespace {

hold_outcome refused(hold_refusal why) {
  hold_outcome outcome;
  outcome.refusal = why;
  return outcome;
}

hold_refusal queue_refusal_of(queue_check admission) {
  switch (admission) {
    case queue_check::admitted:
      return hold_refusal::none;
    case queue_check::token_missing:
      return hold_refusal::queue_token_required;
    case queue_check::token_invalid:
    case queue_check::lapsed:
      return hold_refusal::queue_token_invalid;
    case queue_check::still_waiting:
      return hold_refusal::queue_not_active;
  }
  return hold_refusal::queue_token_invalid;
}

}  // namespace

std::variant<validated_hold, hold_outcome> validate_hold(const schedule* in,
                                                         const requested_hold& asked,
                                                         time_point now) {
  if (in == nullptr) return refused(hold_refusal::schedule_not_found);

  validated_hold hold;
  auto unknown = refused(hold_refusal::seat_not_found);
  for (const auto& name : asked.seats) {
    if (const auto found = in->seats.find(name))
      hold.seats.push_back(*found);
    else
      unknown.seats.push_back(name);
  }
  if (!asked.best_section.empty()) {
    hold.best_section = in->seats.find_section(asked.best_section);
    if (!hold.best_section) unknown.seats.push_back(asked.best_section);
  }
  hold.best_count = asked.best_count;
  const bool empty = asked.seats.empty() && asked.best_count == 0;
  if (!unknown.seats.empty() || empty) return unknown;

  if (const auto why = queue_refusal_of(asked.admission); why != hold_refusal::none) {
    auto outcome = refused(why);
    outcome.position = asked.position;
    return outcome;
  }
  if (now < in->sales_open_at) {
    auto outcome = refused(hold_refusal::sales_not_open);
    outcome.opens_at = in->sales_open_at;
    return outcome;
  }
  if (now >= in->sales_close_at) return refused(hold_refusal::sales_closed);

  auto& seats = hold.seats;
  std::ranges::sort(seats);
  seats.erase(std::unique(seats.begin(), seats.end()), seats.end());
  return hold;
}

bool is_remembered(hold_refusal refusal) {
  switch (refusal) {
    case hold_refusal::queue_token_required:
    case hold_refusal::queue_token_invalid:
    case hold_refusal::queue_not_active:
      return false;
    case hold_refusal::none:
    case hold_refusal::schedule_not_found:
    case hold_refusal::seat_not_found:
    case hold_refusal::sales_not_open:
    case hold_refusal::sales_closed:
    case hold_refusal::seat_limit_exceeded:
    case hold_refusal::seat_taken:
      return true;
  }
  return false;
}

}  // namespace boxoffice
