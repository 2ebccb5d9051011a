#include "actors/reservation/decisions.hpp"

#include "actors/core/planted_bugs.hpp"

namespace boxoffice {
namespace {

using effect = reservation_change::effect;

reservation as_of(const reservation& row, time_point now) {
  auto next = row;
  next.status = row.status_at(now);
  return next;
}

}  // namespace

bool is_reverted(const reservation& row, payment_id payment) {
  if (!row.reverted) return false;
  if (row.reverted == payment) return true;
  return shard_of(row.reverted) == shard_of(payment) && age_of(payment) <= age_of(row.reverted);
}

confirm_decision decide_confirm(const reservation& row, payment_id payment, time_point now) {
  auto next = as_of(row, now);
  switch (next.status) {
    case reservation_status::expired: {
      const auto what = row.status == next.status ? effect::none : effect::row_only;
      return {confirm_refusal::reservation_expired, {what, std::move(next)}};
    }
    case reservation_status::released:
    case reservation_status::refunded:
      return {confirm_refusal::reservation_released, {}};
    case reservation_status::confirmed:
      if (row.payment == payment) return {};
      return {confirm_refusal::already_confirmed, {}};
    case reservation_status::held:
      break;
  }
  if (is_reverted(row, payment) && !is_planted(planted_bug::confirm_after_revert))
    return {confirm_refusal::reverted_before, {}};
  next.status = reservation_status::confirmed;
  next.payment = payment;
  return {confirm_refusal::none, {effect::sell_seats, std::move(next)}};
}

release_decision decide_release(const reservation& row, const user_id& user, time_point now) {
  if (row.user != user && !is_planted(planted_bug::release_without_owner))
    return {release_refusal::not_found, {}};
  auto next = as_of(row, now);
  switch (next.status) {
    case reservation_status::confirmed:
      return {release_refusal::already_paid, {}};
    case reservation_status::expired:
    case reservation_status::released:
    case reservation_status::refunded:
      return {};
    case reservation_status::held:
      break;
  }
  next.status = reservation_status::released;
  return {release_refusal::none, {effect::free_seats, std::move(next)}};
}

reservation_change decide_revert(const reservation& row, payment_id payment,
                                 reservation_status undone, time_point now) {
  auto next = as_of(row, now);
  if (next.status == reservation_status::confirmed && row.payment == payment) {
    next.status = undone;
    if (!is_reverted(row, payment)) next.reverted = payment;
    return {effect::free_seats, std::move(next)};
  }
  if (is_reverted(row, payment)) return {};
  next.reverted = payment;
  return {effect::row_only, std::move(next)};
}

extension_decision decide_extension(const reservation& row, const extension_request& asked,
                                    time_point now) {
  if (row.user != asked.user) return {extension_refusal::reservation_not_found, {}};
  auto next = as_of(row, now);
  switch (next.status) {
    case reservation_status::confirmed:
      return {extension_refusal::reservation_already_paid, {}};
    case reservation_status::released:
    case reservation_status::refunded:
      return {extension_refusal::reservation_released, {}};
    case reservation_status::held:
    case reservation_status::expired:
      break;
  }
  if (asked.paying) return {extension_refusal::payment_in_progress, {}};
  if (next.status == reservation_status::expired) {
    const auto what = row.status == next.status ? effect::none : effect::row_only;
    return {extension_refusal::reservation_expired, {what, std::move(next)}};
  }
  if (row.extended_at != no_time) return {extension_refusal::already_extended, {}};
  if (asked.offered <= seconds{0}) return {extension_refusal::extension_not_offered, {}};
  next.extended_at = now;
  next.expires_at += asked.offered;
  return {extension_refusal::none, {effect::extend_seats, std::move(next)}};
}

bool is_remembered(extension_refusal refusal) {
  return refusal != extension_refusal::payment_in_progress;
}

admission_decision decide_admission(const reservation& row, time_point now) {
  auto next = as_of(row, now);
  switch (next.status) {
    case reservation_status::released:
    case reservation_status::refunded:
      return {admission_refusal::reservation_released, {}};
    case reservation_status::held:
    case reservation_status::expired:
      return {admission_refusal::reservation_not_paid, {}};
    case reservation_status::confirmed:
      break;
  }
  if (row.admitted_at != no_time && !is_planted(planted_bug::admitted_again)) return {};
  next.admitted_at = now;
  return {admission_refusal::none, {effect::row_only, std::move(next)}};
}

}  // namespace boxoffice
