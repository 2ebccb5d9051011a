#include "actors/payment/saga.hpp"

#include "actors/core/check.hpp"
#include "actors/core/planted_bugs.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {
namespace {

payment_failure failure_of(confirm_refusal refusal) {
  switch (refusal) {
    case confirm_refusal::reservation_not_found:
      return payment_failure::reservation_not_found;
    case confirm_refusal::reservation_expired:
      return payment_failure::reservation_expired;
    case confirm_refusal::reservation_released:
      return payment_failure::reservation_released;
    case confirm_refusal::already_confirmed:
      return payment_failure::reservation_already_paid;
    case confirm_refusal::none:
    case confirm_refusal::reverted_before:
      break;
  }
  // Somebody undid this payment already; undo the rest of it.
  return payment_failure::deadline_exceeded;
}

bool reverts_first(payment_failure why) {
  return why == payment_failure::deadline_exceeded || why == payment_failure::aborted;
}

bool goes_forward(saga_state s) { return s == saga_state::started || s == saga_state::debited; }

std::string_view name_of(saga_step step) {
  switch (step) {
    case saga_step::debit:
      return "debit";
    case saga_step::confirm:
      return "confirm";
    case saga_step::refund:
      return "refund";
    case saga_step::revert:
      return "revert";
    case saga_step::none:
      break;
  }
  return "none";
}

std::string refused_because(payment_failure why) {
  return std::string{"refused: "}.append(to_text(why));
}

}  // namespace

saga_decision saga::begin(payment wanted, const saga_rules& rules, time_point now) {
  wanted.state = saga_state::started;
  wanted.created_at = wanted.changed_at = now;
  wanted.deadline = now + rules.deadline;
  saga_decision d;
  d.notes.push_back({wanted.id, now, wanted.state, saga_step::none, "started"});
  d.row = std::move(wanted);
  return d;
}

saga_decision saga::begin_refund(payment paid, time_point now) {
  check(paid.state == saga_state::completed, "only a completed payment is refunded");
  paid.state = saga_state::refund_started;
  paid.changed_at = now;
  saga_decision d;
  d.notes.push_back({paid.id, now, paid.state, saga_step::none, "refund started"});
  d.row = std::move(paid);
  return d;
}

saga_step saga::step() const {
  switch (row_.state) {
    case saga_state::started:
      return saga_step::debit;
    case saga_state::debited:
      return saga_step::confirm;
    case saga_state::refunding:
      return reverts_first(row_.failure) && reverted_ == reverted::no ? saga_step::revert
                                                                      : saga_step::refund;
    case saga_state::refund_started:
      return saga_step::revert;
    case saga_state::refund_released:
      return saga_step::refund;
    case saga_state::completed:
    case saga_state::failed:
    case saga_state::compensated:
    case saga_state::parked:
    case saga_state::refunded:
      break;
  }
  return saga_step::none;
}

bool saga::fits(saga_step answered) const {
  return (phase_ == phase::asked || phase_ == phase::pausing) && step() == answered;
}

saga_decision saga::resume(time_point now) {
  if (phase_ != phase::idle || is_over()) return {};
  return ask(now);
}

saga_decision saga::committed(time_point now) {
  if (phase_ != phase::writing) return {};
  phase_ = phase::idle;
  return is_over() ? saga_decision{} : ask(now);
}

saga_decision saga::ask(time_point now) {
  note(now, step(), tries_ == 0 ? "sent" : "asked again (" + std::to_string(tries_) + ")");
  ++tries_;
  phase_ = phase::asked;
  due_ = now + rules_.step_time;
  if (has_deadline() && now < row_.deadline) due_ = std::min(*due_, row_.deadline);
  saga_decision d;
  d.send = step();
  d.due = due_;
  return flush_notes(std::move(d));
}

saga_decision saga::debit_answered(const debit_answer& a, time_point now, std::uint64_t random) {
  if (!fits(saga_step::debit)) return {};
  switch (a.result) {
    case step_result::done:
      row_.balance = a.balance;
      note(now, saga_step::debit, "done");
      return go_on_to(saga_state::debited, now);
    case step_result::refused:
      row_.balance = a.balance;
      row_.failure = a.failure;
      note(now, saga_step::debit, refused_because(a.failure));
      return move_to(saga_state::failed, now);
    case step_result::impossible:
      return impossible("point", now);
    case step_result::unknown:
      break;
  }
  return unknown("not available", now, random);
}

