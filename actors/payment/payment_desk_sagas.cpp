#include "actors/core/fault_points.hpp"
#include "actors/core/planted_bugs.hpp"
#include "actors/payment/payment_desk_state.hpp"
#include "actors/payment/saga_actor.hpp"
#include "config/log.hpp"

#include <utility>

namespace boxoffice {

void payment_desk_state::start_purchase(std::uint64_t number, const reservation& held) {
  const auto& c = candidates_.at(number);
  payment wanted;
  wanted.id = ids_.next(shard_of(c.user), now());
  wanted.reservation = held.id;
  wanted.concert = held.concert;
  wanted.user = c.user;
  wanted.amount = held.amount;
  wanted.token = c.token;
  wanted.seats = static_cast<std::uint32_t>(held.seats.size());
  start(number, saga::begin(std::move(wanted), context_.rules, now()), held.expires_at);
}

void payment_desk_state::start(std::uint64_t number, saga_decision first,
                               time_point hold_expires_at) {
  const auto& c = candidates_.at(number);
  pass(fault_point::saga_row_wanted);
  const auto id = first.row->id;
  payment_write w;
  w.row = first.row;
  w.notes = std::move(first.notes);
  w.key = c.client.key;
  w.key_payment = id;
  w.at = now();
  flight f;
  f.payment = id;
  f.row = first.row;
  if (submit(std::move(w), std::move(f)) == submitted::full)
    return give_up(number, fault::overloaded);
  auto& p = open_[id];
  p.row = std::move(*first.row);
  p.client = c.client;
  p.what = c.what;
  p.hold_expires_at = hold_expires_at;
  p.answer_by = c.answer_by;
  by_reservation_[p.row.reservation] = id;
  meters_.open_in(p.row.state).add(1);
  close(number);
  arm(p);
}

void payment_desk_state::on(saga_decided& m) {
  const auto found = open_.find(m.payment);
  if (m.generation != generation_ || found == open_.end()) return;
  auto& p = found->second;
  if (m.decision.due) {
    p.due = *m.decision.due;
    arm(p);
  }
  if (m.decision.row || !m.decision.notes.empty()) write(p, std::move(m.decision));
}

void payment_desk_state::write(open_payment& p, saga_decision d) {
  if (d.event && is_planted(planted_bug::publish_before_commit)) {
    payment_write early;
    early.event = std::exchange(d.event, {});
    flight alone;
    alone.payment = p.row.id;
    static_cast<void>(submit(std::move(early), std::move(alone)));
    p.unsent = std::move(d);
    p.due = now() + limits::store_retry_first;
    return arm(p);
  }
  payment_write w;
  w.row = d.row;
  w.notes = d.notes;
  w.event = d.event;
  w.at = now();
  flight f;
  f.payment = p.row.id;
  f.row = d.row;
  if (d.event) f.event = flight::event::appended;
  const auto over = d.row && (is_terminal(d.row->state) || d.row->state == saga_state::parked);
  if (over && p.client) {
    f.client = p.client;
    f.outcome = outcome_of(*d.row, p.hold_expires_at);
    f.what = p.what;
    f.answer_by = p.answer_by;
    f.hold_expires_at = p.hold_expires_at;
    if (p.client->key.present()) {
      w.key = p.client->key;
      w.key_payment = p.row.id;
      w.answer = f.outcome;
    }
  }
  if (f.client && is_planted(planted_bug::answer_before_commit)) {
    if (f.client->key.present()) keys_.finish(f.client->key, key_book::outcome::stored);
    reply(*f.client, fault::none, key_verdict::fresh, f.outcome);
    f.client.reset();
  }
  if (submit(std::move(w), std::move(f)) == submitted::full) {
    if (!d.row) return;  // notes can be missed
    p.unsent = std::move(d);
    p.due = now() + limits::store_retry_first;
    return arm(p);
  }
  if (over) p.client.reset();
}

payment_desk_state::submitted payment_desk_state::submit(payment_write w, flight f) {
  using queue = committer<payment_write>::submitted;
  if (context_.commits.submit(writer_, generation_, last_ticket_ + 1, std::move(w)) == queue::full)
    return submitted::full;
  f.ticket = ++last_ticket_;
  flights_.push_back(std::move(f));
  return submitted::accepted;
}

void payment_desk_state::on(const commit_report& m) {
  if (m.generation != generation_) return;
  if (m.outcome != commit_outcome::committed) {
    log(log_level::warning, "payment", "a commit failed, starting over from the store",
        {{"in_doubt", m.outcome == commit_outcome::in_doubt},
         {"writes", m.last_ticket - m.first_ticket + 1}});
    return void_memory(m.outcome);
  }
  retry_ = limits::store_retry_first;
  while (!flights_.empty() && flights_.front().ticket <= m.last_ticket) {
    auto f = std::move(flights_.front());
    flights_.pop_front();
    became_durable(f);
  }
}

// What goes well is in the timeline, and would be thousands of lines a second here.
void payment_desk_state::tell(const payment& row) {
  const auto well = row.failure == payment_failure::none && row.state != saga_state::parked;
  const auto level = well ? log_level::debug : log_level::info;
  if (!log_enabled(level)) return;
  log(level, "payment", name_of(row.state),
      {{"payment_id", to_text(row.id)}, {"failure", to_text(row.failure)}});
}

void payment_desk_state::became_durable(flight& f) {
  if (f.row) {
    auto& p = open_.at(f.payment);
    meters_.open_in(p.row.state).add(-1);
    meters_.open_in(f.row->state).add(1);
    p.row = *f.row;
    tell(p.row);
    if (p.saga)
      self_->send(p.saga, saga_written{});
    else
      run(p);
    if (is_terminal(p.row.state) || p.row.state == saga_state::parked) drop(f.payment);
  }
  if (f.by_operator) answer_operator(*f.by_operator, fault::none, saga_refusal::none, *f.row);
  if (f.client) {
    pass(fault_point::payment_unanswered);
    if (f.client->key.present()) keys_.finish(f.client->key, key_book::outcome::stored);
    reply(*f.client, fault::none, key_verdict::fresh, f.outcome);
  }
  if (f.event == flight::event::appended)
    for (const auto& relay : context_.relays)
      self_->send(relay, outbox_appended{});
}

// The row is durable: its saga may send commands.
void payment_desk_state::run(open_payment& p) {
  pass(fault_point::saga_row_durable);
  const saga_owner_actor owner = interface { self_ };
  p.saga = spawn_actor<saga_actor_state>(
      self_->home_system(),
      saga_context{context_.time, context_.random, context_.reservation,
                   context_.points(p.row.user), owner, context_.rules, meters_.live_sagas,
                   meters_.retries, generation_},
      p.row);
  self_->send(p.saga, run_saga{});
}

// The answer deadline: "202, pending" is the answer, and is remembered as such.
void payment_desk_state::answer_pending(open_payment& p, time_point at) {
  const auto later = at + limits::store_retry_first;
  if (!p.saga) {  // not even the start is durable
    p.answer_by = later;
    return;
  }
  const auto outcome = outcome_of(p.row, p.hold_expires_at);
  if (p.client->key.present()) {
    payment_write w;
    w.key = p.client->key;
    w.key_payment = p.row.id;
    w.answer = outcome;
    w.at = at;
    flight f;
    f.payment = p.row.id;
    f.client = p.client;
    f.outcome = outcome;
    f.what = p.what;
    f.answer_by = p.answer_by;
    f.hold_expires_at = p.hold_expires_at;
    if (submit(std::move(w), std::move(f)) == submitted::full) {
      p.answer_by = later;
      return;
    }
  } else {
    reply(*p.client, fault::none, key_verdict::fresh, outcome);
  }
  p.client.reset();
}

void payment_desk_state::drop(payment_id payment) {
  const auto found = open_.find(payment);
  const auto& row = found->second.row;
  // Parked ones are still counted as such: they wait in the store.
  if (row.state != saga_state::parked) meters_.open_in(row.state).add(-1);
  meters_.ended(row.state).add();
  const auto at = by_reservation_.find(row.reservation);
  if (at != by_reservation_.end() && at->second == payment) by_reservation_.erase(at);
  open_.erase(found);
}

void payment_desk_state::reply(const payment_client& to, fault why, key_verdict verdict,
                               const payment_outcome& o) {
  answer(self_, to.to, payment_reply{to.ticket, why, verdict, o});
}

}  // namespace boxoffice
