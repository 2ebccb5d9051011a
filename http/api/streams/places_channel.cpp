#include "http/api/streams/places_channel.hpp"

#include "config/stream_limits.hpp"
#include "http/api/streams/event_text.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace boxoffice::http {
namespace {

using nlohmann::ordered_json;

bool is_same(const token_standing& a, const token_standing& b) {
  return a.state == b.state && a.position == b.position && a.eta_seconds == b.eta_seconds &&
         a.eta_seconds_late == b.eta_seconds_late &&
         (a.state == token_state::waiting || a.expires_at == b.expires_at);
}

bool is_same(const std::optional<seat_supply>& a, const std::optional<seat_supply>& b,
             std::uint32_t position) {
  if (a.has_value() != b.has_value()) return false;
  return !a || (a->left == b->left && odds(*a, position) == odds(*b, position));
}

}  // namespace

/// Who reads one token. All of it is under the channel's lock.
class places_channel::reader : public live_body {
 public:
  reader(std::shared_ptr<places_channel> channel, state first, std::uint64_t random, time_point at)
      : from{std::move(channel)},
        now{std::move(first)},
        number{random},
        until{at + rotation_after(random)} {}
  ~reader() override { from->left(*this); }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;

  after read(stream_frames& out, const std::shared_ptr<stream_listener>& who) override {
    return from->read(*this, out, who);
  }
  [[nodiscard]] std::string_view reason() const override { return ended; }

  const std::shared_ptr<places_channel> from;
  state now;
  const std::uint64_t number;
  const time_point until;
  bool is_news{true}, told_active{false}, unknown{false};
  time_point told_at{};
  std::weak_ptr<stream_listener> listener;  // it holds this reader
  std::string_view ended;

  /// Told once.
  void tell(stream_listeners& told) {
    if (auto who = std::exchange(listener, {}).lock()) told.push_back(std::move(who));
  }
};

bool places_channel::is_news(const reader& to, const state& now) const {
  return !is_same(to.now.place, now.place) ||
         !is_same(to.now.supply, now.supply, now.place.position) ||
         time_.now() >= to.told_at + limits::stream_heartbeat_every;
}

stream_listeners places_channel::take(const std::vector<token_standing>& places,
                                      const std::optional<seat_supply>& supply) {
  stream_listeners told;
  const std::scoped_lock hold{lock_};
  for (const auto& place : places) {
    const auto [first, last] = readers_.equal_range(place.token);
    for (auto at = first; at != last; ++at) {
      auto& to = *at->second;
      const state now{place, supply};
      to.is_news = to.is_news || is_news(to, now);
      to.now = now;
      if (to.is_news) to.tell(told);
    }
  }
  return told;
}

stream_listeners places_channel::forget(const std::vector<queue_token>& unknown) {
  stream_listeners told;
  const std::scoped_lock hold{lock_};
  for (const auto token : unknown) {
    const auto [first, last] = readers_.equal_range(token);
    for (auto at = first; at != last; ++at) {
      at->second->unknown = true;
      at->second->tell(told);
    }
  }
  return told;
}

stream_listeners places_channel::close(std::string_view reason) {
  stream_listeners told;
  const std::scoped_lock hold{lock_};
  if (closing_.empty()) closing_ = reason;
  for (auto& [token, to] : readers_)
    to->tell(told);
  return told;
}

bool places_channel::closed() const {
  const std::scoped_lock hold{lock_};
  return !closing_.empty();
}

std::shared_ptr<live_body> places_channel::open(const token_standing& place,
                                                const std::optional<seat_supply>& supply,
                                                std::uint64_t number) {
  auto made =
      std::make_shared<reader>(shared_from_this(), state{place, supply}, number, time_.now());
  const std::scoped_lock hold{lock_};
  readers_.emplace(place.token, made.get());
  return made;
}

void places_channel::left(reader& who) {
  const std::scoped_lock hold{lock_};
  const auto [first, last] = readers_.equal_range(who.now.place.token);
  for (auto at = first; at != last; ++at)
    if (at->second == &who) return void(readers_.erase(at));
}

std::vector<queue_token> places_channel::tokens() const {
  std::vector<queue_token> found;
  const std::scoped_lock hold{lock_};
  found.reserve(readers_.size());
  for (auto at = readers_.begin(); at != readers_.end();
       at = readers_.equal_range(at->first).second)
    found.push_back(at->first);
  return found;
}

live_body::after places_channel::read(reader& to, stream_frames& out,
                                      const std::shared_ptr<stream_listener>& listener) {
  const std::scoped_lock hold{lock_};
  if (to.is_news) {
    const auto& [place, supply] = to.now;
    const auto expires_at = to_rfc3339(place.expires_at);
    to.is_news = false;
    to.told_at = time_.now();
    ordered_json data{{"status", name_of(place.state)},
                      {"position", place.position},
                      {"etaSeconds", {{"p50", place.eta_seconds}, {"p90", place.eta_seconds_late}}},
                      {"seatsLeft", nullptr},
                      {"odds", nullptr},
                      {"expiresAt", expires_at},
                      {"serverTime", to_rfc3339(time_.calendar())}};
    if (supply) {
      data["seatsLeft"] = supply->left;
      data["odds"] = odds(*supply, place.position);
    }
    out.push_back(make_event("place", data.dump()));
    if (place.state == token_state::active && !std::exchange(to.told_active, true))
      out.push_back(make_event("active", ordered_json{{"expiresAt", expires_at}}.dump()));
    if (is_live(place.state)) return live_body::after::more;
    out.push_back(make_event("over", ordered_json{{"status", name_of(place.state)}}.dump()));
    to.ended = "over";
    return live_body::after::end;
  }
  if (!closing_.empty())
    to.ended = closing_;
  else if (to.unknown)
    to.ended = "ended";
  else if (time_.now() >= to.until)
    to.ended = "rotate";
  if (!to.ended.empty()) {
    out.push_back(make_bye(to.ended, to.number));
    return live_body::after::end;
  }
  to.listener = listener;
  return live_body::after::more;
}

}  // namespace boxoffice::http
