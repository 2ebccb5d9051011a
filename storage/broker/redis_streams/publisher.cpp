#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/backoff.hpp"
#include "storage/broker/redis_streams.hpp"
#include "storage/broker/redis_streams/scripts.hpp"
#include "storage/broker/redis_streams/thread.hpp"
#include "storage/redis/link.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::broker {
namespace {

using clock = std::chrono::steady_clock;
using answer = event_publisher::answer;
using ending = event_publisher::ending;

/// The smallest `proto-max-bulk-len` that Redis takes: an argument of this size passes everywhere.
constexpr std::size_t text_bytes_max = std::size_t{1024} * 1024;
/// What one script adds, so that Redis is soon there for others; one event at least.
constexpr std::size_t portion_bytes_max = text_bytes_max;
/// Nobody needs the room sooner.
constexpr std::chrono::seconds trim_every{3};
/// About two milliseconds for Redis.
constexpr std::int64_t trimmed_at_once_max = 10'000;
/// Entries from which on the log names the group that is to blame, at each doubling.
constexpr std::int64_t held_back_first = 200'000;

ending ending_of(storage_error::kind why) {
  using kind = storage_error::kind;
  switch (why) {
    case kind::disk_full:
    case kind::disk_fault:
    case kind::damaged:  // another type has the name of the stream
    case kind::locked:
    case kind::conflict:
    case kind::unreachable:
    case kind::too_slow:
    case kind::refused:
    case kind::read_only:
    case kind::replaced:
    case kind::set_back:
    case kind::gone:
    case kind::misplaced:
      return ending::try_later;
    case kind::constraint:
    case kind::other:
      return ending::doubtful;
  }
  return ending::doubtful;
}

std::size_t bytes_of(const event_record& event) {
  return event.id.size() + event.type.size() + event.key.size() + event.body.size();
}

bool is_too_large(const event_record& event) {
  return std::max({event.id.size(), event.type.size(), event.key.size(), event.body.size()}) >
         text_bytes_max;
}

/// As many as one script may add, from the beginning; none when the first is too large.
std::size_t size_of_portion(std::span<const event_record> events) {
  std::size_t bytes = 0;
  std::size_t size = 0;
  while (size < events.size() && size < limits::redis_page_items && !is_too_large(events[size])) {
    bytes += bytes_of(events[size]);
    if (size > 0 && bytes > portion_bytes_max) break;
    ++size;
  }
  return size;
}

/// What the publisher's thread works on. The thread owns the link; the rest is shared.
///
/// **Why** scripts: a pipeline of XADD goes on after one that fails, and what stands behind it
/// would arrive before it. A script stops at the first failure and says how far it came. In the
/// append-only file it is one transaction: a kill -9 leaves all of it or nothing, and it costs one
/// fsync, where Redis reads a pipeline in pieces with one each. The next portion is sent when the
/// last is confirmed. A portion without an answer may still arrive, even behind what is published
/// after it; it is a repetition then, since nothing goes on before it is confirmed.
class redis_streams_publishing {
 public:
  explicit redis_streams_publishing(redis_streams_place place)
      : stream_{std::move(place.stream)}, link_{std::move(place.where)} {}

  void publish(std::vector<event_record> batch, std::function<void(answer)> done) {
    const std::scoped_lock lock{mutex_};
    batch_ = std::move(batch);
    done_ = std::move(done);
    changed_.notify_one();
  }

  void run();

  void end() {
    const std::scoped_lock lock{mutex_};
    ended_ = true;
    changed_.notify_one();
  }

  /// From here on nobody is called.
  void close() {
    const std::scoped_lock lock{calls_};
    finish({0, ending::try_later, "the publisher ends"});
    closed_ = true;
  }

 private:
  enum class reason_to_wake : std::uint8_t { batch, time, end };
  reason_to_wake wait();
  void finish(answer what);
  answer add(std::span<const event_record> batch);
  std::size_t add_portion(std::span<const event_record> portion);
  void trim();
  void report_length(std::int64_t entries, const std::string& slowest);
  void failed(const storage_error& e);

  const std::string stream_;
  // The thread's.
  redis::link link_;
  redis_streams_scripts scripts_;
  storage::backoff pause_{limits::bus_reconnect_first, limits::bus_reconnect_max};
  clock::time_point next_try_{};
  std::string last_failure_;
  clock::time_point next_trim_{};
  std::string trim_failure_;
  std::int64_t reported_from_{held_back_first};

  std::recursive_mutex calls_;  // held while somebody is called; before mutex_
  bool closed_{false};

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_{false};
  std::optional<std::vector<event_record>> batch_;
  std::function<void(answer)> done_;
};

void redis_streams_publishing::run() {
  while (true) {
    switch (wait()) {
      case reason_to_wake::end:
        return;
      case reason_to_wake::batch: {
        std::vector<event_record> batch;
        {
          const std::scoped_lock lock{mutex_};
          batch = *std::exchange(batch_, std::nullopt);
        }
        finish(add(batch));
        break;
      }
      case reason_to_wake::time:
        break;
    }
    if (clock::now() >= std::max(next_trim_, next_try_)) trim();
  }
}

redis_streams_publishing::reason_to_wake redis_streams_publishing::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait_until(lock, std::max(next_trim_, next_try_), [&] { return ended_ || batch_; });
  if (ended_) return reason_to_wake::end;
  return batch_ ? reason_to_wake::batch : reason_to_wake::time;
}

