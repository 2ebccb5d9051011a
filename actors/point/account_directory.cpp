#include "actors/point/account_directory.hpp"

#include "actors/core/check.hpp"
#include "actors/point/account_actor.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {

account_directory::~account_directory() {
  for (const auto& s : slots_)
    if (s.account) caf::anon_send_exit(s.account, caf::exit_reason::user_shutdown);
}

void account_directory::pass_on(account_command command) {
  const auto [at, added] = users_.try_emplace(command.user, 0);
  if (added) at->second = open(command.user);
  const auto number = at->second;
  auto& s = slots_[number];
  command.slot = number;
  command.at = s.used_at = around_.context.time.now();
  if (s.account) return send_to_account(s, std::move(command));
  if (waiting_commands_ >= limits::committer_queue_writes_max)
    return around_.reject(command, fault::overloaded);
  s.waiting.push_back(std::move(command));
  ++waiting_commands_;
  if (added) load(number);
}

void account_directory::send_to_account(slot& to, account_command command) {
  if (command.task == account_task::read) return around_.show(command, to.balance);
  ++to.in_flight;
  command.entity = to.entity;
  caf::send_as(around_.self, to.account, std::move(command));
}

std::uint32_t account_directory::open(const user_id& user) {
  if (free_slots_.empty()) {
    slots_.emplace_back();
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
  }
  const auto number = free_slots_.back();
  free_slots_.pop_back();
  slots_[number].user = user;
  return number;
}

void account_directory::close(std::uint32_t number) {
  auto& s = slots_[number];
  if (s.account) caf::anon_send(s.account, end_account{});
  waiting_commands_ -= s.waiting.size();
  users_.erase(s.user);
  s = {};
  free_slots_.push_back(number);
}

void account_directory::ended(const account_command& command, const points* shown) {
  if (!is_here(command)) return;
  auto& s = slots_[command.slot];
  check(s.in_flight > 0, "a command ends once");
  --s.in_flight;
  if (shown != nullptr) s.balance = *shown;
}

void account_directory::reload(const account_command& of) {
  if (!is_here(of)) return;
  auto& s = slots_[of.slot];
  if (s.account) caf::anon_send(s.account, end_account{});
  s.account = account_actor{};
  s.entity = 0;
  s.in_flight = 0;
  load(of.slot);
}

// One way to the store for all that wait, however many a burst of payments wakes.
void account_directory::load(std::uint32_t number) {
  to_load_.push_back(number);
  if (loading_ != loading::no) return;
  loading_ = loading::soon;
  around_.later({}, [this, mine = around_.memory.number()] {
    if (mine == around_.memory.number() && loading_ == loading::soon) load_next();
  });
}

void account_directory::load_next() {
  const auto count =
      static_cast<std::ptrdiff_t>(std::min(to_load_.size(), limits::committer_batch_writes_max));
  loading_ = count == 0 ? loading::no : loading::now;
  if (count == 0) return;
  std::vector<std::uint32_t> numbers{to_load_.begin(), to_load_.begin() + count};
  to_load_.erase(to_load_.begin(), to_load_.begin() + count);
  std::vector<user_id> users;
  for (const auto number : numbers)
    users.push_back(slots_[number].user);
  around_.reads.ask_within(
      around_.memory,
      [users, steps_max = around_.context.rules.steps_max](point_reader& reader) {
        return loaded_accounts{reader.load_accounts(users, steps_max)};
      },
      [this, numbers = std::move(numbers)](fault failed, loaded_accounts& found) {
        load_next();
        for (std::size_t i = 0; i < numbers.size(); ++i)
          serve(numbers[i], failed,
                failed == fault::none ? std::move(found.states[i]) : std::nullopt);
      });
}

void account_directory::serve(std::uint32_t number, fault failed,
                              std::optional<point_reader::account_state> state) {
  if (failed != fault::none) return close_unread(number, failed);
  auto& s = slots_[number];
  if (!state) {
    log(log_level::error, "point", "an account cannot be read", {{"user", s.user.value}});
    return close_unread(number, fault::unavailable);
  }
  auto waiting = std::exchange(s.waiting, {});
  waiting_commands_ -= waiting.size();
  s.balance = state->balance;
  s.entity = around_.writes->new_entity();
  auto& context = around_.context;
  s.account = spawn_actor<account_state>(
      around_.self->home_system(),
      account{s.user, context.rules, s.balance, std::move(state->steps), state->complete_from},
      account_surroundings{around_.writes, caf::actor_cast<account_owner_actor>(around_.self),
                           context.ids, around_.metrics.live_accounts, number, s.entity});
  watch(s.used_at + context.account_idle, number);
  for (auto& command : waiting) {
    if (around_.memory.is_given_up(command.call.deadline))
      around_.reject(command, fault::unavailable);
    else
      send_to_account(slots_[number], std::move(command));
  }
}

void account_directory::close_unread(std::uint32_t number, fault why) {
  const auto waiting = slots_[number].waiting;
  close(number);
  for (const auto& command : waiting)
    around_.reject(command, why);
}

void account_directory::look_up_steps(const account_command& command) {
  around_.reads.ask_within(
      around_.memory,
      [payment = command.payment](point_reader& reader) {
        steps_found found;
        for (const auto step : {point_step::debit, point_step::refund})
          if (const auto one = reader.find_step(payment, step)) found.steps.push_back(*one);
        return found;
      },
      [this, command](fault failed, steps_found& found) {
        if (!is_here(command)) return;  // its account ends, and says so
        found.fault = failed;
        found.payment = command.payment;
        found.at = around_.context.time.now();
        caf::send_as(around_.self, slots_[command.slot].account, std::move(found));
      });
}

void account_directory::failed(const account_failed& m) {
  if (m.slot >= slots_.size() || slots_[m.slot].entity != m.entity) return;
  slots_[m.slot].account = account_actor{};
  close(m.slot);
}

void account_directory::clear(const std::function<void(const account_command&)>& waited) {
  for (const auto& s : slots_) {
    for (const auto& command : s.waiting)
      waited(command);
    if (s.account) caf::anon_send(s.account, end_account{});
  }
  slots_.clear();
  free_slots_.clear();
  users_.clear();
  waiting_commands_ = 0;
  to_load_.clear();
  loading_ = loading::no;
  idle_.clear();
}

void account_directory::watch(time_point due, std::uint32_t number) {
  idle_.add(due, number);
  const auto now = around_.context.time.now();
  timer_.arm(around_.later, now, idle_.next(), [this] { passivate_idle(); });
}

void account_directory::passivate_idle() {
  const auto now = around_.context.time.now();
  timer_.fired(now);
  while (const auto number = idle_.pop_due(now))
    passivate_if_idle(static_cast<std::uint32_t>(*number), now);
  timer_.arm(around_.later, now, idle_.next(), [this] { passivate_idle(); });
}

void account_directory::passivate_if_idle(std::uint32_t number, time_point now) {
  const auto& s = slots_[number];
  if (!s.account) return;  // an entry of the one that was here before
  const auto idle_at = s.used_at + around_.context.account_idle;
  if (s.in_flight > 0) return idle_.add(now + around_.context.account_idle, number);
  if (idle_at > now) return idle_.add(idle_at, number);
  close(number);
  around_.metrics.passivations.add();
}

}  // namespace boxoffice
