#include "tests/simulation/visitor.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::simulation {
namespace {

bool tells_of_end(const payment_outcome& o) {
  return o.refusal == payment_refusal::reservation_expired ||
         (o.refusal == payment_refusal::none &&
          o.paid.failure == payment_failure::reservation_expired);
}

}  // namespace

std::shared_ptr<visitor::wish> visitor::want_something() {
  if (procrastinated_) {
    auto* h = find(std::exchange(procrastinated_, {}));
    if (h != nullptr && h->what == held::state::held)
      return around_.random.one_in(2) ? pay(*h) : want_reading();
  }
  switch (around_.random.below(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return want_charge();
    case 4:
      return want_place();
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
      return want_hold();
    case 10:
    case 11:
    case 12:
    case 13:
      return want_payment();
    case 14:
      return want_release();
    case 15:
      return want_refund();
    case 16:
      return want_foreign_release();
    case 17:
      return want_foreign_payment();
    case 18:
      return want_other_body();
    default:
      return want_reading();
  }
}

std::shared_ptr<visitor::wish> visitor::want_charge() {
  charge_points m;
  m.key = {new_key(), {1, number_}};
  m.user = who_;
  m.amount = {static_cast<std::int64_t>(10'000 + 5'000 * around_.random.below(20) + number_)};
  around_.kept.asked_charge(who_, m.key.scope, m.amount);
  auto w = std::make_shared<wish>();
  w->name = "charge " + std::to_string(m.amount.value);
  w->key = m.key.scope;
  w->send = [m](visitor& v, std::uint64_t attempt) { v.send_charge(m, attempt); };
  return w;
}

void visitor::send_charge(const charge_points& m, std::uint64_t attempt) {
  ask<charge_points, charge_reply>(desk::point, m, attempt, [this, m](const charge_reply& r) {
    const auto v = verdict_of(r.fault, r.key);
    if (v != verdict::known) return v;
    if (r.key == key_verdict::reused)
      around_.kept.fail("a key is said to be reused that was not");
    else
      around_.kept.told_charge(m.key.scope, r.outcome);
    last_charge_ = m;
    return v;
  });
}

// The key of an answered request with another body must be refused.
std::shared_ptr<visitor::wish> visitor::want_other_body() {
  if (!last_charge_) return nullptr;
  auto m = *last_charge_;
  m.key.body = {2, m.key.body.low};
  m.amount = {m.amount.value + 1'000'000};
  auto w = std::make_shared<wish>();
  w->name = "reuse a key";
  w->send = [m](visitor& v, std::uint64_t attempt) {
    v.ask<charge_points, charge_reply>(desk::point, m, attempt, [&v](const charge_reply& r) {
      const auto heard = v.verdict_of(r.fault, r.key);
      if (heard == verdict::known && r.key != key_verdict::reused)
        v.around_.kept.fail("another body was taken under the key of the first");
      return verdict::known;
    });
  };
  return w;
}

std::shared_ptr<visitor::wish> visitor::want_place() {
  const auto all = around_.catalogue.snapshot();
  auto at = all->concerts.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(around_.random.below(all->concerts.size())));
  auto w = std::make_shared<wish>();
  const auto concert = at->first;
  const auto known = token_for(concert);
  const auto what = known ? around_.random.below(4) : 0;
  if (what == 0) {
    w->name = "a place in line";
    w->send = [concert](visitor& v, std::uint64_t attempt) {
      v.ask<join_queue, queue_reply>(
          desk::queue, {0, v.who_, concert}, attempt, [&v, concert](const queue_reply& r) {
            const auto heard = v.verdict_of(r.fault, key_verdict::fresh);
            if (heard != verdict::known || r.refusal != queue_refusal::none) return heard;
            std::erase_if(v.tokens_, [&](const auto& t) { return t.first == concert; });
            v.tokens_.emplace_back(concert, r.place.entry.token);
            return heard;
          });
    };
    return w;
  }
  const auto token = *known;
  if (what == 1) {
    w->name = "to leave the line";
    w->send = [token](visitor& v, std::uint64_t attempt) {
      v.ask<leave_queue, queue_reply>(
          desk::queue, {0, v.who_, token}, attempt,
          [&v](const queue_reply& r) { return v.verdict_of(r.fault, key_verdict::fresh); });
    };
    return w;
  }
  w->name = "its place";
  w->send = [token](visitor& v, std::uint64_t attempt) {
    v.ask<poll_queue, queue_reply>(
        desk::queue, {0, v.who_, token}, attempt,
        [&v](const queue_reply& r) { return v.verdict_of(r.fault, key_verdict::fresh); });
  };
  return w;
}

