#include "actors/reservation/reservation_desk_state.hpp"
#include "config/limits.hpp"

#include <exception>
#include <utility>

namespace boxoffice {
namespace {

hold_reply verdict_of(const hold_seats& m, key_verdict verdict) {
  hold_reply reply;
  reply.ticket = m.ticket;
  reply.key = verdict;
  return reply;
}

}  // namespace

// A retry is recognised before anything else is looked at.
void reservation_desk_state::run(hold_seats& m, const caf::actor& caller) {
  switch (keys_.begin(m.key)) {
    case key_book::state::fresh:
      return start_hold(m, caller);
    case key_book::state::look_up:
      return look_up_key(m, caller);
    case key_book::state::in_flight:
      return answer(self_, caller, verdict_of(m, key_verdict::in_flight));
    case key_book::state::reused:
      return answer(self_, caller, verdict_of(m, key_verdict::reused));
  }
}

void reservation_desk_state::look_up_key(hold_seats& m, const caf::actor& caller) {
  const auto key = m.key;
  const auto posted = context_.read_runner.post(
      [reader = &context_.reader, to = caf::actor_cast<caf::actor>(self_), m, caller] {
        key_looked_up result{m, caller, fault::none, std::nullopt};
        try {
          result.found = reader->find_key(m.key.scope);
        } catch (const std::exception&) {
          result.fault = fault::unavailable;
        }
        caf::anon_send(to, std::move(result));
      });
  if (posted == job_runner::posted::yes) return;
  keys_.finish(key, key_book::outcome::forgotten);
  auto reply = verdict_of(m, key_verdict::fresh);
  reply.fault = fault::overloaded;
  answer(self_, caller, std::move(reply));
}

void reservation_desk_state::on(key_looked_up& m) {
  if (m.fault == fault::none && !m.found) {
    keys_.run(m.command.key);
    return start_hold(m.command, m.caller);
  }
  keys_.finish(m.command.key, key_book::outcome::forgotten);
  auto reply = verdict_of(m.command, key_verdict::fresh);
  if (m.fault != fault::none) {
    reply.fault = m.fault;
  } else if (m.found->body != m.command.key.body) {
    reply.key = key_verdict::reused;
  } else {
    reply.key = key_verdict::replayed;
    reply.outcome = std::move(m.found->answer);
  }
  answer(self_, m.caller, std::move(reply));
}

void reservation_desk_state::start_hold(hold_seats& m, const caf::actor& caller) {
  const auto now = context_.clock.now();
  const auto* to = desk_of(m.schedule);
  const hold_wish wish{std::move(m.seats), m.best_count, std::move(m.best_section), m.admission,
                       m.position};
  auto admitted = admit_hold(to == nullptr ? nullptr : to->of.get(), wish, now);
  if (auto* basket = std::get_if<admitted_basket>(&admitted)) {
    self_->send(to->desk,
                claim_basket{m.ticket, caller, now, m.key, std::move(m.user), std::move(*basket)});
    return;
  }
  hold_item item{caller, {}, m.key, now};
  item.reply.ticket = m.ticket;
  item.reply.outcome = std::move(std::get<hold_outcome>(admitted));
  refuse_hold(std::move(item));
}

void reservation_desk_state::refuse_hold(hold_item item) {
  if (!item.key.present() || !is_remembered(item.reply.outcome.refusal)) return settle_hold(item);
  reservation_write write;
  write.key = item.key;
  write.answer = item.reply.outcome;
  write.at = item.now;
  if (line_.submit(std::move(write), item) == line::committer_type::submitted::accepted) return;
  item.reply.fault = fault::overloaded;
  settle_hold(item);
}

// The answer is final, and durable if it is to be remembered.
void reservation_desk_state::settle_hold(hold_item& item) {
  auto& reply = item.reply;
  const auto refusal = reply.outcome.refusal;
  const bool stored = reply.fault == fault::in_doubt ||  // perhaps: then the next one looks it up
                      (reply.fault == fault::none && is_remembered(refusal));
  keys_.finish(item.key, stored ? key_book::outcome::stored : key_book::outcome::forgotten);
  if (reply.fault != fault::none)
    reply.outcome = {};
  else if (refusal == hold_refusal::none)
    holds_.add(reply.outcome.held, item.now);
  else
    refused_[static_cast<std::size_t>(refusal)]->add();
  answer(self_, item.caller, std::move(reply));
}

void reservation_desk_state::on(hold_answers& m) {
  for (auto& item : m.items)
    settle_hold(item);
}

void reservation_desk_state::on(const commit_report& m) {
  auto verdict = line_.on_report(m);
  for (auto& item : verdict.committed)
    settle_hold(item);
  for (auto& item : verdict.lost) {
    item.reply.fault = fault::unavailable;
    settle_hold(item);
  }
  for (auto& item : verdict.doubtful)
    look_up_doubtful(std::move(item));
}

// The store says whether the refusal was written; until it can be asked, nobody knows.
void reservation_desk_state::look_up_doubtful(hold_item item) {
  const auto shared = std::make_shared<hold_item>(std::move(item));
  const auto posted = context_.read_runner.post(
      [reader = &context_.reader, to = caf::actor_cast<caf::actor>(self_), shared] {
        try {
          if (!reader->find_key(shared->key.scope)) shared->reply.fault = fault::unavailable;
        } catch (const std::exception&) {
          shared->reply.fault = fault::in_doubt;
        }
        caf::anon_send(to, hold_answers{{std::move(*shared)}});
      });
  if (posted == job_runner::posted::yes) return;
  shared->reply.fault = fault::in_doubt;
  settle_hold(*shared);
}

void reservation_desk_state::on(const prune_keys_tick&) {
  prune_keys();
  self_->delayed_send(self_, limits::prune_every, prune_keys_tick{});
}

// One bounded transaction after the other, with room for others between them.
void reservation_desk_state::on(const keys_pruned& m) {
  if (m.count >= limits::prune_rows_max) prune_keys();
}

void reservation_desk_state::prune_keys() {
  const auto before = context_.clock.now() - limits::idempotency_kept;
  const auto posted = context_.commit_runner.post(
      [store = &context_.store, to = caf::actor_cast<caf::actor>(self_), before] {
        keys_pruned result;
        try {
          result.count = store->prune_keys(before, limits::prune_rows_max);
        } catch (const std::exception&) {
          result.count = 0;  // the next tick tries again
        }
        caf::anon_send(to, result);
      });
  static_cast<void>(posted);  // a full queue: the next tick tries again
}

}  // namespace boxoffice
