#include "tests/simulation/wires.hpp"

#include "config/cluster_limits.hpp"

#include <algorithm>

namespace boxoffice::simulation {
namespace {

using namespace std::chrono_literals;

constexpr const char* shared_secret = "0123456789abcdef0123456789abcdef";

std::string text_of(const address& at) {
  return std::string{name_of(at.what)} + (at.node == 0 ? "-a" : "-b");
}

std::vector<std::string> texts_of(const std::vector<address>& all) {
  std::vector<std::string> texts;
  texts.reserve(all.size());
  for (const auto& each : all)
    texts.push_back(text_of(each));
  return texts;
}

}  // namespace

station::station(wires& net, std::string name, std::uint64_t life, std::optional<address> at,
                 std::vector<address> peers, outlets to, metrics& m)
    : net_{net},
      name_{std::move(name)},
      at_{at},
      peers_{std::move(peers)},
      stands_still_{std::move(to.stands_still)},
      now_{std::move(to.now)},
      ticks_at_{net.in_.now + limits::link_tick_every},
      hub_{{.secret = shared_secret,
            .self = {.self = {1, life}, .node = name_, .build = "simulated"},
            .installation = {},
            .peers = texts_of(peers_)},
           {.dial = [this](cluster::calls::peer peer) { net_.dial(*this, peer); },
            .cut = [this](wires::number on) { net_.cut(*this, on); },
            .run = std::move(to.run),
            .answered = std::move(to.answered),
            .failed = std::move(to.failed),
            .learned = [](const std::string& /*installation*/) {},
            .unasked = [] {}},
           m} {
  net_.join(*this);
  with_hub([](cluster::hub& h, time_point now) { h.start(now); });
}
station::~station() { net_.leave(*this); }

void station::flush() {
  for (const auto on : hub_.take_touched()) {
    std::string bytes;
    while (hub_.has_output(on)) {
      hub_.take_output(on, bytes);
      if (bytes.empty()) break;
      net_.send(*this, on, std::exchange(bytes, {}));
    }
  }
}

void wires::note(const std::string& what) { in_.events.add(in_.now - in_.began, what); }

void wires::join(station& which) {
  in_order_.push_back(&which);
  if (which.at_) listening_[*which.at_] = &which;
}

// Its peers see the end of each connection, or nothing any more.
void wires::leave(station& which) {
  std::erase(in_order_, &which);
  if (which.at_ && listening_[*which.at_] == &which) listening_.erase(*which.at_);
  const bool silent = in_.random.one_in(3);
  for (auto& each : pipes_)
    if (each.from == &which) {
      each.from = nullptr;
      if (silent || each.flows_from > in_.now) lose_bytes(each);
      each.flows_from = in_.now;
      if (!silent) put(each, {event::kind::closed, in_.now, {}, 0});
    }
  std::erase_if(pipes_, [&](const pipe& each) { return each.to == &which; });
}

void wires::dial(station& by, cluster::calls::peer peer) {
  const auto on = ++last_;
  const auto found = listening_.find(by.peers_.at(peer));
  const bool there = found != listening_.end() && !in_.faults.strikes(fault_kind::dial_failed);
  auto* other = there ? found->second : nullptr;
  pipes_.push_back({&by, other, on, {}, {}});
  put(pipes_.back(), {there ? event::kind::dialled : event::kind::refused, in_.now, {}, peer});
  if (other == nullptr) return;
  pipes_.push_back({other, &by, on, {}, {}});
  put(pipes_.back(), {event::kind::accepted, in_.now, {}, 0});
}

// The last word of a hub, and then the end.
void wires::cut(station& by, number on) {
  std::string bytes;
  by.hub_.take_output(on, bytes);
  if (!bytes.empty()) send(by, on, std::move(bytes));
  std::erase_if(pipes_, [&](const pipe& each) { return each.on == on && each.to == &by; });
  for (auto& each : pipes_)
    if (each.on == on) {
      each.from = nullptr;
      put(each, {event::kind::closed, in_.now, {}, 0});
    }
}

void wires::send(station& by, number on, std::string bytes) {
  for (auto& each : pipes_)
    if (each.on == on && each.from == &by)
      return put(each, {event::kind::bytes, in_.now, std::move(bytes), 0});
}

void wires::put(pipe& into, event what) {
  what.due = in_.now + milliseconds{in_.random.below(3)};
  if (!into.events.empty()) what.due = std::max(what.due, into.events.back().due);
  into.events.push_back(std::move(what));
}

void wires::strike() {
  if (pipes_.empty()) return;
  if (in_.faults.strikes(fault_kind::link_cut)) {
    const auto& at = pipes_[in_.random.below(pipes_.size())];
    note("link " + std::to_string(at.on) + " is cut");
    end(at.on, in_.random.one_in(3) ? at.to : nullptr);
  }
  if (in_.faults.strikes(fault_kind::link_stalled)) {
    auto& at = pipes_[in_.random.below(pipes_.size())];
    note("link " + std::to_string(at.on) + " stands still to " + at.to->name_);
    at.flows_from = in_.now + milliseconds{in_.random.between(50, 4'000)};
  }
}

// What is on its way is lost. `silent_to` sees nothing of it.
void wires::end(number on, station* silent_to) {
  for (auto& each : pipes_) {
    if (each.on != on) continue;
    each.from = nullptr;
    lose_bytes(each);
    if (each.to != silent_to) put(each, {event::kind::closed, in_.now, {}, 0});
  }
}

void wires::hold_back(const address& from, time_point until) {
  for (auto& each : pipes_)
    if (each.from != nullptr && each.from->at_ == from) each.flows_from = until;
}

// What else there is on the way: that there was a connection, which the other side hears first.
void wires::lose_bytes(pipe& in) {
  std::erase_if(in.events, [](const event& e) {
    return e.is == event::kind::bytes || e.is == event::kind::closed;
  });
}

void wires::tend() {
  for (std::size_t i = 0; i < in_order_.size(); ++i) {
    auto& each = *in_order_[i];
    if (each.ticks_at_ > in_.now || each.stands_still()) continue;
    each.ticks_at_ = in_.now + limits::link_tick_every;
    each.with_hub([](cluster::hub& h, time_point now) { h.tick(now); });
  }
}

bool wires::flows(const pipe& at) const {
  return !at.events.empty() && at.events.front().due <= in_.now && at.flows_from <= in_.now &&
         !at.to->stands_still();
}

std::size_t wires::ready() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(pipes_, [this](const pipe& each) { return flows(each); }));
}

void wires::step() {
  auto which = in_.random.below(ready());
  arrive(
      *std::ranges::find_if(pipes_, [&](const pipe& each) { return flows(each) && which-- == 0; }));
}

// The hub may dial, cut and send while it hears: `at` is not touched behind that.
void wires::arrive(pipe& at) {
  auto& to = *at.to;
  const auto on = at.on;
  auto what = std::move(at.events.front());
  at.events.pop_front();
  switch (what.is) {
    case event::kind::accepted:
      return to.with_hub([&](cluster::hub& h, time_point now) { h.accepted(on, now); });
    case event::kind::dialled:
      return to.with_hub([&](cluster::hub& h, time_point now) { h.dialed(what.peer, on, now); });
    case event::kind::refused:
    case event::kind::closed:
      std::erase_if(pipes_, [&](const pipe& each) { return each.on == on && each.to == &to; });
      return to.with_hub([&](cluster::hub& h, time_point now) {
        if (what.is == event::kind::refused) h.dial_failed(what.peer, "nobody there", now);
        if (what.is == event::kind::closed) h.closed(on, now);
      });
    case event::kind::bytes:
      break;
  }
  if (what.bytes.size() > 1 && in_.random.one_in(8)) {
    const auto size = static_cast<std::size_t>(in_.random.between(1, what.bytes.size() - 1));
    at.events.push_front({event::kind::bytes, in_.now, what.bytes.substr(size), 0});
    what.bytes.resize(size);
  }
  to.with_hub([&](cluster::hub& h, time_point now) { h.received(on, what.bytes, now); });
}

time_point wires::next() const {
  auto first = time_point::max();
  for (const auto* each : in_order_)
    if (!each->stands_still()) first = std::min(first, each->ticks_at_);
  for (const auto& each : pipes_)
    if (!each.events.empty() && !each.to->stands_still())
      first = std::min(first, std::max(each.events.front().due, each.flows_from));
  return first;
}

}  // namespace boxoffice::simulation
