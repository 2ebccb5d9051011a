#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/broker/rabbitmq.hpp"
#include "storage/broker/rabbitmq/confirms.hpp"
#include "storage/broker/rabbitmq/connection.hpp"
#include "storage/broker/rabbitmq/error.hpp"
#include "storage/broker/rabbitmq/pause.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

namespace boxoffice::broker {
namespace {

using clock = std::chrono::steady_clock;
using answer = event_publisher::answer;
using ending = event_publisher::ending;

constexpr auto channel = rabbitmq_channel::events;
/// Of AMQP: the exchange is not there.
constexpr int not_found = 404;
constexpr auto end_text = "the program ends";

class rabbitmq_publisher final : public event_publisher {
 public:
  explicit rabbitmq_publisher(rabbitmq_place place)
      : exchange_{place.exchange},
        connection_{std::move(place), "boxoffice publisher", interrupt_} {
    thread_.start([this] { run(); });
  }

  void publish(std::vector<event_record> batch, std::function<void(answer)> done) override {
    {
      const std::scoped_lock lock{mutex_};
      job_ = job{std::move(batch), std::move(done)};
    }
    interrupt_.wake();
  }

 private:
  struct job {
    std::vector<event_record> batch;
    std::function<void(answer)> done;
  };

  void run();
  std::optional<job> take_job();
  void connect();
  void lost(const std::exception& why);
  void idle();
  answer answer_to(const std::vector<event_record>& batch);
  answer send(std::span<const event_record> batch);
  answer cut_short(const rabbitmq_confirms& so_far, const rabbitmq_error& why);
  bool send_one(const event_record& event, rabbitmq_confirms& so_far);
  void await(rabbitmq_confirms& of);
  void hear(rabbitmq_confirms* of);
  [[nodiscard]] bool may_go_on() const;

  std::string exchange_;
  rabbitmq_interrupt interrupt_;
  std::mutex mutex_;
  std::optional<job> job_;

  // Of the thread.
  rabbitmq_connection connection_;
  rabbitmq_pause pause_;
  clock::time_point heard_{};  ///< the last time the broker answered, or a batch began
  std::string away_{"not connected yet"};
  std::uint64_t published_{0};  ///< on this channel: the last tag
  bool one_by_one_{false};      ///< one of the last batch closed the channel, and which?

