// The part of schedule_sales that is about extensions of holds.
#include "actors/reservation/schedule_sales.hpp"

#include <utility>

namespace boxoffice {

void schedule_sales::decide(extend_command& m, const reservation& row) {
  const extension_request asked{m.message.user, m.message.paying, parts_.of->hold_extension};
  auto [refusal, change] = decide_extension(row, asked, reservations().now());
  const bool changes = change.what != reservation_change::effect::none;
  schedule_operation op;
  op.extension.refusal = refusal;
  op.extension.other = m.message.paying;
  if (refusal != extension_refusal::reservation_not_found)
    op.extension.held = changes ? change.next : row;
  op.asked = std::move(m);
  if (!changes) return refuse_extension(std::move(op));
  op.outcome.held = std::move(change.next);
  write_change(std::move(op), change.what);
}

void schedule_sales::refuse_absent(schedule_command& c) {
  auto* more = std::get_if<extend_command>(&c);
  if (more == nullptr) return replies_.send_absent(c);
  schedule_operation op;
  op.extension.refusal = extension_refusal::reservation_not_found;
  op.asked = std::move(*more);
  refuse_extension(std::move(op));
}

void schedule_sales::refuse_extension(schedule_operation op) {
  const auto& asked = std::get<extend_command>(op.asked).message;
  if (!asked.key.present() || !is_remembered(op.extension.refusal))
    return replies_.send(op, fault::none);
  reservation_write write;
  write.key = asked.key;
  write.answer = op.extension;
  write.at = reservations().now();
  if (parts_.writes.submit(parts_.memory->entity, write, op) !=
      schedule_journal::submitted::accepted)
    replies_.send(op, fault::overloaded);
}

}  // namespace boxoffice
