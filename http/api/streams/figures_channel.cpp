#include "http/api/streams/figures_channel.hpp"

#include "config/stream_limits.hpp"
#include "http/api/streams/event_text.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// All of it is under the channel's lock.
class figures_channel::reader : public live_body {
 public:
  reader(std::shared_ptr<figures_channel> channel, std::uint64_t random, time_point at)
      : from{std::move(channel)}, number{random}, until{at + rotation_after(random)} {}
  ~reader() override { from->left(); }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;

  after read(stream_frames& out, const std::shared_ptr<stream_listener>& who) override {
    return from->read(*this, out, who);
  }
  [[nodiscard]] std::string_view reason() const override { return ended; }

  const std::shared_ptr<figures_channel> from;
  const std::uint64_t number;
  const time_point until;
  bool greeted{false};
  std::uint64_t seen{0};
  std::string_view ended;
};

stream_listeners figures_channel::take(std::shared_ptr<const stream_frame> summary) {
  const std::scoped_lock hold{lock_};
  newest_ = std::move(summary);
  ++version_;
  return std::exchange(listeners_, {});
}

stream_listeners figures_channel::close(std::string_view reason) {
  const std::scoped_lock hold{lock_};
  if (closing_.empty()) closing_ = reason;
  return std::exchange(listeners_, {});
}

std::size_t figures_channel::readers() const {
  const std::scoped_lock hold{lock_};
  return readers_;
}

std::shared_ptr<live_body> figures_channel::open(std::uint64_t number) {
  auto made = std::make_shared<reader>(shared_from_this(), number, time_.now());
  const std::scoped_lock hold{lock_};
  ++readers_;
  return made;
}

void figures_channel::left() {
  const std::scoped_lock hold{lock_};
  --readers_;
}

std::shared_ptr<const stream_frame> figures_channel::hello() const {
  const nlohmann::ordered_json data{{"everyMs", limits::figures_every.count()},
                                    {"heartbeatMs", limits::figures_heartbeat_every.count()},
                                    {"serverTime", to_rfc3339(time_.calendar())}};
  return make_event("hello", data.dump());
}

live_body::after figures_channel::read(reader& to, stream_frames& out,
                                       const std::shared_ptr<stream_listener>& listener) {
  const std::scoped_lock hold{lock_};
  to.ended = closing_.empty() && time_.now() >= to.until ? "rotate" : closing_;
  if (!to.ended.empty()) {
    out.push_back(make_bye(to.ended, to.number));
    return live_body::after::end;
  }
  if (!std::exchange(to.greeted, true)) out.push_back(hello());
  if (std::exchange(to.seen, version_) != version_) out.push_back(newest_);
  if (out.empty()) listeners_.push_back(listener);
  return live_body::after::more;
}

}  // namespace boxoffice::http
