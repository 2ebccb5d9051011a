#include "http/api/streams/live_streams.hpp"

#include "config/stream_limits.hpp"
#include "http/api/gateway.hpp"
#include "http/api/streams/event_text.hpp"
#include "http/api/streams/fan_out.hpp"
#include "http/api/streams/house_reading.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boxoffice::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using std::chrono::milliseconds;

awaitable<void> pause_for(milliseconds time) {
  asio::steady_timer timer{co_await asio::this_coro::executor, time};
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

// The seats once their version is not `since`, or after `wait`; null when the owner cannot say.
awaitable<std::optional<seats_reply>> ask_seats(gateway& g, schedule_id schedule,
                                                std::uint64_t since, milliseconds wait) {
  read_seats question{0, schedule, read_seats::detail::seats, {}, since, wait};
  auto reply = co_await g.ask_for_nobody(g.services().reservation, question,
                                         wait + limits::http_ask_time_max);
  const bool sound = reply && reply->fault == fault::none && reply->seats && g.may_answer();
  if (!sound) reply.reset();
  co_return reply;
}

// When something is due that was done last at `done`. **Units**: from now.
milliseconds due_in(time_point done, milliseconds every, time_point now) {
  return std::max(done + every - now, milliseconds{0});
}

}  // namespace

live_streams::live_streams(asio::any_io_executor where, const boxoffice::clock& time)
    : where_{std::move(where)}, time_{time}, left_{time} {}

void live_streams::close() {
  std::unordered_map<schedule_id, std::shared_ptr<seats_channel>> seats;
  std::unordered_map<concert_id, std::shared_ptr<places_channel>> places;
  std::shared_ptr<figures_channel> figures;
  {
    const std::scoped_lock hold{lock_};
    closed_ = true;
    seats.swap(seats_);
    places.swap(places_);
    figures.swap(figures_);
  }
  const auto tell = [](const stream_listeners& told) {
    for (const auto& each : told)
      each->more();
  };
  for (const auto& [id, each] : seats)
    tell(each->close("shutdown"));
  for (const auto& [id, each] : places)
    tell(each->close("shutdown"));
  if (figures) tell(figures->close("shutdown"));
}

// --- seats -------------------------------------------------------------------------------------

std::shared_ptr<seats_channel> live_streams::seats_channel_of(gateway& g, schedule_id schedule) {
  std::shared_ptr<seats_channel> made;
  {
    const std::scoped_lock hold{lock_};
    if (closed_) return nullptr;
    auto& channel = seats_[schedule];
    if (channel && !channel->closed()) return channel;
    channel = made = std::make_shared<seats_channel>(time_);
  }
  asio::co_spawn(asio::make_strand(where_), feed_seats(g, schedule, made), asio::detached);
  return made;
}

awaitable<live_streams::seats_found> live_streams::seats_of(gateway& g, schedule_id schedule) {
  seats_found out{seats_channel_of(g, schedule), std::nullopt};
  if (!out.channel) {
    out.refused = problem{problem_code::unavailable, "This server is ending."};
  } else if (!out.channel->position()) {
    const auto first = co_await ask_seats(g, schedule, 0, milliseconds{0});
    if (!first) {
      out.refused = problem_of(fault::unavailable);
      co_return out;
    }
    auto told = out.channel->take(first->epoch, first->seats);
    co_await tell_all(std::move(told));
  }
  co_return out;
}

// Asks as soon as the last answer has been told to everybody and the pace allows it, so what
// changes is told after the pace at most. The question waits at the owner, not longer than until
// the next heartbeat.
awaitable<void> live_streams::feed_seats(gateway& g, schedule_id schedule,
                                         std::shared_ptr<seats_channel> to) {
  flush_pace pace;
  auto heard_at = time_.now();
  auto read_at = heard_at;
  auto ticked_at = heard_at;
  while (!to->closed()) {
    const auto asked_at = time_.now();
    const auto known = to->position();
    const auto wait = std::min(limits::seats_wait_max,
                               due_in(ticked_at, limits::stream_heartbeat_every, asked_at));
    const auto reply = co_await ask_seats(g, schedule, known ? known->version : 0, wait);
    const auto now = time_.now();
    if (to->readers() > 0) read_at = now;
    stream_listeners told;
    if (now > read_at + limits::stream_ring_time_max)
      told = to->close("rotate");  // nobody has read it for as long as anybody may come back to it
    else if (reply)
      told = to->take(reply->epoch, reply->seats);
    else if (now > heard_at + limits::stream_source_silence_max)
      told = to->close("overloaded");
    if (reply) heard_at = now;
    const auto took = co_await tell_all(std::move(told));
    pace.took(took);
    to->set_flush(pace.every());
    if (reply && now >= ticked_at + limits::stream_heartbeat_every) {
      ticked_at = now;
      auto ticked = to->tick();
      co_await tell_all(std::move(ticked));
    }
    if (!to->closed()) co_await pause_for(due_in(now, pace.every(), time_.now()));
  }
  const std::scoped_lock hold{lock_};
  const auto found = seats_.find(schedule);
  if (found != seats_.end() && found->second == to) seats_.erase(found);
}

