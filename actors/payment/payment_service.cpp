#include "actors/payment/payment_service.hpp"

#include "actors/core/check.hpp"
#include "actors/core/fault_points.hpp"
#include "actors/durable/pruning.hpp"
#include "actors/payment/payment_service_state.hpp"
#include "logging/log.hpp"

#include <chrono>
#include <utility>

namespace boxoffice {
namespace {

constexpr seconds measure_every{1};

payment_refusal queue_refusal_of(const start_payment& m) {
  switch (m.admission) {
    // A live hold can always be paid: whoever holds seats was inside.
    case queue_check::admitted:
    case queue_check::lapsed:
    case queue_check::still_waiting:
      break;
    case queue_check::token_missing:
      return payment_refusal::queue_token_required;
    case queue_check::token_invalid:
      return payment_refusal::queue_token_invalid;
  }
  return payment_refusal::none;
}

payment_reply refused(const start_payment& m, fault why) {
  return {m.correlation, why, key_verdict::fresh, {}};
}
payment_reply refused(const refund_payment& m, fault why) {
  return {m.correlation, why, key_verdict::fresh, {}};
}
payment_found refused(const find_open_payment& m, fault why) { return {m.correlation, why, {}}; }
saga_command_reply refused(const resume_saga& m, fault why) {
  return {m.correlation, why, saga_refusal::none, {}};
}
saga_command_reply refused(const abort_saga& m, fault why) {
  return {m.correlation, why, saga_refusal::none, {}};
}

}  // namespace

payment_service_actor spawn_payment_service(caf::actor_system& system, payment_context context) {
  return spawn_actor<payment_service_state>(system, std::move(context));
}

payment_service_state::payment_service_state(interface::pointer self, payment_context context)
    : self_{self},
      parts_{caf::actor_cast<caf::actor>(self), timer_of(self), std::move(context),
             [this] { load(); }, name},
      sagas_{parts_},
      starts_{parts_, sagas_},
      operations_{parts_, sagas_} {
  const auto& c = parts_.context;
  keep_pruning_keys(self_, c.store, c.commit_jobs, c.time, name);
  keep_measuring();
  parts_.memory.start();
}

void payment_service_state::keep_measuring() {
  const auto now = parts_.now();
  parts_.metrics.oldest_seconds.set(
      std::chrono::duration_cast<seconds>(now - sagas_.open().oldest(now)).count());
  run_later(self_, measure_every, [this] { keep_measuring(); });
}

void payment_service_state::on(const read_figures& m) {
  auto& counted = parts_.metrics;
  const bool serves = parts_.memory.serves();
  figures_reply reply{m.correlation, serves ? fault::none : fault::unavailable};
  std::int64_t open = 0;
  for (const auto& each : saga_states)
    if (!is_at_rest(each.state)) open += counted.open_in(each.state).value();
  const auto ended = [&counted](saga_state how) { return counted.ended(how).value(); };
  reply.sagas_open = open;
  reply.sagas_parked = counted.open_in(saga_state::parked).value();
  reply.saga_oldest_seconds = counted.oldest_seconds.value();
  reply.purchases_total = static_cast<std::int64_t>(ended(saga_state::completed));
  reply.refusals_total = static_cast<std::int64_t>(
      counted.refusals.value() + ended(saga_state::failed) + ended(saga_state::compensated));
  reply.commits.push_back(times_of(name, parts_.context.commits.latency()));
  answer(self_, sender_of(self_), std::move(reply));
}

// --- commands ----------------------------------------------------------------------------------

template <class Command>
void payment_service_state::admit(const Command& m) {
  const auto from = sender_of(self_);
  if (parts_.memory.serves(m.call)) return take(m, from);
  parts_.memory.admit(m.call, [this, m, from](fault why) {
    if (why == fault::none) return take(m, from);
    answer(self_, from, refused(m, why));
  });
}

void payment_service_state::take(const start_payment& m, const caf::actor& from) {
  starts_.begin({.client = {from, m.correlation, m.key, m.call},
                 .user = m.user,
                 .reservation = m.reservation,
                 .payment = {},
                 .queue = queue_refusal_of(m),
                 .token = m.token});
}

void payment_service_state::take(const refund_payment& m, const caf::actor& from) {
  starts_.begin({.what = payment_purpose::refund,
                 .client = {from, m.correlation, m.key, m.call},
                 .user = m.user,
                 .reservation = {},
                 .payment = m.payment,
                 .queue = {},
                 .token = {}});
}

void payment_service_state::take(const find_open_payment& m, const caf::actor& from) {
  payment_found found;
  found.correlation = m.correlation;
  if (const auto* p = sagas_.open().find(m.reservation); p != nullptr && p->row.user == m.user)
    found.found = p->row;
  answer(self_, from, found);
}

void payment_service_state::take(const resume_saga& m, const caf::actor& from) {
  operations_.carry_out({from, m.correlation, m.payment, operator_command::wanted::resume, {}});
}

void payment_service_state::take(const abort_saga& m, const caf::actor& from) {
  operations_.carry_out(
      {from, m.correlation, m.payment, operator_command::wanted::abort, m.reason});
}

// What was acknowledged is durable, so the store may answer; a saga that runs knows more.
void payment_service_state::on(const find_payment& m) {
  const auto from = sender_of(self_);
  payment_found blank;
  blank.correlation = m.correlation;
  const auto* open = sagas_.open().find(m.payment);
  if (open != nullptr && open->is == open_payment::start::durable) {
    if (open->row.user == m.user) blank.found = open->row;
    return answer(self_, from, blank);
  }
  if (const auto at = sagas_.unsaved().find(m.payment); at != sagas_.unsaved().end()) {
    if (at->second.user == m.user) blank.found = at->second;
    return answer(self_, from, blank);
  }
  parts_.reads.reply(from, blank, [m](payment_reader& reader, payment_found& r) {
    const auto row = reader.find(m.payment);
    if (row && row->user == m.user) r.found = *row;
  });
}

// The payment id that a reopened saga asks under is above every number of a start.
void payment_service_state::on(const reservation_reply& m) {
  if (!starts_.reservation_found(m)) sagas_.reservation_found(m);
}

// --- the committer -----------------------------------------------------------------------------

void payment_service_state::on(const commit_report& m) {
  parts_.writes.settle(m, settled_);
  if (!settled_.durable.empty()) parts_.memory.proven();
  for (auto& e : settled_.durable)
    sagas_.made_durable(e);
  if (settled_.refused) sagas_.refused(*settled_.refused, settled_.reason);
  for (auto& e : settled_.revoked)
    sagas_.revoked(e);
  if (!settled_.failed()) return;
  log(log_level::warning, name, "a commit failed, starting over from the store",
      {{"in_doubt", settled_.in_doubt.size()}, {"lost", settled_.lost.size()}});
  invalidate();
}

// Everything decided in this memory is void. What surely was not begun is refused at once;
// everybody else is answered when the store tells what became durable.
void payment_service_state::invalidate() {
  parts_.metrics.recoveries.add();
  const auto surely_not = settled_.in_doubt.empty();
  const auto refuse = [this](const waiting_client& w) {
    parts_.reply(w.client, fault::unavailable, key_verdict::fresh, {});
  };
  operations_.clear();
  for (auto* entries : {&settled_.in_doubt, &settled_.lost}) {
    for (auto& e : *entries) {
      if (e.by_operator)
        answer(self_, e.by_operator->to,
               saga_command_reply{e.by_operator->correlation, fault::in_doubt, {}, {}});
      if (!e.waits) continue;
      if (surely_not && !e.payment)  // a refusal that was not kept
        refuse(*e.waits);
      else
        orphans_.push_back({*e.waits, e.payment});
    }
  }
  sagas_.clear([&](const open_payment& p, const waiting_client& w) {
    if (surely_not && p.is == open_payment::start::not_durable)
      refuse(w);
    else
      orphans_.push_back({w, p.row.id});
  });
  starts_.clear();
  parts_.keys.drop_in_flight();
  parts_.memory.reload(recovery::cause::failed);
}

void payment_service_state::load() {
  const auto& c = parts_.context;
  parts_.reads.ask_within(
      parts_.memory,
      [orphans = orphans_, known = parts_.keys.are_known(), first = c.first_shard,
       shards = c.shards](payment_reader& reader) {
        stored_memory m;
        m.open = reader.open_sagas();
        m.parked = reader.parked_sagas(first, shards);
        if (!known) m.keys = reader.key_scopes(0, limits::known_keys_portion);
        for (const auto& o : orphans) {
          auto& end = m.orphans.emplace_back();
          const auto& client_key = o.waits.client.key;
          auto is_ours = !client_key.present();
          if (const auto key = is_ours ? std::nullopt : reader.find_key(client_key.scope)) {
            end.answer = key->answer;
            is_ours = key->payment == o.payment;
          }
          // A successor may have answered the key with another payment.
          if (o.payment && is_ours) end.row = reader.find(o.payment);
        }
        return m;
      },
      [this](fault failed, stored_memory& m) {
        if (failed != fault::none) return parts_.memory.failed();
        recover(m);
        parts_.memory.loaded();
      });
}

void payment_service_state::recover(stored_memory& m) {
  pass(fault_point::payments_recovered);
  if (!parts_.keys.are_known()) parts_.keys.know(m.keys, parts_.reads);
  parts_.metrics.open_in(saga_state::parked).set(static_cast<std::int64_t>(m.parked));
  const auto& c = parts_.context;
  for (const auto& saga : m.open) {
    const auto shard = shard_of(saga.row.id);
    if (shard >= c.first_shard && shard < c.first_shard + c.shards) sagas_.reopen(saga);
  }
  const auto orphans = std::exchange(orphans_, {});
  check(orphans.size() == m.orphans.size(), "every orphan was asked for");
  for (std::size_t i = 0; i < orphans.size(); ++i)
    answer_orphan(orphans[i], m.orphans[i]);
  log(log_level::info, name, "serving",
      {{"open_sagas", sagas_.open().size()}, {"clients_answered", orphans.size()}});
}

void payment_service_state::answer_orphan(const orphaned_client& o,
                                          const stored_memory::end& found) {
  const auto& client = o.waits.client;
  const auto stored = [&](const payment_outcome& outcome) {
    if (client.key.present()) parts_.keys.remember(client.key.scope);
    parts_.reply(client, fault::none, key_verdict::fresh, outcome);
  };
  if (found.answer) return stored(*found.answer);
  if (found.row && sagas_.wait_again(o.payment, o.waits)) return;
  const auto begun = found.row && (o.waits.what == payment_purpose::purchase ||
                                   found.row->state != saga_state::completed);
  if (begun) return stored(outcome_of(*found.row, o.waits.hold_expires_at));
  parts_.reply(client, fault::unavailable, key_verdict::fresh, {});
}

}  // namespace boxoffice
