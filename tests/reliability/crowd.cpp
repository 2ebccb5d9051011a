#include "tests/reliability/crowd.hpp"

#include <algorithm>
#include <utility>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

namespace boxoffice::reliability {
namespace {

constexpr milliseconds patience{4000};

}  // namespace

std::vector<concert_write> crowds_sale(time_point opens) {
  std::vector<concert_write> rows;
  for (const std::uint64_t id : {1U, 2U}) {
    auto c = std::make_shared<concert>();
    c->id = {id};
    c->title = "Concert " + std::to_string(id);
    c->artist = "Artist";
    if (id == 1) c->waiting_room = {.enabled = true, .active_max = 4, .admit_per_second = 2};
    rows.emplace_back(std::move(c));
  }
  for (const std::uint64_t id : {1U, 2U, 3U}) {
    auto s = std::make_shared<schedule>();
    s->id = {id};
    s->concert = {id == 1 ? 1U : 2U};
    s->sales_open_at = opens;
    s->sales_close_at = opens + std::chrono::hours{24};
    s->starts_at = opens + std::chrono::hours{48};
    s->venue = "Hall";
    s->hold = seconds{20};
    s->max_seats_per_user = 8;
    s->seats = seat_map{{{"A", 4, 12, points{100}}, {"B", 2, 12, points{0}}}};
    rows.emplace_back(std::move(s));
  }
  return rows;
}

crowd::crowd(client_log& told, std::uint64_t seed, std::size_t customers)
    : told_{told}, luck_{seed} {
  for (std::size_t i = 1; i <= customers; ++i)
    customers_.push_back({{"user-" + std::to_string(i)}, {}});
}

void crowd::meet(machine& at) {
  machine_ = &at;
  inbox_ = std::make_unique<letters>(at.time());
}

void crowd::part() {
  if (machine_ == nullptr) return;
  // What still arrives is heard by nobody.
  caf::anon_send_exit(inbox_->actor(), caf::exit_reason::kill);
  machine_->time().run_actors();
  inbox_.reset();
  machine_ = nullptr;
  waiting_.clear();
  for (auto& c : customers_)
    if (c.wants) c.wants->correlation = 0, c.wants->again_at = {};
}

bool crowd::is_settled() const {
  return std::ranges::none_of(customers_, [](const customer& c) { return c.wants.has_value(); });
}

std::string crowd::waits_for() const {
  std::string text;
  for (const auto& c : customers_)
    if (c.wants)
      text += c.who.value + " " + wish_names[static_cast<std::size_t>(c.wants->what)] + " (" +
              std::to_string(c.wants->tries) + " tries); ";
  return text;
}

void crowd::act() {
  auto& c = customers_[luck_.below(customers_.size())];
  if (!c.wants && settling_) return;
  if (!c.wants) begin(c);
  if (c.wants && machine_->now() >= c.wants->again_at) send(c);
}

void crowd::begin(customer& c) {
  errand e{};
  e.key = {{luck_.next() | 1U, luck_.next()}, {1, 1}};
  const auto dice = luck_.below(10);
  if (dice >= 5 && want_about_a_hold(c)) return;
  if (dice < 3) {
    e.what = wish::charge;
    e.amount = {100 + ++last_amount_};  // no two are alike
    told_.asked_charge(c.who, e.amount);
  } else if (dice == 3) {
    e.what = wish::queue;
  } else {
    e.what = wish::hold;
    e.schedule = {1 + luck_.below(3)};
    e.seats = static_cast<std::uint32_t>(1 + luck_.below(2));
    told_.asked_hold(c.who);
  }
  c.wants = e;
}

bool crowd::want_about_a_hold(customer& c) {
  std::vector<reservation_id> mine;
  for (const auto& [id, h] : told_.holds())
    if (h.user == c.who && (h.what == client_log::standing::held ||
                            (h.what == client_log::standing::paid && luck_.percent(20))))
      mine.push_back(id);
  if (mine.empty()) return false;
  errand e{};
  e.key = {{luck_.next() | 1U, luck_.next()}, {1, 1}};
  e.reservation = mine[luck_.below(mine.size())];
  auto& h = told_.at(e.reservation);
  h.moving = true;
  if (h.what == client_log::standing::paid) {
    e.what = wish::refund;
    e.payment = h.payment;
  } else if (luck_.percent(20)) {
    e.what = wish::release;
  } else {
    e.what = wish::pay;
    told_.asked_payment(c.who);
  }
  c.wants = e;
  return true;
}

void crowd::send(customer& c) {
  auto& e = *c.wants;
  if (e.correlation != 0) waiting_.erase(e.correlation);
  e.correlation = ++last_correlation_;
  e.again_at = machine_->now() + patience;
  if (e.tries++ != 0) ++replays_;
  waiting_[e.correlation] = static_cast<std::size_t>(&c - customers_.data());
  const auto& to = machine_->services();
  switch (e.what) {
    case wish::charge:
      return inbox_->post(to.point, charge_points{e.correlation, e.key, c.who, e.amount});
    case wish::queue:
      return inbox_->post(to.queue, join_queue{e.correlation, c.who, {1}});
    case wish::hold: {
      hold_seats m;
      m.correlation = e.correlation;
      m.key = e.key;
      m.user = c.who;
      m.schedule = e.schedule;
      m.best_count = e.seats;
      return inbox_->post(to.reservation, std::move(m));
    }
    case wish::release:
      return inbox_->post(to.reservation, release_reservation{e.correlation, c.who, e.reservation});
    case wish::pay: {
      start_payment m;
      m.correlation = e.correlation;
      m.key = e.key;
      m.user = c.who;
      m.reservation = e.reservation;
      return inbox_->post(to.payment, std::move(m));
    }
    case wish::refund:
      return inbox_->post(to.payment, refund_payment{e.correlation, e.key, c.who, e.payment});
    case wish::follow:
      return inbox_->post(to.payment, find_payment{e.correlation, c.who, e.payment});
  }
}

template <class Reply>
void crowd::take() {
  auto& heard = inbox_->all<Reply>();
  for (const auto& r : heard) {
    const auto at = waiting_.find(r.correlation);
    if (at == waiting_.end()) continue;  // to an earlier try
    auto& c = customers_[at->second];
    waiting_.erase(at);
    hear(c, r);
  }
  heard.clear();
}

void crowd::listen() {
  take<charge_reply>();
  take<hold_reply>();
  take<release_reply>();
  take<payment_reply>();
  take<payment_found>();
  take<queue_reply>();
}

void crowd::ask_again(customer& c, milliseconds after) {
  c.wants->correlation = 0;
  c.wants->again_at = machine_->now() + after;
}

bool crowd::stands(customer& c, fault f, key_verdict key) {
  if (key == key_verdict::reused) told_.complain("a key was taken for another's");
  if (f == fault::none && (key == key_verdict::fresh || key == key_verdict::replayed)) return true;
  // What was asked once and is surely not done may be forgotten: it must never turn up.
  const bool surely_not = f == fault::unavailable || f == fault::overloaded;
  if (surely_not && c.wants->tries == 1 && luck_.percent(40) && forget(c)) return false;
  ask_again(c, milliseconds{50 + luck_.below(400)});
  return false;
}

bool crowd::forget(customer& c) {
  const auto& e = *c.wants;
  switch (e.what) {
    case wish::charge:
      told_.refused_charge(c.who, e.amount);
      break;
    case wish::hold:
      told_.refused_hold(c.who);
      break;
    case wish::pay:
      told_.refused_payment(c.who);
      told_.at(e.reservation).moving = false;
      break;
    case wish::release:
    case wish::refund:
      told_.at(e.reservation).moving = false;
      break;
    case wish::queue:
    case wish::follow:
      return false;
  }
  ++forgotten_;
  c.wants.reset();
  return true;
}

void crowd::hear(customer& c, const charge_reply& r) {
  if (!stands(c, r.fault, r.key)) return;
  if (r.outcome.refusal == point_refusal::none)
    told_.told_charge(c.who, r.outcome.amount, r.outcome.transaction);
  else
    told_.refused_charge(c.who, c.wants->amount);
  c.wants.reset();
}

void crowd::hear(customer& c, const hold_reply& r) {
  if (!stands(c, r.fault, r.key)) return;
  if (r.outcome.refusal == hold_refusal::none)
    told_.told_hold(r.outcome.held);
  else
    told_.refused_hold(c.who);
  c.wants.reset();
}

void crowd::hear(customer& c, const release_reply& r) {
  if (!stands(c, r.fault, key_verdict::fresh)) return;
  auto& h = told_.at(c.wants->reservation);
  h.moving = false;
  if (r.refusal == release_refusal::none)
    h.what = client_log::standing::released;
  else
    told_.complain("a hold could not be given back: " + to_text(c.wants->reservation));
  c.wants.reset();
}

void crowd::follow(customer& c, const payment& p) {
  told_.told_payment(p);
  if (is_terminal(p.state)) return c.wants.reset();
  c.wants->what = wish::follow;
  c.wants->payment = p.id;
  ask_again(c, milliseconds{200});
}

void crowd::hear(customer& c, const payment_reply& r) {
  if (!stands(c, r.fault, r.key)) return;
  const auto& o = r.outcome;
  if (o.refusal == payment_refusal::none) return follow(c, o.paid);
  if (o.refusal == payment_refusal::payment_in_progress) return ask_again(c, milliseconds{200});
  auto& h = told_.at(c.wants->reservation);
  h.moving = false;
  if (c.wants->what == wish::refund) {
    told_.complain("a refund was refused: " + to_text(c.wants->payment));
  } else {
    told_.refused_payment(c.who);
    if (o.refusal == payment_refusal::reservation_expired)
      h.what = client_log::standing::over;
    else
      told_.complain("a payment was refused with " + std::to_string(static_cast<int>(o.refusal)));
  }
  c.wants.reset();
}

void crowd::hear(customer& c, const payment_found& r) {
  if (!stands(c, r.fault, key_verdict::fresh)) return;
  if (r.found.id) return follow(c, r.found);
  told_.complain("lost: a payment that was on its way, " + to_text(c.wants->payment));
  c.wants.reset();
}

void crowd::hear(customer& c, const queue_reply& r) {
  if (!stands(c, r.fault, key_verdict::fresh)) return;
  if (r.refusal == queue_refusal::none)
    told_.told_token(c.who, r.place.entry.token);
  else
    told_.complain("a place in line was refused");
  c.wants.reset();
}

}  // namespace boxoffice::reliability
