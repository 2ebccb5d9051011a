#include "actors/cluster/calls.hpp"

#include "actors/cluster/wire.hpp"
#include "actors/core/planted_bugs.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::cluster {

calls::calls(std::size_t peers, bounds within, outlets to)
    : bounds_{within}, to_{std::move(to)}, peers_(peers) {}

void calls::ask(call what, time_point now) {
  if (what.deadline <= now) return;
  if (const auto at = route(what.to)) return ask_at(*at, std::move(what), now);
  wait(std::move(what));
}

std::optional<calls::peer> calls::route(front to) const {
  std::optional<peer> best;
  std::uint64_t best_epoch = 0;
  for (peer at = 0; at < peers_.size(); ++at) {
    const auto epoch = peers_[at].up ? epoch_at(at, to) : std::nullopt;
    if (!epoch || (best && *epoch <= best_epoch)) continue;
    best = at;
    best_epoch = *epoch;
  }
  return best;
}

void calls::wait(call what) {
  if (waiting_.size() >= bounds_.calls_max ||
      waiting_payload_ + what.payload.size() > bounds_.payload_max)
    return to_.failed(what, fault::overloaded);
  waiting_payload_ += what.payload.size();
  waiting_.push_back(std::move(what));
}

void calls::ask_at(peer at, call what, time_point now) {
  auto& s = peers_[at];
  if (s.open.size() >= bounds_.calls_max || s.payload + what.payload.size() > bounds_.payload_max)
    return to_.failed(what, fault::overloaded);
  s.payload += what.payload.size();
  const auto id = s.next_id++;
  const auto placed = s.open.emplace(id, std::move(what)).first;
  send(at, id, placed->second, now);
}

void calls::send(peer at, std::uint64_t id, const call& what, time_point now) {
  const auto left = std::max<std::int64_t>(1, (what.deadline - now).count());
  to_.send(at, frame_kind::command,
           to_bytes(command_frame{
               .id = id,
               .open_from = peers_[at].open.begin()->first,
               .settled = std::exchange(peers_[at].settled, {}),
               .to = what.to,
               .type = what.type,
               .left_ms = static_cast<std::uint32_t>(std::min<std::int64_t>(left, UINT32_MAX)),
               .payload = what.payload}));
}

void calls::connected(peer at, incarnation who, time_point now) {
  auto& s = peers_[at];
  s.up = true;
  s.serving.clear();
  if (s.who == who) {
    if (is_planted(planted_bug::sent_again_under_new_id))
      for (auto& [id, what] : std::exchange(s.open, {}))
        ask(std::move(what), now);
    for (const auto& [id, what] : s.open)
      send(at, id, what, now);
    return;
  }
  // Another life: it knows nothing of what the former one was asked.
  s.who = who;
  s.next_id = 1;
  s.payload = 0;
  s.settled.clear();
  for (auto& [id, what] : std::exchange(s.open, {}))
    ask_elsewhere(std::move(what), now);
}

void calls::lost(peer at) {
  peers_[at].up = false;
  if (is_planted(planted_bug::lost_with_the_link)) peers_[at].open.clear();
  peers_[at].serving.clear();
}

// The answerer need not keep an answer to it any longer.
call calls::close(session& of, std::map<std::uint64_t, call>::iterator which) {
  auto what = std::move(which->second);
  of.payload -= what.payload.size();
  if (which != of.open.begin()) of.settled.push_back(which->first);
  of.open.erase(which);
  return what;
}

// Whether it was carried out nobody knows.
void calls::ask_elsewhere(call what, time_point now) {
  if (what.once) return to_.failed(what, fault::in_doubt);
  what.asked_before = !is_planted(planted_bug::unsettled_is_not_done);
  ask(std::move(what), now);
}

std::optional<call> calls::take(peer at, std::uint64_t id) {
  auto& s = peers_[at];
  const auto found = s.open.find(id);
  if (found == s.open.end()) return std::nullopt;
  return close(s, found);
}

bool calls::on(peer at, const frame& received, time_point now) {
  auto& s = peers_[at];
  switch (received.kind) {
    case frame_kind::state: {
      auto said = from_bytes<state_frame>(received.body);
      if (!said) return false;
      s.serving = std::move(said->serving);
      route_again(now);
      return true;
    }
    case frame_kind::answer: {
      auto said = from_bytes<answer_frame>(received.body);
      if (!said || said->id == 0 || said->id >= s.next_id) return false;
      // Whoever asked may have given up.
      if (const auto what = take(at, said->id))
        to_.answered(*what, said->type, std::move(said->payload));
      return true;
    }
    case frame_kind::turned: {
      const auto said = from_bytes<turned_frame>(received.body);
      if (!said || said->id == 0 || said->id >= s.next_id) return false;
      auto what = take(at, said->id);
      if (!what) return true;
      switch (said->why) {
        case turn::not_here:
          // It has lost the service, and says so next; or it cannot know just now. The next tick
          // asks again, there or elsewhere.
          what->asked_before = !is_planted(planted_bug::unsettled_is_not_done);
          wait(std::move(*what));
          break;
        case turn::unknown_type:
          to_.failed(*what, fault::unavailable);
          break;
        case turn::too_late:
          break;
      }
      return true;
    }
    case frame_kind::pong:
    case frame_kind::bye:
      return true;
    case frame_kind::hello:
    case frame_kind::welcome:
    case frame_kind::command:
    case frame_kind::ping:
      break;
  }
  return false;
}

std::optional<std::uint64_t> calls::epoch_at(peer at, front of) const {
  for (const auto& each : peers_[at].serving)
    if (each.is == service_state::phase::serving && each.who == of) return each.epoch;
  return std::nullopt;
}

// A store has one owner: who serves under a later epoch has made an end of what the one before had
// not committed. That one may not know it yet, and may never answer.
bool calls::has_left(peer at, front of) const {
  const auto next = route(of);
  if (!next || *next == at) return false;
  if (!peers_[at].up) return true;
  const auto mine = epoch_at(at, of);
  return mine && *mine < *epoch_at(*next, of);
}

void calls::route_again(time_point now) {
  std::vector<call> left;
  for (peer at = 0; at < peers_.size(); ++at) {
    auto& open = peers_[at].open;
    for (auto each = open.begin(); each != open.end();) {
      const auto is = each++;
      if (has_left(at, is->second.to)) left.push_back(close(peers_[at], is));
    }
  }
  for (auto& what : left)
    ask_elsewhere(std::move(what), now);
  route_waiting(now);
}

void calls::route_waiting(time_point now) {
  waiting_payload_ = 0;
  for (auto& what : std::exchange(waiting_, {}))
    ask(std::move(what), now);
}

void calls::tick(time_point now) {
  for (auto& s : peers_)
    for (auto each = s.open.begin(); each != s.open.end();) {
      const auto at = each++;
      if (at->second.deadline <= now) close(s, at);
    }
  std::erase_if(waiting_, [&](const call& what) {
    if (what.deadline > now) return false;
    waiting_payload_ -= what.payload.size();
    return true;
  });
  route_waiting(now);
}

}  // namespace boxoffice::cluster
