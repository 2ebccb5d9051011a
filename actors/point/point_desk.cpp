#include "actors/point/point_desk.hpp"

#include "actors/core/check.hpp"
#include "actors/point/account_state.hpp"
#include "actors/point/point_desk_state.hpp"

#include <algorithm>
#include <cstddef>

namespace boxoffice {

point_desk_actor spawn_point_desk(caf::actor_system& system, point_context context) {
  return spawn_actor<point_desk_state>(system, context);
}

template <class Command>
void point_desk_state::admit(const Command& m) {
  auto from = sender_of(self_);
  switch (phase_) {
    case phase::starting:
      if (before_start_.size() >= limits::committer_queue_writes_max)
        return refuse(m, from, fault::overloaded);
      before_start_.push_back([this, m, from] {
        if (phase_ == phase::serving) return take(m, from);
        refuse(m, from, fault::unavailable);
      });
      return;
    case phase::serving:
      return take(m, from);
    case phase::recovering:
      return refuse(m, from, fault::unavailable);
  }
}

void point_desk_state::take(const charge_points& m, const caf::actor& from) {
  switch (keys_.begin(m.key)) {
    case key_book::state::fresh:
      return run_charge(m, from);
    case key_book::state::look_up:
      return look_up_key(m, from);
    case key_book::state::in_flight:
      return reply(m, from, fault::none, key_verdict::in_flight, {});
    case key_book::state::reused:
      return reply(m, from, fault::none, key_verdict::reused, {});
  }
}

void point_desk_state::take(const debit_points& m, const caf::actor& from) {
  account_command command;
  command.task = account_task::debit;
  command.ticket = m.ticket;
  command.payment = m.payment;
  command.amount = m.amount;
  command.from = from;
  route(m.user, std::move(command));
}

void point_desk_state::take(const refund_points& m, const caf::actor& from) {
  account_command command;
  command.task = account_task::refund;
  command.ticket = m.ticket;
  command.payment = m.payment;
  command.from = from;
  route(m.user, std::move(command));
}

void point_desk_state::take(const read_balance& m, const caf::actor& from) {
  account_command command;
  command.task = account_task::read;
  command.ticket = m.ticket;
  command.from = from;
  route(m.user, std::move(command));
}

void point_desk_state::run_charge(const charge_points& m, const caf::actor& from) {
  account_command command;
  command.task = account_task::charge;
  command.ticket = m.ticket;
  command.key = m.key;
  command.amount = m.amount;
  command.from = from;
  route(m.user, std::move(command));
}

void point_desk_state::look_up_key(const charge_points& m, const caf::actor& from) {
  charge_key_read blank;
  blank.generation = generation_;
  blank.command = m;
  blank.from = from;
  const auto read = [](point_reader& reader, charge_key_read& r) {
    const auto found = reader.find_key(r.command.key.scope);
    if (!found) return;
    r.found = charge_key_read::outcome::present;
    r.body = found->body;
    r.answer = found->answer;
  };
  if (ask_store(std::move(blank), read, desk()) == asked::yes) return;
  keys_.finish(m.key, key_book::outcome::forgotten);
  refuse(m, from, fault::overloaded);
}

void point_desk_state::on(charge_key_read& m) {
  if (m.generation != generation_) return refuse(m.command, m.from, fault::unavailable);
  if (m.fault == fault::none && m.found == charge_key_read::outcome::absent) {
    keys_.run(m.command.key);
    return run_charge(m.command, m.from);
  }
  keys_.finish(m.command.key, key_book::outcome::forgotten);
  if (m.fault != fault::none) return refuse(m.command, m.from, m.fault);
  if (m.body == m.command.key.body)
    reply(m.command, m.from, fault::none, key_verdict::replayed, m.answer);
  else
    reply(m.command, m.from, fault::none, key_verdict::reused, {});
}

void point_desk_state::route(const user_id& user, account_command command) {
  const auto [at, added] = users_.try_emplace(user, 0);
  if (added) at->second = open_slot(user);
  const auto number = at->second;
  auto& s = slots_[number];
  command.slot = number;
  command.generation = generation_;
  command.at = s.used_at = context_.time.now();
  if (s.account) return send_to_account(s, std::move(command));
  if (waiting_commands_ >= limits::committer_queue_writes_max)
    return reject(command, fault::overloaded);
  s.waiting.push_back(std::move(command));
  ++waiting_commands_;
  if (added) load(number);
}

void point_desk_state::send_to_account(slot& to, account_command command) {
  if (command.task == account_task::read) {
    point_outcome seen;
    seen.balance = to.balance;
    return reply(command, fault::none, seen);
  }
  ++to.in_flight;
  self_->send(to.account, std::move(command));
}

std::uint32_t point_desk_state::open_slot(const user_id& user) {
  if (free_slots_.empty()) {
    slots_.emplace_back();
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
  }
  const auto number = free_slots_.back();
  free_slots_.pop_back();
  slots_[number].user = user;
  return number;
}

void point_desk_state::close_slot(std::uint32_t number) {
  auto& s = slots_[number];
  if (s.account) self_->send(s.account, end_account{});
  waiting_commands_ -= s.waiting.size();
  users_.erase(s.user);
  s = {};
  free_slots_.push_back(number);
}

// One way to the store for all that wait, however many a burst of payments wakes.
void point_desk_state::load(std::uint32_t number) {
  to_load_.push_back(number);
  if (loading_ != loading::no) return;
  loading_ = loading::soon;
  self_->send(self_, load_accounts{});
}

void point_desk_state::on(const load_accounts&) {
  if (loading_ == loading::soon) load_next();
}

void point_desk_state::load_next() {
  const auto count =
      static_cast<std::ptrdiff_t>(std::min(to_load_.size(), limits::committer_batch_writes_max));
  loading_ = count == 0 ? loading::no : loading::now;
  if (count == 0) return;
  accounts_loaded blank;
  blank.generation = generation_;
  std::vector<user_id> users;
  const std::vector<std::uint32_t> numbers{to_load_.begin(), to_load_.begin() + count};
  to_load_.erase(to_load_.begin(), to_load_.begin() + count);
  for (const auto number : numbers) {
    users.push_back(slots_[number].user);
    blank.accounts.emplace_back().slot = number;
  }
  auto read = [users = std::move(users), steps_max = context_.rules.steps_max](point_reader& reader,
                                                                               accounts_loaded& r) {
    auto states = reader.load_accounts(users, steps_max);
    for (std::size_t i = 0; i < states.size(); ++i) {
      auto& into = r.accounts[i];
      if (!states[i]) {
        log(log_level::error, "point", "an account cannot be read", {{"user", users[i].value}});
        into.fault = fault::unavailable;
        continue;
      }
      into.balance = states[i]->balance;
      into.steps = std::move(states[i]->steps);
      into.complete_from = states[i]->complete_from;
    }
  };
  if (ask_store(std::move(blank), std::move(read), desk()) == asked::yes) return;
  for (const auto number : numbers)
    close_unloaded(number, fault::overloaded);
  load_next();
}

void point_desk_state::on(accounts_loaded& m) {
  if (m.generation != generation_) return;
  load_next();
  for (auto& each : m.accounts) {
    if (m.fault != fault::none) each.fault = m.fault;
    serve(each);
  }
}

void point_desk_state::serve(account_loaded& m) {
  if (m.fault != fault::none) return close_unloaded(m.slot, m.fault);
  auto& s = slots_[m.slot];
  auto waiting = std::exchange(s.waiting, {});
  waiting_commands_ -= waiting.size();
  s.balance = m.balance;
  s.account = spawn_actor<account_state>(
      self_->system(),
      account{s.user, context_.rules, m.balance, std::move(m.steps), m.complete_from},
      account_surroundings{writer_, caf::actor_cast<account_owner_actor>(self_), context_.ids,
                           meters_.live_accounts, m.slot, generation_});
  set_timer(s.used_at + context_.account_idle, m.slot);
  for (auto& command : waiting)
    send_to_account(s, std::move(command));
}

void point_desk_state::close_unloaded(std::uint32_t number, fault why) {
  const auto waiting = slots_[number].waiting;
  close_slot(number);
  for (const auto& command : waiting)
    reject(command, why);
}

void point_desk_state::passivate_if_idle(std::uint32_t number, time_point now) {
  const auto& s = slots_[number];
  const auto idle_at = s.used_at + context_.account_idle;
  if (s.in_flight > 0) return wheel_.add(now + context_.account_idle, number);
  if (idle_at > now) return wheel_.add(idle_at, number);
  close_slot(number);
  meters_.passivations.add();
}

void point_desk_state::finish(const account_result& result) {
  const auto& command = result.command;
  if (result.end == command_end::look_up) return look_up_steps(command);
  const auto written = result.end == command_end::written;
  if (command.generation == generation_) {
    auto& s = slots_[command.slot];
    check(s.in_flight > 0, "a command ends once");
    --s.in_flight;
    if (written) s.balance = result.outcome.balance;
    keys_.finish(command.key, written ? key_book::outcome::stored : key_book::outcome::forgotten);
  }
  switch (result.end) {
    case command_end::written:
      meters_.count(command.task, result.outcome);
      return reply(command, fault::none, result.outcome);
    case command_end::answered:
      return reply(command, fault::none, result.outcome);
    case command_end::overloaded:
      return reply(command, fault::overloaded, {});
    case command_end::unavailable:
      return reply(command, fault::unavailable, {});
    case command_end::look_up:
      break;
  }
}

void point_desk_state::look_up_steps(const account_command& command) {
  if (command.generation != generation_) return;  // its account ends, and answers
  steps_found blank;
  blank.slot = command.slot;
  blank.generation = generation_;
  blank.payment = command.payment;
  const auto read = [](point_reader& reader, steps_found& r) {
    for (const auto step : {point_step::debit, point_step::refund})
      if (const auto found = reader.find_step(r.payment, step)) r.steps.push_back(*found);
  };
  if (ask_store(blank, read, desk()) == asked::yes) return;
  blank.fault = fault::overloaded;
  self_->send(slots_[command.slot].account, std::move(blank));
}

void point_desk_state::on(steps_found& m) {
  if (m.generation != generation_) return;
  m.at = context_.time.now();
  self_->send(slots_[m.slot].account, std::move(m));
}

void point_desk_state::on(const read_balance& m) {
  if (phase_ != phase::recovering) return admit(m);
  read_from_store(m.user, m.ticket, sender_of(self_));
}

void point_desk_state::read_from_store(const user_id& user, std::uint64_t ticket,
                                       const caf::actor& from) {
  balance_reply blank;
  blank.ticket = ticket;
  auto read = [user](point_reader& reader, balance_reply& r) {
    const auto state = reader.load_account(user, 1);
    if (state)
      r.balance = state->balance;
    else
      r.fault = fault::unavailable;
  };
  if (ask_store(blank, std::move(read), from) == asked::yes) return;
  blank.fault = fault::overloaded;
  answer(self_, from, blank);
}

void point_desk_state::on(const list_transactions& m) {
  auto from = sender_of(self_);
  transactions_reply blank;
  blank.ticket = m.ticket;
  // Straight from the job to the client: what was acknowledged is committed, so the store shows it.
  auto read = [m](point_reader& reader, transactions_reply& r) {
    auto page = reader.list(m.user, m.cursor, m.limit);
    r.items = std::move(page.items);
    r.next = page.next;
  };
  if (ask_store(blank, std::move(read), from) == asked::yes) return;
  blank.fault = fault::overloaded;
  answer(self_, from, std::move(blank));
}

}  // namespace boxoffice
