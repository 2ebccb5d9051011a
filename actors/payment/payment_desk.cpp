#include "actors/payment/payment_desk.hpp"

#include "actors/commit/store_read.hpp"
#include "actors/payment/payment_desk_state.hpp"

#include <algorithm>

namespace boxoffice {
namespace {

queue_verdict verdict_of(const start_payment& m) {
  switch (m.admission) {
    case queue_admission::admitted:
      break;
    case queue_admission::token_missing:
      return {payment_refusal::queue_token_required, 0};
    case queue_admission::token_invalid:
      return {payment_refusal::queue_token_invalid, 0};
    case queue_admission::still_waiting:
      return {payment_refusal::queue_not_active, m.position};
  }
  return {};
}

}  // namespace

payment_desk_actor spawn_payment_desk(caf::actor_system& system, payment_context context) {
  return spawn_actor<payment_desk_state>(system, std::move(context));
}

template <class Command>
void payment_desk_state::admit(const Command& m) {
  const auto from = sender_of(self_);
  switch (phase_) {
    case phase::serving:
      return take(m, from);
    case phase::recovering:
      return refuse(m, from, fault::unavailable);
    case phase::starting:
      break;
  }
  if (before_start_.size() >= context_.open_sagas_max) return refuse(m, from, fault::overloaded);
  before_start_.emplace_back([this, m, from] {
    if (phase_ == phase::serving) return take(m, from);
    refuse(m, from, fault::unavailable);
  });
}

template void payment_desk_state::admit(const start_payment&);
template void payment_desk_state::admit(const refund_payment&);
template void payment_desk_state::admit(const find_payment&);
template void payment_desk_state::admit(const find_open_payment&);
template void payment_desk_state::admit(const resume_saga&);
template void payment_desk_state::admit(const abort_saga&);

void payment_desk_state::take(const start_payment& m, const caf::actor& from) {
  candidate c;
  c.client = {from, m.ticket, m.key};
  c.user = m.user;
  c.reservation = m.reservation;
  c.queue = verdict_of(m);
  c.token = m.token;
  consider(std::move(c));
}

void payment_desk_state::take(const refund_payment& m, const caf::actor& from) {
  candidate c;
  c.what = purpose::refund;
  c.client = {from, m.ticket, m.key};
  c.user = m.user;
  c.payment = m.payment;
  consider(std::move(c));
}

void payment_desk_state::take(const find_payment& m, const caf::actor& from) {
  payment_found found;
  found.ticket = m.ticket;
  // Before the first write of its saga is durable the store knows better.
  if (const auto open = open_.find(m.payment); open != open_.end() && open->second.saga) {
    const auto& row = open->second.row;
    if (row.user == m.user) found.found = row;
    return answer(self_, from, found);
  }
  const auto number = ++last_candidate_;
  readers_[number] = {from, m.ticket, m.user};
  read_row(number, m.payment);
}

void payment_desk_state::take(const find_open_payment& m, const caf::actor& from) {
  payment_found found;
  found.ticket = m.ticket;
  if (auto p = running(m.reservation); p && p->user == m.user) found.found = std::move(*p);
  answer(self_, from, found);
}

void payment_desk_state::consider(candidate c) {
  if (candidates_.size() + open_.size() >= context_.open_sagas_max)
    return reply(c.client, fault::overloaded, key_verdict::fresh, {});
  const auto state = keys_.begin(c.client.key);
  switch (state) {
    case key_book::state::in_flight:
      return reply(c.client, fault::none, key_verdict::in_flight, {});
    case key_book::state::reused:
      return reply(c.client, fault::none, key_verdict::reused, {});
    case key_book::state::fresh:
    case key_book::state::look_up:
      break;
  }
  c.answer_by = now() + context_.answer_time;
  const auto number = ++last_candidate_;
  candidates_.emplace(number, std::move(c));
  watch(number);
  if (state == key_book::state::look_up) return look_up(number);
  proceed(number);
}

void payment_desk_state::look_up(std::uint64_t number) {
  const auto scope = candidates_.at(number).client.key.scope;
  payment_key_read blank;
  blank.job = number;
  auto read = [&reader = context_.reader, scope](payment_key_read& r) {
    r.found = reader.find_key(scope);
  };
  if (post_read(context_.reads, desk(), "payment", std::move(blank), std::move(read)) ==
      job_runner::posted::no)
    give_up(number, fault::overloaded);
}

void payment_desk_state::on(const payment_key_read& m) {
  const auto found = candidates_.find(m.job);
  if (found == candidates_.end()) return;
  auto& c = found->second;
  if (m.fault != fault::none) return give_up(m.job, m.fault);
  if (!m.found) {
    keys_.run(c.client.key);
    return proceed(m.job);
  }
  const auto client = close(m.job)->client;
  keys_.finish(client.key, key_book::outcome::forgotten);
  if (m.found->body != client.key.body)
    reply(client, fault::none, key_verdict::reused, {});
  else if (m.found->answer)
    reply(client, fault::none, key_verdict::replayed, *m.found->answer);
  else
    reply(client, fault::none, key_verdict::in_flight, {});
}

// The key is this candidate's: on to the entity it names.
void payment_desk_state::proceed(std::uint64_t number) {
  auto& c = candidates_.at(number);
  if (c.what == purpose::purchase) {
    if (!c.reservation) return finish(number, decide_purchase({}, {}, {}));
    return ask_reservation(number);
  }
  if (!c.payment) return finish(number, decide_refund({}, c.user, no_time, now()));
  if (const auto open = open_.find(c.payment); open != open_.end())
    return finish(number, decide_refund(open->second.row, c.user, no_time, now()));
  // Held before the row is read: a second refund never sees a row from before the first.
  if (!refunds_considered_.emplace(c.payment, c.user).second) {
    payment_outcome busy;
    busy.refusal = payment_refusal::payment_in_progress;
    busy.other = c.payment;
    return finish(number, busy);
  }
  c.considered = c.payment;
  read_row(number, c.payment);
}

void payment_desk_state::read_row(std::uint64_t number, payment_id payment) {
  payment_row_read blank;
  blank.job = number;
  auto read = [&reader = context_.reader, payment](payment_row_read& r) {
    r.found = reader.find(payment);
  };
  if (post_read(context_.reads, desk(), "payment", blank, std::move(read)) ==
      job_runner::posted::yes)
    return;
  blank.fault = fault::overloaded;
  on(blank);
}

void payment_desk_state::on(const payment_row_read& m) {
  if (const auto waiting = readers_.extract(m.job)) {
    const auto& r = waiting.mapped();
    payment_found found{r.ticket, m.fault, {}};
    if (m.found && m.found->user == r.user) found.found = *m.found;
    return answer(self_, r.to, found);
  }
  const auto at = candidates_.find(m.job);
  if (at == candidates_.end()) return;
  auto& c = at->second;
  if (m.fault != fault::none) return give_up(m.job, m.fault);
  const auto refusal = decide_refund(m.found, c.user, time_point::max(), now());
  if (refusal.refusal != payment_refusal::none) return finish(m.job, refusal);
  c.row = m.found;
  c.reservation = m.found->reservation;
  ask_reservation(m.job);
}

void payment_desk_state::ask_reservation(std::uint64_t number) {
  auto& c = candidates_.at(number);
  c.at = candidate::stage::asking;
  self_->send(context_.reservation, find_reservation{number, c.user, c.reservation});
}

void payment_desk_state::on(const reservation_reply& m) {
  const auto found = candidates_.find(m.ticket);
  if (found != candidates_.end()) {
    if (found->second.at == candidate::stage::asking) decide(m.ticket, m);
    return;
  }
  // Asked for a saga of before a restart.
  const auto open = open_.find(payment_id{m.ticket});
  if (open == open_.end() || m.fault != fault::none) return;
  if (open->second.hold_expires_at == no_time) open->second.hold_expires_at = m.found.expires_at;
}

void payment_desk_state::decide(std::uint64_t number, const reservation_reply& m) {
  const auto& c = candidates_.at(number);
  if (m.fault != fault::none)
    return give_up(number, m.fault == fault::overloaded ? m.fault : fault::unavailable);
  if (c.what == purpose::refund) {
    const auto outcome = decide_refund(c.row, c.user, m.starts_at, now());
    if (outcome.refusal != payment_refusal::none) return finish(number, outcome);
    return start(number, saga::begin_refund(*c.row, now()), no_time);
  }
  const auto mine = m.present == reservation_reply::presence::found && m.found.user == c.user;
  const auto outcome = decide_purchase(mine ? std::optional{m.found} : std::nullopt,
                                       running(c.reservation), c.queue);
  if (outcome.refusal != payment_refusal::none) return finish(number, outcome);
  start_purchase(number, m.found);
}

std::optional<payment> payment_desk_state::running(reservation_id reservation) const {
  const auto at = by_reservation_.find(reservation);
  if (at == by_reservation_.end()) return std::nullopt;
  return open_.at(at->second).row;
}

std::optional<payment_desk_state::candidate> payment_desk_state::close(std::uint64_t number) {
  auto node = candidates_.extract(number);
  if (!node) return std::nullopt;
  auto& c = node.mapped();
  if (c.considered) refunds_considered_.erase({c.considered, c.user});
  return std::move(c);
}

// Surely nothing was begun.
void payment_desk_state::give_up(std::uint64_t number, fault why) {
  const auto c = close(number);
  if (!c) return;
  keys_.finish(c->client.key, key_book::outcome::forgotten);
  reply(c->client, why, key_verdict::fresh, {});
}

void payment_desk_state::finish(std::uint64_t number, const payment_outcome& refusal) {
  meters_.refusals.add();
  const auto& client = candidates_.at(number).client;
  if (!client.key.present() || !is_remembered(refusal.refusal)) {
    const auto c = close(number);
    keys_.finish(c->client.key, key_book::outcome::forgotten);
    return reply(c->client, fault::none, key_verdict::fresh, refusal);
  }
  payment_write w;
  w.key = client.key;
  w.answer = refusal;
  w.at = now();
  flight f;
  f.client = client;
  f.outcome = refusal;
  if (submit(std::move(w), std::move(f)) == submitted::full)
    return give_up(number, fault::overloaded);
  close(number);
}

void payment_desk_state::refuse(const start_payment& m, const caf::actor& to, fault why) {
  answer(self_, to, payment_reply{m.ticket, why, key_verdict::fresh, {}});
}
void payment_desk_state::refuse(const refund_payment& m, const caf::actor& to, fault why) {
  answer(self_, to, payment_reply{m.ticket, why, key_verdict::fresh, {}});
}
void payment_desk_state::refuse(const find_payment& m, const caf::actor& to, fault why) {
  answer(self_, to, payment_found{m.ticket, why, {}});
}
void payment_desk_state::refuse(const find_open_payment& m, const caf::actor& to, fault why) {
  answer(self_, to, payment_found{m.ticket, why, {}});
}

}  // namespace boxoffice
