#include "actors/reservation/schedule_desk.hpp"

#include "actors/reservation/schedule_desk_state.hpp"
#include "config/limits.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace boxoffice {
namespace {

reservation_reply reply_to(const find_reservation& question, const reservation& row, time_point now,
                           time_point starts_at) {
  reservation_reply reply;
  reply.ticket = question.ticket;
  if (!question.user.value.empty() && question.user != row.user) return reply;
  reply.present = reservation_reply::presence::found;
  reply.found = row;
  reply.found.status = row.status_at(now);
  reply.starts_at = starts_at;
  return reply;
}

}  // namespace

schedule_desk_actor spawn_schedule_desk(caf::actor_system& system, caf::actor front,
                                        std::shared_ptr<const schedule> of,
                                        const reservation_context& context) {
  return spawn_actor<schedule_desk_state>(system, std::move(front), std::move(of), context);
}

schedule_desk_state::schedule_desk_state(interface::pointer self, caf::actor front,
                                         std::shared_ptr<const schedule> of,
                                         const reservation_context& context)
    : self_{self},
      front_{std::move(front)},
      schedule_{std::move(of)},
      context_{context},
      line_{context.commits, [to = caf::actor_cast<caf::actor>(self)](
                                 const commit_report& report) { caf::anon_send(to, report); }},
      seats_{caf::actor_cast<caf::actor>(self),
             context.meters.level("boxoffice_live_actors", "Actors that are awake",
                                  {{"kind", "seat"}})},
      holds_live_{context.meters.level("boxoffice_holds_live", "Holds that can still be paid")},
      desks_{context.meters.level("boxoffice_live_actors", "Actors that are awake",
                                  {{"kind", "schedule_desk"}})},
      rounds_open_{context.meters.level("boxoffice_seat_rounds_in_flight",
                                        "Baskets whose seats are being asked")},
      expiries_{context.meters.count("boxoffice_hold_expiries_total",
                                     "Holds that ended at their deadline")} {
  desks_.add(1);
}

schedule_desk_state::~schedule_desk_state() {
  desks_.add(-1);
  holds_live_.add(-holds_shown_);
  if (context_.seat_maps != nullptr) context_.seat_maps->drop(schedule_->id);
  rounds_open_.add(-static_cast<std::int64_t>(rounds_.size()));
}

void schedule_desk_state::run(claim_basket& m) {
  const auto basket = ledger_->start_hold(m.user, m.wish);
  if (basket.refusal == hold_refusal::none) return open_hold_round(m, *basket.row);
  operation op;
  op.outcome.refusal = basket.refusal;
  if (basket.refusal == hold_refusal::seat_limit_exceeded)
    op.outcome.seats_max = schedule_->max_seats_per_user;
  op.asked = std::move(m);
  refuse_hold(std::move(op));
}

void schedule_desk_state::run(seats_question& m) {
  seats_reply reply;
  reply.ticket = m.message.ticket;
  reply.version = ledger_->version();
  reply.available = ledger_->available();
  reply.sold = ledger_->sold();
  if (m.message.what == read_seats::detail::seats) reply.seats = ledger_->snapshot();
  answer(self_, m.caller, std::move(reply));
}

void schedule_desk_state::run(release_command& m) { run_on_reservation(m); }
void schedule_desk_state::run(confirm_command& m) { run_on_reservation(m); }
void schedule_desk_state::run(revert_command& m) { run_on_reservation(m); }

// A command finds its reservation in the books, or behind what is being done with it, or recalls it
// from the store because it is over, or learns there that there never was one. Not from memory: a
// desk that was replaced and does not know it yet would deny what its successor sold.
template <class Command>
void schedule_desk_state::run_on_reservation(Command& c) {
  const auto id = c.message.reservation;
  if (const auto queue = behind_.find(id); queue != behind_.end()) {
    queue->second.push_back(std::move(c));
  } else if (ledger_->is_busy(id)) {
    behind_[id].push_back(std::move(c));
  } else if (const auto* row = ledger_->find(id)) {
    judge(c, *row);
  } else {
    behind_[id].push_back(std::move(c));
    recall(id);
  }
}

void schedule_desk_state::judge(release_command& m, const reservation& row) {
  auto decided = decide_release(row, m.message.user, ledger_->now());
  if (decided.refusal == release_refusal::none &&
      decided.change.what != reservation_change::effect::none) {
    operation op;
    op.outcome.held = std::move(decided.change.next);
    op.asked = std::move(m);
    return write_change(std::move(op), decided.change.what);
  }
  answer(
      self_, m.caller,
      release_reply{m.message.ticket, fault::none, decided.refusal,
                    decided.refusal == release_refusal::already_paid ? row.payment : payment_id{}});
}

