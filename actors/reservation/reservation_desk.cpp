#include "actors/reservation/reservation_desk.hpp"

#include "actors/reservation/reservation_desk_state.hpp"
#include "config/limits.hpp"
#include "config/log.hpp"

#include <exception>
#include <utility>

#include <caf/exit_reason.hpp>

namespace boxoffice {
namespace {

constexpr std::array refusal_names{"none",
                                   "schedule_not_found",
                                   "seat_not_found",
                                   "queue_token_required",
                                   "queue_token_invalid",
                                   "queue_not_active",
                                   "sales_not_open",
                                   "sales_closed",
                                   "seat_limit_exceeded",
                                   "seat_taken"};

hold_reply refused(const hold_seats& m, boxoffice::fault what) {
  hold_reply reply;
  reply.ticket = m.ticket;
  reply.fault = what;
  return reply;
}
release_reply refused(const release_reservation& m, boxoffice::fault what) {
  return {m.ticket, what, release_refusal::none, {}};
}
reservation_reply refused(const find_reservation& m, boxoffice::fault what) {
  reservation_reply reply;
  reply.ticket = m.ticket;
  reply.fault = what;
  return reply;
}
reservations_reply refused(const list_reservations& m, boxoffice::fault what) {
  return {m.ticket, what, {}, 0};
}
seats_reply refused(const read_seats& m, boxoffice::fault what) {
  seats_reply reply;
  reply.ticket = m.ticket;
  reply.fault = what;
  return reply;
}
confirm_reply refused(const confirm_reservation& m, boxoffice::fault what) {
  return {m.ticket, what, m.payment, confirm_refusal::none, false};
}
revert_reply refused(const revert_reservation& m, boxoffice::fault what) {
  return {m.ticket, what, m.payment};
}

}  // namespace

reservation_desk_actor spawn_reservation_desk(caf::actor_system& system,
                                              const reservation_context& context) {
  return spawn_actor<reservation_desk_state>(system, context);
}

reservation_desk_state::reservation_desk_state(interface::pointer self,
                                               const reservation_context& context)
    : self_{self},
      context_{context},
      line_{context.commits, [to = caf::actor_cast<caf::actor>(self)](
                                 const commit_report& report) { caf::anon_send(to, report); }},
      keys_{limits::key_book_keys_max} {
  for (std::size_t i = 1; i < refusal_names.size(); ++i)
    refused_[i] = &context.meters.count("boxoffice_holds_refused_total", "Holds refused, by reason",
                                        {{"reason", refusal_names[i]}});
  load_memory();
  self_->delayed_send(self_, limits::prune_every, prune_keys_tick{});
}

reservation_desk_state::~reservation_desk_state() {
  for (const auto& [id, entry] : desks_)
    caf::anon_send_exit(entry.desk, caf::exit_reason::user_shutdown);
}

template <class Message>
void reservation_desk_state::when_loaded(Message& m) {
  auto caller = sender_of(self_);
  if (memory_ == memory::loaded) return run(m, caller);
  if (early_.size() >= limits::loading_commands_max)
    return answer(self_, caller, refused(m, fault::overloaded));
  early_.push_back([this, m = std::move(m), caller]() mutable { run(m, caller); });
}

void reservation_desk_state::load_memory() {
  const auto posted = context_.read_runner.post([reader = &context_.reader,
                                                 to = caf::actor_cast<caf::actor>(self_)] {
    memory_loaded result;
    try {
      auto contents = std::make_shared<memory_loaded::contents>();
      contents->keys = reader->key_scopes(limits::key_book_keys_max);
      contents->schedules = reader->schedules_with_holds();
      for (const auto id : contents->schedules)
        for (auto& row : reader->load_schedule(id).live)
          if (row.status == reservation_status::held) contents->holds.push_back(std::move(row));
      result.loaded = std::move(contents);
    } catch (const std::exception& e) {
      log(log_level::warning, "reservation", "the store cannot be read", {{"reason", e.what()}});
    }
    caf::anon_send(to, std::move(result));
  });
  if (posted == job_runner::posted::no) on(memory_loaded{});
}

void reservation_desk_state::on(const memory_loaded& m) {
  if (!m.loaded) {
    retry_pause_ = std::clamp<milliseconds>(retry_pause_ * 2, limits::store_retry_first,
                                            limits::store_retry_max);
    self_->delayed_send(self_, retry_pause_, load_memory_tick{});
    return;
  }
  const auto now = context_.clock.now();
  for (const auto& scope : m.loaded->keys)
    keys_.remember(scope);
  for (const auto& row : m.loaded->holds)
    holds_.add(row, now);
  for (const auto id : m.loaded->schedules)
    if (const auto* to = desk_of(id)) self_->send(to->desk, wake_desk{});
  memory_ = memory::loaded;
  for (const auto& run_early : std::exchange(early_, {}))
    run_early();
}

const reservation_desk_state::counter_desk* reservation_desk_state::desk_of(schedule_id id) {
  if (const auto found = desks_.find(id); found != desks_.end()) return &found->second;
  auto of = context_.catalogue.snapshot()->find(id);
  if (!of) return nullptr;
  auto desk =
      spawn_schedule_desk(self_->system(), caf::actor_cast<caf::actor>(self_), of, context_);
  return &desks_.emplace(id, counter_desk{std::move(of), std::move(desk)}).first->second;
}

template <class Message>
void reservation_desk_state::pass_on(const counter_desk& to, Message& m, const caf::actor& caller) {
  self_->send(to.desk, passed_on<Message>{std::move(m), caller, context_.clock.now()});
}

void reservation_desk_state::run(release_reservation& m, const caf::actor& caller) {
  if (const auto* to = desk_of(schedule_of(m.reservation))) return pass_on(*to, m, caller);
  answer(self_, caller, release_reply{m.ticket, fault::none, release_refusal::not_found, {}});
}

void reservation_desk_state::run(find_reservation& m, const caf::actor& caller) {
  if (const auto* to = desk_of(schedule_of(m.reservation))) return pass_on(*to, m, caller);
  answer(self_, caller, refused(m, fault::none));
}

void reservation_desk_state::run(read_seats& m, const caf::actor& caller) {
  if (const auto* to = desk_of(m.schedule)) return pass_on(*to, m, caller);
  answer(self_, caller, refused(m, fault::none));
}

void reservation_desk_state::run(confirm_reservation& m, const caf::actor& caller) {
  if (const auto* to = desk_of(schedule_of(m.reservation))) return pass_on(*to, m, caller);
  auto reply = refused(m, fault::none);
  reply.refusal = confirm_refusal::reservation_not_found;
  answer(self_, caller, reply);
}

void reservation_desk_state::run(revert_reservation& m, const caf::actor& caller) {
  if (const auto* to = desk_of(schedule_of(m.reservation))) return pass_on(*to, m, caller);
  answer(self_, caller, refused(m, fault::none));
}

// Everything acknowledged is committed, so the reader has it.
void reservation_desk_state::run(list_reservations& m, const caf::actor& caller) {
  const auto posted =
      context_.read_runner.post([reader = &context_.reader, m, caller, now = context_.clock.now()] {
        auto reply = refused(m, fault::none);
        try {
          const auto status = m.any_status ? std::nullopt : std::optional{m.status};
          auto page = reader->list(m.user, status, now, m.cursor, m.limit);
          for (auto& row : page.items)
            row.status = row.status_at(now);
          reply.items = std::move(page.items);
          reply.next = page.next;
        } catch (const std::exception&) {
          reply.fault = fault::unavailable;
        }
        if (caller) caf::anon_send(caller, std::move(reply));
      });
  if (posted == job_runner::posted::no) answer(self_, caller, refused(m, fault::overloaded));
}

void reservation_desk_state::on(confirm_answer& m) {
  if (m.reply.fault == fault::none && m.reply.refusal == confirm_refusal::none) {
    holds_.remove(m.user, m.reservation);
    m.reply.holds_else = holds_.has_live(m.user, m.concert, m.now);
  }
  answer(self_, m.caller, m.reply);
}

}  // namespace boxoffice
