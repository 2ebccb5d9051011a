#include "actors/payment/pending_starts.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {

void pending_starts::begin(pending_start s) {
  const auto client = s.client;
  if (deciding_.size() + sagas_.open().size() >= parts_.context.open_sagas_max)
    return parts_.reply(client, fault::overloaded, key_verdict::fresh, {});
  parts_.keys.begin(
      client.key, client.call, parts_.reads, parts_.memory,
      [this, s = std::move(s)]() mutable { decide(std::move(s)); },
      [this, client](fault why, key_verdict verdict, const payment_outcome* answer) {
        parts_.reply(client, why, verdict, answer ? *answer : payment_outcome{});
      });
}

// The key is this request's: on to the entity it names.
void pending_starts::decide(pending_start s) {
  const auto number = ++last_;
  auto& c = deciding_[number];
  c.of = std::move(s);
  c.answer_by = parts_.now() + parts_.context.answer_time;
  watch(number);
  if (c.of.what == payment_purpose::refund) return refund_of(number);
  if (!c.of.reservation) return refuse(number, decide_purchase({}, {}, c.of.queue));
  ask_reservation(number);
}

void pending_starts::refund_of(std::uint64_t number) {
  auto& c = deciding_.at(number);
  const auto id = c.of.payment;
  if (!id) return refuse(number, decide_refund({}, c.of.user, no_time, parts_.now()));
  if (const auto* open = sagas_.open().find(id))
    return refuse(number, decide_refund(open->row, c.of.user, no_time, parts_.now()));
  // Held before the row is read: a second refund never sees a row from before the first.
  if (!refunding_.emplace(id, c.of.user).second) {
    payment_outcome busy;
    busy.refusal = payment_refusal::payment_in_progress;
    busy.other = id;
    return refuse(number, busy);
  }
  c.holds_turn = true;
  parts_.reads.ask_within(
      parts_.memory, [id](payment_reader& reader) { return reader.find(id); },
      [this, number](fault failed, std::optional<payment>& found) {
        const auto at = deciding_.find(number);
        if (at == deciding_.end()) return;
        if (failed != fault::none) return give_up(number, failed);
        auto& of = at->second.of;
        const auto outcome = decide_refund(found, of.user, time_point::max(), parts_.now());
        if (outcome.refusal != payment_refusal::none) return refuse(number, outcome);
        of.reservation = found->reservation;
        at->second.row = std::move(found);
        ask_reservation(number);
      });
}

void pending_starts::ask_reservation(std::uint64_t number) {
  auto& c = deciding_.at(number);
  c.asks = true;
  caf::send_as(parts_.self, parts_.context.reservation,
               find_reservation{number, c.of.user, c.of.reservation, {c.of.client.call.from}});
}

bool pending_starts::reservation_found(const reservation_reply& m) {
  const auto found = deciding_.find(m.correlation);
  if (found == deciding_.end()) return false;
  if (found->second.asks) decide(m.correlation, m);
  return true;
}

void pending_starts::decide(std::uint64_t number, const reservation_reply& m) {
  const auto& c = deciding_.at(number);
  if (m.fault != fault::none)
    return give_up(number, m.fault == fault::in_doubt ? fault::unavailable : m.fault);
  if (c.of.what == payment_purpose::refund) {
    const auto outcome =
        decide_refund(c.row, c.of.user, m.starts_at, parts_.context.time.calendar());
    if (outcome.refusal != payment_refusal::none) return refuse(number, outcome);
    auto paid = *c.row;
    paid.from = c.of.client.call.from;
    return start(number, saga::begin_refund(std::move(paid), parts_.now()), no_time);
  }
  const auto mine = m.present == reservation_reply::presence::found && m.found.user == c.of.user;
  const auto* running = sagas_.open().find(c.of.reservation);
  const auto outcome =
      decide_purchase(mine ? std::optional{m.found} : std::nullopt,
                      running ? std::optional{running->row} : std::nullopt, c.of.queue);
  if (outcome.refusal != payment_refusal::none) return refuse(number, outcome);
  start_purchase(number, m);
}

