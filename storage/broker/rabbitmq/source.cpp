#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/broker/rabbitmq.hpp"
#include "storage/broker/rabbitmq/connection.hpp"
#include "storage/broker/rabbitmq/error.hpp"
#include "storage/broker/rabbitmq/parked_stream.hpp"
#include "storage/broker/rabbitmq/pause.hpp"
#include "storage/broker/rabbitmq/tags.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace boxoffice::broker {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto events = rabbitmq_channel::events;
constexpr auto parkings = rabbitmq_channel::parking;
/// Events handed on in one call: as many as one of our batches has.
constexpr std::size_t arrivals_max = 256;

class rabbitmq_source final : public event_source {
 public:
  using read_call = std::function<void(std::optional<parked_records>)>;

  rabbitmq_source(rabbitmq_place place, std::string group)
      : place_{place},
        queue_{place.exchange + "." + group},
        connection_{std::move(place), "boxoffice " + std::move(group), interrupt_} {}

  void open(std::function<void(std::vector<arrival>)> arrived) override {
    arrived_ = std::move(arrived);
    thread_.start([this] { run(); });
  }

  void acknowledge(std::uint64_t through) override {
    {
      const std::scoped_lock lock{mutex_};
      through_ = std::max(through_, through);
    }
    interrupt_.wake();
  }

  void park(std::string body, std::string reason, std::function<void(bool)> done) override {
    {
      const std::scoped_lock lock{mutex_};
      if (wanted_.size() < limits::bus_unacknowledged_max) {
        wanted_.push_back({std::move(body), std::move(reason), std::move(done)});
        return interrupt_.wake();
      }
    }
    done(false);  // no more events than that are under way, so that this is somebody's mistake
  }

  void read_parked(read_call done) override {
    {
      const std::scoped_lock lock{mutex_};
      reading_ = std::move(done);
    }
    interrupt_.wake();
  }

 private:
  struct parking {
    std::string body, reason;
    std::function<void(bool)> done;
  };
  /// One that the broker has not settled. Its tag is also the id of its message.
  struct sent_parking {
    std::uint64_t tag;
    std::function<void(bool)> done;
    bool is_returned{false};
  };

  void run();
  void say_goodbye();
  void connect();
  void lost(const std::exception& why);
  void serve();
  void hear();
  void send_acknowledgement();
  std::optional<parking> next_wanted();
  void send_parkings();
  void read_if_asked();
  void settle(const rabbitmq_settled& said);
  void give_back(const rabbitmq_returned& said);
  void fail_parkings();

  const rabbitmq_place place_;
  std::string queue_;
  std::function<void(std::vector<arrival>)> arrived_;
  rabbitmq_interrupt interrupt_;
  std::mutex mutex_;
  std::uint64_t through_{0};
  std::deque<parking> wanted_;
  read_call reading_;

  // Of the thread.
  rabbitmq_connection connection_;
  rabbitmq_pause pause_;
  rabbitmq_tags tags_;
  std::uint64_t session_{0};  ///< connections so far
  std::deque<sent_parking> sent_;
  std::uint64_t last_parked_{0};    ///< on this channel
  clock::time_point settled_at_{};  ///< the last time, or when the oldest of `sent_` was sent

  rabbitmq_thread thread_{interrupt_};  ///< last: it ends first
};

void rabbitmq_source::run() {
  while (!interrupt_.stopped()) {
    if (!connection_.is_open() && pause_.is_over(clock::now())) connect();
    try {
      serve();
    } catch (const rabbitmq_error& e) {
      lost(e);
    }
  }
  fail_parkings();
  say_goodbye();
}

/// What was acknowledged last need not come again.
void rabbitmq_source::say_goodbye() {
  try {
    if (connection_.is_open()) send_acknowledgement();
  } catch (const rabbitmq_error& e) {
    lost(e);
  }
  connection_.end();
}

void rabbitmq_source::connect() try {
  connection_.open();
  connection_.open_channel(events);
  connection_.open_channel(parkings);
  connection_.make_exchange(events);
  connection_.make_stream(parkings, queue_ + ".parked");
  connection_.confirm_on(parkings);
  connection_.make_queue(events, queue_);
  connection_.bind(events, queue_, "payment.#");
  connection_.consume(events, queue_, limits::bus_unacknowledged_max);
  tags_.begin();
  ++session_;
  last_parked_ = 0;
  pause_.opened(clock::now());
  log(log_level::info, "broker", "connected; events can arrive",
      {{"broker", connection_.name()}, {"queue", queue_}});
} catch (const rabbitmq_error& e) {
  lost(e);
}

