#include "http/api/streams/seats_channel.hpp"

#include "config/stream_limits.hpp"
#include "http/api/streams/event_text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace boxoffice::http {
namespace {

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// `"name":value` with a comma before it, unless it is the first.
std::string member(std::string_view name, std::uint64_t value) {
  return ",\"" + std::string{name} + "\":" + std::to_string(value);
}

std::string runs_text(const seat_delta& changes) {
  return R"(,"a":)" + render(changes.became(seat_status::available)) + R"(,"h":)" +
         render(changes.became(seat_status::held)) + R"(,"s":)" +
         render(changes.became(seat_status::sold));
}

}  // namespace

std::string to_text(const seats_position& at) {
  return std::to_string(at.epoch) + '.' + std::to_string(at.version);
}

std::optional<seats_position> parse_seats_position(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto epoch = read_number(text.substr(0, dot));
  const auto version = read_number(text.substr(dot + 1));
  if (!epoch || !version) return std::nullopt;
  return seats_position{*epoch, *version};
}

/// A cursor into the ring.
class seats_channel::reader : public live_body {
 public:
  reader(std::shared_ptr<seats_channel> channel, std::optional<seats_position> has,
         std::uint64_t random, time_point now)
      : from{std::move(channel)}, since{has}, number{random}, until{now + rotation_after(random)} {}
  ~reader() override { from->left(); }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;

  after read(stream_frames& out, const std::shared_ptr<stream_listener>& listener) override {
    return from->read(*this, out, listener);
  }
  [[nodiscard]] std::string_view reason() const override { return ended; }

  const std::shared_ptr<seats_channel> from;
  const std::optional<seats_position> since;
  const std::uint64_t number;
  const time_point until;
  std::uint64_t epoch{0};  // 0: not greeted
  seat_ring::cursor at{0};
  std::string_view ended;
};

stream_listeners seats_channel::take(std::uint64_t epoch,
                                     std::shared_ptr<const seat_snapshot> now) {
  const std::scoped_lock hold{lock_};
  const bool is_older = now_ && (epoch < epoch_ || now->version <= now_->version);
  if (is_older) return {};
  if (!now_ || epoch != epoch_) {
    ring_.restart(now->version);
  } else {
    auto changes = std::make_shared<const seat_delta>(difference(*now_, *now));
    const auto data = R"({"from":)" + std::to_string(changes->from) + member("to", changes->to) +
                      runs_text(*changes) + "}";
    auto made = make_event("delta", data, to_text({epoch, now->version}));
    ring_.push(std::move(made), std::move(changes), now->version, time_.now());
  }
  epoch_ = epoch;
  now_ = std::move(now);
  snapshot_.reset();
  return std::exchange(listeners_, {});
}

stream_listeners seats_channel::tick() {
  const std::scoped_lock hold{lock_};
  if (!now_) return {};
  const auto data =
      R"({"version":)" + std::to_string(now_->version) + counts() + server_time() + "}";
  ring_.push(make_event("tick", data), nullptr, now_->version, time_.now());
  return std::exchange(listeners_, {});
}

stream_listeners seats_channel::close(std::string_view reason) {
  const std::scoped_lock hold{lock_};
  if (closing_.empty()) closing_ = reason;
  return std::exchange(listeners_, {});
}

void seats_channel::set_flush(std::chrono::milliseconds every) {
  const std::scoped_lock hold{lock_};
  flush_ = every;
}

std::optional<seats_position> seats_channel::position() const {
  const std::scoped_lock hold{lock_};
  if (!now_) return std::nullopt;
  return seats_position{epoch_, now_->version};
}

std::size_t seats_channel::readers() const {
  const std::scoped_lock hold{lock_};
  return readers_;
}

bool seats_channel::closed() const {
  const std::scoped_lock hold{lock_};
  return !closing_.empty();
}

std::shared_ptr<live_body> seats_channel::open(std::optional<seats_position> since,
                                               std::uint64_t number) {
  {
    const std::scoped_lock hold{lock_};
    ++readers_;
  }
  return std::make_shared<reader>(shared_from_this(), since, number, time_.now());
}