void redis_streams_publishing::finish(answer what) {
  const std::scoped_lock calling{calls_};
  if (closed_) return;
  std::function<void(answer)> done;
  {
    const std::scoped_lock lock{mutex_};
    done = std::exchange(done_, nullptr);
  }
  if (done) done(std::move(what));
}

answer redis_streams_publishing::add(std::span<const event_record> batch) {
  if (clock::now() < next_try_) return {0, ending::try_later, last_failure_};
  std::size_t confirmed = 0;
  try {
    link_.open();
    while (confirmed < batch.size()) {
      const auto rest = batch.subspan(confirmed);
      const auto size = size_of_portion(rest);
      if (size == 0)
        return {confirmed, ending::rejected,
                link_.name() + ": an event of " + std::to_string(bytes_of(rest.front())) +
                    " bytes; a text may have " + std::to_string(text_bytes_max)};
      confirmed += add_portion(rest.first(size));
    }
    pause_.reset();
    return {confirmed, ending::whole};
  } catch (const storage_error& e) {
    failed(e);
    return {confirmed, ending_of(e.why()), e.what()};
  }
}

std::size_t redis_streams_publishing::add_portion(std::span<const event_record> portion) {
  std::vector<std::string> values;
  values.reserve(portion.size() * 4);
  for (const auto& event : portion)
    values.insert(values.end(), {event.id, event.type, event.key, event.body});
  const auto said = link_.run(scripts_.add, std::span{&stream_, 1}, values);
  const auto added = static_cast<std::size_t>(said.integer);
  if (said.is != redis::reply::type::integer || added == 0 || added > portion.size())
    throw storage_error{storage_error::kind::other, link_.name() + ": no number of added events"};
  return added;
}

// Also keeps the connection, and finds a server that is back, while nothing is published.
void redis_streams_publishing::trim() {
  const auto now = clock::now();
  next_trim_ = now + trim_every;
  try {
    link_.open();
    const std::vector<std::string> values{std::to_string(trimmed_at_once_max)};
    const auto said = link_.run(scripts_.trim, std::span{&stream_, 1}, values);
    if (said.items.size() != 3)
      throw storage_error{storage_error::kind::other, link_.name() + ": no count of entries"};
    pause_.reset();
    // Redis stops short of a node that would be too much.
    if (said.items[0].integer > trimmed_at_once_max / 2) next_trim_ = now;
    report_length(said.items[1].integer, said.items[2].text);
    trim_failure_.clear();
  } catch (const storage_error& e) {
    failed(e);
    // A lost connection is logged where it is opened.
    if (!link_.is_open() || std::exchange(trim_failure_, e.what()) == e.what()) return;
    log(log_level::warning, "broker", "a stream cannot be trimmed",
        {{"database", link_.name()}, {"kind", to_text(e.why())}, {"error", e.what()}});
  }
}

void redis_streams_publishing::report_length(std::int64_t entries, const std::string& slowest) {
  if (entries < reported_from_ / 4) reported_from_ = held_back_first;
  if (entries < reported_from_) return;
  reported_from_ = entries * 2;
  log(log_level::warning, "broker", "a stream grows: nothing is trimmed that a group still needs",
      {{"database", link_.name()}, {"entries", entries}, {"consumer", slowest}});
}

void redis_streams_publishing::failed(const storage_error& e) {
  if (link_.is_open()) return;
  next_try_ = clock::now() + pause_.next();
  last_failure_ = e.what();
  next_trim_ = next_try_;
}

class redis_streams_publisher final : public event_publisher {
 public:
  explicit redis_streams_publisher(redis_streams_place place)
      : shared_{std::make_shared<redis_streams_publishing>(std::move(place))}, thread_{shared_} {}
  ~redis_streams_publisher() override {
    shared_->end();
    thread_.reset();
    shared_->close();
  }
  redis_streams_publisher(const redis_streams_publisher&) = delete;
  redis_streams_publisher& operator=(const redis_streams_publisher&) = delete;

  void publish(std::vector<event_record> batch, std::function<void(answer)> done) override {
    shared_->publish(std::move(batch), std::move(done));
  }

 private:
  std::shared_ptr<redis_streams_publishing> shared_;
  std::optional<redis_streams_thread> thread_;
};

}  // namespace

std::unique_ptr<event_publisher> open_redis_streams_publisher(redis_streams_place where) {
  return std::make_unique<redis_streams_publisher>(std::move(where));
}

}  // namespace boxoffice::broker
