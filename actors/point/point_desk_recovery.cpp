#include "actors/core/fault_points.hpp"
#include "actors/core/planted_bugs.hpp"
#include "actors/point/point_desk_state.hpp"

#include <algorithm>
#include <limits>

namespace boxoffice {
namespace {

// Entries of the wheel that are not a slot.
constexpr auto prune_key = std::numeric_limits<std::uint64_t>::max();
constexpr auto recover_key = prune_key - 1;

std::optional<point_outcome> find_answer(point_reader& reader, const account_result& r,
                                         const user_id& user) {
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
  const auto page = reader.list(user, r.outcome.transaction.value + 1, 1);
  const auto there = !page.items.empty() && page.items.front().id == r.outcome.transaction;
  return there ? std::optional{r.outcome} : std::nullopt;
}

}  // namespace

point_desk_state::point_desk_state(interface::pointer self, const point_context& context)
    : self_{self},
      context_{context},
      meters_{context_.meters},
      keys_{limits::key_book_keys_max},
      retry_{limits::store_retry_first} {
  context_.account_idle = std::max(context_.account_idle, milliseconds{1});
  // Weak: the committer outlives the desk.
  const auto weak = caf::actor_cast<caf::actor_addr>(self_);
  writer_ = std::make_shared<point_writer>(context_.commits, [weak](const commit_report& report) {
    if (const auto strong = caf::actor_cast<caf::actor>(weak)) caf::anon_send(strong, report);
  });
  set_timer(context_.time.now() + limits::prune_every, prune_key);
  read_memory();
}

point_desk_state::~point_desk_state() {
  for (const auto& s : slots_)
    if (s.account) caf::anon_send_exit(s.account, caf::exit_reason::user_shutdown);
}

void point_desk_state::on(const commit_report& m) {
  if (m.generation != generation_) return;
  switch (m.outcome) {
    case commit_outcome::committed:
      retry_ = limits::store_retry_first;
      writer_->take_committed(m.last_ticket, done_);
      for (const auto& result : done_)
        finish(result);
      done_.clear();
      return;
    case commit_outcome::failed:
    case commit_outcome::in_doubt:
      log(log_level::warning, "point", "a commit failed, starting over from the store",
          {{"in_doubt", m.outcome == commit_outcome::in_doubt},
           {"writes", m.last_ticket - m.first_ticket + 1}});
      return void_memory(m);
  }
}

void point_desk_state::void_memory(const commit_report& failure) {
  meters_.recoveries.add();
  phase_ = phase::recovering;
  ++generation_;
  if (is_planted(planted_bug::stale_memory)) {
    phase_ = phase::serving;
    for (auto& [ticket, result] : writer_->next_generation())
      if (result.end != command_end::look_up) reply(result.command, fault::unavailable, {});
    return keys_.drop_in_flight();
  }
  for (auto& [ticket, result] : writer_->next_generation()) {
    if (result.end == command_end::look_up) continue;  // its account answers as it ends
    const auto may_be_done = failure.outcome == commit_outcome::in_doubt &&
                             ticket <= failure.last_ticket &&
                             (result.end == command_end::written || result.command.payment);
    if (may_be_done) {
      auto user = slots_[result.command.slot].user;
      doubtful_.push_back({std::move(result), std::move(user)});
    } else {
      reply(result.command, fault::unavailable, {});
    }
  }
  for (const auto& s : slots_) {
    for (const auto& command : s.waiting) {
      if (command.task == account_task::read)
        read_from_store(s.user, command.ticket, command.from);
      else
        reply(command, fault::unavailable, {});
    }
    if (s.account) self_->send(s.account, end_account{});
  }
  slots_.clear();
  free_slots_.clear();
  users_.clear();
  waiting_commands_ = 0;
  to_load_.clear();
  loading_ = loading::no;
  keys_.drop_in_flight();
  wheel_.clear();
  set_timer(context_.time.now() + limits::prune_every, prune_key);
  recover_later();
}

void point_desk_state::recover_later() {
  set_timer(context_.time.now() + retry_, recover_key);
  retry_ = std::min(retry_ * 2, limits::store_retry_max);
}

void point_desk_state::read_memory() {
  desk_memory_read blank;
  blank.generation = generation_;
  auto read = [doubtful = doubtful_, known = keys_known_](point_reader& reader,
                                                          desk_memory_read& r) {
    if (known == keys_known::no) r.scopes = reader.key_scopes(limits::key_book_keys_max);
    r.last = reader.last_transaction();
    for (const auto& d : doubtful) {
      const auto found = find_answer(reader, d.result, d.user);
      r.doubts.push_back(found ? desk_memory_read::doubt::done : desk_memory_read::doubt::not_done);
      r.answers.push_back(found.value_or(point_outcome{}));
    }
  };
  if (ask_store(std::move(blank), std::move(read), desk()) == asked::full) recover_later();
}

void point_desk_state::on(const desk_memory_read& m) {
  pass(fault_point::accounts_recovered);
  if (m.generation != generation_) return;
  auto waiting = std::exchange(before_start_, {});
  if (m.fault != fault::none) {
    phase_ = phase::recovering;
    recover_later();
  } else {
    if (phase_ == phase::recovering)
      log(log_level::info, "point", "serving again", {{"doubts_settled", m.doubts.size()}});
    phase_ = phase::serving;
    keys_known_ = keys_known::yes;
    for (const auto& scope : m.scopes)
      keys_.remember(scope);
    context_.ids.raise_above(m.last);
    settle_doubts(m);
  }
  for (const auto& command : waiting)
    command();
}

void point_desk_state::settle_doubts(const desk_memory_read& m) {
  const auto doubtful = std::exchange(doubtful_, {});
  for (std::size_t i = 0; i < doubtful.size(); ++i) {
    const auto& [result, user] = doubtful[i];
    if (m.doubts[i] == desk_memory_read::doubt::not_done) {
      reply(result.command, fault::unavailable, {});
      continue;
    }
    if (result.command.key.present()) keys_.remember(result.command.key.scope);
    if (result.end == command_end::written) meters_.count(result.command.task, m.answers[i]);
    reply(result.command, fault::none, m.answers[i]);
  }
}

void point_desk_state::set_timer(time_point due, std::uint64_t key) {
  wheel_.add(due, key);
  timer_.arm(self_, context_.time.now(), wheel_.next());
}

void point_desk_state::on(const point_desk_tick&) {
  const auto now = context_.time.now();
  timer_.fired(now);
  while (const auto key = wheel_.pop_due(now)) {
    if (*key == prune_key) {
      prune_keys();
      wheel_.add(now + limits::prune_every, prune_key);
    } else if (*key == recover_key) {
      read_memory();
    } else {
      passivate_if_idle(static_cast<std::uint32_t>(*key), now);
    }
  }
  timer_.arm(self_, now, wheel_.next());
}

void point_desk_state::prune_keys() {
  auto job = [&store = context_.store, to = desk(),
              before = context_.time.now() - limits::idempotency_kept] {
    point_keys_pruned done;
    try {
      done.rows = store.prune_keys(before, limits::prune_rows_max);
    } catch (const std::exception& e) {
      log(log_level::warning, "point", "old keys were not pruned", {{"error", e.what()}});
    }
    caf::anon_send(to, done);
  };
  // A full queue is no loss: the next tick prunes.
  static_cast<void>(context_.commit_jobs.post(std::move(job)));
}

void point_desk_state::on(const point_keys_pruned& m) {
  if (m.rows >= limits::prune_rows_max) prune_keys();
}

}  // namespace boxoffice