// --- places in line ----------------------------------------------------------------------------

std::shared_ptr<places_channel> live_streams::places_of(gateway& g, concert_id concert) {
  std::shared_ptr<places_channel> made;
  {
    const std::scoped_lock hold{lock_};
    if (closed_) return nullptr;
    auto& channel = places_[concert];
    if (channel && !channel->closed()) return channel;
    channel = made = std::make_shared<places_channel>(time_);
  }
  asio::co_spawn(asio::make_strand(where_), feed_places(g, concert, made), asio::detached);
  return made;
}

awaitable<void> live_streams::feed_places(gateway& g, concert_id concert,
                                          std::shared_ptr<places_channel> to) {
  auto heard_at = time_.now();
  auto read_at = heard_at;
  while (!to->closed()) {
    const auto begun_at = time_.now();
    const auto tokens = to->tokens();
    if (!tokens.empty()) read_at = begun_at;
    const auto supply = co_await left_.find(g, concert);
    bool heard = tokens.empty();
    for (std::size_t first = 0; first < tokens.size(); first += limits::places_read_max) {
      const auto last = std::min(first + limits::places_read_max, tokens.size());
      read_places question{0, concert, {}};
      question.tokens.assign(tokens.begin() + static_cast<std::ptrdiff_t>(first),
                             tokens.begin() + static_cast<std::ptrdiff_t>(last));
      const auto reply = co_await g.ask_for_nobody(g.services().queue, question);
      if (!reply || reply->fault != fault::none || !g.may_answer()) continue;
      heard = true;
      auto told = to->take(reply->places, supply);
      co_await tell_all(std::move(told));
      told = to->forget(reply->unknown);
      co_await tell_all(std::move(told));
    }
    const auto now = time_.now();
    if (heard) heard_at = now;
    stream_listeners told;
    if (now > read_at + limits::stream_ring_time_max)
      told = to->close("rotate");
    else if (now > heard_at + limits::stream_source_silence_max)
      told = to->close("overloaded");
    co_await tell_all(std::move(told));
    if (!to->closed()) co_await pause_for(due_in(begun_at, limits::places_read_every, now));
  }
  const std::scoped_lock hold{lock_};
  const auto found = places_.find(concert);
  if (found != places_.end() && found->second == to) places_.erase(found);
}

// --- figures -----------------------------------------------------------------------------------

std::shared_ptr<live_body> live_streams::open_figures(gateway& g, std::uint64_t number) {
  const std::scoped_lock hold{lock_};
  if (closed_) return nullptr;
  if (!figures_) {
    figures_ = std::make_shared<figures_channel>(time_);
    asio::co_spawn(asio::make_strand(where_), feed_figures(g, figures_), asio::detached);
  }
  return figures_->open(number);
}

// Nobody is asked when nobody reads: whether somebody does and the end are one step under the lock.
awaitable<void> live_streams::feed_figures(gateway& g, std::shared_ptr<figures_channel> to) {
  house_figures figures;
  for (;;) {
    const auto begun_at = time_.now();
    {
      const std::scoped_lock hold{lock_};
      if (figures_ != to) co_return;
      if (to->readers() == 0) {
        figures_.reset();
        co_return;
      }
    }
    auto reading = co_await read_house(g, time_);
    auto told = to->take(make_event("summary", figures.take(std::move(reading)).dump()));
    co_await tell_all(std::move(told));
    co_await pause_for(due_in(begun_at, limits::figures_every, time_.now()));
  }
}

}  // namespace boxoffice::http
