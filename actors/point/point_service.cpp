#include "actors/point/point_service.hpp"

#include "actors/core/fault_points.hpp"
#include "actors/core/planted_bugs.hpp"
#include "actors/durable/pruning.hpp"
#include "actors/point/point_service_state.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {
namespace {

// What the store says of a command in doubt; empty: it was not done.
std::optional<point_outcome> find_answer(point_reader& reader, const account_result& r) {
  const auto& c = r.command;
  if (c.key.present()) {
    const auto found = reader.find_key(c.key.scope);
    return found ? std::optional{found->answer} : std::nullopt;
  }
  if (c.payment) {
    const auto step = c.task == account_task::refund ? point_step::refund : point_step::debit;
    const auto found = reader.find_step(c.payment, step);
    return found ? std::optional{found->answer} : std::nullopt;
  }
  // A charge without a key: its ledger row tells.
  const auto page = reader.list(c.user, r.outcome.transaction.value + 1, 1);
  const auto there = !page.items.empty() && page.items.front().id == r.outcome.transaction;
  return there ? std::optional{r.outcome} : std::nullopt;
}

template <class Message>
account_command command_of(account_task task, const Message& m, const caf::actor& from) {
  account_command c;
  c.task = task;
  c.user = m.user;
  c.correlation = m.correlation;
  c.call = m.call;
  c.from = from;
  return c;
}

account_command command_of(const charge_points& m, const caf::actor& from) {
  auto c = command_of(account_task::charge, m, from);
  c.key = m.key;
  c.amount = m.amount;
  return c;
}
account_command command_of(const debit_points& m, const caf::actor& from) {
  auto c = command_of(account_task::debit, m, from);
  c.payment = m.payment;
  c.amount = m.amount;
  return c;
}
account_command command_of(const refund_points& m, const caf::actor& from) {
  auto c = command_of(account_task::refund, m, from);
  c.payment = m.payment;
  return c;
}
account_command command_of(const read_balance& m, const caf::actor& from) {
  return command_of(account_task::read, m, from);
}

}  // namespace

point_service_actor spawn_point_service(caf::actor_system& system, point_context context) {
  return spawn_actor<point_service_state>(system, context);
}

point_service_state::point_service_state(interface::pointer self, const point_context& context)
    : self_{self},
      context_{context},
      metrics_{context_.metrics},
      reads_{context_.reader, context_.reads, this->self(), name},
      memory_{limits::committer_queue_writes_max, [this] { load(); }, timer_of(self),
              call_deadlines{context.time, context.metrics, name}},
      keys_{context_.time},
      writes_{std::make_shared<point_journal>(
          context_.commits,
          [to = this->self()](const commit_report& report) { caf::anon_send(to, report); })},
      accounts_{{.context = context_,
                 .metrics = metrics_,
                 .writes = writes_,
                 .reads = reads_,
                 .memory = memory_,
                 .self = this->self(),
                 .reject = [this](const account_command& c, fault why) { reject(c, why); },
                 .show =
                     [this](const account_command& c, points balance) {
                       point_outcome seen;
                       seen.balance = balance;
                       reply(c, fault::none, seen);
                     },
                 .later = timer_of(self)}} {
  context_.account_idle = std::max(context_.account_idle, milliseconds{1});
  keep_pruning_keys(self_, context_.store, context_.commit_jobs, context_.time, name);
  memory_.start();
}

// --- commands ----------------------------------------------------------------------------------

template <class Command>
void point_service_state::admit(const Command& m) {
  const auto from = sender_of(self_);
  if (memory_.serves(m.call)) return take(m, from);
  memory_.admit(m.call, [this, m, from](fault why) {
    if (why == fault::none) return take(m, from);
    reply(command_of(m, from), why, {});
  });
}

void point_service_state::take(const charge_points& m, const caf::actor& from) {
  keys_.begin(
      m.key, m.call, reads_, memory_, [this, m, from] { pass_on(command_of(m, from)); },
      [this, correlation = m.correlation, from](fault why, key_verdict verdict,
                                                const point_outcome* answered) {
        answer(self_, from,
               charge_reply{correlation, why, verdict, answered ? *answered : point_outcome{}});
      });
}
void point_service_state::take(const debit_points& m, const caf::actor& from) {
  pass_on(command_of(m, from));
}
void point_service_state::take(const refund_points& m, const caf::actor& from) {
  pass_on(command_of(m, from));
}
void point_service_state::take(const read_balance& m, const caf::actor& from) {
  pass_on(command_of(m, from));
}

void point_service_state::pass_on(account_command command) {
  command.memory = memory_.number();
  accounts_.pass_on(std::move(command));
}

void point_service_state::on(const read_balance& m) {
  if (memory_.at() != recovery::phase::away) return admit(m);
  read_from_store(m.user, m.correlation, sender_of(self_));
}

// While writes cannot go on, reads can: what is not committed is void.
void point_service_state::read_from_store(const user_id& user, std::uint64_t correlation,
                                          const caf::actor& from) {
  balance_reply blank;
  blank.correlation = correlation;
  reads_.reply(from, blank, [user](point_reader& reader, balance_reply& r) {
    const auto state = reader.load_account(user, 1);
    if (state)
      r.balance = state->balance;
    else
      r.fault = fault::unavailable;
  });
}

void point_service_state::on(const read_figures& m) {
  figures_reply reply{m.correlation, memory_.serves() ? fault::none : fault::unavailable};
  reply.commits.push_back(times_of(name, context_.commits.latency()));
  answer(self_, sender_of(self_), std::move(reply));
}