void seats_channel::left() {
  const std::scoped_lock hold{lock_};
  --readers_;
}

live_body::after seats_channel::read(reader& to, stream_frames& out,
                                     const std::shared_ptr<stream_listener>& listener) {
  const std::scoped_lock hold{lock_};
  if (to.epoch == 0) {
    const bool knows_epoch = to.since && to.since->epoch == epoch_;
    const auto resumed = knows_epoch ? ring_.after(to.since->version) : std::nullopt;
    out.push_back(hello(resumed.has_value()));
    to.epoch = epoch_;
    to.at = resumed.value_or(ring_.end());
    if (!resumed) out.push_back(snapshot());
    return live_body::after::more;
  }
  if (!closing_.empty())
    to.ended = closing_;
  else if (to.epoch != epoch_ || time_.now() >= to.until)
    to.ended = "rotate";
  if (!to.ended.empty()) {
    out.push_back(make_bye(to.ended, to.number));
    return live_body::after::end;
  }
  // Who lags behind by more than a map skips what is in between.
  const auto patience = limits::http_stream_write_bytes_max;
  const bool lost = !ring_.has(to.at);
  if (lost ||
      (ring_.behind(to.at) > patience && ring_.behind(to.at) > snapshot()->chunk().size())) {
    out.push_back(snapshot());
    to.at = ring_.end();
    return live_body::after::more;
  }
  ring_.read(to.at, out);
  if (out.empty()) listeners_.push_back(listener);
  return live_body::after::more;
}

seats_channel::frame seats_channel::hello(bool resumes) const {
  return make_event("hello",
                    R"({"epoch":)" + std::to_string(epoch_) + member("version", now_->version) +
                        R"(,"mode":)" + (resumes ? R"("resume")" : R"("snapshot")") +
                        member("seatCount", now_->seats.size()) +
                        member("flushMs", static_cast<std::uint64_t>(flush_.count())) +
                        member("heartbeatMs",
                               static_cast<std::uint64_t>(limits::stream_heartbeat_every.count())) +
                        server_time() + "}");
}

const seats_channel::frame& seats_channel::snapshot() {
  if (!snapshot_)
    snapshot_ = make_event("snapshot",
                           R"({"version":)" + std::to_string(now_->version) + R"(,"states":")" +
                               pack_states(now_->seats) + '"' + counts() + "}",
                           to_text({epoch_, now_->version}));
  return snapshot_;
}

std::string seats_channel::changes(std::optional<seats_position> since) {
  const std::scoped_lock hold{lock_};
  const bool knows_epoch = since && since->epoch == epoch_;
  const auto resumed = knows_epoch ? ring_.after(since->version) : std::nullopt;
  auto out = R"({"epoch":)" + std::to_string(epoch_) + member("version", now_->version);
  if (resumed) {
    auto changes = merge(ring_.changes(*resumed), now_->seats.size());
    out += R"(,"mode":"resume")" + member("from", since->version) + member("to", now_->version) +
           runs_text(changes);
  } else {
    out += R"(,"mode":"snapshot")" + member("seatCount", now_->seats.size()) + R"(,"states":")" +
           pack_states(now_->seats) + '"';
  }
  return out + counts() + server_time() + "}";
}

bool seats_channel::await_change(const seats_position& since,
                                 const std::shared_ptr<stream_listener>& who) {
  const std::scoped_lock hold{lock_};
  const bool unchanged = now_ && since == seats_position{epoch_, now_->version};
  if (!unchanged || !closing_.empty()) return false;
  listeners_.push_back(who);
  return true;
}

std::string seats_channel::counts() const {
  const auto held = now_->seats.size() - now_->available - now_->sold;
  return member("available", now_->available) + member("held", held) + member("sold", now_->sold);
}

std::string seats_channel::server_time() const {
  return R"(,"serverTime":")" + to_rfc3339(time_.calendar()) + '"';
}

}  // namespace boxoffice::http
