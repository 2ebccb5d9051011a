#include "actors/point/account_actor.hpp"

#include "actors/core/check.hpp"

namespace boxoffice {
namespace {

point_step step_of(account_task task) {
  return task == account_task::refund ? point_step::refund : point_step::debit;
}

}  // namespace

account_state::account_state(interface::pointer self, account core, account_surroundings around)
    : self_{self}, account_{std::move(core)}, around_{std::move(around)} {
  around_.live.add(1);
}

account_state::~account_state() { around_.live.add(-1); }

void account_state::on(const account_command& m) {
  if (m.task == account_task::charge || account_.knows(m.payment, step_of(m.task)))
    decide(m);
  else
    look_up(m);
}

void account_state::decide(const account_command& m) {
  switch (m.task) {
    case account_task::charge:
      return submit(m, account_.decide_charge(m.amount, {around_.ids.next()}, m.at));
    case account_task::debit:
      return submit(m, account_.decide_debit(m.payment, m.amount, {around_.ids.next()}, m.at));
    case account_task::refund:
      return submit(m, account_.decide_refund(m.payment, {around_.ids.next()}, m.at));
    case account_task::read:
      break;
  }
  check(false, "the service answers reads");
}

void account_state::submit(const account_command& m, const account::decision& d) {
  if (!d.entry && !d.step && !m.key.present())
    return answer_when_durable({m, command_end::answered, d.outcome});
  point_write write{account_.user(), d.entry, d.step, m.key, {}, m.at};
  if (m.key.present()) write.answer = d.outcome;
  account_result result{m, command_end::written, d.outcome};
  switch (around_.writes->submit(around_.entity, write, result)) {
    case point_journal::submitted::accepted:
      return account_.apply(d);
    case point_journal::submitted::full:
      return end(m, command_end::overloaded);
    case point_journal::submitted::stale:
      return end(m, command_end::revoked);
  }
}

void account_state::answer_when_durable(const account_result& result) {
  auto waiting = result;
  switch (around_.writes->follow(around_.entity, waiting)) {
    case point_journal::followed::later:
      return;
    case point_journal::followed::now:
      return self_->send(around_.service, std::move(waiting));
    case point_journal::followed::stale:
      if (result.end != command_end::look_up) end(result.command, command_end::revoked);
      return;  // what waits for a look-up ends with this account
  }
}

void account_state::look_up(const account_command& m) {
  auto& waiting = asking_[m.payment];
  waiting.push_back(m);
  // Only after everything submitted: the step may be on its way to the store.
  if (waiting.size() == 1) answer_when_durable({m, command_end::look_up, {}});
}

void account_state::on(steps_found& m) {
  auto found = asking_.extract(m.payment);
  if (found.empty()) return;
  if (m.fault == fault::none) account_.recall(m.payment, std::move(m.steps));
  for (auto& waiting : found.mapped()) {
    waiting.at = m.at;
    if (m.fault == fault::none)
      decide(waiting);
    else
      end(waiting,
          m.fault == fault::overloaded ? command_end::overloaded : command_end::unavailable);
  }
  account_.forget_recalled();
}

void account_state::on(const end_account&) {
  for (const auto& [payment, waiting] : asking_)
    for (const auto& m : waiting)
      end(m, command_end::revoked);
  asking_.clear();
  self_->quit();
}

void account_state::failed() {
  self_->send(around_.service, account_failed{around_.slot, around_.entity});
}

void account_state::end(const account_command& m, command_end how) {
  self_->send(around_.service, account_result{m, how, {}});
}

}  // namespace boxoffice
