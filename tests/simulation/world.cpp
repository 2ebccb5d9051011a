#include "tests/simulation/world.hpp"

#include "actors/audit/audit.hpp"
#include "actors/payment/saga.hpp"
#include "actors/ranking/protocol.hpp"
#include "tests/simulation/memory_books.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace boxoffice::simulation {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds fault_phase{40'000};
// Longer than the longest back-off, hold, deadline and place in line.
constexpr milliseconds healing_max{600'000};
constexpr std::uint64_t steps_between_audits = 400;
constexpr std::uint64_t steps_max = 2'000'000;
// A life that was mute ends, and another node waits for it and takes over, or its own comes back.
constexpr milliseconds owned_within{8'000};
constexpr std::size_t visitors = 5;
constexpr std::uint32_t active_max = 3;

constexpr std::array all_services{service::concert, service::queue_ranking, service::reservation,
                                  service::point, service::payment};

}  // namespace

world::world(const run_options& how)
    : how_{how},
      random_{how.seed},
      later_{how.seed ^ 0x9e3779b97f4a7c15ULL},
      events_{how.kept},
      faults_{how.faults, random_, later_},
      now_{testing::beginning},
      net_{{random_, faults_, events_, now_, testing::beginning,
            [this](service s) { return route(s); }}},
      wires_{{random_, faults_, events_, now_, testing::beginning}},
      judges_{[this](const process& from, const std::any& reply, bool late) {
                judge_leaving(from, reply, late);
              },
              [this](const process& life) { return is_replaced(life); },
              [this](std::string what) { promises_.fail(std::move(what)); },
              [this](const std::string& what) { note(what); },
              {},
              !faults_.touches_clocks(),
              now_},
      around_{stores_,
              faults_,
              net_,
              events_,
              catalogue_,
              now_,
              testing::beginning,
              [this](const process& from, const std::any& reply) { return leaves(from, reply); },
              [this](const process& life) {
                return !in_pairs() ||
                       pairs_[static_cast<std::size_t>(life.what())]->reaches_store(life);
              },
              faults_.stands_by() ? node_pair::wait / 2 : 0ms,
              faults_.links() ? &wires_ : nullptr,
              faults_.links() ? &judges_ : nullptr} {
  if (!faults_.links()) return;
  gateway_.emplace(wires_, judges_, now_,
                   [this](std::uint64_t call, const std::any& reply) { net_.hear(call, reply); });
  net_.send_by(*gateway_);
}

world::~world() {
  pairs_.clear();
  judges_.clocks_agree = false;  // nobody waits any more
  for (auto& u : usurped_)
    retire(std::move(u.old));
  for (auto& p : places_)
    if (p.alive) retire(std::move(p.alive));
}

void world::note(const std::string& what) { events_.add(now_ - testing::beginning, what); }

run_result world::run() {
  keyed_leave_ = !faults_.links() && (!faults_.stands_by() || later_.one_in(2));
  if (faults_.stands_by()) start_nodes();
  if (!in_pairs())
    for (const auto s : all_services)
      start(s);
  set_up();
  faults_.begin();
  const auto end = now_ + fault_phase;
  while (now_ < end && promises_.broken().empty())
    step();
  if (promises_.broken().empty()) heal();
  return result();
}

void world::start_nodes() {
  for (const auto s : all_services)
    pairs_.push_back(std::make_unique<node_pair>(node_pair::surroundings{
        s, random_, faults_, around_, promises_, [this] { return ++last_process_; },
        [this](std::unique_ptr<process> old) { retire(std::move(old)); }}));
  for (int i = 0; i < 100'000 && !has_owners(); ++i)
    step();
}

process* world::life_of(service s) const {
  return in_pairs() ? pairs_[static_cast<std::size_t>(s)]->youngest()
                    : places_[static_cast<std::size_t>(s)].alive.get();
}

void world::set_up() {
  struct show {
    std::uint32_t room, seats_per_row;
    seconds extension;
  };
  for (const auto& [room, seats, extension] : {show{0, 5, 6s}, show{active_max, 3, 0s}}) {
    create_concert c;
    c.draft.title = "A concert";
    c.draft.artist = "Somebody";
    if (room != 0) c.draft.waiting_room = {true, room, 2};
    const auto made = call<catalogue_reply>(desk::catalogue, c);
    create_schedule s;
    s.draft.concert = made.concert;
    s.draft.sales_open_at = now_ - 1h;
    s.draft.sales_close_at = now_ + 24h;
    s.draft.starts_at = now_ + 48h;
    s.draft.venue = "Hall";
    s.draft.hold = 12s;
    s.hold_extension = extension;
    s.draft.seats = seat_map{{{"A", 2, seats, {20'000}}}};
    call<catalogue_reply>(desk::catalogue, s);
  }
  for (std::size_t i = 0; i < visitors; ++i)
    visitors_.push_back(std::make_unique<visitor>(
        user_id{"u" + std::to_string(i + 1)},
        visitor_surroundings{random_, net_, promises_, events_, now_, testing::beginning,
                             catalogue_, everybodys_, !faults_.touches_clocks(), faults_.links()}));
  for (const auto s : all_services)
    copies_[static_cast<std::size_t>(s)] = stores_.copy_of(s);
}

std::vector<process*> world::lives() const {
  std::vector<process*> all;
  for (const auto& p : places_)
    if (p.alive) all.push_back(p.alive.get());
  for (const auto& u : usurped_)
    all.push_back(u.old.get());
  for (const auto& each : pairs_)
    each->add_lives(all);
  return all;
}

process* world::route(service s) {
  if (in_pairs()) {
    const auto& of = *pairs_[static_cast<std::size_t>(s)];
    return random_.one_in(4) ? of.any() : of.youngest();
  }
  // A caller may not have heard yet that there is a new owner.
  if (!usurped_.empty() && random_.one_in(4))
    for (auto& u : usurped_)
      if (u.old->what() == s) return u.old.get();
  return at(s).alive.get();
}

void world::step() {
  if (++steps_ > steps_max) return promises_.fail_in_any_case("the run does not end");
  if (steps_ % steps_between_audits == 0) audit_now(audit::reading::offline);
  strike();
  tend();
  expect_owners();
  operate();
  std::vector<std::pair<std::size_t, process*>> work;
  const auto arriving = gateway_ ? wires_.ready() + gateway_->ready() : net_.ready();
  std::size_t total = arriving;
  for (auto* each : lives())
    if (each->ready() != 0) {
      work.emplace_back(each->ready(), each);
      total += work.back().first;
    }
  std::vector<visitor*> awake;
  for (auto& v : visitors_)
    if (v->wake() <= now_) awake.push_back(v.get());
  total += awake.size();
  if (total == 0) return pass(until_next());
  if (random_.one_in(60)) return pass(milliseconds{random_.between(1, 30)});
  auto pick = random_.below(total);
  for (const auto& [count, p] : work) {
    if (pick < count) return p->step(random_);
    pick -= count;
  }
  if (pick < awake.size()) return awake[pick]->step();
  if (!gateway_) return net_.step();
  if (gateway_->ready() != 0) return gateway_->step();
  wires_.step();
}

milliseconds world::until_next() const {
  auto next = now_ + 1s;
  if (const auto arrival = net_.next_arrival()) next = std::min(next, *arrival);
  for (const auto& v : visitors_)
    next = std::min(next, v->wake());
  for (const auto& p : places_)
    if (p.back > now_) next = std::min(next, p.back);
  for (const auto& u : usurped_)
    next = std::min(next, u.old->is_paused() ? u.wakes : u.ends);
  for (const auto& each : pairs_)
    next = std::min(next, each->next());
  if (gateway_) next = std::min(next, wires_.next());
  for (auto* each : lives())
    if (const auto timer = each->next_timer()) next = std::min(next, now_ + *timer);
  return std::max(next - now_, 1ms);
}

void world::pass(milliseconds by) {
  now_ += by;
  for (auto& p : places_)
    if (p.alive) p.alive->pass(now_, by);
  for (auto& u : usurped_)
    u.old->pass(now_, by);
  for (auto& each : pairs_)
    each->pass(by);
}

// What goes wrong between two steps.
void world::strike() {
  if (in_pairs()) {
    auto& struck = *pairs_[random_.below(service_count)];
    if (faults_.strikes(fault_kind::crash)) struck.crash_owner();
    struck.strike();
    if (gateway_) wires_.strike();
  } else {
    strike_places();
  }
  strike_clocks();
}

void world::strike_places() {
  const auto victim = [this] { return all_services[random_.below(service_count)]; };
  if (faults_.strikes(fault_kind::crash)) crash(victim());
  if (faults_.strikes(fault_kind::pause)) {
    const auto s = victim();
    auto& p = at(s);
    if (p.alive && !p.alive->is_paused()) {
      note(std::string{name_of(s)} + " stands still");
      p.alive->pause();
      p.back = now_ + milliseconds{random_.between(50, 10'000)};
    }
  }
  if (faults_.strikes(fault_kind::usurped)) {
    const auto s = victim();
    auto& p = at(s);
    if (p.alive && usurped_.size() < 2) {
      note(std::string{name_of(s)} + " stands still and is replaced");
      p.alive->pause();
      const auto wakes = now_ + milliseconds{random_.between(1, 6'000)};
      usurped_.push_back(
          {std::move(p.alive), wakes, wakes + milliseconds{random_.between(1, 4'000)}});
      start(s);
    }
  }
}

void world::strike_clocks() {
  const auto forward = faults_.strikes(fault_kind::clock_forward);
  if (forward || faults_.strikes(fault_kind::clock_back)) {
    const auto s = all_services[random_.below(service_count)];
    const milliseconds by{random_.between(1, 5'000)};
    note("the clock of " + std::string{name_of(s)} + (forward ? " jumps ahead" : " jumps back"));
    if (auto* life = life_of(s)) life->jump_clock(forward ? by : -by);
  }
}

void world::crash(service s) {
  auto& p = at(s);
  if (!p.alive) return;
  note(std::string{name_of(s)} + " crashes");
  retire(std::move(p.alive));
  p.back = now_ + milliseconds{random_.below(3'000)};
  p.dies_after = 0;
}

void world::start(service s) {
  auto& p = at(s);
  // What was copied at an earlier start is some commits old by now.
  auto& copy = copies_[static_cast<std::size_t>(s)];
  if (copy.has_value() && faults_.strikes(fault_kind::set_back)) {
    note(std::string{name_of(s)} + " is set back");
    stores_.set_back(s, copy);
    promises_.become_lossy();
  }
  copy = stores_.copy_of(s);
  note(std::string{name_of(s)} + " starts");
  const auto epoch = stores_.take_over(s, now_);
  p.alive = start_process({s, ++last_process_, epoch, random_.next()}, around_);
  p.back = {};
  p.dies_after =
      faults_.strikes(fault_kind::crash_at_start) ? random_.between(1, 60) : std::uint64_t{0};
}

// The operator looks after parked sagas: sends them on, or gives them up; in the end only on.
void world::operate() {
  if (now_ < operator_looks_) return;
  operator_looks_ = now_ + milliseconds{random_.between(500, 6'000)};
  for (const auto& [id, row] : stores_.payment.rows) {
    if (row.state != saga_state::parked) continue;
    const auto ignore = [](const std::any&) {};
    ++operations_;
    if (faults_.is_striking() && random_.one_in(3))
      net_.send(desk::payment, abort_saga{0, id, "simulated"}, ignore);
    else
      net_.send(desk::payment, resume_saga{0, id}, ignore);
  }
}

// Those whose time has come start again, go on, wake up or end.
void world::tend() {
  for (auto& each : pairs_)
    each->tend();
  if (gateway_) wires_.tend();
  if (in_pairs()) return;
  for (const auto s : all_services) {
    auto& p = at(s);
    if (!p.alive && p.back <= now_) start(s);
    if (p.alive && p.alive->is_paused() && p.back <= now_) {
      note(std::string{name_of(s)} + " goes on");
      p.alive->go_on();
    }
    if (p.alive && p.dies_after != 0 && --p.dies_after == 0) crash(s);
  }
  for (auto& u : usurped_)
    if (u.old->is_paused() && u.wakes <= now_) {
      note(std::string{name_of(u.old->what())} + " wakes beside its successor");
      u.old->go_on();
    }
  for (auto u = usurped_.begin(); u != usurped_.end();) {
    if (u->ends > now_) {
      ++u;
      continue;
    }
    auto old = std::move(u->old);
    u = usurped_.erase(u);
    retire(std::move(old));
  }
}

void world::retire(std::unique_ptr<process> old) {
  old->die();
  net_.forget_caller(old->number());
}

void world::heal() {
  note("healing");
  faults_.heal();
  if (in_pairs()) {
    for (auto& each : pairs_)
      each->heal();
    // What could not even be written as parked begins again from its row.
    pairs_[static_cast<std::size_t>(service::payment)]->restart();
    owned_by_ = now_ + owned_within;
  } else {
    heal_places();
  }
  for (auto& v : visitors_)
    v->settle();
  const auto end = now_ + healing_max;
  while (promises_.broken().empty() && now_ < end && !is_quiet())
    step();
  if (promises_.broken().empty()) settle();
}

void world::heal_places() {
  for (auto& u : usurped_)
    retire(std::move(u.old));
  usurped_.clear();
  for (const auto s : all_services) {
    if (!at(s).alive) start(s);
    if (at(s).alive->is_paused()) at(s).alive->go_on();
    at(s).dies_after = 0;
  }
  // What could not even be written as parked begins again from its row.
  crash(service::payment);
  start(service::payment);
}

bool world::is_quiet() const {
  // A late command may still begin something.
  if (!net_.is_empty() || judges_.open != 0 || !has_owners()) return false;
  if (!std::ranges::all_of(lives(), [](process* p) { return p->ready() == 0; })) return false;
  if (!std::ranges::all_of(visitors_, [](const auto& v) { return v->is_settled(); })) return false;
  if (!std::ranges::all_of(stores_.payment.rows,
                           [](const auto& row) { return is_terminal(row.second.state); }))
    return false;
  const auto& events = stores_.payment.events;
  const auto last = events.empty() ? 0 : events.back().sequence;
  return std::ranges::all_of(stores_.payment.consumers,
                             [&](const auto& c) { return c.second >= last; }) &&
         stores_.payment.consumers.size() >= (last == 0 ? 0U : 3U);
}

void world::settle() {
  if (!is_quiet()) {
    std::string who;
    for (const auto& v : visitors_)
      if (!v->is_settled()) who += " " + v->waits_for() + ";";
    for (const auto& [id, row] : stores_.payment.rows)
      if (!is_terminal(row.state))
        who += " " + to_text(id) + " is " + std::string{boxoffice::name_of(row.state)} + ";";
    return promises_.fail_in_any_case("not settled after healing:" + who);
  }
  if (promises_.lossy()) return;
  audit_now(audit::reading::drained);
  promises_.settle();
  if (stores_.queue_ranking.most_active > active_max + visitors)
    promises_.fail("more tokens were ACTIVE than the waiting room admits");
  check_boards();
  try_every_seat();
}

run_result world::result() {
  run_result r;
  r.broken = promises_.broken();
  if (!r.broken.empty()) note("BROKEN " + r.broken);
  r.faults = faults_.counts();
  r.steps = steps_;
  r.trace_lines = events_.lines();
  r.trace_hash = events_.hash();
  r.trace_text = events_.text();
  for (const auto& [id, row] : stores_.payment.rows) {
    r.purchases += row.state == saga_state::completed ? 1 : 0;
    r.refunds += row.state == saga_state::refunded ? 1 : 0;
    r.compensated += row.state == saga_state::compensated ? 1 : 0;
  }
  r.operations = operations_;
  r.charges = stores_.point.ledger.size();
  r.holds = stores_.reservation.rows.size();
  return r;
}

}  // namespace boxoffice::simulation
