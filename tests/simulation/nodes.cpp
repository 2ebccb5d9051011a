#include "tests/simulation/nodes.hpp"

#include "config/cluster_limits.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::simulation {

using namespace std::chrono_literals;

node_pair::node_pair(surroundings in) : in_{std::move(in)}, can_claim_{in_.random.one_in(2)} {
  for (auto& each : nodes_) {
    each.name = std::string{name_of(in_.what)} + (&each == nodes_.data() ? "-a" : "-b");
    each.rate = static_cast<std::int64_t>(in_.random.between(900, 1'100));
    each.due = in_.around.now + soon(300);
  }
}

node_pair::~node_pair() {
  for (auto& each : nodes_)
    if (each.life) in_.retire(std::move(each.life));
}

void node_pair::note(const node& at, const std::string& what) const {
  in_.around.events.add(in_.around.now - in_.around.began, at.name + " " + what);
}
time_point node_pair::clock_of(const node& at) const { return own_time(in_.around.now, at.rate); }
address node_pair::address_of(const node& at) const {
  return {in_.what, static_cast<std::size_t>(&at - nodes_.data())};
}
bool node_pair::is_cut_off(const node& at) const { return in_.around.now < at.reaches_from; }
milliseconds node_pair::soon(std::uint64_t max) { return milliseconds{in_.random.below(max + 1)}; }

// --- what goes wrong --------------------------------------------------------------------------

node_pair::node& node_pair::victim() {
  auto* at = owner();
  return at != nullptr && !in_.random.one_in(4) ? *at : nodes_[in_.random.below(nodes_.size())];
}

node_pair::node* node_pair::owner() {
  for (auto& each : nodes_)
    if (each.life && each.life->epoch() == in_.around.stores.epoch(in_.what)) return &each;
  return nullptr;
}

void node_pair::pause(node& at, milliseconds time) {
  const auto until = in_.around.now + time;
  at.goes_on = at.paused ? std::max(at.goes_on, until) : until;
  at.paused = true;
  if (at.life) at.life->pause();
}

void node_pair::strike() {
  auto& faults = in_.faults;
  if (faults.strikes(fault_kind::pause)) {
    auto& at = victim();
    note(at, "stands still");
    pause(at, milliseconds{in_.random.between(50, 8'000)});
    if (at.life) at.life->disturb();
  }
  if (faults.strikes(fault_kind::suspended)) {
    const milliseconds time{in_.random.between(50, 8'000)};
    for (auto& each : nodes_) {
      if (each.paused && each.life) each.life->disturb();  // longer than the other one
      note(each, "is suspended");
      pause(each, time);
      each.was_suspended = true;
    }
  }
  if (faults.strikes(fault_kind::cut_off)) {
    auto& at = victim();
    note(at, "is cut off from its store");
    at.reaches_from = in_.around.now + milliseconds{in_.random.between(100, 6'000)};
    if (at.life) at.life->disturb();
  }
  strike_owner();
}

void node_pair::strike_owner() {
  auto* at = owner();
  const auto owns = at != nullptr && at->is == phase::owning;
  if (in_.around.links != nullptr && in_.faults.strikes(fault_kind::machine_failed) && owns) {
    note(*at, "is not heard any more");
    at->dies_at = in_.around.now + milliseconds{in_.random.between(100, 1'000)};
    at->next_is_blind = true;
    in_.around.links->hold_back(address_of(*at), at->dies_at + 1ms);
  }
  if (in_.faults.strikes(fault_kind::handed_over) && owns) {
    note(*at, "ends as asked");
    if (is_planted(planted_bug::released_while_serving)) {
      in_.around.stores.release(in_.what, at->epoch);
      at->is = phase::leaving;
      at->due = in_.around.now + milliseconds{in_.random.between(300, 1'500)};
      return;
    }
    at->life->end_as_asked();
    at->is = phase::ending;
    at->due = in_.around.now;
  }
}

void node_pair::crash_owner() {
  auto& at = victim();
  if (at.is == phase::down) return;
  note(at, "crashes");
  end(at, soon(3'000));
}

void node_pair::heal() {
  for (auto& each : nodes_) {
    each.goes_on = in_.around.now;
    each.reaches_from = in_.around.now;
    each.dies_after = 0;
    each.dies_at = time_point::max();
    if (each.life) each.life->set_clock_right();
    each.due = std::min(each.due, in_.around.now + soon(300));
  }
}

void node_pair::restart() {
  for (auto& each : nodes_)
    if (each.life) end(each, soon(300));
}

// --- what they do -----------------------------------------------------------------------------

void node_pair::tend() {
  for (auto& each : nodes_) {
    if (each.paused) {
      if (each.goes_on > in_.around.now) continue;
      note(each, "goes on");
      each.paused = false;
      if (each.life) each.life->go_on();
      if (std::exchange(each.was_suspended, false) && each.is == phase::owning)
        each.due = in_.around.now + soon(500);
    }
    if (each.life && each.dies_after != 0 && --each.dies_after == 0) {
      note(each, "crashes while it starts");
      end(each, soon(3'000));
    }
    if (each.life && each.dies_at <= in_.around.now) {
      note(each, "dies with its machine");
      end(each, soon(200));
    }
    if (each.due <= in_.around.now) act(each);
  }
}

void node_pair::act(node& at) {
  switch (at.is) {
    case phase::down:
      return stand_by(at);
    case phase::looking:
      if (!at.looks) return begin_look(at);
      if (at.looks->at == look::stage::sent) return read_row(at);
      return hear_look(at);
    case phase::taking:
      return take_over(at);
    case phase::taken:
      return begin_life(at);
    case phase::owning:
      return own(at);
    case phase::leaving:
      at.life->end_as_asked();
      at.is = phase::ending;
      return;
    case phase::ending:
      return finish(at);
  }
}

void node_pair::stand_by(node& at) {
  std::vector<cluster::owner_row> dead;
  if (at.noted != 0) dead.push_back({std::string{name_of(in_.what)}, {at.noted, 0}, 0, false});
  at.rules.emplace(cluster::takeover_watch{wait, limits::owner_look_gap_max, std::move(dead)});
  at.looks.reset();
  at.is = phase::looking;
}

void node_pair::begin_look(node& at) {
  at.looks.emplace();
  at.looks->asked = clock_of(at);
  at.due = in_.around.now + soon(3);
  if (!in_.faults.strikes(fault_kind::look_failed)) return;
  at.looks->fails = in_.random.one_in(2);
  if (in_.random.one_in(2)) at.due = in_.around.now + milliseconds{in_.random.between(300, 2'500)};
}

void node_pair::read_row(node& at) {
  if (is_cut_off(at)) at.looks->fails = true;
  at.looks->row = in_.around.stores.row_of(in_.what);
  at.looks->at = look::stage::read;
  at.due = in_.around.now + soon(3);
  if (in_.faults.strikes(fault_kind::look_failed))
    at.due = in_.around.now + milliseconds{in_.random.between(300, 2'500)};
}

void node_pair::hear_look(node& at) {
  using step = cluster::standing_by::step;
  const auto heard = *std::exchange(at.looks, std::nullopt);
  at.due = in_.around.now + limits::owner_look_every;
  if (heard.fails) {
    at.rules->failed();
    return give_back_claim(at);
  }
  switch (at.rules->looked({heard.row}, heard.asked, clock_of(at))) {
    case step::take:
      at.seen = heard.row;
      at.is = phase::taking;
      at.due = in_.around.now + soon(5);
      if (in_.faults.strikes(fault_kind::take_over_late)) at.due += soon(4'000);
      return;
    case step::claim: {
      const bool free = claimed_by_ == nullptr || !can_claim_;
      if (free) claimed_by_ = &at;
      if (at.rules->claimed(free)) at.due = in_.around.now;
      return;
    }
    case step::give_back:
      return give_back_claim(at);
    case step::wait:
      return;
  }
}

void node_pair::give_back_claim(const node& at) {
  if (claimed_by_ == &at) claimed_by_ = nullptr;
}

void node_pair::take_over(node& at) {
  auto& stores = in_.around.stores;
  const bool released = stores.row_of(in_.what).released;
  const auto taken =
      is_cut_off(at) ? std::nullopt : stores.take_over(in_.what, in_.around.now, at.seen.at);
  if (!taken) {
    note(at, "does not take over: its owner lives, or the other one was faster");
    return end(at, soon(200));
  }
  note(at, "takes over");
  if (!released) judge_need(at);
  at.epoch = *taken;
  at.is = phase::taken;
  at.due = in_.around.now + soon(5);
  if (in_.faults.strikes(fault_kind::take_over_late)) at.due += soon(4'000);
}

void node_pair::judge_need(const node& taker) {
  const auto& other = &taker == nodes_.data() ? nodes_[1] : nodes_[0];
  if (other.is == phase::owning && other.epoch == taker.seen.at.epoch && !other.life->is_late())
    in_.kept.fail(other.name + " was well, and was replaced");
}

void node_pair::begin_life(node& at) {
  note(at, "starts");
  at.life = start_process(
      {in_.what, in_.next_number(), at.epoch, in_.random.next(), address_of(at).node}, in_.around);
  at.life->set_rate(at.rate);
  at.life->pass(in_.around.now, 0ms);
  at.life->opens();
  if (std::exchange(at.next_is_blind, false))
    at.life->be_blind(in_.around.now + milliseconds{in_.random.between(500, 3'000)});
  at.noted = at.epoch;
  at.is = phase::owning;
  at.due = in_.around.now;
  at.dies_after = in_.faults.strikes(fault_kind::crash_at_start) ? in_.random.between(1, 60) : 0;
  give_back_claim(at);
}

void node_pair::own(node& at) {
  if (!at.life->board().serves()) {
    note(at, "ends: it was replaced");
    return end(at, soon(1'000));
  }
  at.life->probe();
  at.due = in_.around.now + limits::owner_renewal_every;
}

void node_pair::finish(node& at) {
  at.due = in_.around.now + 1ms;
  if (at.life->ready() != 0) return;
  if (!is_cut_off(at) && in_.around.stores.release(in_.what, at.epoch))
    note(at, "releases its store");
  end(at, soon(3'000));
}

void node_pair::end(node& at, milliseconds back) {
  give_back_claim(at);
  if (at.life) in_.retire(std::move(at.life));
  at.rules.reset();
  at.looks.reset();
  at.is = phase::down;
  at.due = in_.around.now + back;
  at.dies_after = 0;
  at.dies_at = time_point::max();
}

// --- for the world ----------------------------------------------------------------------------

time_point node_pair::next() const {
  auto first = time_point::max();
  for (const auto& each : nodes_)
    first = std::min(first, each.paused ? each.goes_on : std::min(each.due, each.dies_at));
  return first;
}

void node_pair::pass(milliseconds by) {
  for (auto& each : nodes_)
    if (each.life) each.life->pass(in_.around.now, by);
}

void node_pair::add_lives(std::vector<process*>& to) const {
  for (const auto& each : nodes_)
    if (each.life) to.push_back(each.life.get());
}

process* node_pair::youngest() const {
  process* found = nullptr;
  for (const auto& each : nodes_)
    if (each.life && !each.life->is_ending() &&
        (found == nullptr || each.life->epoch() > found->epoch()))
      found = each.life.get();
  return found;
}

process* node_pair::any() const {
  const auto& first = nodes_[in_.random.below(nodes_.size())];
  return first.life && !first.life->is_ending() ? first.life.get() : youngest();
}

bool node_pair::reaches_store(const process& life) const {
  return std::ranges::none_of(
      nodes_, [&](const node& each) { return each.life.get() == &life && is_cut_off(each); });
}

bool node_pair::is_whole() const {
  const auto* at = youngest();
  return at != nullptr && at->epoch() == in_.around.stores.epoch(in_.what) && !at->is_paused() &&
         at->board().may_answer();
}

}  // namespace boxoffice::simulation