std::shared_ptr<visitor::wish> visitor::want_hold() {
  const auto all = around_.catalogue.snapshot();
  auto at = all->schedules.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(around_.random.below(all->schedules.size())));
  const auto& show = *at->second;
  if (!token_for(show.concert)) return want_place();
  auto& random = around_.random;
  hold_seats m;
  m.key = {new_key(), {3, number_}};
  m.user = who_;
  m.schedule = show.id;
  if (random.one_in(3)) {
    m.best_count = static_cast<std::uint32_t>(random.between(1, 3));
  } else {
    for (auto left = random.between(1, 3); left > 0; --left) {
      auto name =
          show.seats.name_of(static_cast<seat_index>(random.below(show.seats.seat_count())));
      if (std::ranges::count(m.seats, name) == 0) m.seats.push_back(std::move(name));
    }
  }
  around_.kept.asked_hold(who_, m.key.scope);
  auto w = std::make_shared<wish>();
  w->name = "hold " + (m.seats.empty() ? "the best" : m.seats.front());
  w->key = m.key.scope;
  w->send = [m, concert = show.concert](visitor& v, std::uint64_t attempt) {
    v.send_hold(m, attempt, concert);
  };
  return w;
}

// As the gateway does: what the waiting room says goes with the command.
void visitor::with_admission(concert_id at, std::uint64_t attempt, admission_fn then) {
  const auto token = token_for(at);
  if (!token || around_.random.one_in(30)) return then(queue_check::token_missing, 0, {});
  ask<check_token, token_reply>(
      desk::queue, {0, who_, at, *token}, attempt,
      [this, at, token, attempt, first = true,
       then = std::move(then)](const token_reply& r) mutable {
        const auto heard = verdict_of(r.fault, key_verdict::fresh);
        if (heard != verdict::known || !running_ || attempt != attempt_) return verdict::unknown;
        if (!std::exchange(first, false)) return verdict::unknown;
        switch (r.verdict) {
          case token_verdict::active:
            then(queue_check::admitted, 0, *token);
            break;
          case token_verdict::waiting:
            then(queue_check::still_waiting, r.position, *token);
            break;
          case token_verdict::lapsed:
          case token_verdict::invalid:
            std::erase_if(tokens_, [&](const auto& t) { return t.first == at; });
            then(queue_check::token_invalid, 0, *token);
            break;
        }
        return verdict::unknown;  // the answer that counts is still to come
      });
}

void visitor::send_hold(const hold_seats& m, std::uint64_t attempt, concert_id at) {
  with_admission(at, attempt,
                 [this, m, attempt](queue_check a, std::uint32_t position, queue_token) {
                   auto command = m;
                   command.admission = a;
                   command.position = position;
                   ask<hold_seats, hold_reply>(desk::reservation, std::move(command), attempt,
                                               [this, key = m.key.scope](const hold_reply& r) {
                                                 const auto v = verdict_of(r.fault, r.key);
                                                 if (v != verdict::known) return v;
                                                 around_.kept.told_hold(key, r.outcome);
                                                 if (r.outcome.refusal == hold_refusal::none)
                                                   keep(r.outcome.held);
                                                 return v;
                                               });
                 });
}

