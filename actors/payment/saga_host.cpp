#include "actors/payment/saga_host.hpp"

#include "actors/core/fault_points.hpp"
#include "actors/core/planted_bugs.hpp"
#include "actors/payment/payment_rules.hpp"
#include "actors/payment/saga_actor.hpp"
#include "logging/log.hpp"

#include <utility>

namespace boxoffice {
namespace {

// What goes well is in the timeline, and would be thousands of lines a second here.
void tell(const payment& row) {
  const auto well = row.failure == payment_failure::none && row.state != saga_state::parked;
  const auto level = well ? log_level::debug : log_level::info;
  if (!log_enabled(level)) return;
  log(level, row.from, "payment", name_of(row.state),
      {{"payment_id", to_text(row.id)}, {"failure", to_text(row.failure)}, {"reason", row.reason}});
}

}  // namespace

saga_host::~saga_host() {
  for (const auto& [id, p] : open_)
    if (p.saga) caf::anon_send_exit(p.saga, caf::exit_reason::user_shutdown);
}

// --- starting ----------------------------------------------------------------------------------

saga_host::started saga_host::start(saga_decision first, waiting_client waits) {
  pass(fault_point::saga_row_wanted);
  const auto id = first.row->id;
  const auto key = waits.client.key;
  if (open(std::move(first), {}, key) == started::no) return started::no;
  auto& p = *open_.find(id);
  p.waits = std::move(waits);
  watch(p);
  return started::yes;
}

// The decision is written like the first row of a saga: once it is durable the saga runs, and after
// a crash it is found among the open ones.
saga_host::started saga_host::move(saga_decision first, operator_command by) {
  const auto id = first.row->id;
  payment_entry e;
  e.by_operator = std::move(by);
  if (open(std::move(first), std::move(e), {}) == started::no) return started::no;
  if (unsaved_.erase(id) == 0) parts_.metrics.open_in(saga_state::parked).add(-1);
  return started::yes;
}

saga_host::started saga_host::open(saga_decision first, payment_entry entry,
                                   const request_key& key) {
  payment_write w;
  w.row = first.row;
  w.notes = std::move(first.notes);
  w.key = key;
  w.key_payment = first.row->id;
  w.at = parts_.now();
  entry.payment = first.row->id;
  entry.row = first.row;
  const auto entity = parts_.writes.new_entity();
  if (parts_.writes.submit(entity, w, entry) != payment_journal::submitted::accepted)
    return started::no;
  auto& p = open_.add(std::move(*first.row));
  p.entity = entity;
  parts_.metrics.open_in(p.row.state).add(1);
  return started::yes;
}

void saga_host::reopen(const payment_reader::open_saga& saga) {
  auto& p = open_.add(saga.row);
  p.is = open_payment::start::durable;
  const auto what = purpose_of(p.row);
  if (saga.key.present()) {
    p.waits =
        waiting_client{{{}, 0, saga.key}, what, parts_.now() + parts_.context.answer_time, no_time};
    parts_.keys.run(saga.key);
  }
  parts_.metrics.open_in(p.row.state).add(1);
  // When the hold ends is told to the client, should it turn out to have ended.
  if (what == payment_purpose::purchase)
    caf::send_as(parts_.self, parts_.context.reservation,
                 find_reservation{p.row.id.value, p.row.user, p.row.reservation, {p.row.from}});
  run(p);
  watch(p);
}

bool saga_host::wait_again(payment_id payment, const waiting_client& client) {
  auto* p = open_.find(payment);
  if (p == nullptr) return false;
  p->waits = client;
  watch(*p);
  return true;
}

void saga_host::reservation_found(const reservation_reply& m) {
  auto* p = open_.find(payment_id{m.correlation});
  if (p == nullptr || m.fault != fault::none || !p->waits) return;
  if (p->waits->hold_expires_at == no_time) p->waits->hold_expires_at = m.found.expires_at;
}

// The row is durable: its saga may send commands.
void saga_host::run(open_payment& p) {
  pass(fault_point::saga_row_durable);
  auto& c = parts_.context;
  p.entity = parts_.writes.new_entity();
  p.saga = spawn_actor<saga_actor_state>(
      parts_.self->home_system(),
      saga_context{c.time, c.random, c.reservation, c.points(p.row.user),
                   caf::actor_cast<saga_owner_actor>(parts_.self), c.rules,
                   parts_.metrics.live_sagas, parts_.metrics.retries, p.entity},
      p.row);
  caf::send_as(parts_.self, p.saga, run_saga{});
}

void saga_host::end_actor(open_payment& p) {
  if (p.saga) caf::anon_send_exit(p.saga, caf::exit_reason::user_shutdown);
  p.saga = saga_actor{};
}

// --- what sagas decide -------------------------------------------------------------------------

void saga_host::decided(saga_decided& m) {
  auto* p = open_.find(m.payment);
  if (p == nullptr || p->entity != m.entity) return;
  if (m.decision.due) {
    p->due = *m.decision.due;
    watch(*p);
  }
  if (m.decision.row || !m.decision.notes.empty()) write(*p, std::move(m.decision));
}

void saga_host::failed(const saga_failed& m) {
  auto* p = open_.find(m.payment);
  if (p != nullptr && p->entity == m.entity)
    park(*p, "a handler of its saga failed; the log says why");
}

void saga_host::write(open_payment& p, saga_decision d) {
  if (d.event && is_planted(planted_bug::publish_before_commit)) {
    payment_write early;
    early.event = std::exchange(d.event, {});
    payment_entry alone;
    static_cast<void>(parts_.writes.submit(p.entity, early, alone));
    p.unsent = std::move(d);
    p.due = parts_.now() + limits::store_retry_first;
    return watch(p);
  }
  payment_write w;
  w.row = d.row;
  w.notes = std::move(d.notes);
  w.event = std::move(d.event);
  w.at = parts_.now();
  payment_entry e;
  e.payment = p.row.id;
  e.row = d.row;
  if (w.event) e.event = payment_entry::event::appended;
  const auto ends = d.row && is_at_rest(d.row->state);
  if (ends && p.waits) {
    e.waits = p.waits;
    e.outcome = outcome_of(*d.row, p.waits->hold_expires_at);
    if (const auto& key = p.waits->client.key; key.present()) {
      w.key = key;
      w.key_payment = p.row.id;
      w.answer = e.outcome;
    }
  }
  if (e.waits && is_planted(planted_bug::answer_before_commit)) {
    parts_.keys.finish(e.waits->client.key, known_keys::outcome::stored);
    parts_.reply(e.waits->client, fault::none, key_verdict::fresh, e.outcome);
    e.waits.reset();
  }
  if (parts_.writes.submit(p.entity, w, e) == payment_journal::submitted::full) {
    if (!d.row) return;  // notes can be missed
    d.notes = std::move(w.notes);
    d.event = std::move(w.event);
    p.unsent = std::move(d);
    p.due = parts_.now() + limits::store_retry_first;
    return watch(p);
  }
  if (ends) p.waits.reset();
}

// The answer deadline: "202, pending" is the answer, and is remembered as such.
void saga_host::answer_pending(open_payment& p, time_point now) {
  const auto later = now + limits::store_retry_first;
  if (p.is == open_payment::start::not_durable) {
    p.waits->answer_by = later;
    return;
  }
  const auto outcome = outcome_of(p.row, p.waits->hold_expires_at);
  const auto& client = p.waits->client;
  if (client.key.present()) {
    payment_write w;
    w.key = client.key;
    w.key_payment = p.row.id;
    w.answer = outcome;
    w.at = now;
    payment_entry e;
    e.payment = p.row.id;
    e.waits = p.waits;
    e.outcome = outcome;
    if (parts_.writes.submit(p.entity, w, e) == payment_journal::submitted::full) {
      p.waits->answer_by = later;
      return;
    }
  } else {
    parts_.reply(client, fault::none, key_verdict::fresh, outcome);
  }
  p.waits.reset();
}

// --- what became of a write --------------------------------------------------------------------

void saga_host::made_durable(payment_entry& e) {
  if (auto* p = e.row ? open_.find(e.payment) : nullptr) {
    parts_.metrics.open_in(p->row.state).add(-1);
    parts_.metrics.open_in(e.row->state).add(1);
    p->row = *e.row;
    p->is = open_payment::start::durable;
    tell(p->row);
    if (p->saga)
      caf::send_as(parts_.self, p->saga, saga_written{});
    else if (!is_at_rest(p->row.state))
      run(*p);
    if (is_at_rest(p->row.state)) drop(*p);
  }
  if (e.by_operator)
    caf::send_as(parts_.self, e.by_operator->to,
                 saga_command_reply{e.by_operator->correlation, fault::none, {}, *e.row});
  if (e.waits) {
    pass(fault_point::payment_unanswered);
    parts_.keys.finish(e.waits->client.key, known_keys::outcome::stored);
    parts_.reply(e.waits->client, fault::none, key_verdict::fresh, e.outcome);
  }
  if (e.event == payment_entry::event::appended)
    for (const auto& relay : parts_.context.relays)
      caf::send_as(parts_.self, relay, outbox_appended{});
}

void saga_host::refused(payment_entry& e, const std::string& reason) {
  auto* p = open_.find(e.payment);
  if (p == nullptr) {  // the answer to a request that started nothing
    if (!e.waits) return;
    parts_.keys.finish(e.waits->client.key, known_keys::outcome::forgotten);
    return parts_.reply(e.waits->client, fault::internal, key_verdict::fresh, {});
  }
  log(log_level::error, p->row.from, "payment", "the store refuses a write of a saga",
      {{"payment_id", to_text(e.payment)}, {"reason", reason}});
  if (p->is == open_payment::start::not_durable) return give_up_start(*p, e);
  if (e.row) {
    if (e.waits) p->waits = e.waits;
    if (e.row->state == saga_state::parked) return keep_unsaved(*p, reason);
    return park(*p, "the store refuses to write that it is " + std::string{name_of(e.row->state)} +
                        ": " + reason);
  }
  // An answer, or lines of the timeline: the saga goes on without.
  if (e.waits) {
    parts_.reply(e.waits->client, fault::internal, key_verdict::fresh, {});
    e.waits->client.to = {};  // its key is answered with the end
    e.waits->answer_by = time_point::max();
    p->waits = e.waits;
  }
  end_actor(*p);
  run(*p);
}

// Decided on top of what was refused: its saga begins again from what is durable, or is parked.
void saga_host::revoked(payment_entry& e) {
  auto* p = open_.find(e.payment);
  if (p == nullptr || !e.waits || p->waits) return;
  p->waits = e.waits;
  watch(*p);
}

void saga_host::give_up_start(open_payment& p, payment_entry& e) {
  parts_.metrics.open_in(p.row.state).add(-1);
  if (e.by_operator) {
    parts_.metrics.open_in(saga_state::parked).add(1);
    caf::send_as(parts_.self, e.by_operator->to,
                 saga_command_reply{e.by_operator->correlation, fault::internal, {}, {}});
  }
  if (p.waits) {
    parts_.keys.finish(p.waits->client.key, known_keys::outcome::forgotten);
    parts_.reply(p.waits->client, fault::internal, key_verdict::fresh, {});
  }
  open_.erase(p.row.id);
}

void saga_host::park(open_payment& p, const std::string& reason) {
  end_actor(p);
  p.unsent.reset();
  p.entity = parts_.writes.new_entity();
  write(p, saga::park(p.row, reason, parts_.now()));
}

void saga_host::keep_unsaved(open_payment& p, const std::string& reason) {
  end_actor(p);
  auto row =
      *saga::park(p.row, "the store refuses to write that it is parked: " + reason, parts_.now())
           .row;
  tell(row);
  if (p.waits) {
    parts_.keys.finish(p.waits->client.key, known_keys::outcome::stored);
    parts_.reply(p.waits->client, fault::none, key_verdict::fresh,
                 outcome_of(row, p.waits->hold_expires_at));
  }
  parts_.metrics.open_in(p.row.state).add(-1);
  parts_.metrics.open_in(saga_state::parked).add(1);
  open_.erase(p.row.id);
  unsaved_.insert_or_assign(row.id, std::move(row));
}

void saga_host::drop(open_payment& p) {
  // Parked ones are still counted as such: they wait in the store.
  if (p.row.state != saga_state::parked) parts_.metrics.open_in(p.row.state).add(-1);
  parts_.metrics.ended(p.row.state).add();
  open_.erase(p.row.id);
}

void saga_host::clear(
    const std::function<void(const open_payment&, const waiting_client&)>& waits) {
  for (auto& [id, p] : open_) {
    parts_.metrics.open_in(p.row.state).add(-1);
    end_actor(p);
    if (p.waits && p.waits->client.to) waits(p, *p.waits);
  }
  open_.clear();
  unsaved_.clear();
  deadlines_.clear();
}

// --- time --------------------------------------------------------------------------------------

// One entry serves a saga as long as nothing comes due earlier.
void saga_host::watch(open_payment& p) {
  auto next = p.due;
  if (p.waits && (next == no_time || p.waits->answer_by < next)) next = p.waits->answer_by;
  if (next == no_time || next == time_point::max() || (p.armed != no_time && p.armed <= next))
    return;
  p.armed = next;
  deadlines_.add(next, p.row.id.value);
  timer_.arm(parts_.later, parts_.now(), deadlines_.next(), [this] { on_timer(); });
}

void saga_host::on_timer() {
  const auto now = parts_.now();
  timer_.fired(now);
  while (const auto id = deadlines_.pop_due(now))
    if (auto* p = open_.find(payment_id{*id})) on_deadline(*p, now);
  deadlines_.drop_while([this](std::uint64_t id) { return open_.find(payment_id{id}) == nullptr; });
  timer_.arm(parts_.later, now, deadlines_.next(), [this] { on_timer(); });
}

void saga_host::on_deadline(open_payment& p, time_point now) {
  if (p.armed <= now) p.armed = no_time;
  if (p.due != no_time && p.due <= now) {
    const auto late = now - std::exchange(p.due, no_time);
    if (p.unsent)
      write(p, *std::exchange(p.unsent, std::nullopt));
    else if (p.saga)
      caf::send_as(parts_.self, p.saga, wake_saga{late});
  }
  if (p.waits && p.waits->answer_by <= now) answer_pending(p, now);
  watch(p);
}

}  // namespace boxoffice
