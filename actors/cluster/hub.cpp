#include "actors/cluster/hub.hpp"

#include "actors/cluster/wire.hpp"
#include "config/cluster_limits.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::cluster {

namespace {

constexpr const char* component = "link";

}  // namespace

hub::hub(identity who, outlets to, metrics& m)
    : who_{std::move(who)},
      to_{std::move(to)},
      calls_{who_.peers.size(),
             {.calls_max = limits::link_calls_max, .payload_max = limits::link_window_bytes_max},
             {.send =
                  [this](calls::peer at, frame_kind kind, const std::string& body) {
                    if (peers_[at].by) send(*peers_[at].by, kind, body);
                  },
              .answered = to_.answered,
              .failed = to_.failed}},
      peers_(who_.peers.size()),
      up_{m.gauge("boxoffice_links", "Links to other nodes that are up")},
      refused_{
          m.counter("boxoffice_links_refused_total",
                    "Connections that ended before they were links: strangers, wrong secrets")},
      cut_{m.counter("boxoffice_links_cut_total", "Links that ended")},
      commands_{m.counter("boxoffice_link_commands_total", "Commands of other nodes")},
      asked_{m.counter("boxoffice_link_repeated_commands_total",
                       "Commands of other nodes that had come before, and were not run again")} {}

hub::member* hub::find(link on) {
  const auto found = members_.find(on);
  return found == members_.end() ? nullptr : &found->second;
}

void hub::send(link on, frame_kind kind, std::string_view body) {
  auto* at = find(on);
  if (at == nullptr) return;
  at->line.send(kind, body);
  touch(on);
}

void hub::start(time_point now) {
  for (auto& each : peers_)
    each.dial_at = now;
  tick(now);
}

void hub::dialed(calls::peer at, link by, time_point now) {
  peers_[at].dialling = false;
  peers_[at].by = by;
  members_
      .emplace(by,
               member{connection{connection::side::dials, who_.secret, who_.self, now}, at, false})
      .first->second.line.belong_to(who_.installation);
  touch(by);
}

void hub::dial_failed(calls::peer at, std::string why, time_point now) {
  auto& p = peers_[at];
  p.dialling = false;
  p.pause = std::clamp(2 * p.pause, limits::link_dial_pause_first, limits::link_dial_pause_max);
  p.dial_at = now + p.pause;
  log(log_level::warning, component, "cannot reach a peer",
      {{"peer", who_.peers[at]}, {"error", why}});
  p.last_error = std::move(why);
}

void hub::accepted(link by, time_point now) {
  members_
      .emplace(by, member{connection{connection::side::accepts, who_.secret, who_.self, now},
                          std::nullopt, false})
      .first->second.line.belong_to(who_.installation);
}

void hub::received(link on, std::string_view bytes, time_point now) {
  auto* at = find(on);
  if (at == nullptr) return;
  at->line.receive(bytes, now);
  on_frames(on, *at, now);
  touch(on);
  end_if_over(on, now);
}

void hub::on_frames(link on, member& at, time_point now) {
  while (true) {
    auto found = at.line.next(now);
    if (at.line.up() && !at.known) on_greeted(on, at, now);
    learn_from(at);
    if (!found) return;
    const bool fits = at.peer ? calls_.on(*at.peer, *found, now) : on_command(on, at, *found);
    if (!fits) return at.line.end("the peer sends what nobody asked for");
  }
}

void hub::learn_from(const member& at) {
  const auto& said = at.line.peer_installation();
  if (said.empty() || !who_.installation.empty()) return;
  who_.installation = said;
  log(log_level::info, component, "this node belongs to an installation",
      {{"installation", said}, {"peer", at.line.peer().node}});
  for (auto& [on, each] : members_)
    each.line.belong_to(said);
  to_.learned(said);
}

void hub::on_greeted(link on, member& at, time_point now) {
  at.known = true;
  up_.add(1);
  const auto& peer = at.line.peer();
  log(log_level::info, component, "a link is up",
      {{"peer", peer.node}, {"version", peer.build}, {"dialled", at.peer.has_value()}});
  if (at.peer) {
    auto& p = peers_[*at.peer];
    p.pause = {};
    ++p.connections;
    p.last_error.clear();
    p.who = peer.self;
    p.node = peer.node;
    p.build = peer.build;
    return calls_.connected(*at.peer, peer.self, now);
  }
  auto& a = askers_.try_emplace(peer.self, asker{executions{limits::link_calls_max}, {}, {}})
                .first->second;
  if (a.by)
    if (auto* former = find(*a.by)) {
      former->line.end("the peer has dialled again");
      touch(*a.by);
      end_if_over(*a.by, now);
    }
  a.by = on;
  send(on, frame_kind::state, to_bytes(state_frame{serving_}));
}

hub::asker* hub::asker_of(const incarnation& who) {
  const auto found = askers_.find(who);
  return found == askers_.end() ? nullptr : &found->second;
}

