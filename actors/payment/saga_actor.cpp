#include "actors/payment/saga_actor.hpp"

#include "actors/core/fault_points.hpp"
#include "logging/log.hpp"

#include <utility>

namespace boxoffice {
namespace {

step_result result_of(fault f, bool refused) {
  if (f == fault::internal) return step_result::impossible;
  if (f != fault::none) return step_result::unknown;
  return refused ? step_result::refused : step_result::done;
}

payment_failure failure_of(point_refusal refusal) {
  switch (refusal) {
    case point_refusal::insufficient_points:
      return payment_failure::insufficient_points;
    case point_refusal::undone_before:
      return payment_failure::deadline_exceeded;
    case point_refusal::none:
    case point_refusal::amount_out_of_range:
    case point_refusal::balance_limit_exceeded:
      break;
  }
  return payment_failure::aborted;
}

}  // namespace

saga_actor_state::saga_actor_state(interface::pointer self, saga_context context, payment row)
    : self_{self}, context_{std::move(context)}, saga_{std::move(row), context_.rules} {
  context_.live.add(1);
}

void saga_actor_state::on(const saga_written&) {
  carry_out(saga_.committed(now()));
  if (saga_.is_over()) self_->quit();
}

void saga_actor_state::on(const point_step_reply& m) {
  if (m.payment != saga_.row().id) return;
  pass(m.step == point_step::debit ? fault_point::debit_answered : fault_point::refund_answered);
  const auto refused = m.outcome.refusal != point_refusal::none;
  if (m.step == point_step::debit) {
    const debit_answer a{result_of(m.fault, refused), failure_of(m.outcome.refusal),
                         m.outcome.balance};
    return carry_out(saga_.debit_answered(a, now(), context_.random.next()));
  }
  using returned = refund_answer::returned;
  const refund_answer a{result_of(m.fault, false),
                        m.outcome.transaction ? returned::points : returned::nothing,
                        m.outcome.balance};
  carry_out(saga_.refund_answered(a, now(), context_.random.next()));
}

void saga_actor_state::on(const confirm_reply& m) {
  if (m.payment != saga_.row().id) return;
  pass(fault_point::confirm_answered);
  const confirm_answer a{result_of(m.fault, m.refusal != confirm_refusal::none), m.refusal,
                         m.holds_else};
  carry_out(saga_.confirm_answered(a, now(), context_.random.next()));
}

void saga_actor_state::on(const revert_reply& m) {
  if (m.payment != saga_.row().id) return;
  pass(fault_point::revert_answered);
  carry_out(saga_.revert_answered({result_of(m.fault, false)}, now(), context_.random.next()));
}

void saga_actor_state::carry_out(saga_decision d) {
  if (d.send != saga_step::none) send(d.send);
  if (!d.row && !d.due && d.notes.empty()) return;
  self_->send(context_.service, saga_decided{saga_.row().id, context_.entity, std::move(d)});
}

void saga_actor_state::failed() {
  self_->send(context_.service, saga_failed{saga_.row().id, context_.entity});
}

void saga_actor_state::send(saga_step step) {
  const auto& p = saga_.row();
  if (std::exchange(last_, step) == step) {
    context_.retries.add();
    log(log_level::info, p.from, "payment", "asking again",
        {{"payment_id", to_text(p.id)}, {"state", name_of(p.state)}});
  }
  ++sent_;
  switch (step) {
    case saga_step::debit:
      self_->send(context_.points, debit_points{sent_, p.id, p.user, p.amount, {p.from}});
      return pass(fault_point::debit_sent);
    case saga_step::refund:
      self_->send(context_.points, refund_points{sent_, p.id, p.user, {p.from}});
      return pass(fault_point::refund_sent);
    case saga_step::confirm:
      self_->send(context_.reservation, confirm_reservation{sent_, p.id, p.reservation, {p.from}});
      return pass(fault_point::confirm_sent);
    case saga_step::revert: {
      using reason = revert_reservation::reason;
      const auto why =
          p.state == saga_state::refund_started ? reason::refund : reason::compensation;
      self_->send(context_.reservation,
                  revert_reservation{sent_, p.id, p.reservation, why, {p.from}});
      return pass(fault_point::revert_sent);
    }
    case saga_step::none:
      return;
  }
}

}  // namespace boxoffice
