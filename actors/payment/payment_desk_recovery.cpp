#include "actors/core/check.hpp"
#include "actors/core/fault_points.hpp"
#include "actors/payment/payment_desk_state.hpp"
#include "config/log.hpp"

#include <algorithm>
#include <exception>
#include <limits>

namespace boxoffice {
namespace {

// Keys of the wheel: payments are below 2^63, candidates above, and these on top.
constexpr auto candidate_bit = std::uint64_t{1} << 63;
constexpr auto prune_key = std::numeric_limits<std::uint64_t>::max();
constexpr auto recover_key = prune_key - 1;
constexpr auto measure_key = prune_key - 2;
constexpr seconds measure_every{1};

}  // namespace

payment_desk_state::payment_desk_state(interface::pointer self, payment_context context)
    : self_{self},
      context_{std::move(context)},
      meters_{context_.meters},
      keys_{limits::key_book_keys_max},
      retry_{limits::store_retry_first} {
  // Weak: the committer outlives the desk.
  const auto weak = caf::actor_cast<caf::actor_addr>(self_);
  writer_ = context_.commits.enroll([weak](const commit_report& report) {
    if (const auto strong = caf::actor_cast<caf::actor>(weak)) caf::anon_send(strong, report);
  });
  set_timer(now() + limits::prune_every, prune_key);
  set_timer(now() + measure_every, measure_key);
  read_memory();
}

payment_desk_state::~payment_desk_state() {
  for (const auto& [id, p] : open_)
    if (p.saga) caf::anon_send_exit(p.saga, caf::exit_reason::user_shutdown);
}

// Everything decided in this generation is void. When the write failed for sure, so did what was
// not yet begun: who waits for that hears so at once. Everybody else is answered when the store
// tells what became durable.
void payment_desk_state::void_memory(commit_outcome how) {
  const auto surely_not = how == commit_outcome::failed;
  const auto refuse_client = [this](const payment_client& client) {
    reply(client, fault::unavailable, key_verdict::fresh, {});
  };
  meters_.recoveries.add();
  phase_ = phase::recovering;
  ++generation_;
  forget_operators();
  for (auto& f : flights_) {
    if (!f.client) continue;
    if (surely_not && !f.payment)  // a refusal that was not kept
      refuse_client(*f.client);
    else
      orphans_.push_back({*f.client, f.payment, f.what, f.answer_by, f.hold_expires_at});
  }
  flights_.clear();
  for (auto& [id, p] : open_) {
    meters_.open_in(p.row.state).add(-1);
    if (p.saga) caf::anon_send_exit(p.saga, caf::exit_reason::user_shutdown);
    if (!p.client || !p.client->to) continue;
    if (surely_not && !p.saga)  // its start was not durable
      refuse_client(*p.client);
    else
      orphans_.push_back({*p.client, id, p.what, p.answer_by, p.hold_expires_at});
  }
  open_.clear();
  by_reservation_.clear();
  for (const auto& [number, c] : candidates_)
    refuse_client(c.client);
  candidates_.clear();
  refunds_considered_.clear();
  keys_.drop_in_flight();
  wheel_.clear();
  set_timer(now() + limits::prune_every, prune_key);
  set_timer(now() + measure_every, measure_key);
  recover_later();
}

void payment_desk_state::recover_later() {
  set_timer(now() + retry_, recover_key);
  retry_ = std::min(retry_ * 2, limits::store_retry_max);
}

void payment_desk_state::read_memory() {
  auto job = [&reader = context_.reader, to = desk(), generation = generation_, known = keys_known_,
              first = context_.first_shard, count = context_.shards, orphans = orphans_] {
    payment_memory_read r;
    r.generation = generation;
    try {
      r.open = reader.open_sagas();
      r.parked = reader.parked_sagas(first, count);
      r.last = reader.last_id();
      if (known == keys_known::no) r.scopes = reader.key_scopes(limits::key_book_keys_max);
      for (const auto& o : orphans) {
        auto& fate = r.orphans.emplace_back();
        auto is_ours = !o.client.key.present();
        if (const auto key = is_ours ? std::nullopt : reader.find_key(o.client.key.scope)) {
          fate.answer = key->answer;
          is_ours = key->payment == o.payment;
        }
        // The id alone does not tell: if this desk was replaced meanwhile, its successor may have
        // given the same id to the payment of another request.
        if (o.payment && is_ours) fate.row = reader.find(o.payment);
      }
    } catch (const std::exception& e) {
      log(log_level::error, "payment", "the store cannot be read", {{"error", e.what()}});
      r.fault = fault::unavailable;
    }
    caf::anon_send(to, std::move(r));
  };
  if (context_.reads.post(std::move(job)) == job_runner::posted::no) recover_later();
}

void payment_desk_state::on(payment_memory_read& m) {
  if (m.generation != generation_ || phase_ == phase::serving) return;
  auto waiting = std::exchange(before_start_, {});
  if (m.fault != fault::none) {
    phase_ = phase::recovering;
    recover_later();
  } else {
    phase_ = phase::serving;
    keys_known_ = keys_known::yes;
    settle(m);
  }
  for (const auto& command : waiting)
    command();
}

void payment_desk_state::settle(const payment_memory_read& m) {
  pass(fault_point::payments_recovered);
  for (const auto& scope : m.scopes)
    keys_.remember(scope);
  ids_.raise_above(m.last);
  meters_.open_in(saga_state::parked).set(static_cast<std::int64_t>(m.parked));
  for (const auto& saga : m.open)
    if (serves(saga.row.id)) reopen(saga);
  const auto orphans = std::exchange(orphans_, {});
  check(orphans.size() == m.orphans.size(), "every orphan was asked for");
  for (std::size_t i = 0; i < orphans.size(); ++i)
    settle_orphan(orphans[i], m.orphans[i]);
  log(log_level::info, "payment", "serving",
      {{"open_sagas", open_.size()}, {"clients_settled", orphans.size()}});
}

void payment_desk_state::reopen(const payment_reader::open_saga& saga) {
  auto& p = open_[saga.row.id];
  p.row = saga.row;
  p.what = saga.row.completed_at == no_time ? purpose::purchase : purpose::refund;
  p.answer_by = now() + context_.answer_time;
  if (saga.key.present()) {
    p.client = payment_client{{}, 0, saga.key};
    keys_.run(saga.key);
  }
  by_reservation_[p.row.reservation] = p.row.id;
  meters_.open_in(p.row.state).add(1);
  // When the hold ends is told to the client, should it turn out to have ended.
  if (p.what == purpose::purchase)
    self_->send(context_.reservation,
                find_reservation{p.row.id.value, p.row.user, p.row.reservation});
  run(p);
  arm(p);
}

void payment_desk_state::settle_orphan(const orphaned_client& o,
                                       const payment_memory_read::orphan_fate& fate) {
  const auto& key = o.client.key;
  const auto stored = [&](const payment_outcome& outcome) {
    if (key.present()) keys_.remember(key.scope);
    reply(o.client, fault::none, key_verdict::fresh, outcome);
  };
  if (fate.answer) return stored(*fate.answer);
  if (const auto open = open_.find(o.payment); fate.row && open != open_.end()) {
    auto& p = open->second;
    p.client = o.client;
    p.answer_by = o.answer_by;
    p.hold_expires_at = o.hold_expires_at;
    return arm(p);
  }
  const auto begun =
      fate.row && (o.what == purpose::purchase || fate.row->state != saga_state::completed);
  if (begun) return stored(outcome_of(*fate.row, o.hold_expires_at));
  reply(o.client, fault::unavailable, key_verdict::fresh, {});
}

bool payment_desk_state::serves(payment_id payment) const {
  const auto shard = shard_of(payment);
  return shard >= context_.first_shard && shard < context_.first_shard + context_.shards;
}

void payment_desk_state::set_timer(time_point due, std::uint64_t key) {
  wheel_.add(due, key);
  timer_.arm(self_, now(), wheel_.next());
}

void payment_desk_state::watch(std::uint64_t number) {
  set_timer(now() + std::min(context_.rules.step_time, context_.answer_time),
            candidate_bit | number);
}

// One entry of the wheel serves a saga as long as nothing comes due earlier.
void payment_desk_state::arm(open_payment& p) {
  auto next = p.due;
  if (p.client && (next == no_time || p.answer_by < next)) next = p.answer_by;
  if (next == no_time || (p.armed != no_time && p.armed <= next)) return;
  p.armed = next;
  set_timer(next, p.row.id.value);
}

void payment_desk_state::on(const payment_desk_tick&) {
  const auto at = now();
  timer_.fired(at);
  while (const auto key = wheel_.pop_due(at))
    turn(*key, at);
  wheel_.drop_while([this](std::uint64_t key) { return is_over(key); });
  timer_.arm(self_, at, wheel_.next());
}

// Most payments have ended long before their time-outs.
bool payment_desk_state::is_over(std::uint64_t key) const {
  if (key == prune_key || key == measure_key || key == recover_key) return false;
  if ((key & candidate_bit) != 0) return !candidates_.contains(key & ~candidate_bit);
  return !open_.contains(payment_id{key});
}

void payment_desk_state::turn(std::uint64_t key, time_point at) {
  if (key == prune_key) {
    prune_keys();
    return wheel_.add(at + limits::prune_every, prune_key);
  }
  if (key == measure_key) {
    measure(at);
    return wheel_.add(at + measure_every, measure_key);
  }
  if (key == recover_key) return read_memory();
  if ((key & candidate_bit) != 0) return turn_candidate(key & ~candidate_bit, at);
  if (const auto open = open_.find(payment_id{key}); open != open_.end())
    turn_payment(open->second, at);
}

void payment_desk_state::turn_candidate(std::uint64_t number, time_point at) {
  const auto found = candidates_.find(number);
  if (found == candidates_.end()) return;
  if (at >= found->second.answer_by) return give_up(number, fault::unavailable);
  if (found->second.at == candidate::stage::asking) ask_reservation(number);
  watch(number);
}

void payment_desk_state::turn_payment(open_payment& p, time_point at) {
  if (p.armed <= at) p.armed = no_time;
  if (p.due != no_time && p.due <= at) {
    p.due = no_time;
    if (p.unsent)
      write(p, *std::exchange(p.unsent, std::nullopt));
    else if (p.saga)
      self_->send(p.saga, wake_saga{});
  }
  if (p.client && p.answer_by <= at) answer_pending(p, at);
  arm(p);
}

void payment_desk_state::measure(time_point at) {
  auto oldest = at;
  for (const auto& [id, p] : open_)
    oldest = std::min(oldest, p.row.completed_at == no_time ? p.row.created_at : p.row.changed_at);
  meters_.oldest_seconds.set(std::chrono::duration_cast<seconds>(at - oldest).count());
}

void payment_desk_state::prune_keys() {
  auto job = [&store = context_.store, to = desk(), before = now() - limits::idempotency_kept] {
    payment_keys_pruned done;
    try {
      done.rows = store.prune_keys(before, limits::prune_rows_max);
    } catch (const std::exception& e) {
      log(log_level::warning, "payment", "old keys were not pruned", {{"error", e.what()}});
    }
    caf::anon_send(to, done);
  };
  // A full queue is no loss: the next tick prunes.
  static_cast<void>(context_.commit_jobs.post(std::move(job)));
}

void payment_desk_state::on(const payment_keys_pruned& m) {
  if (m.rows >= limits::prune_rows_max) prune_keys();
}

}  // namespace boxoffice