bool hub::on_command(link on, const member& at, const frame& received) {
  if (received.kind != frame_kind::command) return false;
  auto said = from_bytes<command_frame>(received.body);
  auto* by = asker_of(at.line.peer().self);
  if (!said || by == nullptr) return false;
  switch (by->asked.on(*said)) {
    case executions::verdict::run:
      commands_.add();
      to_.run({at.line.peer().self, said->id, said->to, said->type, milliseconds{said->left_ms},
               std::move(said->payload)});
      return true;
    case executions::verdict::ignore:
      asked_.add();
      return true;
    case executions::verdict::answered: {
      asked_.add();
      const auto& kept = by->asked.answer_of(said->id);
      send(on, kept.kind, kept.body);
      return true;
    }
    case executions::verdict::broken:
      break;
  }
  return false;
}

void hub::done(const incarnation& by, const answer_frame& with) {
  auto* at = asker_of(by);
  if (at == nullptr) return;
  auto body = to_bytes(with);
  if (at->by) send(*at->by, frame_kind::answer, body);
  at->asked.answered(with.id, frame_kind::answer, std::move(body));
}

void hub::turned(const incarnation& by, const turned_frame& with) {
  auto* at = asker_of(by);
  if (at == nullptr) return;
  auto body = to_bytes(with);
  if (at->by) send(*at->by, frame_kind::turned, body);
  at->asked.answered(with.id, frame_kind::turned, std::move(body));
}

void hub::serve(std::vector<service_state> services) {
  serving_ = std::move(services);
  for (const auto& [who, each] : askers_)
    if (each.by) send(*each.by, frame_kind::state, to_bytes(state_frame{serving_}));
}

void hub::closed(link by, time_point now) {
  const auto found = members_.find(by);
  if (found == members_.end()) return;
  auto& at = found->second;
  const auto why = at.line.over() ? at.line.why() : std::string{"the peer is gone"};
  if (at.known) {
    up_.add(-1);
    cut_.add();
    log(log_level::warning, component, "a link ended",
        {{"peer", at.line.peer().node}, {"reason", why}});
  } else {
    refused_.add();
    log(log_level::warning, component, "a connection did not become a link", {{"reason", why}});
  }
  if (at.peer) {
    auto& p = peers_[*at.peer];
    p.by.reset();
    calls_.lost(*at.peer);
    p.last_error = why;
    p.pause = std::clamp(2 * p.pause, limits::link_dial_pause_first, limits::link_dial_pause_max);
    p.dial_at = now + p.pause;
  } else if (at.known) {
    auto* a = asker_of(at.line.peer().self);
    if (a != nullptr && a->by == by) {
      a->by.reset();
      a->left_at = now;
    }
  }
  members_.erase(found);
}

void hub::end_if_over(link on, time_point now) {
  const auto* at = find(on);
  if (at == nullptr || !at->line.over()) return;
  to_.cut(on);
  closed(on, now);
}

void hub::tick(time_point now) {
  calls_.tick(now);
  std::vector<link> all;
  for (auto& [on, at] : members_) {
    at.line.tick(now);
    all.push_back(on);
  }
  for (const auto on : all) {
    touch(on);
    end_if_over(on, now);
  }
  for (calls::peer at = 0; at < peers_.size(); ++at) {
    auto& p = peers_[at];
    if (p.by || p.dialling || now < p.dial_at) continue;
    p.dialling = true;
    to_.dial(at);
  }
  note_who_asks(now);
  // What a process asked that does not come back, nobody asks again.
  std::erase_if(askers_, [&](const auto& each) {
    return !each.second.by && now - each.second.left_at >= limits::link_memory_time;
  });
}

void hub::note_who_asks(time_point now) {
  if (std::ranges::any_of(askers_, [](const auto& each) { return each.second.by.has_value(); }))
    asked_at_ = now;
  if (!asked_at_ || now - *asked_at_ < limits::owner_unasked_max) return;
  asked_at_.reset();  // told once
  to_.unasked();
}

void hub::take_output(link on, std::string& out) {
  if (auto* at = find(on)) at->line.take_output(out);
}

bool hub::has_output(link on) const {
  const auto found = members_.find(on);
  return found != members_.end() && found->second.line.has_output();
}

std::vector<link_report> hub::report() const {
  std::vector<link_report> all;
  for (calls::peer at = 0; at < peers_.size(); ++at) {
    const auto& p = peers_[at];
    link_report one;
    one.address = who_.peers[at];
    one.node = p.node;
    one.build = p.build;
    one.who = p.who;
    one.in_flight = calls_.under_way(at);
    one.reconnects = p.connections > 0 ? p.connections - 1 : 0;
    one.last_error = p.last_error;
    one.services = calls_.services_of(at);
    if (p.by) {
      const auto& line = members_.at(*p.by).line;
      one.is = line.up() ? link_report::state::up : link_report::state::greeting;
      one.round_trip = line.round_trip();
    }
    all.push_back(std::move(one));
  }
  for (const auto& [who, each] : askers_) {
    if (!each.by) continue;
    const auto& line = members_.at(*each.by).line;
    link_report one;
    one.node = line.peer().node;
    one.build = line.peer().build;
    one.who = who;
    one.is = link_report::state::up;
    one.in_flight = each.asked.size();
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace boxoffice::cluster