saga_decision saga::confirm_answered(const confirm_answer& a, time_point now,
                                     std::uint64_t random) {
  if (!fits(saga_step::confirm)) return {};
  switch (a.result) {
    case step_result::done: {
      row_.holds_else = a.holds_else;
      row_.completed_at = now;
      note(now, saga_step::confirm, "done");
      auto d = move_to(saga_state::completed, now);
      d.event = make_event(row_, event_kind::payment_completed, now);
      return d;
    }
    case step_result::refused:
      note(now, saga_step::confirm, refused_because(failure_of(a.refusal)));
      return undo(failure_of(a.refusal), now);
    case step_result::impossible:
      return impossible("reservation", now);
    case step_result::unknown:
      break;
  }
  return unknown("not available", now, random);
}

saga_decision saga::revert_answered(const revert_answer& a, time_point now, std::uint64_t random) {
  if (!fits(saga_step::revert)) return {};
  if (a.result == step_result::impossible) return impossible("reservation", now);
  if (a.result == step_result::unknown) return unknown("not available", now, random);
  note(now, saga_step::revert, "done");
  if (row_.state == saga_state::refund_started) {
    // A way back that an operator began anew was here before.
    if (row_.released_at == no_time) row_.released_at = now;
    return move_to(saga_state::refund_released, now);
  }
  // REFUNDING covers both undo commands: after a crash the revert is only asked once more.
  reverted_ = reverted::yes;
  tries_ = 0;
  return ask(now);
}

saga_decision saga::refund_answered(const refund_answer& a, time_point now, std::uint64_t random) {
  if (!fits(saga_step::refund)) return {};
  if (a.result == step_result::impossible) return impossible("point", now);
  if (a.result == step_result::unknown) return unknown("not available", now, random);
  row_.balance = a.balance;
  const auto gave = a.gave == refund_answer::returned::points;
  note(now, saga_step::refund, gave ? "done" : "done: nothing had been taken");
  if (row_.state == saga_state::refund_released) {
    auto d = move_to(saga_state::refunded, now);
    // The seats are free since then, and may have been sold again meanwhile.
    d.event = make_event(row_, event_kind::payment_refunded,
                         row_.released_at == no_time ? now : row_.released_at);
    return d;
  }
  return move_to(gave ? saga_state::compensated : saga_state::failed, now);
}

saga_decision saga::timed_out(time_point now, std::uint64_t random) {
  if (is_planted(planted_bug::timeout_undoes_completed) && phase_ == phase::writing &&
      row_.state == saga_state::completed && now >= row_.deadline)
    return undo(payment_failure::deadline_exceeded, now);
  if ((phase_ != phase::asked && phase_ != phase::pausing) || !due_) return {};
  if (now < *due_) {
    saga_decision early;
    early.due = due_;
    return early;
  }
  if (phase_ == phase::asked) return unknown("no answer", now, random);
  if (has_deadline() && now >= row_.deadline) return undo(payment_failure::deadline_exceeded, now);
  return ask(now);
}

void saga::stood_still(milliseconds by) {
  if (has_deadline()) row_.deadline += by;
}

saga_decision saga::unknown(const char* what, time_point now, std::uint64_t random) {
  if (phase_ == phase::pausing) return {};  // a late fault: the next try is already set
  note(now, step(), what);
  if (has_deadline() && now >= row_.deadline) return undo(payment_failure::deadline_exceeded, now);
  if (written_ == written::behind) return move_to(row_.state, now);
  if (!has_deadline() && tries_ >= rules_.undo_tries_max)
    return park(std::string{name_of(step())} + " without an answer after " +
                    std::to_string(tries_) + " tries",
                now);
  phase_ = phase::pausing;
  due_ = now + pause(random);
  if (has_deadline()) due_ = std::min(*due_, row_.deadline);
  saga_decision d;
  d.due = due_;
  return flush_notes(std::move(d));
}