void pending_starts::start_purchase(std::uint64_t number, const reservation_reply& found) {
  const auto& held = found.found;
  const auto& of = deciding_.at(number).of;
  payment wanted;
  wanted.id = parts_.ids.next(shard_of(of.user));
  wanted.reservation = held.id;
  wanted.concert = held.concert;
  wanted.user = of.user;
  wanted.from = of.client.call.from;
  wanted.amount = held.amount;
  wanted.token = of.token;
  wanted.seats = static_cast<std::uint32_t>(held.seats.size());
  wanted.seat_names = found.seat_names;
  start(number, saga::begin(std::move(wanted), parts_.context.rules, parts_.now()),
        held.expires_at);
}

void pending_starts::start(std::uint64_t number, saga_decision first, time_point hold_expires_at) {
  const auto& c = deciding_.at(number);
  const auto begun = sagas_.start(
      std::move(first), waiting_client{c.of.client, c.of.what, c.answer_by, hold_expires_at});
  if (begun == saga_host::started::no) return give_up(number, fault::overloaded);
  close(number);
}

void pending_starts::refuse(std::uint64_t number, const payment_outcome& refusal) {
  parts_.metrics.refusals.add();
  const auto c = close(number);
  const auto& client = c->of.client;
  if (!client.key.present() || !is_remembered(refusal.refusal)) {
    parts_.keys.finish(client.key, known_keys::outcome::forgotten);
    return parts_.reply(client, fault::none, key_verdict::fresh, refusal);
  }
  payment_write w;
  w.key = client.key;
  w.answer = refusal;
  w.at = parts_.now();
  payment_entry e;
  e.waits = waiting_client{client, c->of.what, c->answer_by, no_time};
  e.outcome = refusal;
  if (parts_.writes.submit(parts_.writes.new_entity(), w, e) ==
      payment_journal::submitted::accepted)
    return;
  parts_.keys.finish(client.key, known_keys::outcome::forgotten);
  parts_.reply(client, fault::overloaded, key_verdict::fresh, {});
}

std::optional<pending_starts::candidate> pending_starts::close(std::uint64_t number) {
  auto node = deciding_.extract(number);
  if (!node) return std::nullopt;
  auto& c = node.mapped();
  if (c.holds_turn) refunding_.erase({c.of.payment, c.of.user});
  return std::move(c);
}

// Surely nothing was begun.
void pending_starts::give_up(std::uint64_t number, fault why) {
  const auto c = close(number);
  if (!c) return;
  parts_.keys.finish(c->of.client.key, known_keys::outcome::forgotten);
  parts_.reply(c->of.client, why, key_verdict::fresh, {});
}

void pending_starts::clear() {
  for (const auto& [number, c] : deciding_)
    parts_.reply(c.of.client, fault::unavailable, key_verdict::fresh, {});
  deciding_.clear();
  refunding_.clear();
  deadlines_.clear();
}

void pending_starts::watch(std::uint64_t number) {
  const auto now = parts_.now();
  deadlines_.add(now + std::min(parts_.context.rules.step_time, parts_.context.answer_time),
                 number);
  timer_.arm(parts_.later, now, deadlines_.next(), [this] { on_timer(); });
}

void pending_starts::on_timer() {
  const auto now = parts_.now();
  timer_.fired(now);
  while (const auto number = deadlines_.pop_due(now))
    on_deadline(*number, now);
  deadlines_.drop_while([this](std::uint64_t number) { return !deciding_.contains(number); });
  timer_.arm(parts_.later, now, deadlines_.next(), [this] { on_timer(); });
}

void pending_starts::on_deadline(std::uint64_t number, time_point now) {
  const auto found = deciding_.find(number);
  if (found == deciding_.end()) return;
  if (now >= found->second.answer_by) return give_up(number, fault::unavailable);
  if (found->second.asks) ask_reservation(number);
  watch(number);
}

}  // namespace boxoffice