void schedule_desk_state::judge(confirm_command& m, const reservation& row) {
  auto decided = decide_confirm(row, m.message.payment, ledger_->now());
  operation op;
  op.refusal = decided.refusal;
  op.asked = std::move(m);
  switch (decided.change.what) {
    case reservation_change::effect::none:
    case reservation_change::effect::free_seats:
      op.outcome.held = row;
      return send(op, fault::none);
    case reservation_change::effect::row_only:
      op.outcome.held = std::move(decided.change.next);
      return write_change(std::move(op), decided.change.what);
    case reservation_change::effect::sell_seats:
      op.outcome.held = std::move(decided.change.next);
      return open_sale_round(std::move(op));
  }
}

void schedule_desk_state::judge(revert_command& m, const reservation& row) {
  const auto undone = m.message.why == revert_reservation::reason::refund
                          ? reservation_status::refunded
                          : reservation_status::released;
  auto change = decide_revert(row, m.message.payment, undone, ledger_->now());
  operation op;
  op.asked = std::move(m);
  if (change.what == reservation_change::effect::none) return send(op, fault::none);
  op.outcome.held = std::move(change.next);
  write_change(std::move(op), change.what);
}

void schedule_desk_state::recall(reservation_id id) {
  const auto generation = line_.generation();
  const auto posted = context_.read_runner.post(
      [reader = &context_.reader, to = caf::actor_cast<caf::actor>(self_), generation, id] {
        reservation_recalled result{generation, id, fault::none, std::nullopt};
        try {
          result.found = reader->find(id);
        } catch (const std::exception&) {
          result.fault = fault::unavailable;
        }
        caf::anon_send(to, std::move(result));
      });
  if (posted == job_runner::posted::no) {
    auto waiting = behind_.extract(id);
    for (auto& c : waiting.mapped())
      refuse(c, fault::overloaded);
  }
}

void schedule_desk_state::on(reservation_recalled& m) {
  if (m.generation != line_.generation() || !ledger_) return;
  // What lives is in the books, or somebody else writes this store: then nothing here is certain,
  // and the next write will fail and have the books read again.
  if (m.found && ledger_->is_live(*m.found)) m.fault = fault::unavailable;
  if (m.found && m.fault == fault::none) {
    ledger_->recall(std::move(*m.found));
    resume(m.id);
    if (!ledger_->is_busy(m.id)) ledger_->settle(m.id);
  } else {
    auto waiting = std::exchange(behind_[m.id], {});
    behind_.erase(m.id);
    for (auto& c : waiting) {
      if (m.fault != fault::none)
        refuse(c, m.fault);
      else
        send_absent(c);
    }
  }
  finish();
}

void schedule_desk_state::resume(reservation_id id) {
  auto waiting = behind_.extract(id);
  if (waiting.empty()) return;
  for (auto& c : waiting.mapped())
    std::visit([this](auto& one) { begin(one); }, c);
}

void schedule_desk_state::on(const passed_on<find_reservation>& m) {
  const auto id = m.message.reservation;
  if (ledger_ && !ledger_->is_busy(id)) {
    if (const auto* row = ledger_->find(id))
      return answer(
          self_, m.caller,
          reply_to(m.message, *row, std::max(m.now, ledger_->now()), schedule_->starts_at));
  }
  const auto posted =
      context_.read_runner.post([reader = &context_.reader, m, starts_at = schedule_->starts_at] {
        reservation_reply reply;
        reply.ticket = m.message.ticket;
        try {
          const auto row = reader->find(m.message.reservation);
          if (row) reply = reply_to(m.message, *row, m.now, starts_at);
        } catch (const std::exception&) {
          reply.fault = fault::unavailable;
        }
        if (m.caller) caf::anon_send(m.caller, std::move(reply));
      });
  if (posted == job_runner::posted::no) {
    reservation_reply reply;
    reply.ticket = m.message.ticket;
    reply.fault = fault::overloaded;
    answer(self_, m.caller, std::move(reply));
  }
}

void schedule_desk_state::advance(time_point now) {
  if (const auto ended = ledger_->advance(now); ended != 0) expiries_.add(ended);
}

void schedule_desk_state::finish() {
  flush_holds();
  const auto live = ledger_ ? static_cast<std::int64_t>(ledger_->live_holds()) : 0;
  if (live != holds_shown_) holds_live_.add(live - std::exchange(holds_shown_, live));
  show_version();
  arm(context_.clock.now());
}

void schedule_desk_state::show_version() {
  if (context_.seat_maps == nullptr || !ledger_) return;
  const std::pair now{ledger_->version(), ledger_->next_deadline()};
  if (now == shown_version_) return;
  context_.seat_maps->put(schedule_->id, now.first, now.second);
  shown_version_ = now;
}

}  // namespace boxoffice