milliseconds saga::pause(std::uint64_t random) const {
  auto base = rules_.retry_first;
  for (int i = 1; i < tries_ && base < rules_.retry_max; ++i)
    base *= 2;
  base = std::min(base, rules_.retry_max);
  const auto spread = base.count() * rules_.jitter_percent / 100;
  if (spread <= 0) return base;
  const auto width = static_cast<std::uint64_t>(2 * spread + 1);
  return base - milliseconds{spread} + milliseconds{static_cast<std::int64_t>(random % width)};
}

// Without a write of its own: the step before this one gives its first answer again whoever asks,
// so a crash loses time and nothing else. The next write takes the state along.
saga_decision saga::go_on_to(saga_state next, time_point now) {
  row_.state = next;
  row_.changed_at = now;
  written_ = written::behind;
  tries_ = 0;
  for (auto& n : notes_)
    if (n.at == now) n.state = next;
  return ask(now);
}

saga_decision saga::move_to(saga_state next, time_point now) {
  row_.state = next;
  row_.changed_at = now;
  written_ = written::yes;
  phase_ = phase::writing;
  tries_ = 0;
  due_.reset();
  for (auto& n : notes_)
    if (n.at == now) n.state = next;
  saga_decision d;
  d.row = row_;
  d.notes = std::exchange(notes_, {});
  return d;
}

saga_decision saga::undo(payment_failure why, time_point now) {
  if (why == payment_failure::deadline_exceeded)
    note(now, saga_step::none, "given up at the deadline");
  row_.failure = why;
  reverted_ = reverted::no;
  return move_to(saga_state::refunding, now);
}

saga_decision saga::park(const std::string& reason, time_point now) {
  row_.reason = reason;
  row_.parked_from = row_.state;
  note(now, saga_step::none, "parked: " + reason);
  return move_to(saga_state::parked, now);
}

saga_decision saga::park(payment durable, const std::string& reason, time_point now) {
  return saga{std::move(durable), {}}.park(reason, now);
}

saga_decision saga::impossible(std::string_view who, time_point now) {
  return park(std::string{name_of(step())} + ": the store of the " + std::string{who} +
                  " service refuses it; its log says why",
              now);
}

saga_decision saga::operator_resumes(time_point now) {
  if (phase_ == phase::writing || row_.state != saga_state::parked) return {};
  note(now, saga_step::none, "resumed by an operator");
  if (!goes_forward(row_.parked_from)) return begin_way_back(now);
  row_.reason.clear();
  // Its steps give their first answers again, so it begins at the first.
  return move_to(saga_state::started, now);
}

saga_decision saga::operator_aborts(const std::string& reason, time_point now) {
  if (phase_ == phase::writing || row_.state != saga_state::parked) return {};
  note(now, saga_step::none, "aborted by an operator: " + reason);
  const auto refunds = row_.completed_at != no_time;
  if (!refunds) row_.failure = payment_failure::aborted;
  auto d = begin_way_back(now);
  if (!refunds) d.row->reason = row_.reason = reason;
  return d;
}

// Both steps of either way may be repeated, so the way begins anew.
saga_decision saga::begin_way_back(time_point now) {
  row_.reason.clear();
  reverted_ = reverted::no;
  const auto refunds = row_.completed_at != no_time;
  return move_to(refunds ? saga_state::refund_started : saga_state::refunding, now);
}

void saga::note(time_point now, saga_step step, std::string what) {
  notes_.push_back({row_.id, now, row_.state, step, std::move(what)});
}

saga_decision saga::flush_notes(saga_decision d) {
  if (notes_.size() >= limits::saga_notes_portion) d.notes = std::exchange(notes_, {});
  return d;
}

payment_event make_event(const payment& row, event_kind kind, time_point at) {
  payment_event e;
  e.id = make_event_id(row.id, kind);
  e.kind = kind;
  e.payment = row.id;
  e.user = row.user;
  e.reservation = row.reservation;
  e.concert = row.concert;
  e.seats = row.seats;
  e.amount = row.amount;
  e.token = row.token;
  e.holds_else = row.holds_else;
  e.seat_names = row.seat_names;
  e.paid_at = row.completed_at;
  e.occurred_at = at;
  e.from = row.from;
  return e;
}

}  // namespace boxoffice