  rabbitmq_thread thread_{interrupt_};  ///< last: it ends first
};

void rabbitmq_publisher::run() {
  while (!interrupt_.stopped()) {
    if (!connection_.is_open() && pause_.is_over(clock::now())) connect();
    if (auto now = take_job())
      now->done(answer_to(now->batch));
    else
      idle();
  }
  if (auto last = take_job()) last->done({0, ending::try_later, end_text});
  connection_.end();
}

std::optional<rabbitmq_publisher::job> rabbitmq_publisher::take_job() {
  const std::scoped_lock lock{mutex_};
  return std::exchange(job_, std::nullopt);
}

void rabbitmq_publisher::connect() try {
  connection_.open();
  connection_.open_channel(channel);
  connection_.make_exchange(channel);
  connection_.confirm_on(channel);
  published_ = 0;
  pause_.opened(clock::now());
  log(log_level::info, "broker", "connected; events can be published",
      {{"broker", connection_.name()}});
} catch (const rabbitmq_error& e) {
  lost(e);
}

void rabbitmq_publisher::lost(const std::exception& why) {
  connection_.close();
  pause_.failed(clock::now());
  away_ = why.what();
  if (!interrupt_.stopped())
    log(log_level::warning, "broker", "a broker is away",
        {{"broker", connection_.name()}, {"error", away_}});
}

void rabbitmq_publisher::idle() try {
  if (connection_.is_open()) hear(nullptr);
  const auto until = connection_.is_open() ? clock::time_point::max() : pause_.next();
  connection_.wait(rabbitmq_connection::wish::to_hear, until);
} catch (const rabbitmq_error& e) {
  lost(e);
}

answer rabbitmq_publisher::answer_to(const std::vector<event_record>& batch) {
  if (!connection_.is_open()) return {0, ending::try_later, away_};
  const auto unfit = std::ranges::find_if(batch, [](const event_record& each) {
    return std::max(each.id.size(), each.type.size()) > rabbitmq_short_bytes_max;
  });
  const auto fit = static_cast<std::size_t>(unfit - batch.begin());
  auto said = send(std::span{batch}.first(fit));
  if (said.how == ending::whole && fit < batch.size())
    return {fit, ending::rejected, "its id or type is longer than 255 bytes"};
  return said;
}

answer rabbitmq_publisher::send(std::span<const event_record> batch) {
  rabbitmq_confirms confirms{batch, published_ + 1};
  try {
    heard_ = clock::now();
    hear(nullptr);
    for (const auto& each : batch) {
      if (!send_one(each, confirms)) break;
      if (!one_by_one_) continue;
      await(confirms);
      if (confirms.answer(ending::whole, {}).confirmed < confirms.published_count()) break;
    }
    await(confirms);
  } catch (const rabbitmq_error& e) {
    return cut_short(confirms, e);
  }
  const auto& blocked = connection_.blocked();
  auto said = confirms.answer(
      ending::try_later,
      blocked ? connection_.name() + ": it takes no messages now: " + *blocked : end_text);
  if (said.confirmed > 0) pause_.was_of_use();
  if (said.how == ending::whole) one_by_one_ = false;
  return said;
}

answer rabbitmq_publisher::cut_short(const rabbitmq_confirms& so_far, const rabbitmq_error& why) {
  lost(why);
  if (why.why() != rabbitmq_error::kind::channel_closed || why.code() == not_found)
    return so_far.answer(ending::try_later, why.what());
  // An event of those without an answer made the broker close the channel.
  if (so_far.waiting() == 1) return so_far.answer(ending::doubtful, why.what());
  one_by_one_ = true;
  return so_far.answer(ending::try_later, why.what());
}

bool rabbitmq_publisher::may_go_on() const {
  return !connection_.blocked() && !interrupt_.stopped();
}

/// Whether it was sent: not when the broker takes nothing now.
bool rabbitmq_publisher::send_one(const event_record& event, rabbitmq_confirms& so_far) {
  using wish = rabbitmq_connection::wish;
  while (may_go_on() && connection_.wait(wish::to_send_too, heard_ + limits::bus_answer_time_max) !=
                            rabbitmq_connection::wait_result::can_send)
    hear(&so_far);
  if (!may_go_on()) return false;
  // Counted first: what fails may have been sent all the same.
  so_far.published();
  ++published_;
  connection_.publish(channel, {exchange_, event.type, event.id, event.body, event.type, {}});
  return true;
}

/// Returns when every message has its answer, or there is none to be had now.
void rabbitmq_publisher::await(rabbitmq_confirms& of) {
  while (!of.is_complete() && may_go_on()) {
    connection_.wait(rabbitmq_connection::wish::to_hear, heard_ + limits::bus_answer_time_max);
    hear(&of);
  }
}

/// Takes in what the broker has said. What is not about `of` is of no interest.
void rabbitmq_publisher::hear(rabbitmq_confirms* of) {
  while (const auto said = connection_.next()) {
    heard_ = clock::now();
    if (of == nullptr) continue;
    if (const auto* one = std::get_if<rabbitmq_settled>(&*said))
      of->settled(one->tag, one->far, one->what);
    if (const auto* one = std::get_if<rabbitmq_returned>(&*said))
      of->returned(one->message_id, one->why == "NO_ROUTE"
                                        ? "no queue is bound for " + one->routing_key
                                        : one->why + ": " + one->routing_key);
  }
  if (of != nullptr && clock::now() - heard_ > limits::bus_answer_time_max)
    throw rabbitmq_error{rabbitmq_error::kind::unreachable,
                         connection_.name() + ": it does not answer"};
}

}  // namespace

std::unique_ptr<event_publisher> open_rabbitmq_publisher(rabbitmq_place where) {
  return std::make_unique<rabbitmq_publisher>(std::move(where));
}

}  // namespace boxoffice::broker