// Straight from the job to the client: what was acknowledged is committed, so the store shows it.
void point_service_state::on(const list_transactions& m) {
  transactions_reply blank;
  blank.correlation = m.correlation;
  reads_.reply(sender_of(self_), blank, [m](point_reader& reader, transactions_reply& r) {
    auto page = reader.list(m.user, m.cursor, m.limit);
    r.items = std::move(page.items);
    r.next = page.next;
  });
}

// --- ends of commands --------------------------------------------------------------------------

void point_service_state::finish(const account_result& result) {
  const auto& command = result.command;
  switch (result.end) {
    case command_end::look_up:
      return accounts_.look_up_steps(command);
    case command_end::written:
      accounts_.ended(command, &result.outcome.balance);
      keys_.finish(command.key, known_keys::outcome::stored);
      metrics_.count(command.task, result.outcome);
      return reply(command, fault::none, result.outcome);
    case command_end::answered:
      accounts_.ended(command, nullptr);
      return reply(command, fault::none, result.outcome);
    case command_end::revoked:
      // Its account was read again since, or all of them were lost.
      if (command.memory == memory_.number()) return again(result);
      return reply(command, fault::unavailable, {});
    case command_end::overloaded:
      accounts_.ended(command, nullptr);
      return reject(command, fault::overloaded);
    case command_end::unavailable:
      accounts_.ended(command, nullptr);
      return reject(command, fault::unavailable);
  }
}

void point_service_state::on(const commit_report& m) {
  writes_->settle(m, settled_);
  if (!settled_.durable.empty()) memory_.proven();
  for (const auto& result : settled_.durable)
    finish(result);
  if (settled_.refused) refuse_for_good(*settled_.refused, settled_.reason);
  for (const auto& result : settled_.revoked)
    again(result);
  if (!settled_.failed()) return;
  log(log_level::warning, name, "a commit failed, starting over from the store",
      {{"in_doubt", settled_.in_doubt.size()}, {"lost", settled_.lost.size()}});
  invalidate();
}

// --- what the store refuses, and what fails ----------------------------------------------------

void point_service_state::refuse_for_good(const account_result& result, const std::string& reason) {
  log(log_level::error, result.command.call, name, "the store refuses a write of an account",
      {{"user", result.command.user.value}, {"reason", reason}});
  accounts_.reload(result.command);
  reject(result.command, fault::internal);
}

void point_service_state::again(const account_result& result) {
  if (result.end != command_end::look_up) accounts_.pass_on(result.command);
}

// Its commands are not answered: their clients ask again, and what was written is found then.
void point_service_state::on(const account_failed& m) { accounts_.failed(m); }

// `settled_` says what was on its way.
void point_service_state::invalidate() {
  metrics_.recoveries.add();
  if (is_planted(planted_bug::stale_memory)) {
    for (auto& result : settled_.lost)
      if (result.end != command_end::look_up) reply(result.command, fault::unavailable, {});
    return keys_.drop_in_flight();
  }
  for (auto& result : settled_.lost)
    if (result.end != command_end::look_up) reply(result.command, fault::unavailable, {});
  for (auto& result : settled_.in_doubt) {
    if (result.end == command_end::look_up) continue;  // its account answers as it ends
    if (result.end == command_end::written || result.command.payment)
      in_doubt_.push_back(std::move(result));
    else
      reply(result.command, fault::unavailable, {});
  }
  accounts_.clear([this](const account_command& command) {
    if (command.task == account_task::read)
      read_from_store(command.user, command.correlation, command.from);
    else
      reply(command, fault::unavailable, {});
  });
  keys_.drop_in_flight();
  memory_.reload(recovery::cause::failed);
}

void point_service_state::load() {
  reads_.ask_within(
      memory_,
      [in_doubt = in_doubt_, known = keys_.are_known()](point_reader& reader) {
        stored_memory m;
        if (!known) m.keys = reader.key_scopes(0, limits::known_keys_portion);
        for (const auto& d : in_doubt)
          m.answers.push_back(find_answer(reader, d));
        return m;
      },
      [this](fault failed, stored_memory& m) {
        pass(fault_point::accounts_recovered);
        if (failed != fault::none) return memory_.failed();
        if (!keys_.are_known()) keys_.know(m.keys, reads_);
        resolve_doubts(m);
        memory_.loaded();
      });
}

void point_service_state::resolve_doubts(const stored_memory& m) {
  const auto in_doubt = std::exchange(in_doubt_, {});
  for (std::size_t i = 0; i < in_doubt.size(); ++i) {
    const auto& result = in_doubt[i];
    const auto& done = m.answers[i];
    if (!done) {
      reply(result.command, fault::unavailable, {});
      continue;
    }
    if (result.command.key.present()) keys_.remember(result.command.key.scope);
    if (result.end == command_end::written) metrics_.count(result.command.task, *done);
    reply(result.command, fault::none, *done);
  }
}

// --- replies -----------------------------------------------------------------------------------

void point_service_state::reject(const account_command& command, fault why) {
  if (command.memory == memory_.number()) keys_.finish(command.key, known_keys::outcome::forgotten);
  reply(command, why, {});
}

void point_service_state::reply(const account_command& command, fault why,
                                const point_outcome& outcome) {
  switch (command.task) {
    case account_task::charge:
      return answer(self_, command.from,
                    charge_reply{command.correlation, why, key_verdict::fresh, outcome});
    case account_task::debit:
      return answer(
          self_, command.from,
          point_step_reply{command.correlation, why, command.payment, point_step::debit, outcome});
    case account_task::refund:
      return answer(
          self_, command.from,
          point_step_reply{command.correlation, why, command.payment, point_step::refund, outcome});
    case account_task::read:
      return answer(self_, command.from, balance_reply{command.correlation, why, outcome.balance});
  }
}

}  // namespace boxoffice