void visitor::keep(const reservation& r) {
  if (find(r.id) != nullptr) return;
  mine_.push_back({r.id, r.amount, r.expires_at, held::state::held, {}});
  around_.everybodys.emplace_back(who_, r.id);
}

visitor::held* visitor::find(reservation_id id) {
  const auto at = std::ranges::find(mine_, id, &held::id);
  return at == mine_.end() ? nullptr : &*at;
}

std::shared_ptr<visitor::wish> visitor::want_payment() {
  auto* h = some(held::state::held);
  if (h == nullptr) return want_hold();
  if (is_short_of_time(*h)) return want_time(*h);
  const auto left = h->expires_at - around_.now;
  if (left > milliseconds{0} && left < milliseconds{8'000} && around_.random.one_in(3)) {
    procrastinated_ = h->id;
    wake_ = h->expires_at + milliseconds{around_.random.below(90)};
    return nullptr;
  }
  return pay(*h);
}

std::shared_ptr<visitor::wish> visitor::pay(held& h) {
  start_payment m;
  m.key = {new_key(), {4, number_}};
  m.user = who_;
  m.reservation = h.id;
  around_.kept.asked_payment(who_, m.key.scope);
  const auto show = around_.catalogue.snapshot()->find(h.id.schedule);
  auto w = std::make_shared<wish>();
  w->name = "pay " + to_text(h.id);
  w->key = m.key.scope;
  w->send = [m, at = show->concert, until = latest_end(h), first = around_.now](
                visitor& v, std::uint64_t attempt) {
    v.send_payment(m, attempt, at, until, first);
  };
  return w;
}

void visitor::send_payment(const start_payment& m, std::uint64_t attempt, concert_id at,
                           time_point expires_at, time_point first_sent) {
  with_admission(
      at, attempt, [=, this](queue_check a, std::uint32_t /*position*/, queue_token token) {
        auto command = m;
        command.admission = a;
        command.token = token;
        ask<start_payment, payment_reply>(
            desk::payment, std::move(command), attempt, [=, this](const payment_reply& r) {
              const auto v = hear_payment(r, m.key.scope);
              if (v == verdict::known && tells_of_end(r.outcome)) heard_of_end(m.reservation);
              if (v != verdict::known || r.outcome.refusal != payment_refusal::none) return v;
              auto* h = find(m.reservation);
              if (h == nullptr) return v;
              const auto& p = r.outcome.paid;
              h->payment = p.id;
              h->what = p.state == saga_state::completed ? held::state::paid
                        : is_terminal(p.state)           ? held::state::held
                                                         : held::state::paying;
              if (p.state == saga_state::completed && around_.clocks_agree &&
                  first_sent >= expires_at)
                around_.kept.fail("a hold was paid after its deadline: " + to_text(m.reservation));
              return v;
            });
      });
}

visitor::verdict visitor::hear_payment(const payment_reply& r, const digest& key) {
  const auto v = verdict_of(r.fault, r.key);
  if (v != verdict::known) return v;
  if (r.key == key_verdict::reused)
    around_.kept.fail("a key is said to be reused that was not");
  else
    around_.kept.told_payment(key, r.outcome);
  return v;
}

std::shared_ptr<visitor::wish> visitor::want_release() {
  auto* h = some(held::state::held);
  if (h == nullptr) return nullptr;
  auto w = std::make_shared<wish>();
  w->name = "to give back " + to_text(h->id);
  w->send = [id = h->id](visitor& v, std::uint64_t attempt) {
    v.ask<release_reservation, release_reply>(
        desk::reservation, {0, v.who_, id}, attempt, [&v, id](const release_reply& r) {
          const auto heard = v.verdict_of(r.fault, key_verdict::fresh);
          if (heard != verdict::known) return heard;
          if (r.refusal == release_refusal::not_found)
            v.around_.kept.fail("a reservation is not found by its owner: " + to_text(id));
          if (auto* mine = v.find(id); mine != nullptr && mine->what == held::state::held)
            mine->what = held::state::over;
          return heard;
        });
  };
  return w;
}

std::shared_ptr<visitor::wish> visitor::want_refund() {
  auto* h = some(held::state::paid);
  if (h == nullptr || !around_.random.one_in(2)) return want_payment();
  refund_payment m;
  m.key = {new_key(), {5, number_}};
  m.user = who_;
  m.payment = h->payment;
  h->what = held::state::over;
  around_.kept.asked_payment(who_, m.key.scope);
  auto w = std::make_shared<wish>();
  w->name = "refund of " + to_text(m.payment);
  w->key = m.key.scope;
  w->send = [m](visitor& v, std::uint64_t attempt) { v.send_refund(m, attempt); };
  return w;
}

void visitor::send_refund(const refund_payment& m, std::uint64_t attempt) {
  ask<refund_payment, payment_reply>(
      desk::payment, m, attempt,
      [this, key = m.key.scope](const payment_reply& r) { return hear_payment(r, key); });
}

std::shared_ptr<visitor::wish> visitor::want_reading() {
  if (mine_.empty()) return nullptr;
  const auto& h = mine_[around_.random.below(mine_.size())];
  if (is_at_the_door(h)) return want_in(h.id);
  auto w = std::make_shared<wish>();
  w->name = "to see " + to_text(h.id);
  w->send = [id = h.id, until = latest_end(h)](visitor& v, std::uint64_t attempt) {
    v.ask<find_reservation, reservation_reply>(
        desk::reservation, {0, v.who_, id}, attempt,
        [&v, id, until, sent = v.around_.now](const reservation_reply& r) {
          if (r.fault != fault::none) return verdict::known;
          if (r.present == reservation_reply::presence::absent)
            v.around_.kept.fail("a reservation is not found by its owner: " + to_text(id));
          else if (r.found.status == reservation_status::held && sent >= until &&
                   v.around_.clocks_agree)
            v.around_.kept.fail("a hold lives after its deadline: " + to_text(id));
          else if (r.found.status == reservation_status::expired)
            v.heard_of_end(id);
          return verdict::known;
        });
  };
  return w;
}

std::optional<reservation_id> visitor::somebody_elses() const {
  if (around_.everybodys.empty()) return std::nullopt;
  const auto& [whose, id] = around_.everybodys[around_.random.below(around_.everybodys.size())];
  return whose == who_ ? std::nullopt : std::optional{id};
}

std::shared_ptr<visitor::wish> visitor::want_foreign_release() {
  const auto found = somebody_elses();
  if (!found) return nullptr;
  const auto id = *found;
  auto w = std::make_shared<wish>();
  w->name = "to give back somebody else's " + to_text(id);
  w->send = [id](visitor& v, std::uint64_t attempt) {
    v.ask<release_reservation, release_reply>(
        desk::reservation, {0, v.who_, id}, attempt, [&v, id](const release_reply& r) {
          if (r.fault == fault::none && r.refusal != release_refusal::not_found)
            v.around_.kept.fail("somebody else could touch " + to_text(id));
          return verdict::known;
        });
  };
  return w;
}

std::shared_ptr<visitor::wish> visitor::want_foreign_payment() {
  const auto found = somebody_elses();
  if (!found) return nullptr;
  const auto id = *found;
  start_payment m;
  m.key = {new_key(), {6, number_}};
  m.user = who_;
  m.reservation = id;
  auto w = std::make_shared<wish>();
  w->name = "to pay somebody else's " + to_text(id);
  w->send = [m](visitor& v, std::uint64_t attempt) {
    v.ask<start_payment, payment_reply>(desk::payment, m, attempt, [&v, m](const payment_reply& r) {
      if (r.fault == fault::none && r.key != key_verdict::in_flight &&
          r.outcome.refusal != payment_refusal::reservation_not_found)
        v.around_.kept.fail("somebody else could pay " + to_text(m.reservation));
      return verdict::known;
    });
  };
  return w;
}

}  // namespace boxoffice::simulation