void rabbitmq_source::lost(const std::exception& why) {
  connection_.close();
  pause_.failed(clock::now());
  fail_parkings();
  if (!interrupt_.stopped())
    log(log_level::warning, "broker", "a broker is away",
        {{"broker", connection_.name()}, {"queue", queue_}, {"error", why.what()}});
}

void rabbitmq_source::serve() {
  auto until = pause_.next();
  if (connection_.is_open()) {
    hear();
    send_acknowledgement();
    send_parkings();
    read_if_asked();
    until = sent_.empty() ? clock::time_point::max() : settled_at_ + limits::bus_answer_time_max;
    if (clock::now() > until)
      throw rabbitmq_error{rabbitmq_error::kind::unreachable,
                           connection_.name() + ": it does not answer"};
  }
  if (!interrupt_.stopped()) connection_.wait(rabbitmq_connection::wish::to_hear, until);
}

/// Takes in what the broker has said, and hands the events on.
void rabbitmq_source::hear() {
  std::vector<arrival> batch;
  while (auto said = connection_.next()) {
    if (auto* one = std::get_if<rabbitmq_delivery>(&*said))
      batch.push_back({tags_.arrived(one->tag), std::move(one->body), session_});
    if (const auto* one = std::get_if<rabbitmq_settled>(&*said)) settle(*one);
    if (const auto* one = std::get_if<rabbitmq_returned>(&*said)) give_back(*one);
    if (std::holds_alternative<rabbitmq_cancelled>(*said))
      throw rabbitmq_error{rabbitmq_error::kind::refused,
                           connection_.name() + ": the queue is gone, and is made again"};
    if (batch.size() == arrivals_max) arrived_(std::exchange(batch, {}));
    if (interrupt_.stopped()) return;
  }
  if (!batch.empty()) arrived_(std::move(batch));
}

void rabbitmq_source::send_acknowledgement() {
  std::uint64_t through = 0;
  {
    const std::scoped_lock lock{mutex_};
    through = through_;
  }
  if (const auto tag = tags_.acknowledge(through)) {
    connection_.acknowledge_all_up_to(events, *tag);
    pause_.was_of_use();
  }
}

// --- parking ----------------------------------------------------------------------------------

std::optional<rabbitmq_source::parking> rabbitmq_source::next_wanted() {
  const std::scoped_lock lock{mutex_};
  if (wanted_.empty()) return std::nullopt;
  auto first = std::move(wanted_.front());
  wanted_.pop_front();
  return first;
}

void rabbitmq_source::send_parkings() {
  while (auto each = next_wanted()) {
    if (connection_.blocked()) {
      each->done(false);
      continue;
    }
    if (sent_.empty()) settled_at_ = clock::now();
    sent_.push_back({++last_parked_, std::move(each->done)});
    const auto id = std::to_string(last_parked_);
    connection_.publish(parkings, {{}, queue_ + ".parked", id, each->body, {}, each->reason});
  }
}

// It waits for a connection, since before the first one the stream may not be there.
void rabbitmq_source::read_if_asked() {
  read_call done;
  {
    const std::scoped_lock lock{mutex_};
    done = std::exchange(reading_, nullptr);
  }
  if (!done) return;
  try {
    done(read_parked_stream(place_, queue_ + ".parked", interrupt_));
  } catch (const rabbitmq_error& e) {
    log(log_level::warning, "broker", "what is parked cannot be read",
        {{"broker", connection_.name()}, {"queue", queue_}, {"error", e.what()}});
    done(std::nullopt);
  }
}

void rabbitmq_source::settle(const rabbitmq_settled& said) {
  settled_at_ = clock::now();
  const auto is_one = [&](const sent_parking& each) {
    return said.far == rabbitmq_confirms::reach::all_up_to ? each.tag <= said.tag
                                                           : each.tag == said.tag;
  };
  const auto rest = std::stable_partition(sent_.begin(), sent_.end(), is_one);
  for (auto each = sent_.begin(); each != rest; ++each)
    each->done(said.what == rabbitmq_confirms::word::ack && !each->is_returned);
  sent_.erase(sent_.begin(), rest);
}

void rabbitmq_source::give_back(const rabbitmq_returned& said) {
  for (auto& each : sent_)
    if (std::to_string(each.tag) == said.message_id) each.is_returned = true;
}

void rabbitmq_source::fail_parkings() {
  for (const auto& each : std::exchange(sent_, {}))
    each.done(false);
  while (const auto each = next_wanted())
    each->done(false);
}

}  // namespace

std::unique_ptr<event_source> open_rabbitmq_source(rabbitmq_place where, std::string group) {
  return std::make_unique<rabbitmq_source>(std::move(where), std::move(group));
}

}  // namespace boxoffice::broker
